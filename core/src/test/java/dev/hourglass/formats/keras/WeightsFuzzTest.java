package dev.hourglass.formats.keras;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;

/** Weights beside an architecture that is right, by Keras 2 and 3: how they are found, and what their shapes say. */
class WeightsFuzzTest extends FuzzTarget {
    private static final Path ARCHITECTURE = Path.of("src/test/resources/keras/other/architecture.json");

    @BeforeAll
    static void loadClasses() {
        // Else the first input pays for it.
        read(Path.of("src/test/resources/fuzz/WeightsFuzzTest/keras3.weights.h5"));
    }

    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".h5");
            try {
                read(Files.write(file, bytes));
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }

    private static void read(Path weights) {
        try {
            ModelFile.read(ARCHITECTURE, ReadOptions.defaults().withWeights(weights));
        } catch (UnsupportedModelException refused) {
            // As good an answer as a CorruptFileException.
        } catch (IOException e) {
            throw new UncheckedIOException("the architecture can't be read", e);
        }
    }
}
