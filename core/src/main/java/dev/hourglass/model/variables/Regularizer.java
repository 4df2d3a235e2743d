package dev.hourglass.model.variables;

/**
 * What makes training keep numbers small, as Keras's {@code L1}, {@code L2} and {@code L1L2} do: {@code l1 sum |x| + l2 sum
 * x^2} over all of them.
 *
 * @param l1 >= 0
 * @param l2 >= 0; one of the two is above 0
 */
public record Regularizer(float l1, float l2) {
    public Regularizer {
        if (!(l1 >= 0 && l2 >= 0 && l1 + l2 > 0 && l1 + l2 < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "l1 and l2 must be >= 0 and one of them above 0, got " + l1 + " and " + l2);
        }
    }

    /** Keras's name: {@code L1}, {@code L2} or {@code L1L2}. */
    public String kerasClass() {
        return l2 == 0 ? "L1" : l1 == 0 ? "L2" : "L1L2";
    }

    /**
     * Adds its slope by each number, times a factor.
     *
     * @param values from an offset on
     * @param slopes from another on
     * @return what it costs, not times the factor
     */
    public double add(float[] values, int from, float[] slopes, int to, int count, float factor) {
        float ofSign = l1 * factor;
        float ofValue = 2 * l2 * factor;
        double absolute = 0;
        double squared = 0;
        for (int j = 0; j < count; j++) {
            float value = values[from + j];
            absolute += Math.abs(value);
            squared += (double) value * value;
            slopes[to + j] += ofSign * Math.signum(value) + ofValue * value;
        }
        return l1 * absolute + l2 * squared;
    }

    /** What it costs. */
    public double of(float[] values, int from, int count) {
        double absolute = 0;
        double squared = 0;
        for (int j = from; j < from + count; j++) {
            absolute += Math.abs(values[j]);
            squared += (double) values[j] * values[j];
        }
        return l1 * absolute + l2 * squared;
    }
}
