package dev.hourglass.data;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a series, or of several, that samples are cut from. Rows are in order of time within each series, wherever they lie in their
 * file.
 *
 * @param count how many there are
 * @param columns names of their numbers; empty where they have none
 * @param times when they were measured; null where that is not known
 * @param ids which series each belongs to, as codes of {@code series}; null where there is one
 * @param series their names
 * @param keys what the columns of times and of the series' names are called
 * @param order the place of each row in its file; null where they lie as there
 * @param pieces within which windows lie: each from its first row to the one behind its last, in order
 */
public record SourceRows(
        int count,
        List<String> columns,
        @Nullable SampleTimes times,
        int @Nullable [] ids,
        List<String> series,
        Keys keys,
        int @Nullable [] order,
        List<int[]> pieces) {
    /**
     * @param time the column of times, without comma, quote or line end where it is written
     * @param id the column that tells series apart
     */
    public record Keys(String time, String id) {
        public static final Keys USUAL = new Keys("time", "id");
    }

    public SourceRows {
        columns = List.copyOf(columns);
        series = List.copyOf(series);
    }

    /** One series of which nothing else is known. */
    public static SourceRows plain(int count) {
        return new SourceRows(count, List.of(), null, null, List.of(), Keys.USUAL, null, List.of(new int[] {0, count}));
    }

    /** The same rows, measured at these times. */
    public SourceRows withTimes(SampleTimes measured) {
        return new SourceRows(count, columns, measured, ids, series, keys, order, pieces);
    }

    /** The series that a row belongs to; empty where there is one. */
    public String seriesOf(int row) {
        return ids == null ? "" : series.get(ids[row]);
    }

    /** How many rows are in a piece, so that a sample may have them. */
    public int used() {
        return pieces.stream().mapToInt(piece -> piece[1] - piece[0]).sum();
    }

    /** How many rows the longest piece has. */
    public int longest() {
        return pieces.stream().mapToInt(piece -> piece[1] - piece[0]).max().orElse(0);
    }
}
