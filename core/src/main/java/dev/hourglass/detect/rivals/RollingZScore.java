package dev.hourglass.detect.rivals;

/**
 * How many standard deviations each row of a series lies from the mean of the rows before it. Needs no fitting.
 *
 * @param steps over how many rows before it mean and deviation go, &gt;= 2; at the start, over those that there are
 */
public record RollingZScore(int steps) {
    /** A series that has been constant has no deviation: whatever differs is this far away. */
    public static final double MOST = 1e6;

    public RollingZScore {
        if (steps < 2) {
            throw new IllegalArgumentException("steps must be >= 2, got " + steps);
        }
    }

    /**
     * Scores each row, those of the first two being 0.
     *
     * @param rows [row][channel], finite
     * @return one a row, the mean over channels, each 0 to {@link #MOST}
     */
    public double[] score(double[][] rows) {
        double[] scores = new double[rows.length];
        for (int row = 2; row < rows.length; row++) {
            int channels = rows[row].length;
            for (int channel = 0; channel < channels; channel++) {
                scores[row] += deviations(rows, row, channel) / channels;
            }
        }
        return scores;
    }

    // In two passes: running sums would leave a rest of rounding where a series is constant after large numbers.
    private double deviations(double[][] rows, int row, int channel) {
        int from = Math.max(0, row - steps);
        double mean = 0;
        for (int i = from; i < row; i++) {
            mean += rows[i][channel];
        }
        mean /= row - from;
        double variance = 0;
        for (int i = from; i < row; i++) {
            double difference = rows[i][channel] - mean;
            variance += difference * difference;
        }
        double deviation = Math.sqrt(variance / (row - from));
        double distance = Math.abs(rows[row][channel] - mean);
        // A mean of equal numbers may be off by its last bits.
        boolean equal = distance <= Math.ulp(mean) * (row - from);
        return equal ? 0 : Math.min(distance / deviation, MOST);
    }
}
