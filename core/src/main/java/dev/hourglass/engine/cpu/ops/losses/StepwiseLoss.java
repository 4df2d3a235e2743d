package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Loss;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;

/** A loss over a sequence, some of whose steps don't count. For one thread at a time. */
public final class StepwiseLoss {
    private final LossFunction of;
    private final int steps;
    private final int stepSize;
    private final int termsOfStep;
    private int masked;

    /**
     * @param loss whose terms lie within a step
     * @param sample {@code [steps, features]} of an output
     */
    public StepwiseLoss(Loss loss, Shape sample) {
        this(loss, sample, Kernels.best());
    }

    /** As the other, with these kernels, which change no bit. */
    StepwiseLoss(Loss loss, Shape sample, Kernels kernels) {
        if (loss.scope() == Loss.Scope.SAMPLE) {
            throw new IllegalArgumentException("Steps can't be left out of the loss " + loss.text());
        }
        of = LossFunction.of(loss, sample, kernels);
        steps = sample.dimension(0);
        stepSize = sample.size() / steps;
        termsOfStep = loss.terms(sample) / steps;
    }

    /**
     * As {@link LossFunction#add}, of a whole sample; the gradient of steps that don't count is 0.
     *
     * @param mask for each step 0 if it doesn't count
     */
    public double add(float[] mask, float[] Y, int y, float[] T, float[] D, float factor) {
        double sum = 0;
        masked = 0;
        for (int step = 0; step < steps; step++) {
            int first = step * stepSize;
            if (mask[step] == 0) {
                masked += termsOfStep;
                Arrays.fill(D, first, first + stepSize, 0);
            } else {
                sum += of.add(Y, y + first, T, first, D, first, stepSize, factor);
            }
        }
        return sum;
    }

    /** How many terms of the last call did not count. */
    public int masked() {
        return masked;
    }
}
