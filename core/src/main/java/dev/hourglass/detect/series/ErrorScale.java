package dev.hourglass.detect.series;

import java.util.Arrays;

/**
 * Errors as scores between 0 and 1, so that those of different detectors can be compared: {@code e / (e + usual)}. Half is the
 * largest error that is usual.
 *
 * @param usual &gt;= 0, a quantile of the errors of normal data; if it is 0, any error has score 1
 */
public record ErrorScale(double usual) {
    public ErrorScale {
        if (!(usual >= 0) || Double.isInfinite(usual)) {
            throw new IllegalArgumentException("the usual error must be finite and >= 0, got " + usual);
        }
    }

    /**
     * By errors of normal data.
     *
     * @param errors finite, at least one
     * @param share which of them is the largest usual one, 0 to 1, as numpy's {@code quantile} has it
     */
    public static ErrorScale fit(double[] errors, double share) {
        if (errors.length == 0 || !(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("a scale needs errors and a share from 0 to 1, got " + errors.length
                    + " errors and " + share + ". Take more normal data.");
        }
        double[] sorted = errors.clone();
        Arrays.sort(sorted);
        double place = share * (sorted.length - 1);
        int below = (int) place;
        double above = sorted[Math.min(below + 1, sorted.length - 1)];
        return new ErrorScale(sorted[below] + (place - below) * (above - sorted[below]));
    }

    /** @param errors &gt;= 0 */
    public double[] apply(double[] errors) {
        return Arrays.stream(errors).map(e -> e == 0 ? 0 : e / (e + usual)).toArray();
    }

    /** The larger of two scores in each row: what either detector finds. Both should be scaled like this. */
    public static double[] larger(double[] one, double[] other) {
        if (one.length != other.length) {
            throw new IllegalArgumentException("Both must score the same rows, got " + one.length + " and "
                    + other.length + " scores. Take those of one series.");
        }
        double[] larger = one.clone();
        Arrays.setAll(larger, row -> Math.max(one[row], other[row]));
        return larger;
    }
}
