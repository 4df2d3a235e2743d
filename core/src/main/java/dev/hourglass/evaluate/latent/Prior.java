package dev.hourglass.evaluate.latent;

import dev.hourglass.engine.Inference;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;

/**
 * Codes from the prior of a variational autoencoder, the standard normal distribution (Kingma and Welling 2013, section 2.3):
 * decoded, they are new samples.
 */
public final class Prior {
    /** Where the approximation of a quantile goes over from the middle to a tail. */
    private static final double TAIL = 0.02425;

    private Prior() {}

    /** Whether a model's codes are kept near the prior, so that codes from there mean something to its decoder. */
    public static boolean isOf(AutoencoderSpec spec) {
        return spec.encoder().getLast() instanceof LayerSpec.Sampling
                && spec.bypass().isEmpty();
    }

    /**
     * Codes drawn at random.
     *
     * @param size numbers of a code, >= 1
     * @param count >= 1
     * @return {@code count} codes, row-major, one after the other; the same for the same seed
     */
    public static float[] draw(int size, int count, long seed) {
        long key = RandomSource.key(seed, "prior", 0);
        float[] codes = new float[Math.multiplyExact(size, count)];
        for (int i = 0; i < codes.length; i++) {
            codes[i] = RandomSource.normal(key, i);
        }
        return codes;
    }

    /**
     * A grid over the plane of codes of two numbers, as close together as the prior is dense: the quantiles of the middles of
     * equal parts (appendix D, figure 4). The first number grows to the right, the second upwards.
     *
     * @param side codes in a row and in a column, >= 1
     * @return row by row from the top
     */
    public static float[] plane(int side) {
        float[] codes = new float[2 * side * side];
        for (int row = 0; row < side; row++) {
            for (int column = 0; column < side; column++) {
                int at = 2 * (row * side + column);
                codes[at] = (float) quantile((column + 0.5) / side);
                codes[at + 1] = (float) quantile((side - row - 0.5) / side);
            }
        }
        return codes;
    }

    /**
     * Below which number a standard normal one is with a probability; off by at most 1.15e-9 of it (Acklam 2003, An algorithm
     * for computing the inverse normal cumulative distribution function).
     *
     * @param probability between 0 and 1, neither of them
     */
    static double quantile(double probability) {
        if (!(probability > 0 && probability < 1)) {
            throw new IllegalArgumentException("probability must be > 0 and < 1, got " + probability);
        }
        if (probability > 1 - TAIL) {
            return -quantile(1 - probability);
        }
        if (probability < TAIL) {
            double q = StrictMath.sqrt(-2 * StrictMath.log(probability));
            double over = -7.784894002430293e-03;
            for (double c : new double[] {
                -3.223964580411365e-01, -2.400758277161838, -2.549732539343734, 4.374664141464968, 2.938163982698783
            }) {
                over = over * q + c;
            }
            double under = 7.784695709041462e-03;
            for (double d : new double[] {3.224671290700398e-01, 2.445134137142996, 3.754408661907416, 1}) {
                under = under * q + d;
            }
            return over / under;
        }
        double q = probability - 0.5;
        double r = q * q;
        double over = -3.969683028665376e+01;
        for (double a : new double[] {
            2.209460984245205e+02,
            -2.759285104469687e+02,
            1.383577518672690e+02,
            -3.066479806614716e+01,
            2.506628277459239
        }) {
            over = over * r + a;
        }
        double under = -5.447609879822406e+01;
        for (double b : new double[] {
            1.615858368580409e+02, -1.556989798598866e+02, 6.680131188771972e+01, -1.328068155288572e+01, 1
        }) {
            under = under * r + b;
        }
        return over * q / under;
    }

    /**
     * What a model makes of codes.
     *
     * @param codes row-major, one after the other
     * @param threads >= 1
     * @return as many samples, row-major, one after the other
     */
    public static float[] decode(Autoencoder model, float[] codes, int threads) {
        AutoencoderSpec spec = model.spec();
        int count = codes.length / spec.latentSize();
        float[] samples = new float[Math.multiplyExact(count, spec.input().size())];
        try (Inference inference = Inference.of(model, threads)) {
            inference.decode(codes, count, samples);
        }
        return samples;
    }
}
