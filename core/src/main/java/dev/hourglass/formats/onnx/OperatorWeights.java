package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.model.Parameter;
import java.util.Arrays;
import java.util.List;

/** Keras's variables as ONNX's operators want them to lie. */
final class OperatorWeights {
    /** In which order a recurrent operator has its gates. */
    enum GateOrder {
        /** i o f c, where Keras has i f c o. */
        LSTM,
        /** z r h, as Keras. */
        GRU,
        SIMPLE_RNN;

        /** Where each gate lies among Keras's. */
        private int[] places() {
            return switch (this) {
                case LSTM -> new int[] {0, 3, 1, 2};
                case GRU -> new int[] {0, 1, 2};
                case SIMPLE_RNN -> new int[] {0};
            };
        }

        private float[] applyTo(float[] values) {
            int[] places = places();
            int gateSize = values.length / places.length;
            float[] ordered = new float[values.length];
            for (int gate = 0; gate < places.length; gate++) {
                System.arraycopy(values, places[gate] * gateSize, ordered, gate * gateSize, gateSize);
            }
            return ordered;
        }
    }

    private OperatorWeights() {}

    /** @param axes of the variable, in the order in which they are to lie */
    static Weights.Floats permuted(Parameter variable, int... axes) {
        int[] from = variable.shape().toArray();
        List<Long> to = Arrays.stream(axes).mapToObj(axis -> (long) from[axis]).toList();
        return new Weights.Floats(variable.path(), to, permute(variable.values(), from, axes));
    }

    /** {@code [rows, gates * units]} becomes {@code [1, gates * units, rows]}; the 1 is for directions. */
    static Weights.Floats gateKernel(Parameter variable, GateOrder order) {
        int rows = variable.shape().dimension(0);
        int columns = variable.shape().dimension(1);
        float[] values = permute(variable.values(), variable.shape().toArray(), 1, 0);
        return new Weights.Floats(variable.path(), List.of(1L, (long) columns, (long) rows), order.applyTo(values));
    }

    /**
     * {@code [gates * units]} becomes {@code [1, 2 * gates * units]}: ONNX has a second bias for the state, which is 0
     * but for a GRU's of {@code [2, gates * units]}.
     */
    static Weights.Floats gateBias(Parameter variable, GateOrder order) {
        if (variable.shape().rank() == 2) { // a GRU's, whose gates ONNX has in the same order
            return new Weights.Floats(
                    variable.path(), List.of(1L, (long) variable.shape().size()), variable.values());
        }
        int size = variable.shape().size();
        float[] values = Arrays.copyOf(order.applyTo(variable.values()), 2 * size);
        return new Weights.Floats(variable.path(), List.of(1L, 2L * size), values);
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
