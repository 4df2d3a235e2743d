package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.NpyFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * What owners of the commonest public models do first, with files of the real Keras and what its predict gives;
 * {@code interop/make_public_kinds.py} makes them.
 */
class PublicKindsTest {
    private static final int BATCH = 4;

    /** Core's tests read them too. */
    private static final Path PUBLIC = Path.of("../core/src/test/resources/keras/public");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @ParameterizedTest
    @CsvSource({
        "lstm_relu.keras, '(4, 5, 2)'",
        "lstm_relu.h5, '(4, 5, 2)'",
        "lstm_linear.keras, '(4, 5, 2)'",
        "lstm_selu.keras, '(4, 5, 2)'",
        "lstm_hard_sigmoid.keras, '(4, 5, 2)'",
        "denoiser.keras, '(4, 8, 8, 1)'",
        "wide.keras, '(4, 3)'",
        "wider.keras, '(4, 3)'",
        "wide_with_waist.keras, '(4, 3)'"
    })
    void reconstructAndEvaluateComputeWhatKerasPredicts(String file, String shape) throws IOException {
        Expected expected = new Expected(file);
        String model = resource(file).toString();
        String data = npy("<f4", shape, expected.inputBytes()).toString();
        Path rebuilt = folder.resolve("rebuilt.npy");

        assertThat(run("reconstruct", model, "--data", data, "--out", rebuilt.toString()))
                .as(errors())
                .isZero();
        assertThat(numbers(NpyFile.open(rebuilt))).containsExactly(expected.outputs, within(1e-6f));
        assertThat(mse(model, "--data", data)).isEqualTo(expected.mse(), within(1e-6));
    }

    @ParameterizedTest
    @CsvSource({"wide.keras, '(4, 3)', hidden1, 8", "wider.keras, '(4, 3)', hidden1, 16"})
    void encodeAsksWhereNoLayerIsNarrower(String file, String shape, String waist, int size) throws IOException {
        String model = resource(file).toString();
        String data = npy("<f4", shape, new Expected(file).inputBytes()).toString();
        Path codes = folder.resolve("codes.npy");

        assertThat(run("encode", model, "--data", data, "--out", codes.toString()))
                .isEqualTo(1);
        assertThat(errors())
                .contains("Name the layer that gives the code with --waist LAYER")
                .hasLineCount(1);
        assertThat(codes).doesNotExist();
        assertThat(run("encode", model, "--waist", waist, "--data", data, "--out", codes.toString()))
                .as(errors())
                .isZero();
        assertThat(NpyFile.open(codes).sampleShape().toArray()).containsExactly(size);
    }

    /** Trained on pixels / 255, which its file doesn't say, and fed bytes. */
    @Test
    void bytesAreWarnedOfAndDividedWhereScaleSaysSo() throws IOException {
        Expected expected = new Expected("pixels.keras");
        String model = resource("pixels.keras").toString();
        String divided = npy("<f4", "(4, 4, 4, 1)", expected.inputBytes()).toString();
        String bytes = npy("|u1", "(4, 4, 4, 1)", Files.readAllBytes(resource("pixels.u8")))
                .toString();

        assertThat(mse(model, "--data", divided)).isEqualTo(expected.mse(), within(1e-7));
        assertThat(errors()).isEmpty();
        assertThat(mse(model, "--data", bytes)).isGreaterThan(1000);
        assertThat(errors())
                .startsWith("WARNING: The numbers of ")
                .contains("to 255 and go in as they are", "give --scale 255")
                .hasLineCount(1);
        assertThat(mse(model, "--data", bytes, "--scale", "255")).isEqualTo(expected.mse(), within(1e-7));
        assertThat(errors()).isEmpty();
    }

    /** What Keras computed, from NAME.bin. */
    private static final class Expected {
        private final float[] inputs;
        private final float[] outputs;

        Expected(String file) throws IOException {
            FloatBuffer numbers = ByteBuffer.wrap(
                            Files.readAllBytes(resource(file.substring(0, file.indexOf('.')) + ".bin")))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            int size =
                    file.startsWith("lstm") ? 10 : file.startsWith("wide") ? 3 : file.startsWith("denoiser") ? 64 : 16;
            inputs = new float[BATCH * size];
            outputs = new float[BATCH * size];
            numbers.get(inputs).get(outputs);
        }

        byte[] inputBytes() {
            ByteBuffer bytes = ByteBuffer.allocate(inputs.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(inputs);
            return bytes.array();
        }

        double mse() {
            double sum = 0;
            for (int i = 0; i < inputs.length; i++) {
                sum += ((double) outputs[i] - inputs[i]) * ((double) outputs[i] - inputs[i]);
            }
            return sum / inputs.length;
        }
    }

    private Path npy(String type, String shape, byte[] numbers) throws IOException {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape + ", }";
        String padded = header + " ".repeat(117 - header.length()) + "\n";
        ByteBuffer file = ByteBuffer.allocate(10 + padded.length() + numbers.length);
        file.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) padded.length(), 0});
        file.put(padded.getBytes(StandardCharsets.US_ASCII)).put(numbers);
        return Files.write(folder.resolve("data-" + type.substring(1) + ".npy"), file.array());
    }

    private static Path resource(String name) {
        return PUBLIC.resolve(name);
    }

    private double mse(String... arguments) {
        out.reset();
        String[] command = Arrays.copyOf(new String[] {"evaluate", "--json"}, 2 + arguments.length);
        System.arraycopy(arguments, 0, command, 2, arguments.length);
        assertThat(run(command)).as(errors()).isZero();
        return JsonMapper.shared()
                .readTree(out.toString(StandardCharsets.UTF_8))
                .get("mse")
                .asDouble();
    }

    private int run(String... arguments) {
        err.reset();
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static float[] numbers(FloatDataset data) {
        float[] numbers = new float[data.size() * data.sampleShape().size()];
        for (int i = 0; i < data.size(); i++) {
            data.copySample(i, numbers, i * data.sampleShape().size());
        }
        return numbers;
    }
}
