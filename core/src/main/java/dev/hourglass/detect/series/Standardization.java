package dev.hourglass.detect.series;

/**
 * Numbers by channel as deviations from the mean of training rows. A channel that is constant in training is only moved to 0.
 *
 * @param means by channel
 * @param deviations by channel, &gt; 0
 */
public record Standardization(double[] means, double[] deviations) {
    public Standardization {
        means = means.clone();
        deviations = deviations.clone();
    }

    /**
     * By rows {@code from} to {@code to - 1}.
     *
     * @param rows [row][channel], finite
     */
    public static Standardization fit(double[][] rows, int from, int to) {
        if (from < 0 || to > rows.length || from >= to) {
            throw new IllegalArgumentException("a standardization needs training rows, got rows " + from + " to "
                    + (to - 1) + " of " + rows.length + ".");
        }
        int channels = rows[from].length;
        double[] means = new double[channels];
        double[] deviations = new double[channels];
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            for (int row = from; row < to; row++) {
                sum += rows[row][c];
            }
            means[c] = sum / (to - from);
            double squares = 0;
            for (int row = from; row < to; row++) {
                squares += (rows[row][c] - means[c]) * (rows[row][c] - means[c]);
            }
            double deviation = Math.sqrt(squares / (to - from));
            // The mean of equal numbers may be off by its last bits.
            boolean constant = deviation <= Math.ulp(means[c]) * (to - from);
            deviations[c] = constant ? 1 : deviation;
        }
        return new Standardization(means, deviations);
    }

    /** @param rows [row][channel], not changed */
    public double[][] apply(double[][] rows) {
        double[][] standard = new double[rows.length][means.length];
        for (int row = 0; row < rows.length; row++) {
            for (int c = 0; c < means.length; c++) {
                standard[row][c] = (rows[row][c] - means[c]) / deviations[c];
            }
        }
        return standard;
    }

    @Override
    public double[] means() {
        return means.clone();
    }

    @Override
    public double[] deviations() {
        return deviations.clone();
    }
}
