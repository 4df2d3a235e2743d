package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.cpu.step.Step;

/** A {@link Penalty.Sparsity}: behind a barrier, the means over the batch are known, and with them the slopes. */
public final class SparsityPenalty implements BatchPenalty {
    /** By each number of a sample, the same for all samples of the batch. */
    public final float[] slopes;

    private final Penalty.Sparsity penalty;
    private final double[][] sums;
    private double cost;

    SparsityPenalty(Step.AddActivities step, int chunks) {
        penalty = step.penalty();
        slopes = new float[step.width()];
        sums = new double[chunks][step.width()];
    }

    @Override
    public void begin() {
        cost = 0;
    }

    @Override
    public double[] sums(int chunk) {
        return sums[chunk];
    }

    /** All chunks have added what they have. */
    public void settle(int chunks, int samples) {
        cost = 0;
        for (int j = 0; j < slopes.length; j++) {
            double sum = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                sum += sums[chunk][j];
            }
            cost += penalty.cost(sum / samples);
            slopes[j] = (float) (penalty.slope(sum / samples) / samples);
        }
    }

    @Override
    public double finish(int chunks, int samples, float[][] gradients) {
        return cost;
    }
}
