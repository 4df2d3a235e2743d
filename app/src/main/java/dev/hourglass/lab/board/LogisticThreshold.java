package dev.hourglass.lab.board;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A threshold from labelled scores: where a logistic regression on their logarithms gives both classes the same probability. It leans on all
 * scores, where the threshold of the highest accuracy leans on the few between the classes. As scikit-learn's {@code LogisticRegression} with
 * {@code C = 1} on standardised logarithms.
 */
final class LogisticThreshold {
    private static final int MOST_STEPS = 100;
    private static final double CLOSE = 1e-12;

    private LogisticThreshold() {}

    /**
     * @param normal scores, &gt;= 0, at least one, not all those of both equal
     * @param abnormal likewise
     * @return above which to flag; infinite where abnormal samples don't have higher scores
     */
    static double of(double[] normal, double[] abnormal) {
        return fit(normal, abnormal).threshold();
    }

    /** How well the regression tells both: the mean of {@code -ln p} of the class that a score is of; the lower the better. */
    static double loss(double[] normal, double[] abnormal) {
        return fit(normal, abnormal).loss();
    }

    private record Fit(double threshold, double loss) {}

    private static Fit fit(double[] normal, double[] abnormal) {
        double[] logs = IntStream.range(0, normal.length + abnormal.length)
                .mapToDouble(i -> i < normal.length ? normal[i] : abnormal[i - normal.length])
                .map(score -> Math.log(Math.max(score, Double.MIN_NORMAL)))
                .toArray();
        double mean = Arrays.stream(logs).average().orElseThrow();
        double deviation = Math.sqrt(Arrays.stream(logs)
                .map(log -> (log - mean) * (log - mean))
                .average()
                .orElseThrow());
        double[] values =
                Arrays.stream(logs).map(log -> (log - mean) / deviation).toArray();
        double[] line = fit(values, normal.length);
        double loss = IntStream.range(0, values.length)
                .mapToDouble(i -> (i < normal.length ? 1 : -1) * (line[0] + line[1] * values[i]))
                .map(margin -> Math.log1p(Math.exp(margin)))
                .average()
                .orElseThrow();
        return new Fit(line[1] > 0 ? Math.exp(mean - deviation * line[0] / line[1]) : Double.POSITIVE_INFINITY, loss);
    }

    /** Intercept and slope, by Newton's method; the slope's square is held down, so that classes that are apart have one as well. */
    private static double[] fit(double[] values, int normal) {
        double intercept = 0;
        double slope = 0;
        for (int step = 0; step < MOST_STEPS; step++) {
            double g0 = 0;
            double g1 = -slope;
            double h00 = 0;
            double h01 = 0;
            double h11 = 1;
            for (int i = 0; i < values.length; i++) {
                double probability = 1 / (1 + Math.exp(-(intercept + slope * values[i])));
                double missing = (i < normal ? 0 : 1) - probability;
                double weight = probability * (1 - probability);
                g0 += missing;
                g1 += missing * values[i];
                h00 += weight;
                h01 += weight * values[i];
                h11 += weight * values[i] * values[i];
            }
            double determinant = h00 * h11 - h01 * h01;
            double change0 = (h11 * g0 - h01 * g1) / determinant;
            double change1 = (h00 * g1 - h01 * g0) / determinant;
            intercept += change0;
            slope += change1;
            if (Math.abs(change0) + Math.abs(change1) < CLOSE) {
                break;
            }
        }
        return new double[] {intercept, slope};
    }
}
