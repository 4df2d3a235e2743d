package dev.hourglass.formats.onnx.read;

import java.util.Arrays;

/**
 * A tensor whose numbers are known while the model is read.
 *
 * @param numbers row-major. Whole ones are exact up to 2^53; beyond lie only the ends of slices, which are cut to size
 * @param whole whether they are whole numbers by their type
 */
public record Constant(int[] dimensions, double[] numbers, boolean whole) implements Operand {
    int rank() {
        return dimensions.length;
    }

    int size() {
        return numbers.length;
    }

    /** The number that all elements are, or NaN if they differ. */
    double uniform() {
        if (numbers.length == 0) {
            return Double.NaN;
        }
        double first = numbers[0];
        return Arrays.stream(numbers).allMatch(number -> number == first) ? first : Double.NaN;
    }

    long[] wholes() {
        return Arrays.stream(numbers).mapToLong(number -> (long) number).toArray();
    }

    float[] floats() {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }

    /**
     * The axes in another order.
     *
     * @param axes ours, in the order in which they shall lie
     */
    public Constant transposed(int... axes) {
        int rank = axes.length;
        int[] to = new int[rank];
        int[] strides = new int[rank];
        for (int i = 0; i < rank; i++) {
            to[i] = dimensions[axes[i]];
            strides[i] = 1;
            for (int behind = axes[i] + 1; behind < rank; behind++) {
                strides[i] *= dimensions[behind];
            }
        }
        double[] moved = new double[numbers.length];
        int[] place = new int[rank];
        int from = 0;
        for (int i = 0; i < moved.length; i++) {
            moved[i] = numbers[from];
            for (int axis = rank - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++place[axis] < to[axis]) {
                    break;
                }
                from -= to[axis] * strides[axis];
                place[axis] = 0;
            }
        }
        return new Constant(to, moved, whole);
    }

    public Constant reshaped(int... target) {
        return new Constant(target, numbers, whole);
    }
}
