package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelFileTest;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole model files cut after each byte. */
class ModelFileDamageIT {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"nested_sequential.keras", "nested_sequential.h5"})
    void aFileOfKerasCutAnywhereIsRefused(String name) throws IOException {
        requireRefusedWhereverCut(Files.copy(KerasFilesTest.resource(name), folder.resolve(name)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"model.keras", "model.h5"})
    void aFileOfOursCutAnywhereIsRefused(String name) throws IOException {
        Path file = folder.resolve(name);
        ModelFile.write(ModelFileTest.trained(ModelFileTest.everyLayer()), file);
        requireRefusedWhereverCut(file);
    }

    private static void requireRefusedWhereverCut(Path file) throws IOException {
        ModelFile.read(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (long length = channel.size() - 1; length >= 0; length--) {
                channel.truncate(length);
                String message = refusal(file, length);
                assertThat(message.startsWith(file.toString()) && message.indexOf('\n') < 0)
                        .as("cut after %d bytes: %s", length, message)
                        .isTrue();
            }
        }
    }

    private static String refusal(Path file, long length) throws IOException {
        try {
            ModelFile.read(file);
        } catch (CorruptFileException refused) {
            return String.valueOf(refused.getMessage());
        } catch (RuntimeException | Error e) {
            throw new AssertionError("cut after " + length + " bytes", e);
        }
        throw new AssertionError("read though it is cut after " + length + " bytes");
    }
}
