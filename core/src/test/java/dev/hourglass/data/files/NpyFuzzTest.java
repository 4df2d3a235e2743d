package dev.hourglass.data.files;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** NPY files: the header, and the numbers that it promises. */
class NpyFuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".npy");
            try {
                FloatDataset data = NpyFile.open(Files.write(file, bytes));
                float[] sample = new float[data.sampleShape().size()];
                for (int i = 0; i < data.size(); i++) {
                    data.copySample(i, sample, 0);
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }
}
