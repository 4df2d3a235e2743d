package dev.hourglass.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    @Test
    void replacesTheWholeFile() throws IOException {
        Path file = folder.resolve("deep/er/file.txt");
        AtomicFile.write(file, "a longer text");
        AtomicFile.write(file, "kurz ü");
        assertThat(file).hasContent("kurz ü");
        assertThat(file.getParent()).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void aContentThatFailsHalfwayLeavesTheEarlierFile() throws IOException {
        Path file = folder.resolve("file.txt");
        AtomicFile.write(file, "earlier");

        assertThatIOException()
                .isThrownBy(() -> AtomicFile.write(file, channel -> {
                    AtomicFile.writeAll(channel, ByteBuffer.wrap(new byte[] {1, 2, 3}));
                    throw new EOFException("the source broke off");
                }))
                .withMessage("the source broke off");

        assertThat(file).hasContent("earlier");
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aFailureLeavesWhatWasThereAndNothingElse() throws IOException {
        Path occupied = folder.resolve("report.html");
        Files.createDirectories(occupied.resolve("inside"));
        assertThatIOException().isThrownBy(() -> AtomicFile.write(occupied, "text"));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(occupied);
        }
        assertThat(occupied.resolve("inside")).isDirectory();
    }
}
