package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.OnnxModel.Node;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The operators of an {@link Interpreter} that go over images, {@code [batch, channels, height, width]}. */
final class WindowOperators {
    private WindowOperators() {}

    static Tensor convolve(Node node, Tensor x, Tensor kernel, @Nullable Tensor bias) {
        Axis rows = Axis.of(node, 0);
        Axis columns = Axis.of(node, 1);
        int filters = kernel.dimension(0);
        Tensor y = Tensor.zeros(x.dimension(0), filters, rows.windows(x.dimension(2)), columns.windows(x.dimension(3)));
        addBias(y, bias);
        for (int plane = 0; plane < x.dimension(0) * filters; plane++) {
            int filter = plane % filters;
            int perGroup = kernel.dimension(1);
            int group = filter / (filters / (int) node.whole("group"));
            for (int channel = 0; channel < perGroup; channel++) {
                int from = plane / filters * x.dimension(1) + group * perGroup + channel;
                int taps = (filter * perGroup + channel) * kernel.sizeBehind(1);
                for (int tap = 0; tap < kernel.sizeBehind(1); tap++) {
                    double weight = kernel.values()[taps + tap];
                    int rowTap = tap / columns.window();
                    int columnTap = tap % columns.window();
                    int firstColumn = columns.first(columnTap);
                    int endColumn = columns.end(columnTap, x.dimension(3), y.dimension(3));
                    int endRow = rows.end(rowTap, x.dimension(2), y.dimension(2));
                    for (int row = rows.first(rowTap); row < endRow; row++) {
                        int source = x.row(from, rows.position(row, rowTap));
                        int target = y.row(plane, row);
                        for (int column = firstColumn; column < endColumn; column++) {
                            y.values()[target + column] +=
                                    weight * x.values()[source + columns.position(column, columnTap)];
                        }
                    }
                }
            }
        }
        return y;
    }

    /** The same way backwards: what a window of the output would have read gets something from each input. */
    static Tensor convolveTransposed(Node node, Tensor x, Tensor kernel, @Nullable Tensor bias) {
        Axis rows = Axis.of(node, 0);
        Axis columns = Axis.of(node, 1);
        int filters = kernel.dimension(1);
        Tensor y = Tensor.zeros(
                x.dimension(0),
                filters,
                rows.unwound(x.dimension(2), node.ints("output_padding")[0]),
                columns.unwound(x.dimension(3), node.ints("output_padding")[1]));
        addBias(y, bias);
        for (int plane = 0; plane < x.dimension(0) * filters; plane++) {
            int filter = plane % filters;
            for (int channel = 0; channel < x.dimension(1); channel++) {
                int from = plane / filters * x.dimension(1) + channel;
                int taps = (channel * filters + filter) * kernel.sizeBehind(1);
                for (int tap = 0; tap < kernel.sizeBehind(1); tap++) {
                    double weight = kernel.values()[taps + tap];
                    int rowTap = tap / columns.window();
                    int columnTap = tap % columns.window();
                    int firstColumn = columns.first(columnTap);
                    int endColumn = columns.end(columnTap, y.dimension(3), x.dimension(3));
                    int endRow = rows.end(rowTap, y.dimension(2), x.dimension(2));
                    for (int row = rows.first(rowTap); row < endRow; row++) {
                        int source = x.row(from, row);
                        int target = y.row(plane, rows.position(row, rowTap));
                        for (int column = firstColumn; column < endColumn; column++) {
                            y.values()[target + columns.position(column, columnTap)] +=
                                    weight * x.values()[source + column];
                        }
                    }
                }
            }
        }
        return y;
    }

    private static void addBias(Tensor y, @Nullable Tensor bias) {
        if (bias == null) {
            return;
        }
        int pixels = y.sizeBehind(1);
        for (int plane = 0; plane < y.dimension(0) * y.dimension(1); plane++) {
            Arrays.fill(y.values(), plane * pixels, (plane + 1) * pixels, bias.values()[plane % y.dimension(1)]);
        }
    }

    static Tensor pool(Node node, Tensor x) {
        Axis rows = Axis.of(node, 0);
        Axis columns = Axis.of(node, 1);
        int height = rows.windows(x.dimension(2));
        int width = columns.windows(x.dimension(3));
        Tensor y = Tensor.zeros(x.dimension(0), x.dimension(1), height, width);
        Arrays.fill(y.values(), Double.NEGATIVE_INFINITY);
        int area = rows.window() * columns.window();
        for (int i = 0; i < y.values().length * area; i++) {
            int target = i / area;
            int from = target / (height * width) * x.sizeBehind(1);
            int row = rows.position(target / width % height, i % area / columns.window());
            int column = columns.position(target % width, i % columns.window());
            if (row >= 0 && row < x.dimension(2) && column >= 0 && column < x.dimension(3)) {
                y.values()[target] = Math.max(y.values()[target], x.values()[from + row * x.dimension(3) + column]);
            }
        }
        return y;
    }

