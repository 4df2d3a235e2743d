package dev.hourglass.formats.keras.weights;

import dev.hourglass.formats.keras.KerasOrigin;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * How variables lay in files of Keras 1, and how kernels were turned by Theano: what {@code
 * preprocess_weights_for_loading} of Keras 2 (keras/engine/topology.py) does to them.
 */
public final class EarlyWeights {
    /** Of each gate of today in its order, the number of its kernel among an LSTM's twelve arrays; were i, c, f, o. */
    private static final int[] LSTM_GATES = {0, 6, 3, 9};

    /** Likewise of a GRU's nine. */
    private static final int[] GRU_GATES = {0, 3, 6};

    /** Kernel, recurrent kernel, bias. */
    private static final int OF_GATE = 3;

    private final KerasOrigin origin;
    private final StoredArrays arrays;

    EarlyWeights(KerasOrigin origin, StoredArrays arrays) {
        this.origin = origin;
        this.arrays = arrays;
    }

    /** The gates that Keras 1 kept apart; none of a layer that has no gates. */
    private static int[] gates(LayerSpec layer, Variable variable) {
        LayerSpec cell = layer;
        if (layer instanceof LayerSpec.Bidirectional both) {
            cell = variable.name().startsWith("backward") ? both.backward() : both.forward();
        }
        return cell instanceof LayerSpec.Lstm ? LSTM_GATES : cell instanceof LayerSpec.Gru ? GRU_GATES : new int[0];
    }

    /** How many arrays held what a layer's kernel, recurrent kernel and bias hold today, if its gates were apart. */
    static int arraysOfGates(LayerSpec layer, Variable kernel) {
        return OF_GATE * gates(layer, kernel).length;
    }

    /**
     * A variable whose gates lie apart.
     *
     * @param paths of the arrays of its layer
     * @param part 0 for the kernel, 1 for the recurrent kernel, 2 for the bias
     */
    float[] ofGates(LayerSpec layer, Variable variable, List<String> paths, int part) {
        int[] gates = gates(layer, variable);
        Shape shape = variable.shape();
        int rows = shape.rank() == 1 ? 1 : shape.dimension(0);
        int units = shape.dimension(-1) / gates.length;
        Shape ofGate = shape.rank() == 1 ? Shape.of(units) : Shape.of(rows, units);
        float[] values = new float[shape.size()];
        for (int gate = 0; gate < gates.length; gate++) {
            float[] from = arrays.floats(paths.get(gates[gate] + part), ofGate);
            for (int row = 0; row < rows; row++) {
                System.arraycopy(from, row * units, values, (row * gates.length + gate) * units, units);
            }
        }
        return values;
    }

    /** A variable, brought into today's layout. */
    float[] read(LayerSpec layer, Variable variable, String path) {
        if (!variable.name().equals("kernel")) {
            return arrays.floats(path, variable.shape());
        }
        boolean first = layer instanceof LayerSpec.ChannelsFirst;
        LayerSpec plain = layer instanceof LayerSpec.ChannelsFirst around ? around.layer() : layer;
        if (!isConvolution(plain)) {
            return arrays.floats(path, variable.shape());
        }
        float[] kernel = origin.major() == 1
                ? ofKeras1(plain, variable.shape(), path, first)
                : arrays.floats(path, variable.shape());
        return origin.theano() ? turned(kernel, variable.shape()) : kernel;
    }

    private static boolean isConvolution(LayerSpec layer) {
        return layer instanceof LayerSpec.Conv1d
                || layer instanceof LayerSpec.Convolution
                || layer instanceof LayerSpec.VolumeConvolution;
    }

    /** @param first whether channels come first, in kernels as well */
    private float[] ofKeras1(LayerSpec layer, Shape shape, String path, boolean first) {
        if (layer instanceof LayerSpec.Conv1d) {
            return ofSteps(shape, path);
        }
        int[] order = order(layer, first);
        return order.length == 0 ? arrays.floats(path, shape) : transposed(path, shape, order);
    }

    /** Of each axis of a kernel, which one it was; empty if they are the same. */
    private static int[] order(LayerSpec layer, boolean first) {
        if (layer instanceof LayerSpec.Conv2dTranspose) {
            return first ? new int[] {2, 3, 0, 1} : new int[] {0, 1, 3, 2};
        }
        if (!first) {
            return new int[0];
        }
        return layer instanceof LayerSpec.VolumeConvolution ? new int[] {2, 3, 4, 1, 0} : new int[] {2, 3, 1, 0};
    }

    /** {@code [steps, 1, in, filters]}, or before Keras 1.2 {@code [filters, in, steps, 1]}. */
    private float[] ofSteps(Shape shape, String path) {
        int steps = shape.dimension(0);
        int in = shape.dimension(1);
        int filters = shape.dimension(2);
        return arrays.dimensions(path).equals(List.of(filters, in, steps, 1))
                        && !arrays.dimensions(path).equals(List.of(steps, 1, in, filters))
                ? transposed(path, Shape.of(steps, 1, in, filters), new int[] {2, 3, 1, 0})
                : arrays.floats(path, Shape.of(steps, 1, in, filters));
    }

    /** @param order of each axis of the result, the axis that it was in the file */
    private float[] transposed(String path, Shape shape, int[] order) {
        int rank = order.length;
        int[] stored = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            stored[order[axis]] = shape.dimension(axis);
        }
        float[] from = arrays.floats(path, Shape.of(stored));
        int[] strides = new int[rank];
        for (int axis = rank - 1, stride = 1; axis >= 0; stride *= stored[axis--]) {
            strides[axis] = stride;
        }
        float[] values = new float[from.length];
        int[] at = new int[rank];
        for (int i = 0; i < values.length; i++) {
            int place = 0;
            for (int axis = 0; axis < rank; axis++) {
                place += at[axis] * strides[order[axis]];
            }
            values[i] = from[place];
            for (int axis = rank - 1; axis >= 0 && ++at[axis] == shape.dimension(axis); axis--) {
                at[axis] = 0;
            }
        }
        return values;
    }

    /** Each filter turned round in all its directions: the pixels in reverse, in each the numbers as they were. */
    private static float[] turned(float[] kernel, Shape shape) {
        int[] dimensions = shape.toArray();
        int ofPixel = dimensions[dimensions.length - 2] * dimensions[dimensions.length - 1];
        int pixels = Arrays.stream(dimensions, 0, dimensions.length - 2).reduce(1, (a, b) -> a * b);
        float[] values = new float[kernel.length];
        for (int pixel = 0; pixel < pixels; pixel++) {
            System.arraycopy(kernel, pixel * ofPixel, values, (pixels - 1 - pixel) * ofPixel, ofPixel);
        }
        return values;
    }
}
