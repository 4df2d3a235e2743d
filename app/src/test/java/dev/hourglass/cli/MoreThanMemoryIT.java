package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.series.Scaling;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trainer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Data that Java's memory does not hold, in processes that have little of it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class MoreThanMemoryIT {
    private static final int FEATURES = 1_024;
    private static final int SAMPLES = 3 << 18;
    private static final int CHANNELS = 10;
    private static final int ROWS = 1_000_000;

    @TempDir
    private Path folder;

    private static AutoencoderSpec model(int features) {
        return new AutoencoderSpec(
                "narrow",
                Shape.of(features),
                List.of(new LayerSpec.Dense("squeeze", 4, Activation.LINEAR)),
                List.of(new LayerSpec.Dense("rebuild", features, Activation.LINEAR)));
    }

    @Test
    void threeGigabytesAreEncodedIn128Megabytes() throws IOException, InterruptedException {
        Path npy = folder.resolve("sparse.npy");
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + SAMPLES + ", " + FEATURES + "), }";
        try (RandomAccessFile file = new RandomAccessFile(npy.toFile(), "rw")) {
            file.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, 118, 0});
            file.write((header + " ".repeat(117 - header.length()) + "\n").getBytes(StandardCharsets.US_ASCII));
            file.setLength(128 + 4L * SAMPLES * FEATURES); // A hole: the disk need not hold it.
        }
        Path keras = folder.resolve("narrow.keras");
        Autoencoder model = Autoencoder.initialize(model(FEATURES), Normalization.NONE, new RandomSource(3));
        ModelFile.write(SavedModel.of(model, null, Map.of()), keras);
        Path codes = folder.resolve("codes.npy");

        run("-Xmx128m", Main.class, "encode", keras.toString(), "--data", npy.toString(), "--out", codes.toString());

        assertThat(Files.size(codes)).isEqualTo(128 + 4L * SAMPLES * 4);
    }

    @Test
    void aTableOfMoreThanMemoryTrainsToTheBitsThatItHasInMemory() throws IOException, InterruptedException {
        Path csv = folder.resolve("table.csv");
        Random random = new Random(5);
        StringBuilder block = new StringBuilder();
        for (int i = 0; i < 10_000 * CHANNELS; i++) {
            block.append(String.format(Locale.ROOT, "%.4f", random.nextGaussian()))
                    .append((i + 1) % CHANNELS == 0 ? '\n' : ',');
        }
        byte[] lines = block.toString().getBytes(StandardCharsets.US_ASCII);
        try (OutputStream out = Files.newOutputStream(csv)) {
            for (int rows = 0; rows < ROWS; rows += 10_000) {
                out.write(lines);
            }
        }

        String small = run("-Xmx64m", Training.class, csv.toString());
        String large = run("-Xmx1g", Training.class, csv.toString());

        assertThat(small).contains("weights ");
        assertThat(small).isEqualTo(large);
    }

    private String run(String memory, Class<?> program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                memory,
                "-Djava.io.tmpdir=" + folder,
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
        command.addAll(List.of(arguments));
        Path errors = folder.resolve("errors.txt");
        Process process =
                new ProcessBuilder(command).redirectError(errors.toFile()).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said + Files.readString(errors)).isZero();
        return said;
    }

    /** What runs in the small machine, and in a large one. */
    static final class Training {
        private Training() {}

        public static void main(String... arguments) {
            SeriesSplit split = SeriesSplit.open(
                    Path.of(arguments[0]), SeriesOptions.defaults().withScaling(Scaling.STANDARDIZE));
            TrainOptions options =
                    TrainOptions.defaults().withEpochs(1).withBatchSize(4_096).withThreads(1);
            String weights = Trainer.train(model(CHANNELS), split.training(), split.test(), options, event -> {})
                    .model()
                    .parameters()
                    .sha256();
            System.out.println(split.training().normalization() + " weights " + weights);
        }
    }
}
