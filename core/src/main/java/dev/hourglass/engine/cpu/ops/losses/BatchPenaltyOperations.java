package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.cpu.memory.ContractionPenalty;
import dev.hourglass.engine.cpu.memory.SparsityPenalty;
import dev.hourglass.engine.cpu.ops.Operation;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.plan.Nonlinearity;
import java.util.Arrays;

/** Penalties that are told from sums over the batch. */
public final class BatchPenaltyOperations {
    private final Resources resources;

    public BatchPenaltyOperations(Resources resources) {
        this.resources = resources;
    }

    private SparsityPenalty sparsity(int number) {
        return (SparsityPenalty) resources.results().batchPenalties.get(number);
    }

    /** Of each of a sample's numbers the sum over the chunk. */
    public Operation add(Step.AddActivities step) {
        SampleCopy activity = SampleCopy.of(step.activity(), resources);
        SparsityPenalty penalty = sparsity(step.number());
        int size = step.sample().size();
        float[][] numbers = new float[resources.workers()][size];
        return at -> {
            float[] values = numbers[at.worker];
            double[] sums = penalty.sums(at.chunk);
            if (at.local == 0) {
                Arrays.fill(sums, 0);
            }
            for (int sample = 0; sample < at.samples; sample++) {
                activity.gather(at, sample, values);
                for (int j = 0; j < size; j++) {
                    sums[j] += values[j];
                }
            }
        };
    }

    /** Each sample has the same. */
    public Operation spread(Step.SparsitySlopes step) {
        SampleCopy gradient = SampleCopy.of(step.gradient(), resources);
        SparsityPenalty penalty = sparsity(step.number());
        return at -> {
            for (int sample = 0; sample < at.samples; sample++) {
                gradient.spread(penalty.slopes, at, sample);
            }
        };
    }

    /** With {@code s = f'(a)}, as its value y tells it, and w the sum of a unit's squared weights: the slope of s^2 w by y. */
    public Operation contract(Step.Contraction step) {
        SampleCopy activity = SampleCopy.of(step.activity(), resources);
        SampleCopy gradient = SampleCopy.of(step.gradient(), resources);
        ContractionPenalty penalty =
                (ContractionPenalty) resources.results().batchPenalties.get(step.number());
        int units = step.width();
        int size = step.sample().size();
        float[][] numbers = new float[resources.workers()][size];
        Nonlinearity function = step.function();
        return at -> {
            float[] values = numbers[at.worker];
            double[] sums = penalty.sums(at.chunk);
            if (at.local == 0) {
                Arrays.fill(sums, 0);
            }
            double factor = 2.0 * step.penalty().lambda() / at.batch.size();
            for (int sample = 0; sample < at.samples; sample++) {
                activity.gather(at, sample, values);
                for (int j = 0; j < size; j++) {
                    int unit = j % units;
                    float slope = function.slopeAt(values[j]);
                    float change = function.slopeChangeAt(values[j]);
                    sums[unit] += (double) slope * slope;
                    values[j] = (float) (factor * slope * change * penalty.squares[unit]);
                }
                gradient.spread(values, at, sample);
            }
        };
    }
}
