package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchFileTest {
    @TempDir
    private Path folder;

    @Test
    void noFileIsLeftWhereItsDiskHasNoRoomOrCannotHoldIt() throws IOException {
        assertThatThrownBy(() -> new ScratchFile.Writer(100 << 20, "pictures", folder, disk -> 0))
                .isInstanceOf(DatasetException.class)
                .hasMessage("Can't keep 100 MB of pictures in a file in " + folder
                        + ": the disk has no room. Choose another"
                        + " folder with HOURGLASS_JAVA_OPTS=-Djava.io.tmpdir=DIR, or a smaller size.");
        assertThatThrownBy(() -> new ScratchFile.Writer(100 << 20, "pictures", folder, disk -> {
                    throw new IOException("Stale file handle");
                }))
                .isInstanceOf(DatasetException.class)
                .hasMessageContaining(": Stale file handle. Choose another folder");
        assertThatThrownBy(() ->
                        new ScratchFile.Writer(Long.MAX_VALUE, "pictures", folder, disk -> Long.MAX_VALUE).finish())
                .as("more than can be mapped, with the file open")
                .isInstanceOf(DatasetException.class);

        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).isEmpty();
        }
    }
}
