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
        int most = Math.clamp(MOST_NUMBERS / channels, 1, MOST_ROWS);
        values = new double[most * channels];
        times = new long[most];
        labels = new int[most];
        ids = new int[most];
    }

    int mostRows() {
        return times.length;
    }
}
