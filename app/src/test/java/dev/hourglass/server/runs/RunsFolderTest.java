package dev.hourglass.server.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.server.http.ServerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsFolderTest {
    @TempDir
    private Path folder;

    @Test
    void aSecondServerIsToldWhoHasTheFolder() {
        try (RunsFolder first = RunsFolder.take(folder)) {
            assertThatThrownBy(() -> RunsFolder.take(folder))
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid() + " serves it.");
            first.sign("http://127.0.0.1:8501");
            assertThatThrownBy(() -> RunsFolder.take(folder))
                    .isInstanceOf(ServerException.class)
                    .hasMessageContaining(
                            "process " + ProcessHandle.current().pid() + " at http://127.0.0.1:8501 serves it.");
        }
        RunsFolder.take(folder).close();
    }

    @Test
    void whatIsNoFileIsNoLock() throws IOException, InterruptedException {
        Path lock = folder.resolve(".server");
        Files.createSymbolicLink(lock, Files.writeString(folder.resolve("mine"), "mine"));
        assertThatThrownBy(() -> RunsFolder.take(folder)).hasMessageContaining("symbolic link");
        assertThat(folder.resolve("mine")).hasContent("mine");
        Files.delete(lock);
        StrangeFiles.pipe(lock);
        assertThatThrownBy(() -> RunsFolder.take(folder)).hasMessageContaining("named pipe");
    }

    @Test
    void uploadsOfAKilledServerAreRemovedAndThoseOfALivingOneStay() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Files.writeString(outside.resolve("mine"), "mine");
        Path runs = folder.resolve("runs");
        Path old = Files.createDirectories(runs.resolve(".uploads/upload-1"));
        Files.writeString(old.resolve("upload.csv"), "1");
        Files.createSymbolicLink(old.resolve("link"), outside.resolve("mine"));
        Files.createSymbolicLink(runs.resolve(".uploads/upload-2"), outside);
        try (RunsFolder first = RunsFolder.take(runs)) {
            assertThat(old).doesNotExist();
            assertThat(outside.resolve("mine")).hasContent("mine");
            Path own = first.newUpload();
            assertThat(own.getParent()).isEqualTo(runs.toRealPath().resolve(".uploads"));
            Files.writeString(own.resolve("upload.csv"), "2");
            assertThatThrownBy(() -> RunsFolder.take(runs)).isInstanceOf(ServerException.class);
            assertThat(own.resolve("upload.csv")).hasContent("2");
        }
    }

    @Test
    void uploadsThatWouldLieElsewhereAreRefused() throws IOException {
        Path outside = Files.createDirectory(folder.resolve("outside"));
        Path runs = Files.createDirectory(folder.resolve("runs"));
        Files.createSymbolicLink(runs.resolve(".uploads"), outside);
        try (RunsFolder first = RunsFolder.take(runs)) {
            assertThatThrownBy(first::newUpload).hasMessageContaining("symbolic link");
            assertThat(outside).isEmptyDirectory();
        }
    }
}
