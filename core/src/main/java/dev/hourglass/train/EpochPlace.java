package dev.hourglass.train;

/**
 * How far training is in an epoch, with the sums that its history will be made of.
 *
 * @param epoch from 1
 * @param steps finished in it, >= 0
 * @param samples seen in it, >= 0; they are the first of the epoch's order
 * @param squaredErrors mean squared error times samples, summed over the steps
 * @param absoluteErrors mean absolute error times samples, likewise
 * @param trainNanos spent on these steps
 */
public record EpochPlace(
        int epoch, int steps, int samples, double squaredErrors, double absoluteErrors, long trainNanos) {
    public EpochPlace {
        if (epoch < 1 || steps < 0 || samples < 0 || trainNanos < 0) {
            throw new IllegalArgumentException("a place needs epoch >= 1, steps, samples and trainNanos >= 0, got "
                    + epoch + ", " + steps + ", " + samples + ", " + trainNanos);
        }
    }

    static EpochPlace startOf(int epoch) {
        return new EpochPlace(epoch, 0, 0, 0, 0, 0);
    }

    /** After one more step, of this many samples, errors and nanoseconds. */
    EpochPlace plus(int count, double meanSquaredError, double meanAbsoluteError, long nanos) {
        return new EpochPlace(
                epoch,
                steps + 1,
                samples + count,
                squaredErrors + count * meanSquaredError,
                absoluteErrors + count * meanAbsoluteError,
                trainNanos + nanos);
    }

    /** The mean squared error so far. */
    double loss() {
        return squaredErrors / samples;
    }

    /** The mean absolute error so far. */
    double mae() {
        return absoluteErrors / samples;
    }
}
