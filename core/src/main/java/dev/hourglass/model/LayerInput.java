package dev.hourglass.model;

import dev.hourglass.model.variables.Initializers;
import dev.hourglass.model.variables.Variable;
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

    /** One step or more, of whatever kind. */
    void requireSteps() {
        if (shape.rank() < 2) {
            requireSequence();
        }
    }

    /** What lies at each of the steps. */
    Shape step() {
        return shape.inner();
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

    void requireVolume() {
        if (shape.rank() != 4) {
            throw misfit("a volume [depth, height, width, channels]", "Put Reshape before it.");
        }
    }

    void requireImagesOverTime() {
        if (shape.rank() != 4) {
            throw misfit("images over time [steps, height, width, channels]", "Put Reshape before it.");
        }
    }

    void requireRowsOverTime() {
        if (shape.rank() != 3) {
            throw misfit("rows over time [steps, length, channels]", "Put Reshape before it.");
        }
    }

    /** The volume that windows over this one make. */
    Shape windows(Size3 window, Size3 stride, Padding padding, int channels) {
        requireVolume();
        return Shape.of(
                windows("depth", shape.dimension(0), window.depth(), stride.depth(), padding),
                windows("height", shape.dimension(1), window.height(), stride.height(), padding),
                windows("width", shape.dimension(2), window.width(), stride.width(), padding),
                channels);
    }

    /** The volume over which such windows would make this one. */
    Shape unwindowed(Size3 window, Size3 stride, Padding padding, int channels) {
        requireVolume();
        return Shape.of(
                unwindowed(shape.dimension(0), window.depth(), stride.depth(), padding),
                unwindowed(shape.dimension(1), window.height(), stride.height(), padding),
                unwindowed(shape.dimension(2), window.width(), stride.width(), padding),
                channels);
    }

    /** How many pixels a window of a dilated kernel reaches over. */
    static int reach(int kernel, int dilation) {
        return Math.addExact(Math.multiplyExact(kernel - 1, dilation), 1);
    }

    void requireGroups(int channels, int groups) {
        if (channels % groups != 0) {
            throw misfit("channels that " + groups + " groups divide", "Change the groups or the layer before it.");
        }
    }

    /** @param axes sorted, each of which there is; -1 alone for the last */
    void requireLast(List<Integer> axes) {
        boolean last = axes.equals(List.of(-1))
                || (axes.getLast() == shape.rank() && axes.getFirst() == shape.rank() - axes.size() + 1);
        if (!last) {
            throw misfit("axes that are the last ones", "Permute the axes before it.");
        }
    }

    /** The image with more rows and columns, or fewer. */
    Shape grown(int top, int bottom, int left, int right) {
        requireImage();
        int height = Math.addExact(Math.addExact(shape.dimension(0), top), bottom);
        int width = Math.addExact(Math.addExact(shape.dimension(1), left), right);
        if (height < 1 || width < 1) {
            throw misfit("an image that something is left of", "Crop less.");
        }
        return Shape.of(height, width, features());
    }

    /** The volume with more along each axis, or less; each pair is before and after. */
    Shape grown(int... sides) {
        requireVolume();
        int[] sizes = shape.toArray();
        for (int axis = 0; axis < 3; axis++) {
            sizes[axis] = Math.addExact(Math.addExact(sizes[axis], sides[2 * axis]), sides[2 * axis + 1]);
            if (sizes[axis] < 1) {
                throw misfit("a volume that something is left of", "Crop less.");
            }
        }
        return Shape.of(sizes);
    }

    /** @param axes counted from 1, as many as there are */
    Shape permuted(List<Integer> axes) {
        if (axes.size() != shape.rank()) {
            throw misfit("as many axes as it names, " + axes.size(), "Name each axis but the batch.");
        }
        return Shape.of(
                axes.stream().mapToInt(axis -> shape.dimension(axis - 1)).toArray());
    }

    /** The size along an axis, which counts from 1, or is -1 for the last. */
    int along(int axis) {
        if (axis > shape.rank()) {
            throw misfit("an axis " + axis, "Take another axis.");
        }
        return shape.dimension(axis == -1 ? -1 : axis - 1);
    }

    private int windows(String axis, int in, int window, int stride, Padding padding) {
        if (padding != Padding.VALID) {
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
        return padding != Padding.VALID ? out : Math.addExact(out, Math.max(window - stride, 0));
    }

    Shape reshaped(Shape target) {
        if (target.size() != size()) {
            throw new ShapeException(LayerFacts.describe(layer) + " needs " + target.size() + " numbers for " + target
                    + ", got " + shape + " = " + size() + " from " + source
                    + ". Change the target or the layer before it.");
        }
        return target;
    }

    /** The shape with 1 along some axes, which are counted from 1. */
    int[] shared(List<Integer> axes) {
        int[] dimensions = shape.toArray();
        for (int axis : axes) {
            if (axis > dimensions.length) {
                throw misfit("an axis " + axis, "Share axes of the input.");
            }
            dimensions[axis - 1] = 1;
        }
        return dimensions;
    }

    /** The dimensions along some axes, which are counted from 1. */
    int[] along(List<Integer> axes) {
        for (int axis : axes) {
            if (axis > shape.rank()) {
                throw misfit("an axis " + axis, "Name axes of the input.");
            }
        }
        return axes.stream().mapToInt(axis -> shape.dimension(axis - 1)).toArray();
    }

    ShapeException misfitOfMeans(Shape axes, int found) {
        return misfit(axes.size() + " means for its axes, found " + found, "Adapt it to such data.");
    }

    private ShapeException misfit(String needed, String advice) {
        return new ShapeException(
                LayerFacts.describe(layer) + " needs " + needed + ", got " + shape + " from " + source + ". " + advice);
    }

    // --- variables ---

    /** @param kernel dimensions, in Keras's order */
    List<Variable> kernelAndBias(boolean useBias, int outputs, int... kernel) {
        double weights = 1; // in double, which cannot overflow
        for (int dimension : kernel) {
            weights *= dimension;
        }
        requireFit(weights);
        Variable weightsOf = Variable.trained("kernel", Initializers.GLOROT_UNIFORM, kernel);
        return useBias ? List.of(weightsOf, Variable.trained("bias", Initializers.ZEROS, outputs)) : List.of(weightsOf);
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
