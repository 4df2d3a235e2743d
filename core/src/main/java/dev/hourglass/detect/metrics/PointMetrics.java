package dev.hourglass.detect.metrics;

import dev.hourglass.detect.ScoreEvaluation;
import java.util.Arrays;

/** Row by row: each counts the same, whatever stands beside it. */
public final class PointMetrics {
    private PointMetrics() {}

    /** {@link ScoreEvaluation#rocAuc}; NaN unless there are anomalous and normal rows. */
    public static double rocAuc(LabelledScores scores) {
        return evaluation(scores).rocAuc().orElse(Double.NaN);
    }

    /** {@link ScoreEvaluation#averagePrecision} (TSB-AD calls it AUC-PR); 0 without an anomaly, as scikit-learn has it. */
    public static double averagePrecision(LabelledScores scores) {
        return evaluation(scores).averagePrecision().orElse(0);
    }

    private static ScoreEvaluation evaluation(LabelledScores scores) {
        return ScoreEvaluation.of(scores.scores(), scores.labels().flags());
    }

    /**
     * The best F1 over all thresholds (TSB-AD's Standard-F1): the largest {@code 2 P R / (P + R + 0.00001)}, so that 0.999995 is
     * reached at most. What is at the threshold or above is flagged; of equals the lowest threshold is taken. 0 without an
     * anomaly.
     */
    public static BestThreshold bestF1(LabelledScores scores) {
        Labels labels = scores.labels();
        double[] anomalous = sorted(scores, true);
        double[] normal = sorted(scores, false);
        BestThreshold best = new BestThreshold(-1, Double.NaN);
        int a = anomalous.length;
        int n = normal.length;
        while (a + n > 0) {
            double threshold = Math.max(
                    a > 0 ? anomalous[a - 1] : Double.NEGATIVE_INFINITY,
                    n > 0 ? normal[n - 1] : Double.NEGATIVE_INFINITY);
            while (a > 0 && anomalous[a - 1] == threshold) {
                a--;
            }
            while (n > 0 && normal[n - 1] == threshold) {
                n--;
            }
            double hits = anomalous.length - a;
            double precision = hits / (hits + normal.length - n);
            double recall = labels.count() == 0 ? 1 : hits / labels.count();
            double value = 2 * precision * recall / (precision + recall + 0.00001);
            if (value >= best.value()) {
                best = new BestThreshold(value, threshold);
            }
        }
        return best;
    }

    private static double[] sorted(LabelledScores scores, boolean anomalous) {
        double[] some = new double[scores.rows()];
        int count = 0;
        for (int i = 0; i < scores.rows(); i++) {
            if (scores.labels().isAnomalous(i) == anomalous) {
                some[count++] = scores.score(i);
            }
        }
        double[] sorted = Arrays.copyOf(some, count);
        Arrays.sort(sorted);
        return sorted;
    }
}
