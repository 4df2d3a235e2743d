package dev.hourglass.engine;

import dev.hourglass.engine.PackedMatrix.Axis;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How one convolution is computed: where its windows lie on the input's grid, in which phases its output falls apart,
 * and which of the kernel's weights each tap of a window takes; forward and back.
 *
 * <p>A transposed convolution of stride s is a convolution of stride 1 over a grid in which the input's pixels lie s
 * apart, with the kernel's taps in reverse; and so is the way back through a convolution. One that follows an upsampling
 * may be folded with it ({@link Folding}).
 *
 * @param forwardTaps for each phase and tap of a window, the taps of the kernel whose weights are added
 * @param backTaps likewise on the way back
 */
record Convolution(Geometry forward, Geometry back, Step.Phases phases, List<int[]> forwardTaps, List<int[]> backTaps) {
    private static final Size2 ONE = Size2.square(1);

    /** A dense layer: windows of one pixel. */
    static final Convolution DENSE = plain(new Geometry(ONE, ONE, ONE, 0, 0), false);

    /**
     * How an output pixel's window lies on the grid; see {@link Layout.Image}.
     *
     * @param kernel size of a window
     * @param gridStep grid pixels between neighbours of the image
     * @param stride grid pixels between neighbouring windows
     * @param top grid rows before the image
     * @param left grid columns before the image
     */
    record Geometry(Size2 kernel, Size2 gridStep, Size2 stride, int top, int left) {
        /** The geometry that carries gradients from output to input: step and stride change places. */
        Geometry reversed() {
            return new Geometry(kernel, stride, gridStep, kernel.height() - 1 - top, kernel.width() - 1 - left);
        }

        /** The grid of an image, large enough for a window for each of {@code windows}. */
        Layout.Image grid(Layout.Image image, int channelStride, Size2 windows) {
            int rows = Math.max(
                    (windows.height() - 1) * stride.height() + kernel.height(),
                    top + (image.height() - 1) * gridStep.height() + 1);
            int columns = Math.max(
                    (windows.width() - 1) * stride.width() + kernel.width(),
                    left + (image.width() - 1) * gridStep.width() + 1);
            return new Layout.Image(
                    image.height(),
                    image.width(),
                    image.channels(),
                    channelStride,
                    top,
                    left,
                    rows,
                    columns,
                    gridStep.height(),
                    gridStep.width());
        }
    }

    /**
     * @param layer a convolution or transposed convolution
     * @param in its input, or when folded what the upsampling before it repeats
     * @param folded whether an upsampling by two is folded into it
     */
    static Convolution of(LayerSpec layer, Shape in, Shape out, boolean folded) {
        return switch (layer) {
            case LayerSpec.Conv2d conv ->
                folded
                        ? folded(conv.kernel(), false)
                        : plain(leading(in, out, conv.kernel(), conv.stride(), conv.padding()), false);
            // The transpose of the convolution that leads from its output to its input.
            case LayerSpec.Conv2dTranspose conv ->
                folded
                        ? folded(conv.kernel(), true)
                        : plain(
                                leading(out, in, conv.kernel(), conv.stride(), conv.padding())
                                        .reversed(),
                                true);
            default -> DENSE;
        };
    }

    private static Convolution plain(Geometry geometry, boolean transposed) {
        List<int[]> inOrder = Axis.inOrder(Windows.area(geometry.kernel()));
        List<int[]> taps = transposed ? inOrder.reversed() : inOrder;
        return new Convolution(geometry, geometry.reversed(), Step.Phases.ONE, taps, taps.reversed());
    }

    private static Convolution folded(Size2 kernel, boolean transposed) {
        Folding vertical = new Folding(kernel.height(), transposed);
        Folding horizontal = new Folding(kernel.width(), transposed);
        List<int[]> taps = new ArrayList<>();
        for (int row = 0; row < Folding.SCALE; row++) {
            for (int column = 0; column < Folding.SCALE; column++) {
                taps.addAll(pairs(vertical.sources(row), horizontal.sources(column), kernel.width()));
            }
        }
        return new Convolution(
                new Geometry(
                        new Size2(vertical.taps(), horizontal.taps()),
                        ONE,
                        ONE,
                        vertical.gridBefore(),
                        horizontal.gridBefore()),
                new Geometry(
                        new Size2(vertical.backTaps(), horizontal.backTaps()),
                        ONE,
                        Size2.square(Folding.SCALE),
                        vertical.backBefore(),
                        horizontal.backBefore()),
                new Step.Phases(Size2.square(Folding.SCALE), vertical.shift(), horizontal.shift()),
                taps,
                pairs(vertical.backSources(), horizontal.backSources(), kernel.width()));
    }

    /** The geometry of a plain convolution from one shape to another. */
    private static Geometry leading(Shape in, Shape out, Size2 kernel, Size2 stride, Padding padding) {
        int top = before(in.dimension(0), out.dimension(0), kernel.height(), stride.height(), padding);
        int left = before(in.dimension(1), out.dimension(1), kernel.width(), stride.width(), padding);
        return new Geometry(kernel, ONE, stride, top, left);
    }

    /** Zeros before the first row or column with padding 'same': half of what is needed, rounded down. */
    static int before(int in, int out, int window, int stride, Padding padding) {
        return padding == Padding.VALID ? 0 : Math.max((out - 1) * stride + window - in, 0) / 2;
    }

    /** Every combination of a tap of the rows and one of the columns, rows first, as taps of the kernel. */
    private static List<int[]> pairs(List<int[]> rows, List<int[]> columns, int kernelWidth) {
        List<int[]> all = new ArrayList<>();
        for (int[] row : rows) {
            for (int[] column : columns) {
                all.add(Arrays.stream(row)
                        .flatMap(r -> Arrays.stream(column).map(c -> r * kernelWidth + c))
                        .toArray());
            }
        }
        return all;
    }

    /** The grid on which the layer reads its input. */
    Layout.Image inputGrid(Layout.Image in, Layout.Image out, int channelStride) {
        Size2 windows = new Size2(
                out.height() / phases.scale().height() + phases.shiftRows(),
                out.width() / phases.scale().width() + phases.shiftColumns());
        return forward.grid(in, channelStride, windows);
    }

    /** The grid on which the way back reads the output's gradient. */
    Layout.Image gradientGrid(Layout.Image in, Layout.Image out) {
        return back.grid(out, out.channelStride(), new Size2(in.height(), in.width()));
    }

    /** How projected taps are gathered, for a convolution of stride 1. */
    Step.Gathering gathering() {
        return new Step.Gathering(
                forward.kernel().height(),
                firsts(forward.top(), phases.scale().height(), phases.shiftRows()),
                forward.kernel().width(),
                firsts(forward.left(), phases.scale().width(), phases.shiftColumns()));
    }

    private static int[] firsts(int before, int phases, int shift) {
        return phases == 1 ? new int[] {-before} : new int[] {-before, shift - before};
    }
}
