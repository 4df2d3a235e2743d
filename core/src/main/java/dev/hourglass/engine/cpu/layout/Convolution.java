package dev.hourglass.engine.cpu.layout;

import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Windowing;
import dev.hourglass.model.Size2;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How one convolution is computed, forward and back: where its windows lie and which of the kernel's weights each of
 * their taps takes. A transposed convolution is a convolution turned round, and so is the way back through one.
 */
public record Convolution(Direction forward, Direction back) {
    /** A dense layer: windows of one pixel. */
    public static final Convolution DENSE = new Convolution(
            new Direction(KernelAxis.sliding(1, 1, 0, false), KernelAxis.sliding(1, 1, 0, false), 1),
            new Direction(KernelAxis.sliding(1, 1, 0, false), KernelAxis.sliding(1, 1, 0, false), 1));

    /** One way through a convolution. */
    public record Direction(KernelAxis vertical, KernelAxis horizontal, int kernelWidth) {
        public WindowAxis rows() {
            return vertical.windows();
        }

        public WindowAxis columns() {
            return horizontal.windows();
        }

        /** For each phase and tap of a window, rows first, the taps of the kernel whose weights are added. */
        public List<int[]> taps() {
            List<int[]> taps = new ArrayList<>();
            for (List<int[]> rowTaps : vertical.sources()) {
                for (List<int[]> columnTaps : horizontal.sources()) {
                    taps.addAll(pairs(rowTaps, columnTaps, kernelWidth));
                }
            }
            return taps;
        }

        /** The grid on which the windows of an output find the zeros that they need around their input. */
        Layout.Image grid(Layout.Image in, int channelStride, Layout.Image out) {
            int top = rows().before();
            int left = columns().before();
            return new Layout.Image(
                    in.height(),
                    in.width(),
                    in.channels(),
                    channelStride,
                    top,
                    left,
                    top + Math.max(in.height(), rows().end(out.height())),
                    left + Math.max(in.width(), columns().end(out.width())));
        }
    }

    /** How a convolution of a plan is computed. */
    public static Convolution of(Op.Convolution op) {
        Op.Kernel kernel = op.kernel();
        Layout.Image in = Layout.Image.of(op.from().shape());
        Layout.Image out = Layout.Image.of(op.to().shape());
        if (kernel.upSampling() > 1) {
            return Axes.folded(kernel.size(), kernel.transposed()).convolution();
        }
        // A transposed one is the transpose of the convolution that leads from its output to its input.
        return kernel.transposed()
                ? Axes.leading(out, in, kernel).reversed().convolution()
                : Axes.leading(in, out, kernel).convolution();
    }

    /** Both axes of both ways. */
    private record Axes(BothWays vertical, BothWays horizontal, int kernelWidth) {
        static Axes leading(Layout.Image in, Layout.Image out, Op.Kernel kernel) {
            Size2 size = kernel.size();
            Size2 stride = kernel.stride();
            Size2 dilation = kernel.dilation();
            int height = (size.height() - 1) * dilation.height() + 1;
            int width = (size.width() - 1) * dilation.width() + 1;
            int top = Windowing.before(in.height(), out.height(), height, stride.height(), kernel.padding());
            int left = Windowing.before(in.width(), out.width(), width, stride.width(), kernel.padding());
            return new Axes(
                    dilation.height() > 1
                            ? BothWays.dilated(size.height(), dilation.height(), top)
                            : BothWays.leading(size.height(), stride.height(), top),
                    dilation.width() > 1
                            ? BothWays.dilated(size.width(), dilation.width(), left)
                            : BothWays.leading(size.width(), stride.width(), left),
                    size.width());
        }

        static Axes folded(Size2 kernel, boolean flipped) {
            Folding vertical = new Folding(kernel.height(), flipped);
            Folding horizontal = new Folding(kernel.width(), flipped);
            return new Axes(
                    new BothWays(vertical.forward(), vertical.back()),
                    new BothWays(horizontal.forward(), horizontal.back()),
                    kernel.width());
        }

        Axes reversed() {
            return new Axes(vertical.reversed(), horizontal.reversed(), kernelWidth);
        }

        Convolution convolution() {
            return new Convolution(
                    new Direction(vertical.forward(), horizontal.forward(), kernelWidth),
                    new Direction(vertical.back(), horizontal.back(), kernelWidth));
        }
    }

    private record BothWays(KernelAxis forward, KernelAxis back) {
        static BothWays leading(int kernel, int stride, int before) {
            return new BothWays(
                    KernelAxis.sliding(kernel, stride, before, false),
                    KernelAxis.overSpread(kernel, stride, kernel - 1 - before, true));
        }

        static BothWays dilated(int kernel, int dilation, int before) {
            int last = (kernel - 1) * dilation;
            return new BothWays(
                    KernelAxis.dilated(kernel, dilation, before, false),
                    KernelAxis.dilated(kernel, dilation, last - before, true));
        }

        BothWays reversed() {
            return new BothWays(back, forward);
        }
    }

    /** Every combination of taps of the rows and taps of the columns, rows first, as taps of the kernel. */
    static List<int[]> pairs(List<int[]> rows, List<int[]> columns, int kernelWidth) {
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
    public Layout.Image inputGrid(Layout.Image in, Layout.Image out, int channelStride) {
        return forward.grid(in, channelStride, out);
    }

    /** The grid on which the way back reads the output's gradient. */
    public Layout.Image gradientGrid(Layout.Image in, Layout.Image out) {
        return back.grid(out, out.channelStride(), in);
    }
}
