package dev.hourglass.data.series;

import java.util.stream.IntStream;

/** The least, the quartiles and the most of some numbers; quartiles are interpolated as NumPy's percentile does. */
record Quantiles(double least, double lower, double median, double upper, double most) {
    private static final double[] SHARES = {0, 0.25, 0.5, 0.75, 1};
    private static final int DIGIT_BITS = 16;
    private static final int DIGITS = 1 << DIGIT_BITS;

    /** @param sorted at least one number */
    static Quantiles of(double[] sorted) {
        double[] found = new double[2 * SHARES.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = sorted[place(i, sorted.length)];
        }
        return interpolated(found, sorted.length);
    }

    /**
     * Of more numbers than memory holds: those at the places that matter are found digit by digit from the highest, as
     * sorting by digits would, in four passes over the rows. Missing numbers are left out.
     *
     * @param column the first one; every {@code columns}th number of a row from there on belongs to it
     * @param count how many numbers there are that are not missing, at least one
     */
    static Quantiles of(int column, int columns, int channels, int count, Scaling.Rows rows) {
        long[] higher = new long[2 * SHARES.length];
        int[] ranks =
                IntStream.range(0, higher.length).map(i -> place(i, count)).toArray();
        for (int shift = Long.SIZE - DIGIT_BITS; shift >= 0; shift -= DIGIT_BITS) {
            int digitAt = shift;
            int[][] counts = new int[higher.length][DIGITS];
            rows.forEach(row -> {
                for (int i = column; i < channels; i += columns) {
                    if (!Double.isNaN(row[i])) {
                        count(ordered(row[i]), digitAt, higher, counts);
                    }
                }
            });
            for (int i = 0; i < higher.length; i++) {
                int digit = 0;
                while (ranks[i] >= counts[i][digit]) {
                    ranks[i] -= counts[i][digit++];
                }
                higher[i] = higher[i] << DIGIT_BITS | digit;
            }
        }
        double[] found = new double[higher.length];
        for (int i = 0; i < found.length; i++) {
            long bits = higher[i] < 0 ? higher[i] ^ Long.MIN_VALUE : ~higher[i];
            found[i] = Double.longBitsToDouble(bits);
        }
        return interpolated(found, count);
    }

    private static void count(long number, int digitAt, long[] higher, int[][] counts) {
        long above = digitAt == Long.SIZE - DIGIT_BITS ? 0 : number >>> (digitAt + DIGIT_BITS);
        int digit = (int) (number >>> digitAt) & (DIGITS - 1);
        for (int i = 0; i < higher.length; i++) {
            if (above == higher[i]) {
                counts[i][digit]++;
            }
        }
    }

    /** As unsigned numbers these are in the order of {@link Double#compare}. */
    private static long ordered(double number) {
        long bits = Double.doubleToRawLongBits(number);
        return bits ^ (bits >> (Long.SIZE - 1) | Long.MIN_VALUE);
    }

    /** Of the number below (even {@code i}) and above (odd) each of {@link #SHARES}, in sorted order. */
    private static int place(int i, int count) {
        int below = (int) (SHARES[i / 2] * (count - 1));
        return Math.min(below + i % 2, count - 1);
    }

    private static Quantiles interpolated(double[] found, int count) {
        double[] quantiles = new double[SHARES.length];
        for (int i = 0; i < quantiles.length; i++) {
            double between = SHARES[i] * (count - 1) - place(2 * i, count);
            quantiles[i] = found[2 * i] + between * (found[2 * i + 1] - found[2 * i]);
        }
        return new Quantiles(quantiles[0], quantiles[1], quantiles[2], quantiles[3], quantiles[4]);
    }
}
