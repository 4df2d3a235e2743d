package dev.hourglass.detect.series;

/** Makes scores calmer by those before them, never by later ones, so that a stream gets the same. Gaps (NaN) start it anew. */
public sealed interface Smoothing {
    /**
     * Smooths a series.
     *
     * @param scores in order of time, NaN where there is none; not changed
     * @return as many, NaN at the same places
     */
    double[] apply(double[] scores);

    /**
     * The mean of a score and those before it; of fewer at the start ({@code pandas.Series.rolling(rows, min_periods=1).mean()}).
     *
     * @param rows how many, &gt;= 1; 1 changes nothing
     */
    record MovingAverage(int rows) implements Smoothing {
        public MovingAverage {
            if (rows < 1) {
                throw new IllegalArgumentException("a moving average must be of 1 row or more, got " + rows);
            }
        }

        @Override
        public double[] apply(double[] scores) {
            double[] smooth = new double[scores.length];
            int first = 0;
            for (int i = 0; i < scores.length; i++) {
                if (Double.isNaN(scores[i])) {
                    smooth[i] = Double.NaN;
                    first = i + 1;
                    continue;
                }
                // Each sum anew: one that is carried along keeps the rounding of every large score that has passed.
                first = Math.max(first, i - rows + 1);
                double sum = 0;
                for (int k = first; k <= i; k++) {
                    sum += scores[k];
                }
                smooth[i] = sum / (i - first + 1);
            }
            return smooth;
        }
    }

    /**
     * {@code y = alpha x + (1 - alpha) y before}, from the first score on ({@code pandas.Series.ewm(alpha, adjust=False).mean()}).
     *
     * @param alpha above 0, at most 1, which changes nothing
     */
    record Exponential(double alpha) implements Smoothing {
        public Exponential {
            if (!(alpha > 0 && alpha <= 1)) {
                throw new IllegalArgumentException("alpha must be above 0 and at most 1, got " + alpha);
            }
        }

        @Override
        public double[] apply(double[] scores) {
            double[] smooth = new double[scores.length];
            double before = Double.NaN;
            for (int i = 0; i < scores.length; i++) {
                before = Double.isNaN(before) || Double.isNaN(scores[i])
                        ? scores[i]
                        : alpha * scores[i] + (1 - alpha) * before;
                smooth[i] = before;
            }
            return smooth;
        }
    }
}
