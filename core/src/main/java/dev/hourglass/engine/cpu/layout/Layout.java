package dev.hourglass.engine.cpu.layout;

import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;

/** How one value lies in memory. A buffer holds a chunk's or a batch's samples one after the other. */
public sealed interface Layout {
    /** Floats that one sample takes, a multiple of {@link Kernels#LANES}. */
    int floatsPerSample();

    /**
     * Channels last in a grid of pixels that may be larger than the image: zeros around it let a convolution run
     * without a special case at the border. Vectors are images of one pixel, and sequences one row of pixels, a pixel a
     * step.
     *
     * @param channelStride floats a pixel takes, >= channels; those beyond are padding
     * @param top where the image's first row lies in the grid
     * @param left likewise for columns
     * @param rows of the grid
     * @param columns of the grid
     */
    record Image(int height, int width, int channels, int channelStride, int top, int left, int rows, int columns)
            implements Layout {
        /** Pixels side by side and channels padded for the kernels: what a product writes. */
        public static Image natural(int height, int width, int channels) {
            return dense(height, width, channels, Kernels.padded(channels));
        }

        /** Nothing but the numbers, as a data set gives them. */
        public static Image compact(int height, int width, int channels) {
            return dense(height, width, channels, channels);
        }

        public static Image dense(int height, int width, int channels, int channelStride) {
            return new Image(height, width, channels, channelStride, 0, 0, height, width);
        }

        /** The natural layout of a shape of any rank. */
        public static Image of(Shape shape) {
            return switch (shape.rank()) {
                case 1 -> natural(1, 1, shape.dimension(0));
                case 2 -> natural(1, shape.dimension(0), shape.dimension(1));
                case 3 -> natural(shape.dimension(0), shape.dimension(1), shape.dimension(2));
                // What lies before the last two dimensions are rows of the image.
                default ->
                    natural(
                            shape.size() / (shape.dimension(-2) * shape.dimension(-1)),
                            shape.dimension(-2),
                            shape.dimension(-1));
            };
        }

        /** Offset of the first pixel of row y. */
        public int row(int y) {
            return ((top + y) * columns + left) * channelStride;
        }

        /** Offset of a pixel, counted row by row. */
        public int pixel(int pixel) {
            return row(pixel / width) + pixel % width * channelStride;
        }

        public int gridRowStride() {
            return columns * channelStride;
        }

        boolean isDense() {
            return rows == height && columns == width;
        }

        public int pixels() {
            return height * width;
        }

        @Override
        public int floatsPerSample() {
            return Kernels.padded(rows * columns * channelStride);
        }
    }

    /**
     * A chunk's sequences step by step, in panels of 32 features: {@code [panel][step][sample][32]}. Each step's rows
     * lie together, so what one product writes the next one reads, and gates of one unit line up.
     */
    record Steps(int steps, int features) implements Layout {
        public static final int PANEL = 32;

        public int panels() {
            return (features + PANEL - 1) / PANEL;
        }

        /** Floats from one panel to the next when a chunk has this many samples. */
        public int panelStride(int samples) {
            return steps * samples * PANEL;
        }

        @Override
        public int floatsPerSample() {
            return panels() * steps * PANEL;
        }
    }
}
