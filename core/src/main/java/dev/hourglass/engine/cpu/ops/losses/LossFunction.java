package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.ops.Logarithm;
import dev.hourglass.tensor.Exponential;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;

/**
 * A {@link Loss} over a run of numbers. Sums are in double and in the order of the numbers, exponentials and logarithms
 * our own or {@link StrictMath}'s, so that the bits are the same wherever they are computed.
 */
@FunctionalInterface
public interface LossFunction {
    /** How many factors from 1/2 to 2 are multiplied before the product's logarithm is taken: it stays far from overflow. */
    int PRODUCT = 512;

    /** Keras's {@code epsilon()}: how far from 0 and 1 probabilities are kept. */
    float EPSILON = 1e-7f;

    /**
     * Writes the loss's gradient by each output, times a factor, to D. Of a loss with {@link Loss.Scope#NUMBER} the numbers
     * may be any, of one along the last axis they are whole rows of it, and otherwise a whole sample, row-major.
     *
     * @param Y outputs, from y on
     * @param T their targets, from t on
     * @param D not T; may be Y with the same offset
     * @param count how many
     * @return the loss, summed over its terms
     */
    double add(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor);

    /** How many terms of the last call a mask left out. */
    default int masked() {
        return 0;
    }

    /**
     * @param sample the shape of one output
     * @return for one thread at a time
     */
    static LossFunction of(Loss loss, Shape sample) {
        return of(loss, sample, Kernels.best());
    }

    /** As the other, with these kernels, which change no bit. */
    static LossFunction of(Loss loss, Shape sample, Kernels kernels) {
        return switch (loss) {
            case Loss.MeanSquaredError l -> LossFunction::squared;
            case Loss.MeanAbsoluteError l -> LossFunction::absolute;
            case Loss.MeanSquaredLogarithmicError l -> LossFunction::squaredLogarithmic;
            case Loss.MeanAbsolutePercentageError l -> LossFunction::percentage;
            case Loss.Poisson l -> LossFunction::poisson;
            case Loss.CategoricalCrossentropy l -> RowLoss.of(l, sample.dimension(-1));
            case Loss.SparseCategoricalCrossentropy l -> RowLoss.of(l, sample.dimension(-1));
            case Loss.KlDivergence l -> LossFunction::divergence;
            case Loss.CosineSimilarity l -> RowLoss.cosine(sample.dimension(-1));
            case Loss.Ssim l -> new StructuralLoss(sample, l.dataRange() == null ? 1 : l.dataRange());
            case Loss.Weighted l -> new WeightedLoss(l, sample, kernels);
            case Loss.Penalized l -> of(l.of(), sample, kernels);
            case Loss.PerOutput l ->
                throw new IllegalArgumentException("Each output has a loss of its own: " + l.text());
            case Loss.BinaryCrossentropy l -> {
                float smoothing = l.labelSmoothing();
                yield l.fromLogits()
                        ? new LogitCrossentropy(smoothing, kernels)
                        : (Y, y, T, t, D, d, count, factor) -> crossentropy(Y, y, T, t, D, d, count, factor, smoothing);
            }
            case Loss.Huber l -> {
                float delta = l.delta();
                yield (Y, y, T, t, D, d, count, factor) -> huber(Y, y, T, t, D, d, count, factor, delta);
            }
            case Loss.LogCosh l -> LossFunction::logCosh;
        };
    }

    private static double squared(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        float twice = 2 * factor;
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float error = Y[y + j] - T[t + j];
            sum += (double) error * error;
            D[d + j] = error * twice;
        }
        return sum;
    }

    private static double absolute(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float error = Y[y + j] - T[t + j];
            sum += Math.abs(error);
            D[d + j] = Math.signum(error) * factor;
        }
        return sum;
    }

    private static double squaredLogarithmic(
            float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            double output = Math.max(Y[y + j], EPSILON);
            double error = StrictMath.log1p(output) - StrictMath.log1p(Math.max(T[t + j], EPSILON));
            sum += error * error;
            D[d + j] = Y[y + j] < EPSILON ? 0 : (float) (2 * error / (1 + output) * factor);
        }
        return sum;
    }

    private static double percentage(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            double error = (double) Y[y + j] - T[t + j];
            double scale = 100 / (double) Math.max(Math.abs(T[t + j]), EPSILON);
            sum += Math.abs(error) * scale;
            D[d + j] = (float) (Math.signum(error) * scale * factor);
        }
        return sum;
    }

    private static double poisson(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            double output = Y[y + j] + (double) EPSILON;
            double target = T[t + j];
            sum += Y[y + j] - target * Logarithm.of(output);
            D[d + j] = (float) ((1 - target / output) * factor);
        }
        return sum;
    }

    /** Of whole rows, but each of its numbers by itself. */
    private static double divergence(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float output = Y[y + j];
            // Comparisons with NaN are false, and clamp keeps it.
            double probability = Math.clamp(output, EPSILON, 1);
            double target = Math.clamp(T[t + j], EPSILON, 1);
            sum += target * Logarithm.of(target / probability);
            boolean clipped = output < EPSILON || output > 1;
            D[d + j] = clipped ? 0 : (float) (-target / probability * factor);
        }
        return sum;
    }

    private static double huber(
            float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor, float delta) {
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float error = Y[y + j] - T[t + j];
            float size = Math.abs(error);
            // Written so that NaN stays NaN.
            float near = size > delta ? delta : size;
            sum += near * ((double) size - 0.5 * near);
            D[d + j] = Math.copySign(near, error) * factor;
        }
        return sum;
    }

    /** {@code log(cosh e) = |e| + log(1 + exp(-2|e|)) - log 2}, whose slope is tanh e. */
    private static double logCosh(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double sum = 0;
        double product = 1;
        for (int j = 0; j < count; j++) {
            float error = Y[y + j] - T[t + j];
            double size = Math.abs((double) error);
            double power = Exponential.ofMinus(2 * size);
            product *= 0.5 * (1 + power);
            sum += size;
            D[d + j] = (float) (Math.copySign((1 - power) / (1 + power), error) * factor);
            if ((j & PRODUCT - 1) == PRODUCT - 1) {
                sum += Logarithm.of(product);
                product = 1;
            }
        }
        return sum + Logarithm.of(product);
    }

    private static double crossentropy(
            float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor, float smoothing) {
        float most = 1 - EPSILON;
        double sum = 0;
        for (int j = 0; j < count; j++) {
            float output = Y[y + j];
            float target = smooth(T[t + j], smoothing);
            float probability = Math.clamp(output, EPSILON, most);
            float other = 1 - probability;
            sum -= target * Logarithm.of(probability) + (1 - target) * Logarithm.of(other);
            // The clipped are constant. A comparison with NaN is false, and NaN stays NaN.
            boolean clipped = output < EPSILON || output > most;
            D[d + j] = clipped ? 0 : ((1 - target) / other - target / probability) * factor;
        }
        return sum;
    }

    private static float smooth(float target, float smoothing) {
        return target * (1 - smoothing) + 0.5f * smoothing;
    }
}
