package dev.hourglass.data.tables;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of numbers in memory, as its file has them: nothing is filled or scaled.
 *
 * @param file that it was read from
 * @param columns names of the channels, or none
 * @param channels how many numbers a row has, >= 1
 * @param values [rows, channels], NaN where one is missing; not to be changed
 * @param times of the rows in nanoseconds since 1970, not decreasing within a series; null where there are none
 * @param zoned whether times are moments; else they are readings of some clock
 * @param labels the class of each row, as codes of {@code classes}; null where there are none
 * @param classes what labels stand for
 * @param ids which series each row belongs to, as codes of {@code series}; null where there is one
 * @param series their names
 * @param notes what was found and taken, sentences
 */
public record Table(
        Path file,
        List<String> columns,
        int channels,
        double[] values,
        long @Nullable [] times,
        boolean zoned,
        int @Nullable [] labels,
        List<String> classes,
        int @Nullable [] ids,
        List<String> series,
        List<String> notes) {
    public Table {
        columns = List.copyOf(columns);
        classes = List.copyOf(classes);
        series = List.copyOf(series);
        notes = List.copyOf(notes);
    }

    public int rows() {
        return values.length / channels;
    }

    /** Rows {@code from} to {@code to - 1}. */
    public Table range(int from, int to) {
        return new Table(
                file,
                columns,
                channels,
                Arrays.copyOfRange(values, from * channels, to * channels),
                times == null ? null : Arrays.copyOfRange(times, from, to),
                zoned,
                labels == null ? null : Arrays.copyOfRange(labels, from, to),
                classes,
                ids == null ? null : Arrays.copyOfRange(ids, from, to),
                series,
                notes);
    }

    /** The same rows with each series in one piece, in the order in which they begin. */
    public Table bySeries() {
        if (ids == null || IntStream.range(1, ids.length).allMatch(row -> ids[row - 1] <= ids[row])) {
            return this;
        }
        int[] order = order(ids, series.size());
        double[] sorted = new double[values.length];
        for (int row = 0; row < order.length; row++) {
            System.arraycopy(values, order[row] * channels, sorted, row * channels, channels);
        }
        return new Table(
                file,
                columns,
                channels,
                sorted,
                times == null
                        ? null
                        : Arrays.stream(order).mapToLong(row -> times[row]).toArray(),
                zoned,
                labels == null
                        ? null
                        : Arrays.stream(order).map(row -> labels[row]).toArray(),
                classes,
                Arrays.stream(order).map(row -> ids[row]).toArray(),
                series,
                notes);
    }

    /** The rows by their series, those of one in the order in which they are. */
    private static int[] order(int[] ids, int series) {
        int[] next = new int[series + 1];
        for (int id : ids) {
            next[id + 1]++;
        }
        for (int id = 1; id < series; id++) {
            next[id] += next[id - 1];
        }
        int[] order = new int[ids.length];
        for (int row = 0; row < ids.length; row++) {
            order[next[ids[row]]++] = row;
        }
        return order;
    }

    /** The same with a label for each row. */
    public Table withLabels(int[] each, List<String> names) {
        return new Table(file, columns, channels, values, times, zoned, each, names, ids, series, notes);
    }

    /** The name of a channel; its number from 1 where it has none. */
    public String channelName(int channel) {
        return columns.isEmpty() ? Integer.toString(channel + 1) : columns.get(channel);
    }

    /** Where series begin, and the number of rows at the end; one series where no column tells them apart. */
    public int[] seriesBounds() {
        IntStream begins = ids == null
                ? IntStream.of(0)
                : IntStream.range(0, rows()).filter(row -> row == 0 || ids[row] != ids[row - 1]);
        return IntStream.concat(begins, IntStream.of(rows())).toArray();
    }
}
