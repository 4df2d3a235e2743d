package dev.hourglass.engine.cpu.ops;

import dev.hourglass.engine.plan.PointFunction;
import dev.hourglass.tensor.Kernels;

/**
 * The loops of each {@link PointFunction} and its slope. What is transcendental in them is the kernel's exp; the rest is
 * plain arithmetic, which the JIT may compute for several numbers at once and which gives the same bits either way.
 *
 * <p>In all of them X is what goes in, and E is a scratch of {@value #BLOCK} floats, of whoever computes alone.
 */
public record PointFunctions(Kernels kernels) {
    /** Numbers that go through a loop together. */
    public static final int BLOCK = 256;

    /** 1 over the square root of 2 pi. */
    private static final float NORMAL = 0.3989423f;

    private static final float ROOT_OF_HALF = 0.70710677f;
    private static final float SIXTH = 1f / 6;

    /** {@code y = f(x)}, any count; Y may be X. */
    public void apply(PointFunction function, float[] X, int x, float[] Y, int y, int count, float[] E) {
        for (int from = 0; from < count; from += BLOCK) {
            block(function, X, x + from, Y, y + from, Math.min(BLOCK, count - from), E);
        }
    }

    /** {@code d = d * f'(x)}, any count. */
    public void gradient(PointFunction function, float[] X, int x, float[] D, int d, int count, float[] E) {
        for (int from = 0; from < count; from += BLOCK) {
            gradientOfBlock(function, X, x + from, D, d + from, Math.min(BLOCK, count - from), E);
        }
    }

