package dev.hourglass.detect;

import java.util.Arrays;

/**
 * The distribution of how far scores exceed a high threshold, with the density {@code (1 + shape y / scale)^(-1 / shape - 1) / scale}
 * (Pickands 1975), exponential where the shape is 0.
 *
 * @param shape heavier tails the larger; below 0 there is a largest score
 * @param scale &gt; 0
 */
public record GeneralizedPareto(double shape, double scale) {
    /** Nearer to 0, Grimshaw's function is lost in rounding (it is about the square), and the distribution is exponential to five digits. */
    private static final double FLAT = 1e-5;

    private static final int STEPS = 60;
    private static final int HALVINGS = 200;

    /**
     * By maximum likelihood. Two parameters become one, {@code x = shape / scale}: for a given x the best shape is the mean of
     * {@code log(1 + x y)}, and x is a root of one function (Grimshaw 1993, Computing maximum likelihood estimates for the
     * generalized Pareto distribution). All roots are compared by their likelihood with the exponential distribution's.
     *
     * @param excesses above the threshold, &gt; 0, two different ones at least
     * @throws IllegalArgumentException if they are not like that
     */
    public static GeneralizedPareto fit(double[] excesses) {
        double most = Arrays.stream(excesses).max().orElse(0);
        double least = Arrays.stream(excesses).min().orElse(0);
        if (!(least > 0) || !(most > least) || !Double.isFinite(most)) {
            throw new IllegalArgumentException("a tail needs excesses that are finite, > 0 and not all equal, got "
                    + (excesses.length == 0 ? "none" : least + " to " + most)
                    + ". Take more scores, or another rule for the threshold.");
        }
        double mean = Arrays.stream(excesses).sum() / excesses.length;
        double[] scaled = Arrays.stream(excesses).map(y -> y / mean).toArray();
        double end = -mean / most;
        GeneralizedPareto best = new GeneralizedPareto(0, 1);
        double likelihood = -1;
        // From the end of the support to its middle, on to 0, then to what bounds the roots (Grimshaw), by equal
        // ratios.
        double bound = Math.clamp(2 * (1 - least / mean) / (least / mean * (least / mean)), 10, 1e9);
        double[] grid = new double[3 * STEPS];
        for (int k = 0; k < STEPS; k++) {
            double part = (double) k / (STEPS - 1);
            grid[k] = end * (1 - 0.5 * Math.pow(2e-9, 1 - part));
            grid[STEPS + k] = end * 0.5 * Math.pow(2 * FLAT, part);
            grid[2 * STEPS + k] = FLAT * Math.pow(bound / FLAT, part);
        }
        double before = score(scaled, grid[0]);
        for (int k = 1; k < grid.length; k++) {
            double here = score(scaled, grid[k]);
            if (before * here <= 0 && grid[k - 1] * grid[k] > 0) {
                double x = root(scaled, grid[k - 1], grid[k]);
                double shape = shape(scaled, x);
                double value = -Math.log(shape / x) - shape - 1;
                if (value > likelihood) {
                    likelihood = value;
                    best = new GeneralizedPareto(shape, shape / x);
                }
            }
            before = here;
        }
        return new GeneralizedPareto(best.shape, best.scale * mean);
    }

    private static double shape(double[] excesses, double x) {
        double sum = 0;
        for (double y : excesses) {
            sum += Math.log1p(x * y);
        }
        return sum / excesses.length;
    }

    /** Grimshaw's function, 0 where the likelihood has a slope of 0. */
    private static double score(double[] excesses, double x) {
        double inverse = 0;
        for (double y : excesses) {
            inverse += 1 / (1 + x * y);
        }
        return inverse / excesses.length * (1 + shape(excesses, x)) - 1;
    }

    private static double root(double[] excesses, double from, double to) {
        double low = from;
        double high = to;
        boolean falls = score(excesses, low) > 0;
        for (int i = 0; i < HALVINGS && low < high; i++) {
            double middle = (low + high) / 2;
            if (middle == low || middle == high) {
                break;
            }
            if (score(excesses, middle) > 0 == falls) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return (low + high) / 2;
    }

    /**
     * What is exceeded with a chance.
     *
     * @param chance above 0, at most 1
     */
    public double exceededBy(double chance) {
        return shape == 0 ? -scale * Math.log(chance) : scale / shape * Math.expm1(-shape * Math.log(chance));
    }
}
