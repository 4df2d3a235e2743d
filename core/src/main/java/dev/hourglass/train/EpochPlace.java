package dev.hourglass.train;

import dev.hourglass.engine.Measured;
import java.util.ArrayList;
import java.util.List;

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
 * @param outputs of several outputs each one's losses and errors, likewise; empty where there is one
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
        List<Measured.OfOutput> outputs,
        long trainNanos) {
    public EpochPlace {
        outputs = List.copyOf(outputs);
        if (epoch < 1 || steps < 0 || samples < 0 || trainNanos < 0) {
            throw new IllegalArgumentException("a place needs epoch >= 1, steps, samples and trainNanos >= 0, got "
                    + epoch + ", " + steps + ", " + samples + ", " + trainNanos);
        }
    }

    static EpochPlace startOf(int epoch) {
        return new EpochPlace(epoch, 0, 0, 0, 0, 0, 0, 0, List.of(), 0);
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
                plus(count, step.outputs()),
                trainNanos + nanos);
    }

    /** The means so far. */
    Measured measured() {
        return new Measured(
                losses / samples,
                reconstructions / samples,
                divergences / samples,
                squaredErrors / samples,
                absoluteErrors / samples,
                outputs.stream()
                        .map(sums -> new Measured.OfOutput(
                                sums.output(), sums.loss() / samples, sums.mse() / samples, sums.mae() / samples))
                        .toList());
    }

    private List<Measured.OfOutput> plus(int count, List<Measured.OfOutput> step) {
        List<Measured.OfOutput> sums = new ArrayList<>(step.size());
        for (int i = 0; i < step.size(); i++) {
            Measured.OfOutput of = step.get(i);
            Measured.OfOutput before = outputs.isEmpty() ? new Measured.OfOutput(of.output(), 0, 0, 0) : outputs.get(i);
            sums.add(new Measured.OfOutput(
                    of.output(),
                    before.loss() + count * of.loss(),
                    before.mse() + count * of.mse(),
                    before.mae() + count * of.mae()));
        }
        return sums;
    }
}
