package dev.hourglass.evaluate.errors;

/**
 * How far one reconstruction is off, in the units that the model sees.
 *
 * @param mse mean of the squared differences
 * @param mae mean of the absolute differences
 */
public record SampleError(double mse, double mae) {
    /**
     * @param original the sample
     * @param rebuilt holds the reconstruction from {@code offset} on
     */
    public static SampleError of(float[] original, float[] rebuilt, int offset) {
        ErrorSums sums = new ErrorSums();
        for (int i = 0; i < original.length; i++) {
            sums.add((double) rebuilt[offset + i] - original[i]);
        }
        return new SampleError(sums.mse(), sums.mae());
    }

    public double by(ErrorMeasure measure) {
        return switch (measure) {
            case MSE -> mse;
            case MAE -> mae;
        };
    }
}
