package dev.hourglass.train;

import dev.hourglass.engine.Measured;

/**
 * How far training has got in an epoch, with the sums for its history.
 *
 * @param epoch from 1
 * @param steps finished in it, >= 0
 * @param samples seen in it, >= 0; they are the first of the epoch's order
 * @param losses the loss times samples, summed over the steps
 * @param reconstructions what outputs alone made of it, likewise
 * @param divergences likewise
 * @param squaredErrors mean squared error times samples, likewise
 * @param absoluteErrors mean absolute error times samples, likewise
 * @param trainNanos spent on these steps
 */
public record EpochPlace(
        int epoch,
        int steps,
        int samples,
        double losses,
        double reconstructions,
        double divergences,
        double squaredErrors,
        double absoluteErrors,
        long trainNanos) {
    public EpochPlace {
        if (epoch < 1 || steps < 0 || samples < 0 || trainNanos < 0) {
            throw new IllegalArgumentException("a place needs epoch >= 1, steps, samples and trainNanos >= 0, got "
                    + epoch + ", " + steps + ", " + samples + ", " + trainNanos);
        }
    }

    static EpochPlace startOf(int epoch) {
        return new EpochPlace(epoch, 0, 0, 0, 0, 0, 0, 0, 0);
    }

    /** After one more step, of this many samples, means over them and nanoseconds. */
    EpochPlace plus(int count, Measured step, long nanos) {
        return new EpochPlace(
                epoch,
                steps + 1,
                samples + count,
                losses + count * step.loss(),
                reconstructions + count * step.reconstruction(),
                divergences + count * step.divergence(),
                squaredErrors + count * step.mse(),
                absoluteErrors + count * step.mae(),
                trainNanos + nanos);
    }

    /** The means so far. */
    Measured measured() {
        return new Measured(
                losses / samples,
                reconstructions / samples,
                divergences / samples,
                squaredErrors / samples,
                absoluteErrors / samples);
    }
}
