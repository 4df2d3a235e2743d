package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that reads a picture [4, 4, 1] and a row [3], as Keras saved it, through commands. */
class SeveralInputsTest {
    private static final Path MODEL = Path.of("../core/src/test/resources/keras/graphs/two_views.keras");
    private static final int SAMPLES = 5;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @BeforeEach
    void makeData() throws IOException {
        float[] pictures = numbers(SAMPLES * 16, 0);
        float[] rows = numbers(SAMPLES * 3, 1000);
        float[] together = new float[SAMPLES * 19];
        for (int i = 0; i < SAMPLES; i++) {
            System.arraycopy(pictures, i * 16, together, i * 19, 16);
            System.arraycopy(rows, i * 3, together, i * 19 + 16, 3);
        }
        write("pictures.npy", Shape.of(4, 4, 1), pictures);
        write("rows.npy", Shape.of(3), rows);
        write("fewer.npy", Shape.of(3), Arrays.copyOf(rows, 6));
        write("together.npy", Shape.of(19), together);
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(folder.resolve("both.npz")))) {
            zip.putNextEntry(new ZipEntry("second.npy"));
            Files.copy(folder.resolve("rows.npy"), zip);
            zip.putNextEntry(new ZipEntry("first.npy"));
            Files.copy(folder.resolve("pictures.npy"), zip);
        }
    }

    @Test
    void filesOfEachInputAnNpzAndRowsOfAllNumbersGiveTheSameCodes() throws IOException {
        String files = "second=" + folder.resolve("rows.npy") + ",first=" + folder.resolve("pictures.npy");
        assertThat(run("encode", MODEL, "--data", files, "--out", folder.resolve("a.npy")))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(run("encode", MODEL, "--data", folder.resolve("both.npz"), "--out", folder.resolve("b.npy")))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(run("encode", MODEL, "--data", folder.resolve("together.npy"), "--out", folder.resolve("c.npy")))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(NpyFile.open(folder.resolve("a.npy")).sampleShape()).isEqualTo(Shape.of(2));
        assertThat(folder.resolve("b.npy")).hasSameBinaryContentAs(folder.resolve("a.npy"));
        assertThat(folder.resolve("c.npy")).hasSameBinaryContentAs(folder.resolve("a.npy"));
    }

    @Test
    void anOutputIsComputedFromAllInputsAndInspectListsThem() {
        assertThat(run(
                        "reconstruct",
                        MODEL,
                        "--data",
                        folder.resolve("both.npz"),
                        "--output=told",
                        "--out",
                        folder.resolve("told.npy")))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(NpyFile.open(folder.resolve("told.npy")).size()).isEqualTo(SAMPLES);
        assertThat(run("inspect", MODEL)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("Inputs: 'first' [4, 4, 1] and 'second' [3]");
    }

    @Test
    void whatDoesNotFitIsRefusedInALine() {
        Path to = folder.resolve("codes.npy");
        assertThat(run("encode", MODEL, "--data", "first=a.npy,secnd=b.npy", "--out", to))
                .isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains(
                        "--data names the input 'secnd', but the model's are [first, second]. Did you mean 'second'?");
        assertThat(run("encode", MODEL, "--data", "first=a.npy", "--out", to)).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("--data has no file for [second]; give each of [first, second] one, as in"
                        + " first=FILE,second=FILE.");
        String files = "first=" + folder.resolve("pictures.npy") + ",second=" + folder.resolve("fewer.npy");
        assertThat(run("encode", MODEL, "--data", files, "--out", to)).isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("The inputs have different numbers of samples: 'first' 5, 'second' 2. Those of the same place"
                        + " belong together; give as many of each.");
        assertThat(to).doesNotExist();
    }

    @Test
    void whatTakesOneInputSaysSo() {
        assertThat(run("denoise", MODEL, "--data", folder.resolve("both.npz"), "--out", folder.resolve("clean.npy")))
                .isNotZero();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("reads 'first' [4, 4, 1] and 'second' [3]; to denoise takes a model of one input.");
    }

    @Test
    void whatIsWrittenAsOnnxIsReadWithItsInputs() throws IOException {
        Path onnx = folder.resolve("written.onnx");
        Path data = folder.resolve("both.npz");
        Path once = folder.resolve("once.npy");
        Path again = folder.resolve("again.npy");

        assertThat(run("convert", MODEL, onnx))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(run("reconstruct", MODEL, "--data", data, "--out", once)).isZero();
        assertThat(run("reconstruct", onnx, "--data", data, "--out", again))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(again).hasSameBinaryContentAs(once);
    }

    @Test
    void allThatIsRebuiltIsWrittenInARow() {
        Path all = folder.resolve("all.csv");
        assertThat(run("reconstruct", MODEL, "--data", folder.resolve("both.npz"), "--out", all))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("(5, 19)");
    }

    @Test
    void whatIsRebuiltOfAllInputsIsMeasuredTogether() {
        assertThat(run("evaluate", MODEL, "--data", folder.resolve("both.npz")))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        // From what 'reconstruct' writes of each output, with numpy: ((rebuilt - given) ** 2).mean() over all 19
        // numbers.
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("MSE   0.783558")
                .contains("MAE   0.743119");
    }

    private static float[] numbers(int count, int from) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) Math.sin(from + i);
        }
        return numbers;
    }

    private void write(String name, Shape row, float[] numbers) throws IOException {
        NpyWriter.write(folder.resolve(name), row, sink -> sink.write(numbers, 0, numbers.length / row.size()));
    }

    private int run(Object... arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        String[] words = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(words);
    }
}
