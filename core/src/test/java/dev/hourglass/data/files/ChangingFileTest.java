package dev.hourglass.data.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.series.TableSamples;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.files.FileChangedException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data files that another program writes to while they are read. */
class ChangingFileTest {
    private static final int SAMPLES = 4_000;
    private static final int NUMBERS = 64;

    @TempDir
    private Path folder;

    /** What is mapped beyond the file's new end has no pages any more, which the JVM answers with an InternalError. */
    @Test
    void samplesOfAnNpyFileThatIsCutShortAreRefused() throws IOException {
        FloatDataset data = NpyFile.open(npy(0));
        float[] sample = new float[NUMBERS];
        data.copySample(SAMPLES - 1, sample, 0);

        try (FileChannel channel = FileChannel.open(folder.resolve("data.npy"), StandardOpenOption.WRITE)) {
            channel.truncate(200);
        }

        assertThatThrownBy(() -> data.copySample(SAMPLES - 1, sample, 0))
                .isInstanceOf(FileChangedException.class)
                .hasMessageStartingWith(
                        folder.resolve("data.npy") + " changed while it was read: it had 1,024,128 bytes")
                .hasMessageContaining("and has 200, written")
                .hasCauseInstanceOf(InternalError.class);
        assertThatThrownBy(data.limit(10).reshaped(Shape.of(8, 8))::requireUnchanged)
                .isInstanceOf(FileChangedException.class);
    }

    @Test
    void oneThatIsWrittenAgainIsFoundOutWhileItIsRead() throws IOException {
        FloatDataset windows = NpyFile.open(npy(0)).range(0, 100);
        windows.requireUnchanged();
        npy(1);

        float[] sample = new float[NUMBERS];
        assertThatThrownBy(() -> {
                    for (int read = 0; read < 1_000_000_000; read++) {
                        windows.copySample(read % windows.size(), sample, 0);
                    }
                })
                .isInstanceOf(FileChangedException.class);
        assertThatThrownBy(windows::sha256).isInstanceOf(FileChangedException.class);
    }

    @Test
    void aTableThatGrowsIsRefused() throws Exception {
        Path table = folder.resolve("table.csv");
        Files.writeString(table, "1,2,3\n".repeat(30_000));
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                while (!done.get()) {
                    Files.writeString(table, "4,5,6\n", StandardOpenOption.APPEND);
                    Thread.sleep(1);
                }
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        try {
            assertThatThrownBy(() -> table(table))
                    .isInstanceOf(FileChangedException.class)
                    .hasMessageStartingWith(table + " changed while it was read: it had ");
        } finally {
            done.set(true);
            writer.join();
        }
        assertThat(table(table).size()).isGreaterThan(30_000);
    }

    /** In place, as NumPy and cp do it. */
    private Path npy(float value) throws IOException {
        Path whole = folder.resolve("whole.npy");
        float[] row = new float[NUMBERS];
        Arrays.fill(row, value);
        NpyWriter.write(whole, Shape.of(NUMBERS), sink -> {
            for (int i = 0; i < SAMPLES; i++) {
                sink.write(row, 0, 1);
            }
        });
        return Files.write(folder.resolve("data.npy"), Files.readAllBytes(whole));
    }

    private static FloatDataset table(Path file) {
        return TableSamples.read(file, TableOptions.DEFAULT, SeriesOptions.Steps.PLAIN)
                .data();
    }
}
