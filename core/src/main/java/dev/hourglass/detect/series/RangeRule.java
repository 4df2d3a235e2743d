package dev.hourglass.detect.series;

/**
 * A row that leaves the range of those before it is an anomaly, whatever a detector says. Nothing of the series' later extremes is
 * known beforehand.
 *
 * @param margin by how much it must leave it, as a share of the range; 0 for any new extreme
 */
public record RangeRule(double margin) {
    public RangeRule {
        if (!(margin >= 0) || Double.isInfinite(margin)) {
            throw new IllegalArgumentException("the margin must be finite and >= 0, got " + margin);
        }
    }

    /**
     * Raises the scores of such rows to 1.
     *
     * @param scores one a row, not changed
     * @param rows [row][channel]; one channel is enough
     * @throws IllegalArgumentException if there are more or fewer scores than rows
     */
    public double[] apply(double[] scores, double[][] rows) {
        if (scores.length != rows.length) {
            throw new IllegalArgumentException("Each row needs a score, got " + scores.length + " scores and "
                    + rows.length + " rows. Take the rows that were scored.");
        }
        double[] raised = scores.clone();
        if (rows.length == 0) {
            return raised;
        }
        double[] least = rows[0].clone();
        double[] most = rows[0].clone();
        for (int row = 1; row < rows.length; row++) {
            for (int channel = 0; channel < least.length; channel++) {
                double value = rows[row][channel];
                double mercy = margin * (most[channel] - least[channel]);
                if (value > most[channel] + mercy || value < least[channel] - mercy) {
                    raised[row] = Math.max(raised[row], 1);
                }
                least[channel] = Math.min(least[channel], value);
                most[channel] = Math.max(most[channel], value);
            }
        }
        return raised;
    }
}
