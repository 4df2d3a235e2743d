package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes of a vector-quantised model as numbers of vectors, through commands. */
class VectorCodesTest {
    private static final int SAMPLES = 7;

    /** Two vectors out of five. */
    private static final AutoencoderSpec QUANTISED = new AutoencoderSpec(
            "vq",
            Shape.of(2, 4),
            List.of(new LayerSpec.Dense("enc", 3, Activation.TANH), new LayerSpec.VectorQuantizer("latent", 5)),
            List.of(new LayerSpec.Dense("dec", 4, Activation.LINEAR)));

    private static final AutoencoderSpec ORDINARY = new AutoencoderSpec(
            "plain",
            Shape.of(2, 4),
            List.of(new LayerSpec.Dense("enc", 3, Activation.TANH)),
            List.of(new LayerSpec.Dense("dec", 4, Activation.LINEAR)));

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void makeData() throws IOException {
        RandomGenerator noise = new RandomSource(5).stream("data", 0);
        float[] numbers = new float[SAMPLES * 8];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) noise.nextGaussian();
        }
        write("data.npy", Shape.of(2, 4), numbers);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void numbersOfVectorsDecodeToWhatTheModelReconstructs(String format) throws IOException {
        Path model = write(QUANTISED, format);

        run("encode", model, "--data", folder.resolve("data.npy"), "--indices", "--out", folder.resolve("numbers.npy"));
        run("decode", model, "--data", folder.resolve("numbers.npy"), "--indices", "--out", folder.resolve("a.npy"));
        run("reconstruct", model, "--data", folder.resolve("data.npy"), "--out", folder.resolve("b.npy"));

        FloatDataset numbers = NpyFile.open(folder.resolve("numbers.npy"));
        assertThat(numbers.sampleShape()).isEqualTo(Shape.of(2));
        assertThat(numbers.size()).isEqualTo(SAMPLES);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("(7, 2) numbers of 5 vectors")
                .contains("5 bits a sample");
        assertThat(folder.resolve("a.npy")).hasSameBinaryContentAs(folder.resolve("b.npy"));
    }

    @Test
    void whatIsNoNumberOfAVectorIsRefused() throws IOException {
        Path model = write(QUANTISED, "keras");
        Path codes = folder.resolve("codes.npy");
        for (float wrong : new float[] {5, -1, 0.5f, Float.NaN}) {
            write("numbers.npy", Shape.of(2), new float[] {0, 1, wrong, 4});

            refused("decode", model, "--data", folder.resolve("numbers.npy"), "--indices", "--out", codes);
        }
        assertThat(codes).doesNotExist();
    }

    @Test
    void aModelWithoutACodebookIsRefused() throws IOException {
        Path model = write(ORDINARY, "keras");
        Path codes = folder.resolve("codes.npy");

        assertThat(refused("encode", model, "--data", folder.resolve("data.npy"), "--indices", "--out", codes))
                .contains("codebook");
        assertThat(codes).doesNotExist();
    }

    private Path write(AutoencoderSpec spec, String format) throws IOException {
        Path file = folder.resolve(spec.name() + "." + format);
        ModelFile.write(
                SavedModel.of(Autoencoder.initialize(spec, Normalization.NONE, new RandomSource(3)), null, Map.of()),
                file);
        return file;
    }

    private void write(String name, Shape shape, float[] values) throws IOException {
        NpyWriter.write(folder.resolve(name), shape, sink -> sink.write(values, 0, values.length / shape.size()));
    }

    private void run(Object... arguments) {
        int status = status(arguments);

        assertThat(status).as(err.toString(StandardCharsets.UTF_8)).isZero();
    }

    private String refused(Object... arguments) {
        err.reset();
        int status = status(arguments);

        assertThat(status).isEqualTo(Main.FAILED);
        return err.toString(StandardCharsets.UTF_8).strip();
    }

    private int status(Object... arguments) {
        String[] texts = Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new);
        return new Main(
                        Terminal.plain(
                                new PrintStream(out, true, StandardCharsets.UTF_8),
                                new PrintStream(err, true, StandardCharsets.UTF_8)),
                        DatasetCatalog.standard(),
                        Interruption.none())
                .run(texts);
    }
}
