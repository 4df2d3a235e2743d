package dev.hourglass.data.tables;

/** Some rows of a table, filled anew by each {@link TableReader#read}, so that a table of any length needs this much memory. */
final class RowBlock {
    private static final int MOST_NUMBERS = 1 << 20;
    private static final int MOST_ROWS = 1 << 12;

    /** [rows, channels], NaN where a number is missing. */
    final double[] values;
    /** Nanoseconds since 1970, where the table has times. */
    final long[] times;
    /** Codes of the classes, where the table has labels. */
    final int[] labels;
    /** Codes of the series, where a column tells them apart. */
    final int[] ids;
    /** How many rows there are. */
    int rows;

    RowBlock(int channels) {
        this(channels, MOST_ROWS);
    }

    /** @param mostRows that it will have to hold, at most */
    RowBlock(int channels, long mostRows) {
        int most = Math.clamp(Math.min(mostRows, MOST_NUMBERS / channels), 1, MOST_ROWS);
        values = new double[most * channels];
        times = new long[most];
        labels = new int[most];
        ids = new int[most];
    }

    /** Takes over the numbers of another, which must be of numbers alone. */
    void take(RowBlock other) {
        System.arraycopy(other.values, 0, values, 0, other.rows * (values.length / times.length));
        rows = other.rows;
    }

    int mostRows() {
        return times.length;
    }
}
