package dev.hourglass.engine.plan;

import dev.hourglass.engine.Loss;
import dev.hourglass.tensor.Shape;

/**
 * What one output is compared by.
 *
 * @param place of the output among the graph's, from 0
 * @param loss of what comes out of the graph, which may lack its sigmoid; see {@link Objective}
 * @param weight what the loss is multiplied with; 1 where there is one output
 * @param summed whether it is summed over a sample's terms: beside a divergence, which is a sum as well
 * @param sigmoid whether the model's output is the sigmoid of that
 */
public record OutputLoss(int place, Loss loss, double weight, boolean summed, boolean sigmoid) {
    /** The mean over the terms of the only output. */
    public static OutputLoss ofOnly(Loss loss) {
        return new OutputLoss(0, loss, 1, false, false);
    }

    /** How many terms a sample of some shape has that the loss is the mean of. */
    public int terms(Shape sample) {
        return summed ? 1 : loss.terms(sample);
    }
}
