package dev.hourglass.train;

import java.util.Arrays;

/**
 * What {@link Trimming} remembers between epochs: for each sample the sum of the logarithms of its errors over the median ones.
 * Immutable.
 */
public final class TrimmingState {
    /** Before the first epoch. */
    public static final TrimmingState START = new TrimmingState(0, new double[0]);

    private final int epochs;
    private final double[] sums;

    private TrimmingState(int epochs, double[] sums) {
        this.epochs = epochs;
        this.sums = sums;
    }

    /**
     * As it was before, such as from a file.
     *
     * @param epochs that were measured, &gt;= 0
     * @param sums one a sample, finite, at least one; none before the first epoch; copied
     */
    public static TrimmingState of(int epochs, double[] sums) {
        if (epochs < 0 || (epochs == 0) != (sums.length == 0)) {
            throw new IllegalArgumentException(
                    "errors of " + epochs + " epochs can't be those of " + sums.length + " samples");
        }
        for (double sum : sums) {
            if (!Double.isFinite(sum)) {
                throw new IllegalArgumentException("the logarithm of an error must be finite, got " + sum);
            }
        }
        return new TrimmingState(epochs, sums.clone());
    }

    /** How many epochs were measured. */
    public int epochs() {
        return epochs;
    }

    /** How many samples were; 0 before the first epoch. */
    public int size() {
        return sums.length;
    }

    public double sum(int sample) {
        return sums[sample];
    }

    double[] means() {
        return Arrays.stream(sums).map(sum -> sum / epochs).toArray();
    }

    TrimmingState plus(double[] ratios) {
        double[] added = ratios.clone();
        for (int i = 0; i < sums.length; i++) {
            added[i] += sums[i];
        }
        return new TrimmingState(epochs + 1, added);
    }
}
