package dev.hourglass.detect.series;

import dev.hourglass.evaluate.Points;
import java.util.Arrays;

/**
 * Windows of a series, one ending at each row, so that a row is scored by itself and those before it.
 *
 * @param steps rows in a window, &gt;= 1
 */
public record TrailingWindows(int steps) {
    public TrailingWindows {
        if (steps < 1) {
            throw new IllegalArgumentException("a window must be of >= 1 steps, got " + steps);
        }
    }

    /** A series of one channel as rows, {@code [rows] -> [rows][1]}. */
    public static double[][] ofOneChannel(double[] values) {
        return Arrays.stream(values).mapToObj(value -> new double[] {value}).toArray(double[][]::new);
    }

    /**
     * Rows {@code from} to {@code to - 1} cut into all windows that lie inside.
     *
     * @param rows [row][channel], finite as 32-bit numbers; standardise what is large first
     * @return [to - from - steps + 1, steps * channels]
     * @throws IllegalArgumentException if there are fewer rows than one window needs
     */
    public Points cut(double[][] rows, int from, int to) {
        int count = to - from - steps + 1;
        if (count < 1) {
            throw new IllegalArgumentException("a window of " + steps + " steps needs as many rows, got " + (to - from)
                    + ". Choose shorter windows or a longer series.");
        }
        int channels = rows[from].length;
        float[] values = new float[Math.multiplyExact(count, steps * channels)];
        int at = 0;
        for (int window = from; window < from + count; window++) {
            for (int row = window; row < window + steps; row++) {
                for (double value : rows[row]) {
                    values[at++] = (float) value;
                }
            }
        }
        return Points.of(values, steps * channels);
    }

    /** The scores of windows as those of the rows that they end at; 0 for the first rows, at which none ends. */
    public double[] atLastRows(double[] ofWindows) {
        double[] ofRows = new double[ofWindows.length + steps - 1];
        System.arraycopy(ofWindows, 0, ofRows, steps - 1, ofWindows.length);
        return ofRows;
    }

    /**
     * The scores of windows as those of the rows in their middle, the first and last repeated at the ends (TSB-AD): for covering
     * an anomaly, not for noticing it early, since a row is scored by rows that follow it.
     */
    public double[] atMiddleRows(double[] ofWindows) {
        double[] ofRows = new double[ofWindows.length + steps - 1];
        int before = steps / 2;
        Arrays.fill(ofRows, 0, before, ofWindows[0]);
        System.arraycopy(ofWindows, 0, ofRows, before, ofWindows.length);
        Arrays.fill(ofRows, before + ofWindows.length, ofRows.length, ofWindows[ofWindows.length - 1]);
        return ofRows;
    }
}
