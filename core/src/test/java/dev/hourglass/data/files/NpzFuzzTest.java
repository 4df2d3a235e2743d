package dev.hourglass.data.files;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** NPZ files: the zip, its arrays, and the numbers that they promise. */
class NpzFuzzTest extends FuzzTarget {
    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".npz");
            try {
                NpzFile npz = NpzFile.open(Files.write(file, bytes));
                for (ArrayFile.Entry entry : npz.entries()) {
                    FloatDataset data = npz.samples(entry);
                    float[] sample = new float[data.sampleShape().size()];
                    for (int i = 0; i < data.size(); i++) {
                        data.copySample(i, sample, 0);
                    }
                }
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("a temporary file can't be written", e);
        }
    }
}
