package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.ChannelOrder;
import dev.hourglass.model.Size2;

/** Layers that make images smaller or larger: pooling, upsampling, averaging, repeating. */
final class WindowLowering {
    private static final Size2 TWO = Size2.square(2);

    private final Draft draft;

    WindowLowering(Draft draft) {
        this.draft = draft;
    }

    /** Whether windows of 2x2 fill the image without overlapping. */
    private static boolean isOfFour(Op.MaxPool op) {
        Layout.Image image = Layouts.natural(op.from());
        return op.pool().equals(TWO) && op.stride().equals(TWO) && image.height() % 2 == 0 && image.width() % 2 == 0;
    }

    private static int top(Op.MaxPool op) {
        int in = Layouts.natural(op.from()).height();
        int out = Layouts.natural(op.to()).height();
        return Windowing.before(in, out, op.pool().height(), op.stride().height(), op.padding());
    }

    private static int left(Op.MaxPool op) {
        int in = Layouts.natural(op.from()).width();
        int out = Layouts.natural(op.to()).width();
        return Windowing.before(in, out, op.pool().width(), op.stride().width(), op.padding());
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

    Value interpolate(Op.Interpolate op) {
        Value from = draft.readNatural(op);
        Value output = anyLayout(op);
        draft.add(new Step.Interpolate(from, op.size(), output));
        return output;
    }

    void interpolateGradient(Op.Interpolate op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.InterpolateGradient(ofOutput, op.size(), result));
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

    Value pool(Op.Pool op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.Pool(from, op.windows(), op.average(), output));
        return output;
    }

    void poolGradient(Op.Pool op, Op.Gradient gradient, Value ofOutput) {
        Value from = draft.readBy(op);
        Value result = Draft.gradientOfInput(op, from);
        draft.add(new Step.PoolGradient(from, op.windows(), op.average(), ofOutput, result));
        draft.give(gradient, result);
    }

    Value repeatAxes(Op.RepeatAxes op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(
                new Step.RepeatAxes(from, op.size(), Windowing.extent(op.from().shape()), output));
        return output;
    }

    void repeatAxesGradient(Op.RepeatAxes op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.RepeatAxesGradient(
                ofOutput, op.size(), Windowing.extent(op.from().shape()), result));
        draft.give(gradient, result);
    }

    Value shift(Op.Shift op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.Shift(from, op.down(), op.right(), output));
        return output;
    }

    void shiftGradient(Op.Shift op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.Shift(ofOutput, -op.down(), -op.right(), result));
        draft.give(gradient, result);
    }

    Value permute(Op.Permute op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.Permute(from, op.from().shape(), op.axes(), output));
        return output;
    }

    void permuteGradient(Op.Permute op, Op.Gradient gradient, Value ofOutput) {
        Value result = Draft.gradientOfInput(op, draft.readBy(op));
        draft.add(new Step.Permute(ofOutput, op.to().shape(), ChannelOrder.inverse(op.axes()), result));
        draft.give(gradient, result);
    }

    /** Written pixel by pixel, so into the layout in which it is read. */
    private Value anyLayout(Op.Unary op) {
        return new Value(op.to().name(), draft.layouts().written(op.to(), true));
    }
}
