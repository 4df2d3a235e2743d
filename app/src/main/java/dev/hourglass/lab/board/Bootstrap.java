package dev.hourglass.lab.board;

import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/** How far a difference between two detectors could be off with other series of the kind: the same ones are drawn for both. */
final class Bootstrap {
    private static final int DRAWS = 2000;
    private static final double CONFIDENCE = 0.95;

    private Bootstrap() {}

    /**
     * An interval.
     *
     * @param low in 2.5 % of the draws the difference is below
     * @param high in 2.5 % of them above
     */
    record Interval(double low, double high) {
        /** Such as {@code 1.2 to 3.4}. */
        String words(int digits) {
            return String.format(Locale.ROOT, "%+." + digits + "f to %+." + digits + "f", low, high);
        }

        /** Whether the draws leave no doubt about the sign. */
        boolean isClear() {
            return low > 0 || high < 0;
        }
    }

    /**
     * Draws items again and again.
     *
     * @param items how many there are
     * @param difference of what is measured, of drawn items
     */
    static Interval of(int items, RandomSource random, ToDoubleFunction<int[]> difference) {
        double[] draws = new double[DRAWS];
        for (int draw = 0; draw < DRAWS; draw++) {
            RandomGenerator stream = random.stream("board bootstrap", draw);
            int[] drawn = new int[items];
            Arrays.setAll(drawn, i -> stream.nextInt(items));
            draws[draw] = difference.applyAsDouble(drawn);
        }
        Arrays.sort(draws);
        int tail = (int) ((1 - CONFIDENCE) / 2 * DRAWS);
        return new Interval(draws[tail], draws[DRAWS - 1 - tail]);
    }
}
