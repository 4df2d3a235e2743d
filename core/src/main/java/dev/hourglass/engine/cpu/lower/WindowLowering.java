package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Convolution;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;

/** Layers that make images smaller or larger: pooling, upsampling, averaging, repeating. */
final class WindowLowering {
    private static final Size2 TWO = Size2.square(2);

    private final Draft draft;

    WindowLowering(Draft draft) {
        this.draft = draft;
    }

    /** Whether windows of 2x2 fill the image without overlapping. */
    private static boolean isOfFour(Op.MaxPool op) {
        Shape image = op.from().shape();
        return op.pool().equals(TWO)
                && op.stride().equals(TWO)
                && image.dimension(0) % 2 == 0
                && image.dimension(1) % 2 == 0;
    }

    private static int top(Op.MaxPool op) {
        int in = op.from().shape().dimension(0);
        int out = op.to().shape().dimension(0);
        return Convolution.before(in, out, op.pool().height(), op.stride().height(), op.padding());
    }

    private static int left(Op.MaxPool op) {
        int in = op.from().shape().dimension(1);
        int out = op.to().shape().dimension(1);
        return Convolution.before(in, out, op.pool().width(), op.stride().width(), op.padding());
    }

    Value maxPool(Op.MaxPool op) {
        Value from = draft.readNatural(op);
        Value output = anyLayout(op);
        draft.add(
                isOfFour(op)
                        ? new Step.MaxOfFour(from, -1, output)
                        : new Step.MaxPool(from, op.pool(), op.stride(), top(op), left(op), -1, output));
        return output;
    }

    void maxPoolGradient(Op.MaxPool op, Op.Gradient gradient, Value ofOutput) {
        Value from = draft.readBy(op);
        Value pooled = draft.valueOf(op.to());
        Value result = Draft.gradientOfInput(op, from);
        draft.add(
                isOfFour(op)
                        ? new Step.MaxOfFourGradient(from, -1, ofOutput, result, null)
                        : new Step.MaxPoolGradient(
                                from, op.pool(), op.stride(), top(op), left(op), -1, pooled, ofOutput, result));
        draft.give(gradient, result);
    }

    Value upSample(Op.UpSample op) {
        Value from = draft.readNatural(op);
        Value output = anyLayout(op);
        draft.add(new Step.UpSample(from, op.size(), output));
        return output;
    }

    void upSampleGradient(Op.UpSample op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.UpSampleGradient(ofOutput, op.size(), result));
        draft.give(gradient, result);
    }

    Value average(Op.Average op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.Average(from, output));
        return output;
    }

    void averageGradient(Op.Average op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.AverageGradient(ofOutput, result));
        draft.give(gradient, result);
    }

    Value repeat(Op.Repeat op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.Repeat(from, output));
        return output;
    }

    void repeatGradient(Op.Repeat op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.RepeatGradient(ofOutput, result));
        draft.give(gradient, result);
    }

    /** Written pixel by pixel, so into the layout in which it is read. */
    private Value anyLayout(Op.Unary op) {
        return new Value(op.to().name(), draft.layouts().written(op.to(), true));
    }
}
