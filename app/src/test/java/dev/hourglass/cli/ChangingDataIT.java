package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another program writes a data file again while a command reads it. */
@Timeout(120)
class ChangingDataIT {
    /** More than a command can read before the file changes, and nothing on the disk: the file is sparse. */
    private static final int SAMPLES = 400_000;

    private static final Pattern THOUSANDS_DONE = Pattern.compile("[1-9]\\d{3,}/400000");
    private static final Pattern TWO_EPOCHS_DONE = Pattern.compile("Epoch 2/");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"encode", "reconstruct", "evaluate"})
    void commandsSayAtOnceThatTheFileWasCutShort(String command) throws IOException {
        Path model = folder.resolve("cnn.keras");
        ModelFile.write(
                SavedModel.of(
                        Autoencoder.initialize(Presets.mnistCnn("cnn"), Normalization.PIXELS, new RandomSource(3)),
                        null,
                        Map.of()),
                model);
        Path data = zeros("data.npy", SAMPLES, 784);
        Path codes = folder.resolve("codes.npy");
        List<String> arguments = command.equals("evaluate")
                ? List.of(command, model.toString(), "--data", data.toString())
                : List.of(command, model.toString(), "--data", data.toString(), "--out", codes.toString());

        Outcome outcome = run(THOUSANDS_DONE, () -> truncate(data), arguments);

        requireToldOf(data, outcome);
        assertThat(codes).doesNotExist();
    }

    @Test
    void aLabSaysAtOnceThatTheFileWasCutShortAndKeepsItsCheckpoint() throws IOException {
        Path data = zeros("data.npy", 2_000, 16);
        Path recipe = Files.writeString(folder.resolve("lab.yaml"), """
                data: {source: data.npy, scaling: none}
                models:
                  - name: m
                    input: [16]
                    encoder: [Dense: {units: 2}]
                    decoder: [Dense: {units: 16}]
                training: {epochs: 1000000, batch_size: 8}
                """);
        Path run = folder.resolve("run");

        Outcome outcome =
                run(TWO_EPOCHS_DONE, () -> truncate(data), List.of("lab", recipe.toString(), "--out", run.toString()));

        requireToldOf(data, outcome);
        assertThat(run.resolve("checkpoints/m")).isNotEmptyDirectory();
    }

    private static void requireToldOf(Path data, Outcome outcome) {
        assertThat(outcome.err)
                .startsWith(data + " changed while it was read: it had ")
                .contains(" and has 200, written ")
                .endsWith("Wait until the program that writes it is done, and start again." + System.lineSeparator());
        assertThat(outcome.status).isEqualTo(1);
    }

    private record Outcome(int status, String err) {}

    /**
     * @param moment in what is shown
     * @param then what the other program does at that moment
     */
    private static Outcome run(Pattern moment, Runnable then, List<String> arguments) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        ByteArrayOutputStream out = new ByteArrayOutputStream() {
            private boolean done;

            @Override
            public synchronized void write(byte[] bytes, int offset, int count) {
                super.write(bytes, offset, count);
                if (!done && moment.matcher(toString(StandardCharsets.UTF_8)).find()) {
                    done = true;
                    then.run();
                }
            }
        };
        Terminal terminal = new Terminal(
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                true,
                false,
                true,
                () -> 100);
        int status = new Main(terminal, DatasetCatalog.standard(), Interruption.none())
                .run(arguments.toArray(String[]::new));
        return new Outcome(status, err.toString(StandardCharsets.UTF_8));
    }

    private Path zeros(String name, int samples, int numbers) throws IOException {
        String header = "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }\n".formatted(samples, numbers);
        ByteBuffer start = ByteBuffer.allocate(10 + header.length()).order(ByteOrder.LITTLE_ENDIAN);
        start.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0});
        start.putShort((short) header.length());
        start.put(header.getBytes(StandardCharsets.US_ASCII));
        Path file = folder.resolve(name);
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(start.array());
            out.setLength(start.capacity() + 4L * samples * numbers);
        }
        return file;
    }

    private static void truncate(Path file) {
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.setLength(200);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
