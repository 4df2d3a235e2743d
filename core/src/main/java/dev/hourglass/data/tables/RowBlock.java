package dev.hourglass.data.tables;

/** Some rows of a table, filled anew by each {@link TableReader#read}, so that a table of any length needs this much memory. */
public final class RowBlock {
    private static final int MOST_NUMBERS = 1 << 20;
    private static final int MOST_ROWS = 1 << 12;

    final double[] values;
    final long[] times;
    final int[] labels;
    final int[] ids;
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

    /** How many rows there are. */
    public int rows() {
        return rows;
    }

    /** [rows, channels], NaN where a number is missing; valid until the next reading. */
    public double[] values() {
        return values;
    }

    /** Nanoseconds since 1970, where the table has times. */
    public long[] times() {
        return times;
    }

    /** Codes of {@link TableReader#classes}, where the table has labels. */
    public int[] labels() {
        return labels;
    }

    /** Codes of {@link TableReader#series}, where a column tells the series apart. */
    public int[] ids() {
        return ids;
    }
}
