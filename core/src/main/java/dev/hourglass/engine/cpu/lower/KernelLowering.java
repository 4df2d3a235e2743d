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
import dev.hourglass.tensor.Kernels;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Layers with a kernel that goes over an image. A dense layer is a 1x1 convolution, and a vector an image of one pixel. */
final class KernelLowering {
    private final Draft draft;
    private final ProjectionLowering projections;

    KernelLowering(Draft draft) {
        this.draft = draft;
        projections = new ProjectionLowering(draft);
    }

    /**
     * A layer's kernel in its packed forms.
     *
     * @param weights to go forward
     * @param bias packed like the columns of the weights, or null
     * @param back to go from the output's gradient to the input's
     */
    private record Matrices(PackedMatrix weights, @Nullable PackedMatrix bias, PackedMatrix back) {
        static Matrices of(Op.Convolution op, Convolution convolution, Layout.Image in) {
            int channels = in.channels();
            int filters = op.to().channels();
            // The kernel is [height, width, channels, filters], or [height, width, filters, channels] when transposed.
            int tapStride = channels * filters;
            int channelStep = op.kernel().transposed() ? 1 : filters;
            int filterStep = op.kernel().transposed() ? channels : 1;
            Axis rows = new Axis(convolution.forward().taps(), channels, in.channelStride(), tapStride, channelStep);
            Axis backRows =
                    new Axis(convolution.back().taps(), filters, Kernels.padded(filters), tapStride, filterStep);
            return new Matrices(
                    new PackedMatrix(op.layer() + "/kernel", op.parameters(), rows, Axis.of(filters, filterStep)),
                    op.bias() ? bias(op.layer(), op.parameters() + 1, filters) : null,
                    new PackedMatrix(
                            op.layer() + "/kernel/transposed",
                            op.parameters(),
                            backRows,
                            Axis.of(channels, channelStep)));
        }

        static Matrices of(Op.Dense op, Layout.Image in) {
            int units = op.to().channels();
            Axis rows = new Axis(Axis.inOrder(1), in.channels(), in.channelStride(), 0, units);
            Axis backRows = new Axis(Axis.inOrder(1), units, Kernels.padded(units), 0, 1);
            return new Matrices(
                    new PackedMatrix(op.layer() + "/kernel", op.parameters(), rows, Axis.of(units, 1)),
                    op.bias() ? bias(op.layer(), op.parameters() + 1, units) : null,
                    new PackedMatrix(
                            op.layer() + "/kernel/transposed",
                            op.parameters(),
                            backRows,
                            Axis.of(in.channels(), units)));
        }

        private static PackedMatrix bias(String layer, int parameter, int columns) {
            return new PackedMatrix(layer + "/bias", parameter, Axis.of(1, 0), Axis.of(columns, 1));
        }
    }

    Value convolution(Op.Convolution op) {
        if (draft.layouts().isProjected(op)) {
            return projections.forward(op);
        }
        Value from = draft.readByKernel(op);
        Convolution convolution = Convolution.of(op);
        return convolve(op, op.after(), convolution, Matrices.of(op, convolution, from.image()));
    }

    Value dense(Op.Dense op) {
        Value from = draft.readByKernel(op);
        return convolve(op, op.after(), Convolution.DENSE, Matrices.of(op, from.image()));
    }

    private Value convolve(Op.Unary op, Nonlinearity after, Convolution convolution, Matrices matrices) {
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        WindowAxis rows = convolution.forward().rows();
        WindowAxis columns = convolution.forward().columns();
        draft.add(new Step.Convolve(
                draft.readBy(op), rows, columns, matrices.weights(), matrices.bias(), after, -1, output));
        return output;
    }

    void convolutionGradient(Op.Convolution op, Op.Gradient gradient, Value ofOutput) {
        if (draft.layouts().isProjected(op)) {
            projections.gradient(op, gradient, ofOutput);
            return;
        }
        Convolution convolution = Convolution.of(op);
        Matrices matrices = Matrices.of(op, convolution, draft.readBy(op).image());
        draft.addActivationGradient(op.after(), draft.valueOf(op.to()), ofOutput);
        goBack(gradient, convolution, matrices, ofOutput);
    }

    void denseGradient(Op.Dense op, Op.Gradient gradient, Value ofOutput) {
        Matrices matrices = Matrices.of(op, draft.readBy(op).image());
        draft.addActivationGradient(op.after(), draft.valueOf(op.to()), ofOutput);
        goBack(gradient, Convolution.DENSE, matrices, ofOutput);
    }