    /** Padding does not count. */
    static Tensor averagePool(Node node, Tensor x) {
        Axis rows = Axis.of(node, 0);
        Axis columns = Axis.of(node, 1);
        int height = rows.windows(x.dimension(2));
        int width = columns.windows(x.dimension(3));
        Tensor y = Tensor.zeros(x.dimension(0), x.dimension(1), height, width);
        for (int target = 0; target < y.values().length; target++) {
            int from = target / (height * width) * x.sizeBehind(1);
            double sum = 0;
            int count = 0;
            for (int tap = 0; tap < rows.window() * columns.window(); tap++) {
                int row = rows.position(target / width % height, tap / columns.window());
                int column = columns.position(target % width, tap % columns.window());
                if (row >= 0 && row < x.dimension(2) && column >= 0 && column < x.dimension(3)) {
                    sum += x.values()[from + row * x.dimension(3) + column];
                    count++;
                }
            }
            y.values()[target] = sum / count;
        }
        return y;
    }

    static Tensor largestPixels(Tensor x) {
        Tensor y = Tensor.zeros(x.dimension(0), x.dimension(1), 1, 1);
        Arrays.fill(y.values(), Double.NEGATIVE_INFINITY);
        int pixels = x.sizeBehind(1);
        for (int i = 0; i < x.values().length; i++) {
            y.values()[i / pixels] = Math.max(y.values()[i / pixels], x.values()[i]);
        }
        return y;
    }

    static Tensor averagePixels(Tensor x) {
        Tensor y = Tensor.zeros(x.dimension(0), x.dimension(1), 1, 1);
        int pixels = x.sizeBehind(1);
        for (int i = 0; i < x.values().length; i++) {
            y.values()[i / pixels] += x.values()[i] / pixels;
        }
        return y;
    }

    static Tensor resize(Node node, Tensor x, Tensor scales) {
        if (node.attributes().get("mode") instanceof OnnxModel.Attribute.Text mode
                && mode.value().equals("linear")) {
            return interpolate(node, x, scales);
        }
        node.requireText("mode", "nearest");
        node.requireText("coordinate_transformation_mode", "asymmetric");
        node.requireText("nearest_mode", "floor");
        int height = (int) (x.dimension(2) * scales.values()[2]);
        int width = (int) (x.dimension(3) * scales.values()[3]);
        Tensor y = Tensor.zeros(x.dimension(0), x.dimension(1), height, width);
        for (int i = 0; i < y.values().length; i++) {
            int row = (int) (i / width % height / scales.values()[2]);
            int column = (int) (i % width / scales.values()[3]);
            int plane = i / (height * width);
            y.values()[i] = x.values()[(plane * x.dimension(2) + row) * x.dimension(3) + column];
        }
        return y;
    }

    /** A weighted mean of the pixels whose centres are nearer than one pixel, those at the edge for those beyond it. */
    private static Tensor interpolate(Node node, Tensor x, Tensor scales) {
        node.requireText("coordinate_transformation_mode", "half_pixel");
        int height = (int) (x.dimension(2) * scales.values()[2]);
        int width = (int) (x.dimension(3) * scales.values()[3]);
        Tensor y = Tensor.zeros(x.dimension(0), x.dimension(1), height, width);
        for (int i = 0; i < y.values().length; i++) {
            double row = (i / width % height + 0.5) / scales.values()[2] - 0.5;
            double column = (i % width + 0.5) / scales.values()[3] - 0.5;
            int plane = i / (height * width);
            for (int down = 0; down < 2; down++) {
                for (int right = 0; right < 2; right++) {
                    int ofRow = (int) Math.floor(row) + down;
                    int ofColumn = (int) Math.floor(column) + right;
                    double share = (1 - Math.abs(row - ofRow)) * (1 - Math.abs(column - ofColumn));
                    int inside = Math.clamp(ofRow, 0, x.dimension(2) - 1) * x.dimension(3)
                            + Math.clamp(ofColumn, 0, x.dimension(3) - 1);
                    y.values()[i] += share * x.values()[plane * x.dimension(2) * x.dimension(3) + inside];
                }
            }
        }
        return y;
    }

    /**
     * How windows lie along one axis of an image.
     *
     * @param before how many padded places lie before the first real one
     */
    private record Axis(int window, int stride, int dilation, int before, int after) {
        static Axis of(Node node, int axis) {
            int[] pads = node.ints("pads");
            int dilation = node.attributes().containsKey("dilations") ? node.ints("dilations")[axis] : 1;
            return new Axis(
                    node.ints("kernel_shape")[axis], node.ints("strides")[axis], dilation, pads[axis], pads[2 + axis]);
        }

        int windows(int size) {
            return (size + before + after - (window - 1) * dilation - 1) / stride + 1;
        }

        /** The size that windows come from, as many as {@code count}. */
        int unwound(int count, int more) {
            return stride * (count - 1) + more + window - before - after;
        }

        int position(int place, int tap) {
            return place * stride + tap * dilation - before;
        }

        /** The first place at which a tap lies no more before the axis. */
        int first(int tap) {
            return Math.max(0, Math.ceilDiv(before - tap * dilation, stride));
        }

        /** The place, of so many, from which on a tap lies behind an axis of that size. */
        int end(int tap, int size, int places) {
            return Math.min(places, Math.floorDiv(size - 1 + before - tap * dilation, stride) + 1);
        }
    }
}
