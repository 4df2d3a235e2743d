package dev.hourglass.data.tables;

import dev.hourglass.data.SourceRows;
import dev.hourglass.files.ScratchNumbers;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A table of numbers as its file has them, whatever its format: nothing is filled or scaled. Numbers and times may lie outside of memory, see
 * {@link dev.hourglass.files.ScratchNumbers}.
 *
 * @param file that it was read from, or the folder of several
 * @param columns names of the channels, or none
 * @param channels how many numbers a row has, >= 1
 * @param values doubles [rows, channels], NaN where one is missing; changed only by who fills gaps
 * @param times of the rows as longs, nanoseconds since 1970, not decreasing within a series unless they were to be sorted;
 *     null where there are none
 * @param zoned whether times are moments; else they are readings of some clock
 * @param labels the class of each row, as codes of {@code classes}; null where there are none
 * @param classes what labels stand for
 * @param ids which series each row belongs to, as codes of {@code series}; null where there is one
 * @param series their names
 * @param notes what was found and taken, sentences
 * @param keys what the columns of times and of the series' names are called
 * @param order the place of each row in its file; null where they lie as there
 */
public record Table(
        Path file,
        List<String> columns,
        int channels,
        MemorySegment values,
        @Nullable MemorySegment times,
        boolean zoned,
        int @Nullable [] labels,
        List<String> classes,
        int @Nullable [] ids,
        List<String> series,
        List<String> notes,
        SourceRows.Keys keys,
        int @Nullable [] order) {
    public Table {
        columns = List.copyOf(columns);
        classes = List.copyOf(classes);
        series = List.copyOf(series);
        notes = List.copyOf(notes);
    }

    /** Rows as they lie in the file, under keys of the usual names. */
    public Table(
            Path file,
            List<String> columns,
            int channels,
            MemorySegment values,
            @Nullable MemorySegment times,
            boolean zoned,
            int @Nullable [] labels,
            List<String> classes,
            int @Nullable [] ids,
            List<String> series,
            List<String> notes) {
        this(
                file,
                columns,
                channels,
                values,
                times,
                zoned,
                labels,
                classes,
                ids,
                series,
                notes,
                SourceRows.Keys.USUAL,
                null);
    }

    /**
     * Series of channels without names, times and labels.
     *
     * @param ids which series each row belongs to, in one piece each
     * @param id what the column of the series' names is called
     */
    public static Table ofSeries(
            Path file,
            int channels,
            MemorySegment values,
            int[] ids,
            List<String> series,
            List<String> notes,
            String id) {
        return new Table(
                file,
                List.of(),
                channels,
                values,
                null,
                false,
                null,
                List.of(),
                ids,
                series,
                notes,
                new SourceRows.Keys(SourceRows.Keys.USUAL.time(), id),
                null);
    }

    public int rows() {
        return (int) (values.byteSize() / Double.BYTES / channels);
    }

    /** The number of a row in a channel. */
    public double value(int row, int channel) {
        return values.getAtIndex(ValueLayout.JAVA_DOUBLE, (long) row * channels + channel);
    }

    /** When a row was measured. Only where there are times. */
    public long time(int row) {
        if (times == null) {
            throw new IllegalStateException("the table has no times");
        }
        return times.getAtIndex(ValueLayout.JAVA_LONG, row);
    }

    /** Puts another number there. */
    public void setValue(int row, int channel, double value) {
        values.setAtIndex(ValueLayout.JAVA_DOUBLE, (long) row * channels + channel, value);
    }

    /** The numbers of a row. */
    public void copyRow(int row, double[] into) {
        MemorySegment.copy(values, ValueLayout.JAVA_DOUBLE, (long) row * channels * Double.BYTES, into, 0, channels);
    }

    /** Rows {@code from} to {@code to - 1}, which are those of this table and no copies. */
    public Table range(int from, int to) {
        return new Table(
                file,
                columns,
                channels,
                values.asSlice((long) from * channels * Double.BYTES, (long) (to - from) * channels * Double.BYTES),
                times == null ? null : times.asSlice((long) from * Long.BYTES, (long) (to - from) * Long.BYTES),
                zoned,
                labels == null ? null : Arrays.copyOfRange(labels, from, to),
                classes,
                ids == null ? null : Arrays.copyOfRange(ids, from, to),
                series,
                notes,
                keys,
                order == null ? null : Arrays.copyOfRange(order, from, to));
    }

    /** The same rows with each series in one piece, in the order in which they begin, and each in the order of its times. */
    public Table bySeries() {
        boolean together = ids == null || IntStream.range(1, ids.length).allMatch(row -> ids[row - 1] <= ids[row]);
        if (together && inOrder()) {
            return this;
        }
        int[] sorting = ids == null ? IntStream.range(0, rows()).toArray() : order(ids, series.size());
        if (!inOrder()) {
            sorting = Arrays.stream(sorting)
                    .boxed()
                    .sorted(Comparator.<Integer>comparingInt(row -> ids == null ? 0 : ids[row])
                            .thenComparingLong(this::time))
                    .mapToInt(Integer::intValue)
                    .toArray();
        }
        return by(sorting);
    }

    /** Whether no row was measured before another of its series that stands above it. */
    private boolean inOrder() {
        if (times == null) {
            return true;
        }
        long[] last = new long[Math.max(1, series.size())];
        Arrays.fill(last, Long.MIN_VALUE);
        for (int row = 0; row < rows(); row++) {
            int of = ids == null ? 0 : ids[row];
            if (time(row) < last[of]) {
                return false;
            }
            last[of] = time(row);
        }
        return true;
    }

    private Table by(int[] sorting) {
        MemorySegment sorted = sorted(sorting);
        return new Table(
                file,
                columns,
                channels,
                sorted,
                times == null
                        ? null
                        : MemorySegment.ofArray(
                                Arrays.stream(sorting).mapToLong(this::time).toArray()),
                zoned,
                labels == null
                        ? null
                        : Arrays.stream(sorting).map(row -> labels[row]).toArray(),
                classes,
                ids == null ? null : Arrays.stream(sorting).map(row -> ids[row]).toArray(),
                series,
                notes,
                keys,
                order == null
                        ? sorting
                        : Arrays.stream(sorting).map(row -> order[row]).toArray());
    }

    private MemorySegment sorted(int[] rows) {
        try (ScratchNumbers sorted = ScratchNumbers.ofThisProcess()) {
            double[] row = new double[channels];
            for (int from : rows) {
                copyRow(from, row);
                sorted.append(row, channels);
            }
            return sorted.finish();
        } catch (IOException e) {
            throw TableReader.noScratch(file, e);
        }
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
        return new Table(file, columns, channels, values, times, zoned, each, names, ids, series, notes, keys, order);
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
