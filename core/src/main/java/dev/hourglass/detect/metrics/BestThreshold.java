package dev.hourglass.detect.metrics;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;

/**
 * The best value of a metric over thresholds, which were tried on the very data that it judges: what a detector could do
 * with a threshold that nobody knows beforehand.
 *
 * @param value of the metric, 0 to 1; NaN where it is undefined
 * @param threshold at which it is reached
 */
public record BestThreshold(double value, double threshold) {
    private static final int THRESHOLDS = 100;

    /**
     * The best over 100 thresholds at equal steps from the smallest score to the largest (TSB-AD), the lowest of equals.
     * What is above a threshold is flagged, so nothing is at the last one.
     *
     * @param metric of flags, an array that is used again
     * @return NaN if the metric is undefined at the first threshold, as the original has it
     */
    static BestThreshold overGrid(LabelledScores scores, ToDoubleFunction<boolean[]> metric) {
        double[] all = scores.scores();
        double least = Arrays.stream(all).min().orElseThrow();
        double most = Arrays.stream(all).max().orElseThrow();
        // As numpy.linspace has it, bit for bit: a score may be equal to a threshold.
        double step = (most - least) / (THRESHOLDS - 1);
        boolean[] flags = new boolean[all.length];
        BestThreshold best = new BestThreshold(Double.NaN, least);
        for (int k = 0; k < THRESHOLDS; k++) {
            double threshold = k == THRESHOLDS - 1 ? most : k * step + least;
            scores.flagAbove(threshold, flags);
            double value = metric.applyAsDouble(flags);
            if (k == 0 || value > best.value) {
                best = new BestThreshold(value, threshold);
            }
        }
        return best;
    }
}
