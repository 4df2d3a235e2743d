package dev.hourglass.data.files;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.CorruptFileException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A file of arrays with names, such as NPZ. */
public interface ArrayFile {
    /**
     * An array of numbers.
     *
     * @param shape the first dimension counts the samples
     */
    record Entry(String name, List<Integer> shape) {
        public Entry {
            shape = List.copyOf(shape);
        }

        /** Such as {@code 'x_train' [60000, 28, 28]}. */
        @Override
        public String toString() {
            return "'" + name + "' " + shape.stream().map(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
        }
    }

    /** All that are arrays of numbers, in the order of the file. */
    List<Entry> entries();

    /** Names of arrays that are not read, with the reason. */
    Map<String, CorruptFileException> leftOut();

    /**
     * Samples, as {@link NpyFile#open} gives them.
     *
     * @param entry one of {@link #entries}
     */
    FloatDataset samples(Entry entry);

    /**
     * Classes, as {@link NpyFile#readLabels} gives them.
     *
     * @param entry one of {@link #entries}
     * @throws CorruptFileException if they are no classes
     */
    int[] labels(Entry entry);
}
