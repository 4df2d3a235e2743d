package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.tensor.Shape;
import java.util.HashMap;
import java.util.Map;

/**
 * Normalisations. In training each one over a batch needs a barrier on either way: behind it the sums over the batch are known, and
 * the factors of the way on follow from them.
 */
final class NormLowering {
    private final Draft draft;
    private final Map<Op.BatchNormalization, Integer> numbers = new HashMap<>();

    NormLowering(Draft draft) {
        this.draft = draft;
    }

    Value forward(Op.BatchNormalization op, boolean training) {
        Value from = draft.readNatural(op);
        Layout.Image image = from.image();
        int norm = draft.add(
                new Plan.Norm(op.settings(), op.parameters(), image.channels(), image.channelStride(), image.pixels()));
        numbers.put(op, norm);
        if (training) {
            draft.add(new Step.Moments(norm, from));
            draft.add(new Step.Barrier(norm, false));
        }
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), true));
        draft.add(new Step.Normalize(norm, from, output));
        return output;
    }

    /** In place. */
    void gradient(Op.BatchNormalization op, Op.Gradient gradient, Value ofOutput) {
        int norm = numbers.getOrDefault(op, -1);
        Value from = draft.readBy(op);
        draft.add(new Step.MomentsGradient(norm, from, ofOutput));
        draft.add(new Step.Barrier(norm, true));
        draft.add(new Step.NormalizeGradient(norm, from, ofOutput, Nonlinearity.LINEAR, null));
        draft.give(gradient, ofOutput);
    }

    Value forward(Op.NormalizeSample op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), draft.layouts().written(op.to(), true));
        draft.add(new Step.NormalizeSample(from, blocks(op), output));
        return output;
    }

    /** In place. */
    void gradient(Op.NormalizeSample op, Op.Gradient gradient, Value ofOutput) {
        draft.add(new Step.NormalizeSampleGradient(draft.readBy(op), blocks(op), ofOutput));
        draft.give(gradient, ofOutput);
    }

    private static Step.Blocks blocks(Op.NormalizeSample op) {
        Op.BlockNorm norm = op.norm();
        Shape shape = op.from().shape();
        int pixels = 1;
        for (int axis = 2; axis <= norm.lastAxes(); axis++) {
            pixels *= shape.dimension(-axis);
        }
        int size = shape.dimension(-1) * (norm.byPlace() ? pixels : 1);
        return new Step.Blocks(
                norm,
                pixels,
                norm.scale() ? ofPlaces(op.layer() + "/gamma", op.parameters(), size) : null,
                norm.center() ? ofPlaces(op.layer() + "/beta", op.parameters() + (norm.scale() ? 1 : 0), size) : null);
    }

    private static PackedMatrix ofPlaces(String name, int parameter, int size) {
        return new PackedMatrix(name, parameter, PackedMatrix.Axis.of(1, 0), PackedMatrix.Axis.of(size, 1));
    }
}
