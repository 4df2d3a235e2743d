package dev.hourglass.data.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
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
    private static final int LEAST_PICTURE = 8;

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
        return of(file, options, share -> {});
    }

    /**
     * The same of a file that may be large.
     *
     * @param progress told how much is read, 0 to 1; what it throws ends the reading
     */
    public static TableProfile of(Path file, TableOptions options, DoubleConsumer progress) {
        return new TableScan(file).profile(options, progress);
    }

    /** How many samples windows make, at most; each row is one where {@code steps} is 1. */
    public long samples(int steps, int stride) {
        long each = rows / series;
        return each < steps ? 0 : series * ((each - steps) / stride + 1);
    }

    /**
     * Whether rows are likely grey pictures, pixel after pixel, as tables of MNIST have them: a square number of columns, all
     * of them whole numbers from 0 to 255 and some above 127, without times and gaps.
     *
     * @return their height and width; 0 if they are none
     */
    public int pictureSide() {
        int side = (int) Math.round(Math.sqrt(channels.size()));
        boolean square = side >= LEAST_PICTURE && side * side == channels.size();
        boolean pixels = channels.stream()
                .allMatch(each -> each.whole() && each.missing() == 0 && each.least() >= 0 && each.most() <= 255);
        boolean bright = channels.stream().anyMatch(each -> each.most() > 127);
        boolean rowsAlone =
                times == null && series == 1 && options.roles().exclude().isEmpty() && !Files.isDirectory(file);
        return square && pixels && bright && rowsAlone ? side : 0;
    }

    /**
     * The numbers of the first rows, for a picture of them.
     *
     * @param most how many at most; there may be fewer
     * @return [channels] each
     * @throws dev.hourglass.data.DatasetException if the file can't be read any more
     */
    public List<float[]> firstRows(int most) {
        try (TableReader reader = TableReader.open(file, options)) {
            RowBlock block = reader.newBlock(most);
            boolean any = reader.read(block);
            List<float[]> read = new ArrayList<>();
            for (int row = 0; any && row < Math.min(most, block.rows); row++) {
                float[] numbers = new float[channels.size()];
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = (float) block.values[row * numbers.length + i];
                }
                read.add(numbers);
            }
            return read;
        } catch (IOException e) {
            throw TableReader.unreadable(file, e);
        }
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
