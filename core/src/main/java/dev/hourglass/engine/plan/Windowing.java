package dev.hourglass.engine.plan;

import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;

/**
 * Windows over a volume, one for each place of a smaller one. An image is a volume of depth 1.
 *
 * @param large the volume that they lie over
 * @param small as many windows along each axis
 * @param size of a window
 * @param stride from one window to the next
 * @param dilation from one place of a window to the next
 * @param before how far the first window begins before the volume
 */
public record Windowing(Size3 large, Size3 small, Size3 size, Size3 stride, Size3 dilation, Offset before) {
    /** Along each axis, >= 0. */
    public record Offset(int depth, int height, int width) {}

    /** A window's sides, strides and dilation. */
    public record Kernel(Size3 size, Size3 stride, Size3 dilation) {
        public static Kernel of(Size2 size, Size2 stride, Size2 dilation) {
            return new Kernel(Size3.of(size), Size3.of(stride), Size3.of(dilation));
        }
    }

    /**
     * @param large the shape that windows lie over: a vector, a sequence, an image or a volume
     * @param small the shape that has a place for each window
     */
    public static Windowing of(Shape large, Shape small, Kernel kernel, Padding padding) {
        Size3 over = extent(large);
        Size3 places = extent(small);
        Size3 size = kernel.size();
        Size3 stride = kernel.stride();
        Size3 dilation = kernel.dilation();
        Offset before = new Offset(
                before(over.depth(), places.depth(), reach(size.depth(), dilation.depth()), stride.depth(), padding),
                before(
                        over.height(),
                        places.height(),
                        reach(size.height(), dilation.height()),
                        stride.height(),
                        padding),
                before(over.width(), places.width(), reach(size.width(), dilation.width()), stride.width(), padding));
        return new Windowing(over, places, size, stride, dilation, before);
    }

    /** How many places a window has. */
    public int taps() {
        return size.depth() * size.height() * size.width();
    }

    /** The last axis is the channels'. */
    public static Size3 extent(Shape shape) {
        return switch (shape.rank()) {
            case 1 -> Size3.cube(1);
            case 2 -> new Size3(1, 1, shape.dimension(0));
            case 3 -> new Size3(1, shape.dimension(0), shape.dimension(1));
            default -> new Size3(shape.dimension(0), shape.dimension(1), shape.dimension(2));
        };
    }

    private static int reach(int window, int dilation) {
        return (window - 1) * dilation + 1;
    }

    /** Zeros before the first window: with 'same' half of what is needed, rounded down. */
    public static int before(int in, int out, int window, int stride, Padding padding) {
        return switch (padding) {
            case VALID -> 0;
            case SAME -> Math.max((out - 1) * stride + window - in, 0) / 2;
            case CAUSAL -> window - 1;
        };
    }
}
