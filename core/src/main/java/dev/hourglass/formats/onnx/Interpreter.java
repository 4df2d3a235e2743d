package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.OnnxModel.Node;
import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Runs an {@link OnnxModel} as the operators' specification says: plain loops over doubles. It knows nothing of our
 * layers, so that a wrong weight, gate, padding or axis shows in what it computes. What is in the innermost loops of
 * convolutions and products lies side by side, or a decoder of megapixels would take minutes.
 */
final class Interpreter {
    private final Map<String, Weights> weights = new HashMap<>();
    private final Map<String, Tensor> values = new HashMap<>();
    /** How often each value will still be read. */
    private final Map<String, Integer> reads = new HashMap<>();

    private Interpreter(OnnxModel model) {
        for (Node node : model.nodes()) {
            node.inputs().forEach(input -> reads.merge(input, 1, Integer::sum));
        }
        model.outputs().forEach(output -> reads.merge(output.name(), 1, Integer::sum));
        model.weights().forEach(constant -> weights.put(constant.name(), constant));
    }

    /**
     * @param batch {@code samples} inputs, row-major, one after the other; where there are several inputs, those of a
     *     sample side by side
     * @return as many outputs; of several, all numbers of the first come first
     */
    static double[] run(OnnxModel model, float[] batch, int samples) {
        Interpreter interpreter = new Interpreter(model);
        int from = 0;
        for (OnnxModel.Value input : model.inputs()) {
            float[] part = part(batch, samples, from, input.shape().size());
            interpreter.values.put(input.name(), new Tensor(withBatch(samples, input.shape()), doubles(part)));
            from += input.shape().size();
        }
        for (Node node : model.nodes()) {
            interpreter.values.put(node.outputs().getLast(), interpreter.compute(node));
        }
        return model.outputs().stream()
                .flatMapToDouble(output -> Arrays.stream(interpreter.output(output, samples)))
                .toArray();
    }

    private double[] output(OnnxModel.Value output, int samples) {
        Tensor found = value(output.name());
        if (!Arrays.equals(found.dimensions(), withBatch(samples, output.shape()))) {
            throw new IllegalStateException("ONNX graph gives " + Arrays.toString(found.dimensions()) + ", expected "
                    + samples + " of " + output.shape());
        }
        return found.values();
    }

    /** The same numbers of each sample. */
    private static float[] part(float[] batch, int samples, int from, int size) {
        int all = batch.length / samples;
        float[] part = new float[samples * size];
        for (int i = 0; i < samples; i++) {
            System.arraycopy(batch, i * all + from, part, i * size, size);
        }
        return part;
    }

    private static int[] withBatch(int samples, Shape shape) {
        int[] dimensions = new int[shape.rank() + 1];
        dimensions[0] = samples;
        System.arraycopy(shape.toArray(), 0, dimensions, 1, shape.rank());
        return dimensions;
    }

