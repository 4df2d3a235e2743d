package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;

/** Penalties of what leaves a layer. Each gives one more share of its gradient. */
final class PenaltyLowering {
    private final Draft draft;
    /** Of those that sum over the batch. */
    private int numbers;

    PenaltyLowering(Draft draft) {
        this.draft = draft;
    }

    void activity(Op.ActivityPenalty op) {
        Value activity = draft.valueOf(op.activity());
        Value gradient = gradient(op.gradient(), activity);
        draft.add(new Step.ActivityPenalty(op.regularizer(), op.activity().shape(), activity, gradient));
    }

    /** The slopes follow from means over the batch, which all chunks must have added to. */
    void sparsity(Op.Sparsity op) {
        Value activity = draft.valueOf(op.activity());
        int number = numbers++;
        draft.add(new Step.AddActivities(number, op.penalty(), op.activity().shape(), activity));
        draft.add(new Step.ActivityBarrier(number));
        draft.add(new Step.SparsitySlopes(number, gradient(op.gradient(), activity)));
    }

    void contraction(Op.Contraction op) {
        Op.Dense layer = op.of();
        Value activity = draft.valueOf(layer.to());
        Value gradient = gradient(op.gradient(), activity);
        draft.add(new Step.Contraction(
                numbers++,
                op.penalty(),
                layer.after(),
                layer.parameters(),
                layer.to().shape(),
                activity,
                gradient));
    }

    void quantization(Op.Quantization op) {
        Value from = draft.valueOf(op.from());
        Value nearest = draft.valueOf(op.nearest());
        Value ofFrom = gradient(op.ofFrom(), from);
        Value ofNearest = gradient(op.ofNearest(), nearest);
        draft.add(new Step.Quantization(op.penalty(), op.from().shape(), from, nearest, ofFrom, ofNearest));
    }

    private Value gradient(Tensor tensor, Value activity) {
        Value gradient = new Value(tensor.name(), Layouts.gradient(activity.layout()));
        draft.define(tensor, gradient);
        return gradient;
    }
}
