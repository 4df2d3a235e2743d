package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.model.Parameter;
import java.util.Arrays;
import java.util.List;

/** Keras's variables as ONNX's operators want them to lie. */
final class OperatorWeights {
    /** Where ONNX's gates, i o f c, lie among Keras's, i f c o. */
    private static final int[] GATES = {0, 3, 1, 2};

    private OperatorWeights() {}

    /** @param axes of the variable, in the order in which they are to lie */
    static Weights.Floats permuted(Parameter variable, int... axes) {
        int[] from = variable.shape().toArray();
        List<Long> to = Arrays.stream(axes).mapToObj(axis -> (long) from[axis]).toList();
        return new Weights.Floats(variable.path(), to, permute(variable.values(), from, axes));
    }

    /** {@code [rows, 4 * units]} becomes {@code [1, 4 * units, rows]}; the 1 is for directions. */
    static Weights.Floats gateKernel(Parameter variable) {
        int rows = variable.shape().dimension(0);
        int columns = variable.shape().dimension(1);
        float[] values = permute(variable.values(), variable.shape().toArray(), 1, 0);
        return new Weights.Floats(
                variable.path(), List.of(1L, (long) columns, (long) rows), inOrderOfOnnx(values, columns / 4 * rows));
    }

    /** {@code [4 * units]} becomes {@code [1, 8 * units]}: ONNX has a second bias for the state, which is 0. */
    static Weights.Floats gateBias(Parameter variable) {
        int size = variable.shape().size();
        float[] values = Arrays.copyOf(inOrderOfOnnx(variable.values(), size / 4), 2 * size);
        return new Weights.Floats(variable.path(), List.of(1L, 2L * size), values);
    }

    private static float[] inOrderOfOnnx(float[] values, int gateSize) {
        float[] ordered = new float[values.length];
        for (int gate = 0; gate < GATES.length; gate++) {
            System.arraycopy(values, GATES[gate] * gateSize, ordered, gate * gateSize, gateSize);
        }
        return ordered;
    }

    private static float[] permute(float[] values, int[] dimensions, int... axes) {
        float[] permuted = new float[values.length];
        int[] place = new int[axes.length];
        for (int i = 0; i < permuted.length; i++) {
            int from = 0;
            for (int axis = 0; axis < dimensions.length; axis++) {
                from = from * dimensions[axis] + place[axis];
            }
            permuted[i] = values[from];
            for (int k = axes.length - 1; k >= 0 && ++place[axes[k]] == dimensions[axes[k]]; k--) {
                place[axes[k]] = 0;
            }
        }
        return permuted;
    }
}
