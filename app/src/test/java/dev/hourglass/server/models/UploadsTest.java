package dev.hourglass.server.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadsTest {
    private static final ModelKey MODEL = new ModelKey("run", "cnn", null);

    @TempDir
    private Path folder;

    @Test
    void anUploadIsKeptForAnHourAndItsFilesGoWithIt() throws IOException {
        AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1); // such a clock may run over
        ByteDataset data = ByteDataset.of("one", Shape.of(1), Normalization.NONE, new byte[] {1});
        try (Uploads uploads = new Uploads(() -> Files.createTempDirectory(folder, "upload-"), now::get)) {
            Path own = uploads.newFolder();
            Files.writeString(own.resolve("upload.csv"), "1");
            String name = uploads.add(MODEL, data, own, 1).name();
            now.addAndGet(Duration.ofMinutes(59).toNanos());
            assertThat(uploads.find(name, MODEL)).hasValue(data);
            now.addAndGet(Duration.ofMinutes(2).toNanos());
            assertThat(uploads.find(name, MODEL)).isEmpty();
            assertThat(own).doesNotExist();
        }
    }
}
