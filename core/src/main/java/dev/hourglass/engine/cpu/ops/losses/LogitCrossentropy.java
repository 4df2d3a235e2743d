package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.cpu.ops.Logarithm;
import dev.hourglass.tensor.Kernels;

/**
 * Binary cross-entropy of logits: {@code max(z, 0) - z t + log(1 + exp(-|z|))}, whose slope is {@code sigmoid(z) - t}. What
 * each number costs is computed for many at once, the sums are in their order. For one thread at a time.
 */
final class LogitCrossentropy implements LossFunction {
    private final float smoothing;
    private final Kernels kernels;
    /** Logits, then what is linear in them. */
    private final double[] linear = new double[PRODUCT];
    /** Targets, then slopes. */
    private final double[] slopes = new double[PRODUCT];

    private final double[] factors = new double[PRODUCT];

    LogitCrossentropy(float smoothing, Kernels kernels) {
        this.smoothing = smoothing;
        this.kernels = kernels;
    }

    @Override
    public double add(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int from = 0; from < count; from += PRODUCT) {
            int length = Math.min(PRODUCT, count - from);
            for (int j = 0; j < length; j++) {
                linear[j] = Y[y + from + j];
                slopes[j] = T[t + from + j] * (1 - smoothing) + 0.5f * smoothing;
            }
            kernels.logisticLoss(linear, slopes, factors, factor, length);
            for (int j = 0; j < length; j++) {
                D[d + from + j] = (float) slopes[j];
            }
            double product = 1;
            for (int j = 0; j < length; j++) {
                sum += linear[j];
                product *= factors[j];
            }
            sum += Logarithm.of(product);
        }
        return sum;
    }
}
