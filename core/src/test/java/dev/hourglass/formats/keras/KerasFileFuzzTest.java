package dev.hourglass.formats.keras;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whole model files: the zip or the HDF5, and all that is in it. */
class KerasFileFuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".keras");
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
