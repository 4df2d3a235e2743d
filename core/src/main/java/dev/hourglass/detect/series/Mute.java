package dev.hourglass.detect.series;

/**
 * Silence after a detection, for scores that are to find the beginning of each anomaly and say it once.
 *
 * @param level what counts as a detection: a score at it or above that is not muted itself
 * @param rows how many after it get 0, &gt;= 0
 */
public record Mute(double level, int rows) {
    public Mute {
        if (!Double.isFinite(level) || rows < 0) {
            throw new IllegalArgumentException(
                    "a mute needs a finite level and >= 0 rows, got " + level + " and " + rows);
        }
    }

    /** @param scores one a row, not changed */
    public double[] apply(double[] scores) {
        double[] muted = new double[scores.length];
        int silentTo = 0;
        for (int row = 0; row < scores.length; row++) {
            if (row < silentTo) {
                continue;
            }
            muted[row] = scores[row];
            if (scores[row] >= level) {
                silentTo = row + 1 + rows;
            }
        }
        return muted;
    }
}
