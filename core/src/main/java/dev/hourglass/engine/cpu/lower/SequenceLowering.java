package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.tensor.Shape;
import org.jspecify.annotations.Nullable;

/** Dense layers and masks on sequences that lie step by step, as a recurrent layer writes them. */
final class SequenceLowering {
    private static final int PANEL = Layout.Steps.PANEL;

    private final Draft draft;

    SequenceLowering(Draft draft) {
        this.draft = draft;
    }

    /** Whether a dense layer finds its input step by step. */
    boolean isSequence(Op.Dense op) {
        return draft.valueOf(op.from()).layout() instanceof Layout.Steps;
    }

    Value dense(Op.Dense op) {
        Value from = draft.readSteps(op);
        Value output = new Value(
                op.to().name(), new Layout.Steps(from.steps().steps(), op.to().channels()));
        draft.add(new Step.StepsProduct(from, weights(op, from), bias(op), op.after(), output));
        return output;
    }

    void denseGradient(Op.Dense op, Op.Gradient gradient, Value ofOutput) {
        Value from = draft.readBy(op);
        PackedMatrix weights = weights(op, from);
        draft.addActivationGradient(op.after(), draft.valueOf(op.to()), ofOutput);
        PackedMatrix bias = bias(op);
        if (bias != null) {
            draft.add(new Step.StepsBiasGradient(ofOutput, bias));
        }
        draft.add(new Step.StepsProductGradient(from, ofOutput, weights));
        if (gradient.shares().isEmpty()) {
            return;
        }
        PackedMatrix back =
                new PackedMatrix(op.layer() + "/kernel/transposed", op.parameters(), units(op), weights.rows());
        Value result = Draft.gradientOfInput(op, from);
        draft.add(new Step.StepsProduct(ofOutput, back, null, Nonlinearity.LINEAR, result));
        draft.give(gradient, result);
    }

    Value lastStep(Op.LastStep op) {
        Value from = draft.readSteps(op);
        Value output =
                new Value(op.to().name(), new Layout.Steps(1, from.steps().features()));
        draft.add(new Step.MoveSteps(from, from.steps().steps() - 1, 1, output, 0));
        return output;
    }

    void lastStepGradient(Op.LastStep op, Op.Gradient gradient, Value ofOutput) {
        if (!gradient.shares().isEmpty()) {
            Value from = draft.readBy(op);
            Value result = Draft.gradientOfInput(op, from);
            draft.add(new Step.MoveSteps(ofOutput, 0, 1, result, from.steps().steps() - 1));
            draft.give(gradient, result);
        }
    }

    /** Of a result that nobody reads. */
    Value zeros(Op.Sum op) {
        Shape shape = op.to().shape();
        if (shape.rank() > 2) {
            Value image = new Value(op.to().name(), Layouts.natural(op.to()));
            draft.add(new Step.Zeros(image));
            return image;
        }
        int steps = shape.rank() > 1 ? shape.dimension(0) : 1;
        Value output = new Value(op.to().name(), new Layout.Steps(steps, shape.dimension(-1)));
        draft.add(new Step.Zeros(output));
        return output;
    }

    Value mask(Op.Masking op) {
        Value from = draft.readSteps(op);
        Value output = new Value(op.to().name(), from.layout());
        Value mask = new Value(op.mask().name(), new Layout.Steps(from.steps().steps(), 1));
        draft.add(new Step.Masking(op.maskValue(), from, output, mask));
        draft.define(op.mask(), mask);
        return output;
    }

    void maskGradient(Op.Masking op, Op.Gradient gradient, Value ofOutput) {
        if (!gradient.shares().isEmpty()) {
            draft.add(new Step.ZeroSkipped(draft.valueOf(op.mask()), ofOutput));
            draft.give(gradient, ofOutput);
        }
    }

    /** Of an image, which is written anew step by step. */
    Value hide(Op.HideSteps op) {
        Value from = draft.readImage(op);
        Layout.Image image = from.image();
        Value output = new Value(op.to().name(), new Layout.Steps(image.pixels(), image.channels()));
        draft.add(new Step.Transpose(from, output));
        draft.add(new Step.ZeroSkipped(draft.valueOf(op.mask()), output));
        return output;
    }

    void hideGradient(Op.HideSteps op, Op.Gradient gradient, Value ofOutput) {
        draft.add(new Step.ZeroSkipped(draft.valueOf(op.mask()), ofOutput));
        draft.give(gradient, ofOutput);
    }

    private static PackedMatrix weights(Op.Dense op, Value from) {
        Axis inputs = Axis.of(from.steps().features(), op.to().channels()).paddedTo(PANEL);
        return new PackedMatrix(op.layer() + "/kernel", op.parameters(), inputs, units(op));
    }

    private static @Nullable PackedMatrix bias(Op.Dense op) {
        if (!op.bias()) {
            return null;
        }
        return new PackedMatrix(op.layer() + "/bias", op.parameters() + 1, Axis.of(1, 0), units(op));
    }

    private static Axis units(Op.Dense op) {
        return Axis.of(op.to().channels(), 1).paddedTo(PANEL);
    }
}
