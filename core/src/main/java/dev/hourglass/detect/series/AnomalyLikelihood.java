package dev.hourglass.detect.series;

import java.util.Arrays;

/**
 * How unlikely a moving average of scores is by the law of those before it (Lavin and Ahmad 2015): a normal law is fitted to past
 * averages again and again, and a score becomes the logarithm of its tail, from 0 for a usual to 1 for a one in 10<sup>10</sup>.
 * So a detector whose scores rise and fall all the time speaks only when they rise beyond that. Each row is judged by those
 * before it alone.
 *
 * @param average rows of the moving average, &gt;= 1
 * @param memory how many past averages the law is fitted to, &gt;= 2
 * @param every after how many rows it is fitted again, &gt;= 1
 * @param learning rows at the start that are neither learned from nor scored, which have 0, like the two that follow; &gt;= 0
 */
public record AnomalyLikelihood(int average, int memory, int every, int learning) {
    private static final double LEAST_MEAN = 0.03;
    private static final double LEAST_DEVIATION = Math.sqrt(0.0003);
    private static final double LEAST_TAIL = 1e-10;
    /** A tail so thin right after such a one is the same anomaly, and counts as if it were not thinner than this. */
    private static final double THIN = 1e-5;

    private static final double AGAIN = 1e-3;

    public AnomalyLikelihood {
        require(average >= 1, "average must be >= 1, got " + average);
        require(memory >= 2, "memory must be >= 2, got " + memory);
        require(every >= 1, "every must be >= 1, got " + every);
        require(learning >= 0, "learning must be >= 0, got " + learning);
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** With a moving average of 10 rows, memory of 8,640 and a new law every 100 rows: Numenta's settings. */
    public static AnomalyLikelihood after(int learning) {
        return new AnomalyLikelihood(10, 8640, 100, learning);
    }

    /**
     * @param scores one a row, 0 to 1, finite
     * @return one a row, 0 to 1
     */
    public double[] apply(double[] scores) {
        double[] averages = new Smoothing.MovingAverage(average).apply(scores);
        double[] likelihoods = new double[scores.length];
        NormalLaw law = null;
        boolean thinBefore = false;
        for (int row = 0; row < scores.length; row++) {
            if (row < learning + 2) {
                continue;
            }
            if (law == null || (row - learning) % every == 0) {
                law = NormalLaw.of(Arrays.copyOfRange(averages, Math.max(learning, row - memory), row));
            }
            double tail = law.tail(averages[row]);
            boolean thin = tail <= THIN;
            double onset = thin && thinBefore ? AGAIN : tail;
            likelihoods[row] = Math.clamp(Math.log(onset + LEAST_TAIL) / Math.log(LEAST_TAIL), 0, 1);
            thinBefore = thin;
        }
        return likelihoods;
    }

    private record NormalLaw(double mean, double deviation) {
        static NormalLaw of(double[] values) {
            double mean = Arrays.stream(values).average().orElseThrow();
            double variance = Arrays.stream(values)
                    .map(v -> (v - mean) * (v - mean))
                    .average()
                    .orElseThrow();
            return new NormalLaw(Math.max(mean, LEAST_MEAN), Math.max(Math.sqrt(variance), LEAST_DEVIATION));
        }

        /** How likely a value is at least as large. */
        double tail(double value) {
            return GaussianTail.above((value - mean) / deviation);
        }
    }
}
