package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** ONNX files: the messages, and what operators say of each other's values. */
class OnnxFuzzTest extends FuzzTarget {
    @BeforeAll
    static void loadClasses() throws IOException {
        // Else the first input pays for it.
        ModelFile.read(Path.of("src/test/resources/fuzz/OnnxFuzzTest/dense.onnx"));
    }

    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".onnx");
            try {
                ModelFile.read(Files.write(file, bytes));
            } catch (UnsupportedModelException refused) {
                // As good an answer as a CorruptFileException.
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }
}
