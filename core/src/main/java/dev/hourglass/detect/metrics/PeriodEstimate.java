package dev.hourglass.detect.metrics;

/** A guess at the period of a series, by which TSB-AD chooses VUS's window (its {@code find_length_rank} with rank 1). */
public final class PeriodEstimate {
    private static final int MOST_ROWS = 20_000;
    private static final int MOST_LAG = 400;
    private static final int LEAST_LAG = 3;
    private static final int MOST_PLACE = 300;
    private static final int UNKNOWN = 125;

    private PeriodEstimate() {}

    /**
     * The lag of the highest local maximum of the autocorrelation of the first 20,000 values.
     *
     * @param values of one channel, finite
     * @return rows; 125 where there is no maximum, or one at a lag below 6 or above 303
     */
    public static int of(double[] values) {
        LabelledScores.requireFinite(values);
        int rows = Math.min(values.length, MOST_ROWS);
        double mean = 0;
        for (int i = 0; i < rows; i++) {
            mean += values[i] / rows;
        }
        double[] correlation = new double[Math.max(0, Math.min(MOST_LAG + 1, rows) - LEAST_LAG)];
        for (int j = 0; j < correlation.length; j++) {
            int lag = j + LEAST_LAG;
            for (int i = 0; i + lag < rows; i++) {
                correlation[j] += (values[i] - mean) * (values[i + lag] - mean);
            }
        }
        int best = -1;
        for (int j = 1; j + 1 < correlation.length; j++) {
            boolean peak = correlation[j] > correlation[j - 1] && correlation[j] > correlation[j + 1];
            if (peak && (best < 0 || correlation[j] > correlation[best])) {
                best = j;
            }
        }
        return best < LEAST_LAG || best > MOST_PLACE ? UNKNOWN : best + LEAST_LAG;
    }
}