    private Tensor compute(Node node) {
        Tensor x = value(node.inputs().getFirst());
        return switch (node.operator()) {
            case "Conv" -> WindowOperators.convolve(node, x, input(node, 1), bias(node));
            case "ConvTranspose" -> WindowOperators.convolveTransposed(node, x, input(node, 1), bias(node));
            case "MaxPool" -> WindowOperators.pool(node, x);
            case "AveragePool" -> WindowOperators.averagePool(node, x);
            case "GlobalMaxPool" -> WindowOperators.largestPixels(x);
            case "Pad" -> pad(x, longs(node, 1));
            case "GlobalAveragePool" -> WindowOperators.averagePixels(x);
            case "BatchNormalization" -> normalize(node, x);
            case "Resize" -> WindowOperators.resize(node, x, input(node, 2));
            case "Transpose" -> transpose(x, node.ints("perm"));
            case "Reshape" -> reshape(x, longs(node, 1));
            case "Unsqueeze" -> x.reshaped(inserted(x.dimensions(), (int) longs(node, 1)[0]));
            case "Squeeze" -> x.reshaped(removed(x.dimensions(), (int) longs(node, 1)[0]));
            case "Tile" -> tile(x, longs(node, 1));
            case "MatMul" -> multiply(x, input(node, 1));
            case "Add" -> combine(x, input(node, 1), (a, b) -> a + b);
            case "Sub" -> combine(x, input(node, 1), (a, b) -> a - b);
            case "Mul" -> combine(x, input(node, 1), (a, b) -> a * b);
            case "Div" -> combine(x, input(node, 1), (a, b) -> a / b);
            case "Sqrt" -> map(x, Math::sqrt);
            case "ReduceMean" -> {
                Tensor sum = reduce(node, x, v -> v);
                int count = x.values().length / sum.values().length;
                yield map(sum, v -> v / count);
            }
            case "ReduceL2" -> map(reduce(node, x, v -> v * v), Math::sqrt);
            case "Min" -> fold(node, x, Math::min);
            case "PRelu" -> combine(x, input(node, 1), (v, slope) -> v < 0 ? slope * v : v);
            case "Clip" -> {
                double least = number(node, 1, Double.NEGATIVE_INFINITY);
                double most = number(node, 2, Double.POSITIVE_INFINITY);
                yield map(x, v -> Math.min(Math.max(v, least), most));
            }
            case "Softmax" -> softmax(x, (int) node.whole("axis"));
            case "LogSoftmax" -> map(softmax(x, (int) node.whole("axis")), Math::log);
            case "LSTM" -> given(node, recurrent(node, x).lstm());
            case "GRU" -> given(node, recurrent(node, x).gru());
            case "RNN" -> given(node, recurrent(node, x).rnn());
            case "Sum" -> fold(node, x, Double::sum);
            case "Max" -> fold(node, x, Math::max);
            case "Mean" ->
                map(fold(node, x, Double::sum), sum -> sum / node.inputs().size());
            case "Concat" -> concatenate(node, x);
            case "Slice" -> {
                require(node, longs(node, 1)[0] == -1 && longs(node, 3)[0] == 0 && longs(node, 4)[0] == -1);
                yield reversed(x);
            }
            case "Identity" -> x;
            case "Cast" -> map(x, v -> (long) v);
            case "ArgMax" -> {
                require(node, node.whole("axis") == -1 && node.whole("keepdims") == 0);
                yield largestOfLast(x);
            }
            case "Gather" -> {
                require(node, node.whole("axis") == 0 && x.dimensions().length == 2);
                yield rows(x, input(node, 1));
            }
            case "Relu" -> map(x, v -> v > 0 || Double.isNaN(v) ? v : 0);
            case "LeakyRelu" -> {
                double alpha = node.real("alpha");
                yield map(x, v -> v < 0 ? alpha * v : v);
            }
            case "ThresholdedRelu" -> {
                double alpha = node.real("alpha");
                yield map(x, v -> v > alpha ? v : 0);
            }
            case "Elu" -> {
                double alpha = node.real("alpha");
                yield map(x, v -> v < 0 ? alpha * Math.expm1(v) : v);
            }
            case "Selu" -> {
                double alpha = node.real("alpha");
                double gamma = node.real("gamma");
                yield map(x, v -> gamma * (v < 0 ? alpha * Math.expm1(v) : v));
            }
            case "Softplus" -> map(x, v -> Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))));
            case "Softsign" -> map(x, v -> v / (1 + Math.abs(v)));
            case "Exp" -> map(x, Math::exp);
            case "Erf" -> map(x, Interpreter::errorFunction);
            case "HardSigmoid" -> {
                double alpha = node.real("alpha");
                double beta = node.real("beta");
                yield map(x, v -> Math.max(0, Math.min(1, alpha * v + beta)));
            }
            case "HardSwish" -> map(x, v -> v * Math.max(0, Math.min(1, v / 6 + 0.5)));
            case "Sigmoid" -> map(x, Interpreter::sigmoid);
            case "Tanh" -> map(x, Math::tanh);
            default -> throw new IllegalStateException("ONNX operator '" + node.operator() + "' is never written");
        };
    }

    private Tensor normalize(Node node, Tensor x) {
        double[] scale = input(node, 1).values();
        double[] shift = input(node, 2).values();
        double[] mean = input(node, 3).values();
        double[] variance = input(node, 4).values();
        double epsilon = node.real("epsilon");
        double[] y = new double[x.values().length];
        int pixels = x.sizeBehind(1);
        for (int i = 0; i < y.length; i++) {
            int channel = i / pixels % x.dimension(1);
            y[i] = scale[channel] * (x.values()[i] - mean[channel]) / Math.sqrt(variance[channel] + epsilon)
                    + shift[channel];
        }
        return new Tensor(x.dimensions(), y);
    }

    private static void require(Node node, boolean written) {
        if (!written) {
            throw node.wrong("constant");
        }
    }

    private static Tensor transpose(Tensor x, int[] permutation) {
        int rank = permutation.length;
        int[] dimensions = new int[rank];
        int[] strides = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            dimensions[axis] = x.dimension(permutation[axis]);
            strides[axis] = x.sizeBehind(permutation[axis]);
        }
        Tensor y = Tensor.zeros(dimensions);
        int[] place = new int[rank];
        int from = 0;
        for (int i = 0; i < y.values().length; i++) {
            y.values()[i] = x.values()[from];
            // Counts on by one, as an odometer does.
            for (int axis = rank - 1; axis >= 0; axis--) {
                from += strides[axis];
                if (++place[axis] < dimensions[axis]) {
                    break;
                }
                from -= dimensions[axis] * strides[axis];
                place[axis] = 0;
            }
        }
        return y;
    }

    private static Tensor reshape(Tensor x, long[] target) {
        int[] dimensions = new int[target.length];
        int left = x.values().length; // for a dimension of -1
        for (int i = 0; i < target.length; i++) {
            dimensions[i] = target[i] == 0 ? x.dimension(i) : (int) target[i];
            left /= Math.max(1, dimensions[i]);
        }
        for (int i = 0; i < target.length; i++) {
            dimensions[i] = dimensions[i] == -1 ? left : dimensions[i];
        }
        return x.reshaped(dimensions);
    }

    /** Zeros before and behind; negative sides are cut off. */
    private static Tensor pad(Tensor x, long[] sides) {
        int rank = x.dimensions().length;
        int[] dimensions = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            dimensions[axis] = (int) (x.dimension(axis) + sides[axis] + sides[rank + axis]);
        }
        Tensor y = Tensor.zeros(dimensions);
        for (int i = 0; i < y.values().length; i++) {
            int from = 0;
            boolean inside = true;
            for (int axis = 0; axis < rank; axis++) {
                int place = i / y.sizeBehind(axis) % dimensions[axis] - (int) sides[axis];
                inside &= place >= 0 && place < x.dimension(axis);
                from += place * x.sizeBehind(axis);
            }
            y.values()[i] = inside ? x.values()[from] : 0;
        }
        return y;
    }

    private @Nullable Tensor bias(Node node) {
        return node.inputs().size() > 2 ? input(node, 2) : null;
    }

    private static int[] inserted(int[] dimensions, int axis) {
        int[] longer = new int[dimensions.length + 1];
        System.arraycopy(dimensions, 0, longer, 0, axis);
        longer[axis] = 1;
        System.arraycopy(dimensions, axis, longer, axis + 1, dimensions.length - axis);
        return longer;
    }

    private static int[] removed(int[] dimensions, int axis) {
        int[] shorter = new int[dimensions.length - 1];
        System.arraycopy(dimensions, 0, shorter, 0, axis);
        System.arraycopy(dimensions, axis + 1, shorter, axis, shorter.length - axis);
        return shorter;
    }

    private static Tensor tile(Tensor x, long[] repeats) {
        int[] dimensions = new int[repeats.length];
        for (int axis = 0; axis < repeats.length; axis++) {
            dimensions[axis] = x.dimension(axis) * (int) repeats[axis];
        }
        Tensor y = Tensor.zeros(dimensions);
        for (int i = 0; i < y.values().length; i++) {
            int from = 0;
            for (int axis = 0; axis < repeats.length; axis++) {
                from += i / y.sizeBehind(axis) % x.dimension(axis) * x.sizeBehind(axis);
            }
            y.values()[i] = x.values()[from];
        }
        return y;
    }

    private static Tensor rows(Tensor table, Tensor numbers) {
        int width = table.dimension(1);
        int[] dimensions = Arrays.copyOf(numbers.dimensions(), numbers.dimensions().length + 1);
        dimensions[dimensions.length - 1] = width;
        Tensor y = Tensor.zeros(dimensions);
        for (int i = 0; i < numbers.values().length; i++) {
            System.arraycopy(table.values(), ((int) numbers.values()[i]) * width, y.values(), i * width, width);
        }
        return y;
    }

    /** The place of the largest number along the last axis, of several the first. */
    private static Tensor largestOfLast(Tensor x) {
        int rank = x.dimensions().length;
        int count = x.dimension(rank - 1);
        Tensor y = Tensor.zeros(Arrays.copyOf(x.dimensions(), rank - 1));
        for (int i = 0; i < y.values().length; i++) {
            int largest = 0;
            for (int j = 1; j < count; j++) {
                largest = x.values()[i * count + j] > x.values()[i * count + largest] ? j : largest;
            }
            y.values()[i] = largest;
        }
        return y;
    }

    /** Rows of the last axis times a matrix: one for all, or one for each of the matrices that x holds. */
    private static Tensor multiply(Tensor x, Tensor matrix) {
        int in = matrix.dimension(matrix.dimensions().length - 2);
        int out = matrix.dimension(matrix.dimensions().length - 1);
        int ofEach = x.values().length / (matrix.values().length / (in * out));
        int[] dimensions = x.dimensions().clone();
        dimensions[dimensions.length - 1] = out;
        Tensor y = Tensor.zeros(dimensions);
        for (int i = 0; i < x.values().length; i++) {
            double factor = x.values()[i];
            int target = i / in * out;
            int row = i / ofEach * in * out + i % in * out;
            for (int j = 0; j < out; j++) {
                y.values()[target + j] += factor * matrix.values()[row + j];
            }
        }
        return y;
    }

    /** Over all inputs, number by number as {@link #combine} does. */
    private Tensor fold(Node node, Tensor x, DoubleBinaryOperator operator) {
        Tensor y = x;
        for (int input = 1; input < node.inputs().size(); input++) {
            y = combine(y, input(node, input), operator);
        }
        return y;
    }

    /** The sum along some axes, which become 1. */
    private static Tensor reduce(Node node, Tensor x, DoubleUnaryOperator term) {
        require(node, node.whole("keepdims") == 1);
        int[] dimensions = x.dimensions().clone();
        for (int axis : node.ints("axes")) {
            dimensions[axis < 0 ? axis + dimensions.length : axis] = 1;
        }
        Tensor y = Tensor.zeros(dimensions);
        for (int i = 0; i < x.values().length; i++) {
            int place = 0;
            for (int axis = 0; axis < dimensions.length; axis++) {
                place = place * dimensions[axis] + i / x.sizeBehind(axis) % x.dimension(axis) % dimensions[axis];
            }
            y.values()[place] += term.applyAsDouble(x.values()[i]);
        }
        return y;
    }

    private Tensor concatenate(Node node, Tensor x) {
        int axis = (int) node.whole("axis");
        List<Tensor> parts = new ArrayList<>(List.of(x));
        for (int input = 1; input < node.inputs().size(); input++) {
            parts.add(input(node, input));
        }
        int[] dimensions = x.dimensions().clone();
        dimensions[axis] = parts.stream().mapToInt(part -> part.dimension(axis)).sum();
        Tensor y = Tensor.zeros(dimensions);
        int rows = y.values().length / (y.sizeBehind(axis) * dimensions[axis]);
        int to = 0;
        for (int row = 0; row < rows; row++) {
            for (Tensor part : parts) {
                int length = part.values().length / rows;
                System.arraycopy(part.values(), row * length, y.values(), to, length);
                to += length;
            }
        }
        return y;
    }

    /** Number by number; the second has the last axes of the first, and 1 in either stands for as many as the other has. */
    private static Tensor combine(Tensor x, Tensor other, DoubleBinaryOperator operator) {
        int before = x.dimensions().length - other.dimensions().length;
        int[] dimensions = x.dimensions().clone();
        for (int axis = before; axis < dimensions.length; axis++) {
            dimensions[axis] = Math.max(dimensions[axis], other.dimension(axis - before));
        }
        Tensor y = Tensor.zeros(dimensions);
        for (int i = 0; i < y.values().length; i++) {
            y.values()[i] = operator.applyAsDouble(x.values()[place(y, i, x)], other.values()[place(y, i, other)]);
        }
        return y;
    }

    /** Which number of an operand is the one for a place of the whole: along an axis of 1 always the same. */
    private static int place(Tensor whole, int i, Tensor operand) {
        int before = whole.dimensions().length - operand.dimensions().length;
        int place = 0;
        for (int axis = 0; axis < operand.dimensions().length; axis++) {
            int dimension = operand.dimension(axis);
            place = place * dimension
                    + i / whole.sizeBehind(before + axis) % whole.dimension(before + axis) % dimension;
        }
        return place;
    }

    private RecurrentOperators recurrent(Node node, Tensor x) {
        return new RecurrentOperators(node, x, input(node, 1), input(node, 2), optional(node, 3))
                .beginningWith(optional(node, 5), optional(node, 6));
    }

    /** An input that a node may be without. */
    private @Nullable Tensor optional(Node node, int index) {
        boolean isThere =
                node.inputs().size() > index && !node.inputs().get(index).isEmpty();
        return isThere ? input(node, index) : null;
    }

    /** Notes all outputs that a node names, and returns the last. */
    private Tensor given(Node node, List<Tensor> outputs) {
        for (int i = 0; i < node.outputs().size(); i++) {
            if (!node.outputs().get(i).isEmpty()) {
                values.put(node.outputs().get(i), outputs.get(i));
            }
        }
        return outputs.get(node.outputs().size() - 1);
    }

    private static Tensor softmax(Tensor x, int axis) {
        int place = axis < 0 ? axis + x.dimensions().length : axis;
        int behind = x.sizeBehind(place);
        int count = x.dimension(place);
        double[] y = new double[x.values().length];
        for (int i = 0; i < y.length; i++) {
            int first = i / (behind * count) * behind * count + i % behind;
            double sum = 0;
            for (int k = 0; k < count; k++) {
                sum += Math.exp(x.values()[first + k * behind] - x.values()[i]);
            }
            y[i] = 1 / sum;
        }
        return new Tensor(x.dimensions(), y);
    }

    /** By its series around 0 (Abramowitz and Stegun 1964, 7.1.6), all of whose terms are positive. */
    private static double errorFunction(double x) {
        if (Math.abs(x) > 6) {
            return Math.signum(x);
        }
        double term = x;
        double sum = x;
        for (int n = 1; n < 200; n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
    }

    /** An input that is one number, or the other value where it is left out. */
    private double number(Node node, int index, double otherwise) {
        boolean given =
                index < node.inputs().size() && !node.inputs().get(index).isEmpty();
        return given ? input(node, index).values()[0] : otherwise;
    }

    /** The one slice that is written: along the first axis, from the last to the first. */
    private static Tensor reversed(Tensor x) {
        Tensor y = Tensor.zeros(x.dimensions());
        int size = x.sizeBehind(0);
        for (int i = 0; i < x.dimension(0); i++) {
            System.arraycopy(x.values(), i * size, y.values(), (x.dimension(0) - 1 - i) * size, size);
        }
        return y;
    }

    private Tensor input(Node node, int index) {
        return value(node.inputs().get(index));
    }

    private Tensor value(String name) {
        if (weights.get(name) instanceof Weights.Floats floats) {
            return new Tensor(
                    floats.dimensions().stream().mapToInt(Math::toIntExact).toArray(), doubles(floats.values()));
        }
        // Only what is read again needs room.
        Tensor value = reads.merge(name, -1, Integer::sum) == 0 ? values.remove(name) : values.get(name);
        if (value == null) {
            throw new IllegalStateException("ONNX graph has no value '" + name + "' where it is needed");
        }
        return value;
    }

    private long[] longs(Node node, int index) {
        if (weights.get(node.inputs().get(index)) instanceof Weights.Longs longs) {
            return longs.values();
        }
        throw node.wrong("input " + index);
    }

    private static double[] doubles(float[] floats) {
        double[] doubles = new double[floats.length];
        for (int i = 0; i < floats.length; i++) {
            doubles[i] = floats[i];
        }
        return doubles;
    }

    private static Tensor map(Tensor x, DoubleUnaryOperator function) {
        return new Tensor(
                x.dimensions(), Arrays.stream(x.values()).map(function).toArray());
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
