package dev.hourglass.data.files;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.fuzz.FuzzTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;

/** A file of arrays, and the numbers that it promises. */
abstract class ArrayFuzzTarget extends FuzzTarget {
    private final Function<Path, ArrayFile> reader;

    ArrayFuzzTarget(Function<Path, ArrayFile> reader) {
        this.reader = reader;
    }

    @Override
    protected void read(byte[] bytes) {
        try {
            Path file = Files.createTempFile("fuzzed", ".arrays");
            try {
                ArrayFile arrays = reader.apply(Files.write(file, bytes));
                for (ArrayFile.Entry entry : arrays.entries()) {
                    FloatDataset data = arrays.samples(entry);
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
