package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.files.Failures;
import dev.hourglass.hdf5.Dataset;
import dev.hourglass.hdf5.Dataset.Values;
import dev.hourglass.hdf5.Group;
import dev.hourglass.hdf5.Hdf5File;
import dev.hourglass.hdf5.Node;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntToDoubleFunction;

/**
 * Reader of the data sets of an HDF5 file, named by their paths, such as {@code train/x}: numbers of any kind, in one piece
 * or in chunks, packed with gzip or not; the first dimension counts the samples. Fractions of 64 bits and whole numbers keep
 * their digits; uint8 is pixels. Compounds, texts, enumerations (h5py's bool) and single numbers are left out. The file
 * is read whole, within the memory there is.
 */
public final class Hdf5Arrays implements ArrayFile {
    private static final String WAY_OUT = "Save it as numbers, such as f['x'] = array.astype('float32') with h5py.";

    private final Path file;
    private final Map<String, Dataset> found = new LinkedHashMap<>();
    private final Map<String, CorruptFileException> leftOut = new LinkedHashMap<>();

    private Hdf5Arrays(Path file) {
        this.file = file;
    }

    /**
     * @throws CorruptFileException if the file is damaged, holds what is refused, or has no array of numbers
     * @throws DatasetException if it can't be read
     */
    public static Hdf5Arrays open(Path file) {
        Hdf5Arrays arrays = new Hdf5Arrays(file);
        try {
            arrays.add("", Hdf5File.readExactly(file));
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
        if (arrays.found.isEmpty()) {
            throw arrays.leftOut.isEmpty()
                    ? arrays.corrupt("a data set of numbers", "none")
                    : arrays.leftOut.values().iterator().next();
        }
        return arrays;
    }

    private void add(String path, Node node) {
        switch (node) {
            case Group group ->
                group.children().forEach((name, child) -> add(path.isEmpty() ? name : path + "/" + name, child));
            case Dataset dataset -> {
                if (dataset.values() instanceof Values.Other other) {
                    leftOut.put(path, corrupt("numbers in '" + path + "'", other.type()));
                } else if (dataset.dimensions().isEmpty()
                        || dataset.dimensions().contains(0)) {
                    leftOut.put(path, corrupt("samples in '" + path + "'", "a single number or none"));
                } else {
                    found.put(path, dataset);
                }
            }
        }
    }

    @Override
    public List<Entry> entries() {
        return found.entrySet().stream()
                .map(each -> new Entry(each.getKey(), each.getValue().dimensions()))
                .toList();
    }

    @Override
    public Map<String, CorruptFileException> leftOut() {
        return leftOut;
    }

    private Dataset dataset(Entry entry) {
        Dataset dataset = found.get(entry.name());
        if (dataset == null) {
            throw new IllegalArgumentException("no data set of " + file + ": " + entry);
        }
        return dataset;
    }

    @Override
    public FloatDataset samples(Entry entry) {
        int[] sample = entry.shape().size() == 1
                ? new int[] {1}
                : entry.shape().subList(1, entry.shape().size()).stream()
                        .mapToInt(i -> i)
                        .toArray();
        Shape shape;
        try {
            shape = Shape.of(sample);
        } catch (ShapeException e) {
            throw corrupt("samples that fit an array in " + entry, String.valueOf(e.getMessage()));
        }
        String name = String.valueOf(file.getFileName());
        return switch (dataset(entry).values()) {
            case Values.Floats floats -> FloatDataset.of(name, shape, floats.values());
            case Values.Doubles doubles ->
                FloatDataset.of(
                        name, shape, new SampleStore.Doubles(MemorySegment.ofArray(doubles.values()), shape.size()));
            case Values.Pixels pixels ->
                FloatDataset.of(name, shape, new Pixels(pixels.values(), shape.size()))
                        .withNormalization(Normalization.PIXELS);
            case Values.Wholes ignored -> throw new IllegalStateException("not read exactly");
            case Values.Other ignored -> throw new IllegalStateException("left out");
        };
    }

    @Override
    public int[] labels(Entry entry) {
        Dataset dataset = dataset(entry);
        int count = entry.shape().getFirst();
        if (entry.shape().stream().reduce(1, (a, b) -> a * b) != count) {
            throw corrupt("labels [samples] in " + entry, "more numbers a sample");
        }
        IntToDoubleFunction number = switch (dataset.values()) {
            case Values.Floats floats -> i -> floats.values()[i];
            case Values.Doubles doubles -> i -> doubles.values()[i];
            case Values.Pixels pixels -> i -> Byte.toUnsignedInt(pixels.values()[i]);
            case Values.Wholes ignored -> throw new IllegalStateException("not read exactly");
            case Values.Other ignored -> throw new IllegalStateException("left out");
        };
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            double label = number.applyAsDouble(i);
            if (!(label >= 0 && label <= Integer.MAX_VALUE && label == Math.rint(label))) {
                throw corrupt(
                        "whole numbers from 0 to 2,147,483,647 as labels in " + entry,
                        String.format(Locale.ROOT, "%s for sample %,d", label, i));
            }
            labels[i] = (int) label;
        }
        return labels;
    }

    private CorruptFileException corrupt(String expected, String found) {
        return new CorruptFileException(file, expected, found, WAY_OUT);
    }

    private record Pixels(byte[] values, int sampleSize) implements SampleStore {
        @Override
        public int size() {
            return values.length / sampleSize;
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            for (int i = 0; i < sampleSize; i++) {
                into[offset + i] = Byte.toUnsignedInt(values[index * sampleSize + i]);
            }
        }

        @Override
        public long storedBytes() {
            return values.length;
        }

        @Override
        public void requireUnchanged() {
            // Nobody else has the array.
        }
    }
}
