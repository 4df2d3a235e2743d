package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.layout.Convolution;
import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.layout.WindowAxis;
import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import java.util.List;

/**
 * A convolution to few channels, turned inside out: each pixel is projected to all taps at once, and each output pixel
 * gathers its own. As columns of a product the few channels would be mostly padding; as taps times channels they are
 * not. It stands among the lowerings because it changes the layouts of what it reads and writes; {@link
 * Layouts#isProjected} says when.
 */
final class ProjectionLowering {
    /** Below this many output channels 16 lanes would be mostly padding. */
    static final int FEW_CHANNELS = 6;

    private final Draft draft;

    ProjectionLowering(Draft draft) {
        this.draft = draft;
    }

    /** What forward and back have in common. */
    private record Projection(
            WindowAxis rows, WindowAxis columns, PackedMatrix weights, PackedMatrix back, Layout.Image taps) {
        static Projection of(Op.Convolution op) {
            Layout.Image small = Layouts.natural(op.from());
            Convolution convolution = Convolution.of(op);
            List<int[]> taps = convolution.forward().taps();
            int channels = small.channels();
            int filters = op.to().channels();
            int channelStep = op.kernel().transposed() ? 1 : filters;
            int filterStep = op.kernel().transposed() ? channels : 1;
            Axis tapColumns = new Axis(taps, filters, filters, channels * filters, filterStep);
            Axis rows = new Axis(Axis.inOrder(1), channels, small.channelStride(), 0, channelStep);
            return new Projection(
                    convolution.forward().rows(),
                    convolution.forward().columns(),
                    new PackedMatrix(op.layer() + "/kernel", op.parameters(), rows, tapColumns),
                    new PackedMatrix(
                            op.layer() + "/kernel/transposed",
                            op.parameters(),
                            tapColumns,
                            Axis.of(channels, channelStep)),
                    Layout.Image.natural(small.height(), small.width(), taps.size() * filters));
        }
    }

    private static PackedMatrix bias(Op.Convolution op) {
        return new PackedMatrix(
                op.layer() + "/bias",
                op.parameters() + 1,
                Axis.of(1, 0),
                Axis.of(op.to().channels(), 1));
    }

    Value forward(Op.Convolution op) {
        Value from = draft.readNatural(op);
        Projection projection = Projection.of(op);
        Layout.Image out = Layouts.natural(op.to());
        Value taps = new Value(op.layer() + "/taps", projection.taps());
        Value output = new Value(op.to().name(), Layout.Image.compact(out.height(), out.width(), out.channels()));
        draft.add(new Step.ProjectAndGather(
                from,
                projection.rows(),
                projection.columns(),
                projection.weights(),
                bias(op),
                op.after(),
                taps,
                output));
        return output;
    }

    void gradient(Op.Convolution op, Op.Gradient gradient, Value given) {
        Value from = draft.readBy(op);
        Projection projection = Projection.of(op);
        Value output = draft.valueOf(op.to());
        Value ofOutput = compact(op, given, output.image());
        draft.addActivationGradient(op.after(), output, ofOutput);
        draft.add(new Step.BiasGradient(ofOutput, bias(op)));
        Value spread = new Value(op.layer() + "/taps/gradient", projection.taps());
        draft.add(new Step.SpreadToTaps(ofOutput, projection.rows(), projection.columns(), spread));
        WindowAxis point = WindowAxis.POINT;
        PackedMatrix weights = projection.weights();
        draft.add(new Step.ConvolveGradient(from, point, point, spread, weights, weights));
        Value result = Draft.gradientOfInput(op, from);
        draft.add(new Step.Convolve(spread, point, point, projection.back(), null, Nonlinearity.LINEAR, -1, result));
        draft.give(gradient, result);
    }

    /** A loss's gradient lies as the output does, but a sum with that of a penalty has padded channels. */
    private Value compact(Op.Convolution op, Value gradient, Layout.Image wanted) {
        if (gradient.layout().equals(wanted)) {
            return gradient;
        }
        Value compact = new Value(op.to().name() + "/gradient/compact", wanted);
        draft.add(new Step.Copy(gradient, compact));
        return compact;
    }
}
