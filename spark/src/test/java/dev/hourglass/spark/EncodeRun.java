package dev.hourglass.spark;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What {@code bench/spark} runs: the same rows encoded by Spark from Parquet on two cores, and by {@code hourglass encode} from NPY on
 * two threads, in turns.
 */
public final class EncodeRun {
    private static final int SIDE = 28;
    private static final int PARTITIONS = 8;
    private static final Pattern SECONDS = Pattern.compile("samples in ([0-9.]+) s");

    private final SparkSession spark;
    private final String hourglass;
    private final Path folder;
    private final int rows;
    private final int rounds;

    private EncodeRun(SparkSession spark, String hourglass, Path folder, int rows, int rounds) {
        this.spark = spark;
        this.hourglass = hourglass;
        this.folder = folder;
        this.rows = rows;
        this.rounds = rounds;
    }

    /** Arguments: the program, a folder for rows and codes, how many rows, how many rounds, and models: cnn, lstm. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path folder = Path.of(arguments[1]);
        try (SparkSession spark = Fixtures.session("local[2]", folder).getOrCreate()) {
            EncodeRun run = new EncodeRun(
                    spark, arguments[0], folder, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            run.makeRows();
            for (String model : Arrays.copyOfRange(arguments, 4, arguments.length)) {
                run.measure(model);
            }
        }
    }

    /** Pixels of which most are 0, as in MNIST; those of a row depend on its number alone. */
    private static byte[] pixels(long row) {
        RandomGenerator random = Fixtures.RANDOM.stream("pixels", row);
        byte[] pixels = new byte[SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            int drawn = random.nextInt(5 * 256);
            pixels[i] = (byte) (drawn < 256 ? drawn : 0);
        }
        return pixels;
    }

    private void makeRows() throws IOException {
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + rows + ", 28, 28, 1), }";
        String padded = header + " ".repeat(128 - 10 - header.length() - 1) + "\n";
        try (OutputStream out = Files.newOutputStream(npy())) {
            out.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) padded.length(), 0});
            out.write(padded.getBytes(StandardCharsets.US_ASCII));
            for (int row = 0; row < rows; row++) {
                out.write(pixels(row));
            }
        }
        StructType schema = new StructType()
                .add("id", DataTypes.LongType)
                .add("features", DataTypes.createArrayType(DataTypes.FloatType));
        spark.range(0, rows, 1, PARTITIONS)
                .map(
                        (MapFunction<Long, Row>) row -> {
                            byte[] pixels = pixels(row);
                            Float[] numbers = new Float[pixels.length];
                            Arrays.setAll(numbers, i -> (float) (pixels[i] & 0xff));
                            return RowFactory.create(row, numbers);
                        },
                        Encoders.row(schema))
                .write()
                .mode(SaveMode.Overwrite)
                .parquet(parquet());
    }

    private Path npy() {
        return folder.resolve("rows.npy");
    }

    private String parquet() {
        return folder.resolve("rows").toString();
    }

    private void measure(String name) throws IOException, InterruptedException {
        AutoencoderSpec spec = switch (name) {
            case "cnn" -> Presets.mnistCnn(name);
            case "lstm" -> Presets.mnistLstm(name);
            default -> throw new IllegalArgumentException("models are cnn and lstm, got " + name);
        };
        Path file = folder.resolve(name + ".keras");
        Autoencoder model = Autoencoder.initialize(spec, Normalization.PIXELS, Fixtures.RANDOM);
        ModelFile.write(SavedModel.of(model, null, Map.of()), file);
        HourglassModel shipped = HourglassModel.load(file.toString()).outputs(Output.CODE);
        Dataset<Row> coded = shipped.transform(spark.read().parquet(parquet())).drop("features");
        transformed(coded);
        List<Double> shares = new ArrayList<>();
        System.out.printf(
                Locale.ROOT,
                "%-5s %14s %14s %7s %14s%n",
                name,
                "encode rows/s",
                "Spark rows/s",
                "share",
                "into Parquet");
        for (int round = 0; round < rounds; round++) {
            double encode = encoded(file);
            double transform = transformed(coded);
            long start = System.nanoTime();
            coded.write()
                    .mode(SaveMode.Overwrite)
                    .parquet(folder.resolve("codes").toString());
            double parquet = seconds(start);
            shares.add(encode / transform);
            System.out.printf(
                    Locale.ROOT,
                    "%5d %,14.0f %,14.0f %6.0f%% %,14.0f%n",
                    round + 1,
                    rows / encode,
                    rows / transform,
                    100 * encode / transform,
                    rows / parquet);
        }
        shares.sort(null);
        System.out.printf(
                Locale.ROOT,
                "%-5s median share %.0f%% (%.0f%% to %.0f%%)%n",
                name,
                100 * shares.get(shares.size() / 2),
                100 * shares.getFirst(),
                100 * shares.getLast());
    }

    /** Seconds that Spark takes to compute all codes, which go nowhere. */
    private static double transformed(Dataset<Row> coded) {
        long start = System.nanoTime();
        coded.write().format("noop").mode(SaveMode.Overwrite).save();
        return seconds(start);
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Seconds as the program tells them, without its start. */
    private double encoded(Path model) throws IOException, InterruptedException {
        Path codes = folder.resolve("codes.npy");
        Process process = new ProcessBuilder(
                        hourglass,
                        "encode",
                        model.toString(),
                        "--data",
                        npy().toString(),
                        "--out",
                        codes.toString(),
                        "--threads",
                        "2")
                .redirectErrorStream(true)
                .start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Matcher found = SECONDS.matcher(printed);
        if (process.waitFor() != 0 || !found.find()) {
            throw new IllegalStateException("hourglass encode said: " + printed);
        }
        return Double.parseDouble(found.group(1));
    }
}
