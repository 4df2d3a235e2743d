package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.List;
import java.util.Locale;

/**
 * What reaches a layer, the rules that layers share, and what to say where something does not fit.
 *
 * @param layer that reads it
 * @param shape of one sample
 * @param source where it comes from, such as {@code 'enc_pool2'}
 * @param repeated whether it is the same vector at every step
 */
record LayerInput(LayerSpec layer, Shape shape, String source, boolean repeated) {
    /** Of one kernel; what an array of Java holds, as in {@link Shape}. */
    private static final int MAX_WEIGHTS = Integer.MAX_VALUE - 64;

    /** The last dimension: channels of an image, features of a step. */
    int features() {
        return shape.dimension(-1);
    }

    int size() {
        return shape.size();
    }

    // --- shapes ---

    void requireImage() {
        if (shape.rank() != 3) {
            throw misfit(
                    "an image [height, width, channels]",
                    shape.rank() == 2
                            ? "Put Reshape before it, or use layers for sequences (LSTM, TimeDistributed)."
                            : "Put Reshape before it.");
        }
    }

    void requireSequence() {
        if (shape.rank() != 2) {
            throw misfit(
                    "a sequence [steps, features]",
                    shape.rank() == 1
                            ? "Put RepeatVector before it, or let the LSTM before it return sequences."
                            : "Put Reshape before it.");
        }
    }

    void requireVector() {
        if (shape.rank() != 1) {
            throw misfit(
                    "a vector [features]",
                    "Put Flatten before it, or let the LSTM before it return its last state only.");
        }
    }

    /** The image that windows over this one make. */
    Shape windows(Size2 window, Size2 stride, Padding padding, int channels) {
        requireImage();
        return Shape.of(
                windows("height", shape.dimension(0), window.height(), stride.height(), padding),
                windows("width", shape.dimension(1), window.width(), stride.width(), padding),
                channels);
    }

    private int windows(String axis, int in, int window, int stride, Padding padding) {
        if (padding == Padding.SAME) {
            return Math.ceilDiv(in, stride);
        }
        if (in < window) {
            throw new ShapeException(LayerFacts.describe(layer) + " with padding 'valid' needs " + axis + " >= "
                    + window + ", got " + shape + " from " + source + ". Use padding 'same' or drop a pooling layer.");
        }
        return (in - window) / stride + 1;
    }

    /** The image over which such windows would make this one. */
    Shape unwindowed(Size2 window, Size2 stride, Padding padding, int channels) {
        requireImage();
        return Shape.of(
                unwindowed(shape.dimension(0), window.height(), stride.height(), padding),
                unwindowed(shape.dimension(1), window.width(), stride.width(), padding),
                channels);
    }

    private static int unwindowed(int in, int window, int stride, Padding padding) {
        int out = Math.multiplyExact(in, stride);
        return padding == Padding.SAME ? out : Math.addExact(out, Math.max(window - stride, 0));
    }

    Shape reshaped(Shape target) {
        if (target.size() != size()) {
            throw new ShapeException(LayerFacts.describe(layer) + " needs " + target.size() + " numbers for " + target
                    + ", got " + shape + " = " + size() + " from " + source
                    + ". Change the target or the layer before it.");
        }
        return target;
    }

    private ShapeException misfit(String needed, String advice) {
        return new ShapeException(
                LayerFacts.describe(layer) + " needs " + needed + ", got " + shape + " from " + source + ". " + advice);
    }

    // --- variables ---

    /** @param kernel dimensions, in Keras's order */
    List<Variable> kernelAndBias(int outputs, int... kernel) {
        double weights = 1; // in double, which cannot overflow
        for (int dimension : kernel) {
            weights *= dimension;
        }
        requireFit(weights);
        return List.of(
                Variable.trained("kernel", Initializer.GLOROT_UNIFORM, kernel),
                Variable.trained("bias", Initializer.ZEROS, outputs));
    }

    /** Every kernel is one array. */
    void requireFit(double weights) {
        if (weights > MAX_WEIGHTS) {
            throw new ShapeException(String.format(
                    Locale.ROOT,
                    "%s on %s from %s needs %,.0f weights, at most %,d fit. Use fewer units or filters.",
                    LayerFacts.describe(layer),
                    shape,
                    source,
                    weights,
                    MAX_WEIGHTS));
        }
    }
}
