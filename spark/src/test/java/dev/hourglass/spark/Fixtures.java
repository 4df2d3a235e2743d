package dev.hourglass.spark;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.Detector;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import javax.imageio.ImageIO;
import org.apache.spark.sql.SparkSession;

/** Sessions, models and samples of the tests. Weights are random: what is compared is bits, not how good a model is. */
final class Fixtures {
    static final RandomSource RANDOM = new RandomSource(7);
    /** Stored numbers of a sample of {@link #sensors}. */
    static final int SENSORS = 6;

    private Fixtures() {}

    /** A session within this process, whose temporary files lie in a folder. */
    static SparkSession.Builder session(String master, Path folder) {
        return SparkSession.builder()
                .master(master)
                .appName("hourglass-tests")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.sql.shuffle.partitions", "3")
                .config("spark.sql.warehouse.dir", folder.resolve("warehouse").toString())
                .config("spark.local.dir", folder.resolve("local").toString());
    }

    /** A detector of samples [6] with a scale for each number. */
    static SavedModel sensors() {
        List<LayerSpec> encoder = List.of(new LayerSpec.Dense("code", 2, Activation.TANH));
        List<LayerSpec> decoder = List.of(new LayerSpec.Dense("rebuilt", SENSORS, Activation.LINEAR));
        AutoencoderSpec spec = new AutoencoderSpec("sensors", Shape.of(SENSORS), encoder, decoder);
        Normalization scales =
                new Normalization(List.of(0.5, 0.25, 1.5, -1.0, 1 / 3.0, 2.0), List.of(0.0, 0.1, -0.2, 0.3, -0.4, 0.5));
        return detector(Autoencoder.initialize(spec, scales, RANDOM), sensorRows(64));
    }

    /** A detector of gray pictures of 28 x 28 pixels. */
    static SavedModel digits() {
        Autoencoder model = Autoencoder.initialize(Presets.mnistCnn("digits"), Normalization.PIXELS, RANDOM);
        return detector(model, pixels(64, 28 * 28));
    }

    private static SavedModel detector(Autoencoder model, double[][] normal) {
        SavedModel saved = SavedModel.of(model, null, Map.of());
        FloatDataset data = data(saved, normal);
        return saved.calibrated(data, DetectionOptions.ofSamples(), "test", RANDOM, 1, done -> {});
    }

    /** Stored samples as one machine reads them. */
    static FloatDataset data(SavedModel model, double[][] rows) {
        float[] numbers = new float[rows.length * rows[0].length];
        for (int row = 0; row < rows.length; row++) {
            for (int i = 0; i < rows[row].length; i++) {
                numbers[row * rows[row].length + i] = (float) rows[row][i];
            }
        }
        return FloatDataset.of("test", model.input(), numbers).withNormalization(model.normalization());
    }

    static double[][] sensorRows(int count) {
        RandomGenerator random = RANDOM.stream("sensors", 0);
        double[][] rows = new double[count][SENSORS];
        for (double[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                // As floats keep them, so that either width has the same bits.
                row[i] = (float) random.nextGaussian();
            }
        }
        return rows;
    }

    static double[][] pixels(int count, int size) {
        RandomGenerator random = RANDOM.stream("pixels", 0);
        double[][] rows = new double[count][size];
        for (double[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                row[i] = random.nextInt(256);
            }
        }
        return rows;
    }

    static float[] floats(double[] row) {
        float[] floats = new float[row.length];
        for (int i = 0; i < row.length; i++) {
            floats[i] = (float) row[i];
        }
        return floats;
    }

    static Path write(SavedModel model, Path folder) throws IOException {
        Path file = Files.createDirectories(folder).resolve(model.name() + ".keras");
        ModelFile.write(model, file);
        return file;
    }

    /** A gray picture as a file. */
    static byte[] png(double[] pixels, int side) throws IOException {
        BufferedImage image = new BufferedImage(side, side, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < pixels.length; i++) {
            image.getRaster().setSample(i % side, i / side, 0, (int) pixels[i]);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    /** An array of bytes as NumPy saves it. */
    static byte[] npy(double[] pixels, int side) {
        String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + side + ", " + side + "), }";
        String padded = header + " ".repeat(128 - 10 - header.length() - 1) + "\n";
        ByteBuffer file = ByteBuffer.allocate(128 + pixels.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
        file.put((byte) 1).put((byte) 0).putShort((short) padded.length());
        file.put(padded.getBytes(StandardCharsets.US_ASCII));
        for (double pixel : pixels) {
            file.put((byte) pixel);
        }
        return file.array();
    }

    static HourglassModel shipped(SavedModel model, Path folder) {
        try {
            return HourglassModel.load(write(model, folder).toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What one machine gives, as the program does: two threads, batches of its own. */
    record Expected(float[] codes, float[] rebuilt, double[] scores) {
        static Expected of(SavedModel model, FloatDataset data) {
            try (ChainInference encoder = ChainInference.of(
                            model.encoder().graph(), model.encoder().parameters(), 2);
                    ChainInference whole = ChainInference.of(
                            model.whole().graph(), model.whole().parameters(), 2);
                    Detector detector = model.detector(2)) {
                float[] codes = new float[data.size() * encoder.outputSize()];
                encoder.run(data::copySample, 0, data.size(), codes);
                float[] rebuilt = new float[data.size() * whole.outputSize()];
                whole.run(data::copySample, 0, data.size(), rebuilt);
                return new Expected(codes, rebuilt, detector.scoreSamples(data, done -> {}));
            }
        }

        float[] code(int row) {
            return part(codes, row);
        }

        float[] rebuilt(int row) {
            return part(rebuilt, row);
        }

        private float[] part(float[] all, int row) {
            int each = all.length / scores.length;
            float[] part = new float[each];
            System.arraycopy(all, row * each, part, 0, each);
            return part;
        }
    }
}
