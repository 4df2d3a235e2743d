package dev.hourglass.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStampTest {
    private static final FileTime BEFORE = FileTime.from(Instant.parse("2026-01-02T03:04:05Z"));
    private static final FileTime AFTER = FileTime.from(Instant.parse("2026-01-02T03:04:06Z"));
    private static final String WAY_OUT = ". Wait until the program that writes it is done, and start again.";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = write("data.csv", "1,2,3\n", BEFORE);
    }

    private Path write(String name, String text, FileTime time) throws IOException {
        Path written = Files.writeString(folder.resolve(name), text);
        return Files.setLastModifiedTime(written, time);
    }

    @Test
    void whatStaysIsRead() throws IOException {
        assertThat(FileStamp.<String, IOException>whileUnchanged(file, () -> Files.readString(file)))
                .isEqualTo("1,2,3\n");
    }

    @Test
    void oneThatIsCutShortIsTold() {
        assertThatThrownBy(() -> FileStamp.whileUnchanged(file, () -> write("data.csv", "1", AFTER)))
                .isInstanceOf(FileChangedException.class)
                .hasMessage(
                        file + " changed while it was read: it had 6 bytes, written 2026-01-02T03:04:05Z, and has 1,"
                                + " written 2026-01-02T03:04:06Z" + WAY_OUT);
    }

    @Test
    void oneThatIsWrittenAgainAtTheSameLengthIsTold() throws IOException {
        FileStamp stamp = FileStamp.of(file);
        stamp.requireUnchanged();

        write("data.csv", "4,5,6\n", AFTER);

        assertThatThrownBy(stamp::requireUnchanged)
                .isInstanceOf(FileChangedException.class)
                .hasMessage(
                        file + " changed while it was read: it had 6 bytes, written 2026-01-02T03:04:05Z, and has 6,"
                                + " written 2026-01-02T03:04:06Z" + WAY_OUT);
    }

    /** Same length, same time: only its identity tells. */
    @Test
    void oneThatAnotherIsMovedOverIsTold() throws IOException {
        FileStamp stamp = FileStamp.of(file);

        Files.move(write("new.csv", "4,5,6\n", BEFORE), file, StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(stamp::requireUnchanged)
                .isInstanceOf(FileChangedException.class)
                .hasMessage(
                        file + " changed while it was read: it had 6 bytes, written 2026-01-02T03:04:05Z, and another"
                                + " file is in its place now" + WAY_OUT);
    }

    @Test
    void theChangeIsToldAndNotWhatTheReaderMadeOfIt() {
        IllegalStateException half = new IllegalStateException("row 1 has 1 column");

        assertThatThrownBy(() -> FileStamp.whileUnchanged(file, () -> {
                    write("data.csv", "1", AFTER);
                    throw half;
                }))
                .isInstanceOf(FileChangedException.class)
                .hasCause(half);
        assertThatThrownBy(() -> FileStamp.whileUnchanged(file, () -> {
                    throw half;
                }))
                .isSameAs(half);
    }

    @Test
    void oneThatIsDeletedIsStillWhatItWas() throws IOException {
        FileStamp stamp = FileStamp.of(file);
        Files.delete(file);

        stamp.requireUnchanged();

        assertThat(stamp.bytes()).isEqualTo(6);
    }

    @Test
    void aFaultOfAFileThatLooksTheSameNamesIt() throws IOException {
        assertThat(FileStamp.of(file).cutShort(new InternalError("a fault")))
                .hasMessage(file + " was cut short while it was read, or its disk failed" + WAY_OUT)
                .hasCauseInstanceOf(InternalError.class);
    }
}