    private void goBack(Op.Gradient gradient, Convolution convolution, Matrices matrices, Value ofOutput) {
        Value from = draft.readBy(gradient.of());
        PackedMatrix weights = matrices.weights();
        if (matrices.bias() != null) {
            draft.add(new Step.BiasGradient(ofOutput, matrices.bias()));
        }
        draft.add(new Step.ConvolveGradient(
                from, convolution.forward().rows(), convolution.forward().columns(), ofOutput, weights, weights));
        if (gradient.shares().isEmpty()) {
            return;
        }
        Layout.Image grid = convolution.gradientGrid(
                from.image(), Layouts.natural(gradient.of().to()));
        Value padded = withZerosAround(gradient.of(), ofOutput, grid);
        Value result = Draft.gradientOfInput(gradient.of(), from);
        WindowAxis rows = convolution.back().rows();
        WindowAxis columns = convolution.back().columns();
        draft.add(new Step.Convolve(padded, rows, columns, matrices.back(), null, Nonlinearity.LINEAR, -1, result));
        draft.give(gradient, result);
    }

    Value direct(Op.DirectConvolution op) {
        Value from = draft.readNatural(op);
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.DirectConvolve(
                from, op.windows(), op.transposed(), directWeights(op, op.transposed()), output));
        draft.addActivation(op.after(), output);
        return output;
    }

    void directGradient(Op.DirectConvolution op, Op.Gradient gradient, Value ofOutput) {
        Value from = draft.readBy(op);
        Step.DirectWeights weights = directWeights(op, false);
        draft.addActivationGradient(op.after(), draft.valueOf(op.to()), ofOutput);
        if (weights.bias() != null) {
            draft.add(new Step.BiasGradient(ofOutput, weights.bias()));
        }
        draft.add(
                op.transposed()
                        ? new Step.DirectConvolveGradient(ofOutput, op.windows(), weights, from)
                        : new Step.DirectConvolveGradient(from, op.windows(), weights, ofOutput));
        if (gradient.shares().isEmpty()) {
            return;
        }
        Value result = Draft.gradientOfInput(op, from);
        draft.add(new Step.DirectConvolve(
                ofOutput,
                op.windows(),
                !op.transposed(),
                directWeights(op, !op.transposed()).withoutBias(),
                result));
        draft.give(gradient, result);
    }

    /** @param toLarge whether the step that has them goes from the small volume to the large one */
    private static Step.DirectWeights directWeights(Op.DirectConvolution op, boolean toLarge) {
        int large = op.transposed() ? op.to().channels() : op.from().channels();
        int small = op.transposed() ? op.from().channels() : op.to().channels();
        int taps = op.windows().taps();
        Axis rows = Axis.of(1, 0);
        PackedMatrix kernel = toLarge && op.groups() == 1
                ? new PackedMatrix(
                        op.layer() + "/kernel/exchanged", op.parameters(), rows, exchanged(taps, large, small))
                : new PackedMatrix(
                        op.layer() + "/kernel", op.parameters(), rows, asStored(taps * large / op.groups(), small));
        return new Step.DirectWeights(
                kernel,
                op.bias()
                        ? Matrices.bias(op.layer(), op.parameters() + 1, op.to().channels())
                        : null,
                op.groups());
    }

    /** The filters side by side, padded, for each channel of each tap. */
    private static Axis asStored(int rows, int small) {
        return new Axis(Axis.inOrder(rows), small, Kernels.padded(small), small, 1);
    }

    /** The channels side by side, padded, for each filter of each tap. */
    private static Axis exchanged(int taps, int large, int small) {
        List<int[]> sources = new ArrayList<>();
        for (int tap = 0; tap < taps; tap++) {
            for (int filter = 0; filter < small; filter++) {
                sources.add(new int[] {tap * large * small + filter});
            }
        }
        return new Axis(sources, large, Kernels.padded(large), 1, small);
    }

    /** An output's gradient with the zeros that the way back reads. */
    private Value withZerosAround(Op.Layer op, Value gradient, Layout.Image grid) {
        if (grid.equals(gradient.image())) {
            return gradient;
        }
        Value padded = new Value(op.layer() + "/output/gradient/grid", grid);
        draft.add(new Step.Copy(gradient, padded));
        return padded;
    }
}
