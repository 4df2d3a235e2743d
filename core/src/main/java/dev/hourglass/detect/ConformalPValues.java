package dev.hourglass.detect;

/**
 * How unusual scores are beside those of normal data: {@code (1 + how many calibration scores are as large or larger) / (n + 1)}
 * (Vovk et al. 2005). A normal sample, exchangeable with those of the calibration, has a value of p or less with a chance of p at
 * most. Immutable.
 */
public final class ConformalPValues {
    private final double[] sorted;

    private ConformalPValues(double[] sorted) {
        this.sorted = sorted;
    }

    /**
     * By normal scores on which the model was not trained.
     *
     * @param normal at least one, finite; copied
     */
    public static ConformalPValues of(double[] normal) {
        return new ConformalPValues(Calibration.sorted(normal));
    }

    /** @return above 0, at most 1 */
    public double of(double score) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < score) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return (1.0 + sorted.length - low) / (sorted.length + 1);
    }
}
