package dev.hourglass.data.tables;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is in a table, as one pass over it tells in bounded memory.
 *
 * @param file that was read
 * @param options that read it: as given, with columns of words left out and a column of labels named where one was found
 * @param notes how the table was read, sentences
 * @param named whether its columns have names
 * @param rows how many there are
 * @param series how many, >= 1
 * @param channels columns of numbers
 * @param words columns that are no numbers, and what was made of them
 * @param times null where there are none
 * @param classes of the rows; empty where there are no labels
 * @param related channels that tell the same
 * @param smoothAcross how much of the numbers' variance lies between neighbours in a row, 0 to about 2: small where a row is
 *     a curve; NaN for few columns
 */
public record TableProfile(
        Path file,
        TableOptions options,
        List<String> notes,
        boolean named,
        long rows,
        int series,
        List<Channel> channels,
        List<Words> words,
        @Nullable Times times,
        List<ClassCount> classes,
        List<Related> related,
        double smoothAcross) {
    /**
     * @param missing how many numbers are
     * @param longestRun of missing numbers
     * @param least NaN where all are missing, as are the next three
     * @param follows how much a number tells of the next one: the correlation of neighbouring rows, NaN for constant channels
     * @param whole whether all are whole numbers
     * @param course the least and greatest number of each part of the file, in order, for a picture
     */
    public record Channel(
            String name,
            long missing,
            long longestRun,
            double least,
            double most,
            double mean,
            double deviation,
            double follows,
            boolean whole,
            float[] course) {
        public boolean isEmpty() {
            return Double.isNaN(least);
        }

        public boolean isConstant() {
            return least == most;
        }
    }

    /** @param texts some that the column has */
    public record Words(String column, List<String> texts, boolean label) {}

    /**
     * @param usualNanos the median step
     * @param repeated steps of no time
     * @param irregular steps that are neither that nor the usual one, within a hundredth
     */
    public record Times(
            String column,
            String first,
            String last,
            long usualNanos,
            long longestNanos,
            long repeated,
            long irregular) {}

    /** @param name as the file has it */
    public record ClassCount(String name, long rows) {}

    /** Two channels and their correlation, over rows where all channels have numbers. */
    public record Related(String first, String second, double correlation) {}

    public TableProfile {
        notes = List.copyOf(notes);
        channels = List.copyOf(channels);
        words = List.copyOf(words);
        classes = List.copyOf(classes);
        related = List.copyOf(related);
    }

    /**
     * Reads a table from its beginning to its end.
     *
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, has no rows, or its times are out of order
     * @throws dev.hourglass.data.DatasetException if it can't be read or may be read in two ways
     */
    public static TableProfile of(Path file, TableOptions options) {
        return new TableScan(file).profile(options);
    }

    /** How many samples windows make, at most; each row is one where {@code steps} is 1. */
    public long samples(int steps, int stride) {
        long each = rows / series;
        return each < steps ? 0 : series * ((each - steps) / stride + 1);
    }

    /** The mean of {@link Channel#follows} over channels that have one; 0 where none has. */
    public double follows() {
        return channels.stream()
                .mapToDouble(Channel::follows)
                .filter(Double::isFinite)
                .average()
                .orElse(0);
    }
}