    private void block(PointFunction function, float[] X, int x, float[] Y, int y, int count, float[] E) {
        switch (function) {
            case PointFunction.Elu f -> {
                kernels.exp(X, x, E, 0, count);
                for (int i = 0; i < count; i++) {
                    float v = X[x + i];
                    Y[y + i] = f.scale() * (v > 0 ? v : f.alpha() * (E[i] - 1));
                }
            }
            case PointFunction.Softplus ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    Y[y + i] = Math.max(X[x + i], 0) + logOfOnePlus(E[i]);
                }
            }
            case PointFunction.Softsign ignored -> {
                for (int i = 0; i < count; i++) {
                    Y[y + i] = X[x + i] / (1 + Math.abs(X[x + i]));
                }
            }
            case PointFunction.Silu ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    Y[y + i] = X[x + i] * sigmoid(X[x + i], E[i]);
                }
            }
            case PointFunction.Gelu ignored -> {
                normalDensity(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    Y[y + i] = X[x + i] * normalDistribution(X[x + i], E[i]);
                }
            }
            case PointFunction.Exponential ignored -> kernels.exp(X, x, Y, y, count);
            case PointFunction.HardSigmoid f -> {
                for (int i = 0; i < count; i++) {
                    Y[y + i] = Math.min(Math.max(Math.fma(X[x + i], f.slope(), 0.5f), 0), 1);
                }
            }
            case PointFunction.Mish ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    Y[y + i] = X[x + i] * tanhOfSoftplus(X[x + i], E[i]);
                }
            }
            case PointFunction.HardTanh ignored -> {
                for (int i = 0; i < count; i++) {
                    Y[y + i] = Math.min(Math.max(X[x + i], -1), 1);
                }
            }
            case PointFunction.HardSilu ignored -> {
                for (int i = 0; i < count; i++) {
                    Y[y + i] = X[x + i] * Math.min(Math.max(Math.fma(X[x + i], SIXTH, 0.5f), 0), 1);
                }
            }
            case PointFunction.LogSigmoid ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    Y[y + i] = Math.min(X[x + i], 0) - logOfOnePlus(E[i]);
                }
            }
            case PointFunction.Squareplus ignored -> {
                for (int i = 0; i < count; i++) {
                    float size = Math.abs(X[x + i]);
                    float sum = size + rootOfSquarePlusFour(size);
                    // The product of what x and -x give is 1; so nothing is lost below 0, where the sum is a
                    // difference.
                    Y[y + i] = X[x + i] > 0 ? 0.5f * sum : 2 / sum;
                }
            }
            case PointFunction.Affine f -> {
                // Not fused, as Keras computes it.
                for (int i = 0; i < count; i++) {
                    Y[y + i] = X[x + i] * f.scale() + f.offset();
                }
            }
            case PointFunction.Normalize f -> throw byPlace(f);
            case PointFunction.Relu f -> {
                for (int i = 0; i < count; i++) {
                    float v = X[x + i];
                    float below = f.negativeSlope() * (v - f.threshold());
                    Y[y + i] = v <= f.threshold() ? below : Math.min(v, f.maxValue());
                }
            }
        }
    }

    /** {@link FunctionOperations} knows where a number stands in its sample. */
    private static IllegalArgumentException byPlace(PointFunction function) {
        return new IllegalArgumentException("A function of a number's place: " + function);
    }

    private void gradientOfBlock(PointFunction function, float[] X, int x, float[] D, int d, int count, float[] E) {
        switch (function) {
            case PointFunction.Elu f -> {
                kernels.exp(X, x, E, 0, count);
                // Of the two slopes at 0, where a unit without a bias is that reads zeros, the one that Keras takes.
                float atZero = f.equals(PointFunction.SELU) ? 1 : f.alpha();
                for (int i = 0; i < count; i++) {
                    float v = X[x + i];
                    D[d + i] *= f.scale() * (v > 0 ? 1 : v == 0 ? atZero : f.alpha() * E[i]);
                }
            }
            case PointFunction.Softplus ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    D[d + i] *= sigmoid(X[x + i], E[i]);
                }
            }
            case PointFunction.Softsign ignored -> {
                for (int i = 0; i < count; i++) {
                    float below = 1 + Math.abs(X[x + i]);
                    D[d + i] /= below * below;
                }
            }
            case PointFunction.Silu ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    float s = sigmoid(X[x + i], E[i]);
                    D[d + i] *= s * (1 + X[x + i] * (1 - s));
                }
            }
            case PointFunction.Gelu ignored -> {
                normalDensity(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    float v = X[x + i];
                    D[d + i] *= normalDistribution(v, E[i]) + v * (NORMAL * E[i]);
                }
            }
            case PointFunction.Exponential ignored -> {
                kernels.exp(X, x, E, 0, count);
                for (int i = 0; i < count; i++) {
                    D[d + i] *= E[i];
                }
            }
            case PointFunction.HardSigmoid f -> {
                for (int i = 0; i < count; i++) {
                    float v = Math.fma(X[x + i], f.slope(), 0.5f);
                    D[d + i] *= v > 0 && v < 1 ? f.slope() : 0;
                }
            }
            case PointFunction.Mish ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    float t = tanhOfSoftplus(X[x + i], E[i]);
                    D[d + i] *= t + X[x + i] * (1 - t * t) * sigmoid(X[x + i], E[i]);
                }
            }
            case PointFunction.HardTanh ignored -> {
                for (int i = 0; i < count; i++) {
                    D[d + i] *= X[x + i] > -1 && X[x + i] < 1 ? 1 : 0;
                }
            }
            case PointFunction.HardSilu ignored -> {
                for (int i = 0; i < count; i++) {
                    float v = Math.fma(X[x + i], SIXTH, 0.5f);
                    D[d + i] *= v <= 0 ? 0 : v < 1 ? Math.fma(X[x + i], SIXTH, v) : 1;
                }
            }
            case PointFunction.LogSigmoid ignored -> {
                expOfMinusAbsolute(X, x, count, E);
                for (int i = 0; i < count; i++) {
                    D[d + i] *= sigmoid(-X[x + i], E[i]);
                }
            }
            case PointFunction.Squareplus ignored -> {
                for (int i = 0; i < count; i++) {
                    float v = X[x + i];
                    D[d + i] *= 0.5f * (1 + v / rootOfSquarePlusFour(v));
                }
            }
            case PointFunction.Affine f -> kernels.scale(f.scale(), D, d, count);
            case PointFunction.Normalize f -> throw byPlace(f);
            case PointFunction.Relu f -> {
                for (int i = 0; i < count; i++) {
                    float v = X[x + i];
                    D[d + i] *= v < f.threshold() ? f.negativeSlope() : v > f.threshold() && v <= f.maxValue() ? 1 : 0;
                }
            }
        }
    }

    /**
     * {@code y_i = exp(x_i) / sum_j exp(x_j)}, of what is left after the largest is taken off, so that no power is
     * infinite.
     */
    public void softmax(float[] X, int x, float[] Y, int y, int count) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, X[x + i]);
        }
        for (int i = 0; i < count; i++) {
            Y[y + i] = X[x + i] - most;
        }
        kernels.exp(Y, y, Y, y, count);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += Y[y + i];
        }
        float share = (float) (1 / sum);
        for (int i = 0; i < count; i++) {
            Y[y + i] *= share;
        }
    }

    /** {@code d_i = y_i * (d_i - sum_j d_j y_j)}: back through a softmax whose output was y. */
    public static void softmaxGradient(float[] Y, int y, float[] D, int d, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += (double) D[d + i] * Y[y + i];
        }
        for (int i = 0; i < count; i++) {
            D[d + i] = Y[y + i] * (float) (D[d + i] - sum);
        }
    }

    private void expOfMinusAbsolute(float[] X, int x, int count, float[] E) {
        for (int i = 0; i < count; i++) {
            E[i] = -Math.abs(X[x + i]);
        }
        kernels.exp(E, 0, E, 0, count);
    }

    /** {@code exp(-x^2 / 2)}. */
    private void normalDensity(float[] X, int x, int count, float[] E) {
        for (int i = 0; i < count; i++) {
            E[i] = -0.5f * X[x + i] * X[x + i];
        }
        kernels.exp(E, 0, E, 0, count);
    }

    /**
     * {@code y_i = x_i - log(sum_j exp(x_j))}, with the largest taken off first, so that no power is infinite.
     *
     * @param E a scratch of at least {@code count} floats
     */
    public void logSoftmax(float[] X, int x, float[] Y, int y, int count, float[] E) {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < count; i++) {
            most = Math.max(most, X[x + i]);
        }
        for (int i = 0; i < count; i++) {
            E[i] = X[x + i] - most;
        }
        kernels.exp(E, 0, E, 0, count);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += E[i];
        }
        float logarithm = (float) Logarithm.of(sum);
        for (int i = 0; i < count; i++) {
            Y[y + i] = X[x + i] - most - logarithm;
        }
    }

    /**
     * {@code d_i = d_i - exp(y_i) * sum_j d_j}: back through a {@link #logSoftmax} whose output was y.
     *
     * @param E a scratch of at least {@code count} floats
     */
    public void logSoftmaxGradient(float[] Y, int y, float[] D, int d, int count, float[] E) {
        kernels.exp(Y, y, E, 0, count);
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += D[d + i];
        }
        for (int i = 0; i < count; i++) {
            D[d + i] -= E[i] * (float) sum;
        }
    }

    private static float rootOfSquarePlusFour(float x) {
        return (float) Math.sqrt(x * x + 4);
    }

    /** @param e {@code exp(-|x|)}, with which nothing overflows */
    private static float sigmoid(float x, float e) {
        return (x > 0 ? 1 : e) / (1 + e);
    }

    /** @param e {@code exp(-|x|)} */
    private static float tanhOfSoftplus(float x, float e) {
        // With n = exp(x) (exp(x) + 2) it is n / (n + 2); for x > 0 both multiplied by e twice.
        float n = x > 0 ? 1 + 2 * e : e * (e + 2);
        return n / (n + 2 * (x > 0 ? e * e : 1));
    }

    /** log(1 + e) for e in [0, 1], as twice the area tangent of e / (2 + e), whose series ends soon. */
    private static float logOfOnePlus(float e) {
        float s = e / (2 + e);
        float q = s * s;
        float series = Math.fma(q, 1f / 13, 1f / 11);
        series = Math.fma(series, q, 1f / 9);
        series = Math.fma(series, q, 1f / 7);
        series = Math.fma(series, q, 1f / 5);
        series = Math.fma(series, q, 1f / 3);
        series = Math.fma(series, q, 1);
        return 2 * s * series;
    }

    /**
     * By the error function of Abramowitz and Stegun 1964, 7.1.26: off by at most 7.5e-8.
     *
     * @param e {@code exp(-x^2 / 2)}
     */
    private static float normalDistribution(float x, float e) {
        float t = 1 / Math.fma(0.3275911f, Math.abs(x) * ROOT_OF_HALF, 1);
        float p = Math.fma(t, 1.0614054f, -1.4531521f);
        p = Math.fma(p, t, 1.4214138f);
        p = Math.fma(p, t, -0.28449672f);
        p = Math.fma(p, t, 0.2548296f);
        float tail = 0.5f * p * t * e;
        return x > 0 ? 1 - tail : tail;
    }
}
