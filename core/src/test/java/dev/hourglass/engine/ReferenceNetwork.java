package dev.hourglass.engine;

import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dropout;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a chain of layers computes, written down as the textbook has it: plain loops over doubles, layer after layer,
 * nothing fused, nothing fast. It is the oracle that the engine is held against, for outputs as they are and for
 * gradients by central differences. Windows, padding, gate order and statistics are Keras's on TensorFlow.
 *
 * <p>A batch is one array, sample after sample, each row-major in its shape.
 */
final class ReferenceNetwork {
    /** A step of a central difference, relative to the number it nudges (or to 1 if that is larger). */
    private static final double STEP = 1e-5;

    /** Which numbers a dropout layer keeps while training. */
    @FunctionalInterface
    interface DropoutMask {
        /** @param index into the layer's batch, sample after sample */
        boolean keeps(Dropout layer, int index);
    }

    /** What a layer of Gaussian noise adds while training. */
    @FunctionalInterface
    interface AddedNoise {
        /** @param index into the layer's batch, sample after sample */
        double at(LayerSpec.GaussianNoise layer, int index);
    }

    private static final AddedNoise NO_NOISE = (layer, index) -> {
        throw new IllegalStateException("Training with layer '" + layer.name()
                + "' (GaussianNoise) needs its noise to be comparable; pass it to the constructor");
    };

    private static final DropoutMask NO_MASK = (layer, index) -> {
        throw new IllegalStateException("Training with layer '" + layer.name()
                + "' (Dropout) needs a mask to be comparable; pass one to the constructor");
    };

    private final Shape input;
    private final List<LayerSpec> layers;
    private final List<Shape> outputs;
    private final List<double[]> parameters;
    private final DropoutMask dropoutMask;
    private final AddedNoise addedNoise;

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters) {
        this(input, layers, parameters, NO_MASK, NO_NOISE);
    }

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters, DropoutMask dropoutMask) {
        this(input, layers, parameters, dropoutMask, NO_NOISE);
    }

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters, AddedNoise addedNoise) {
        this(input, layers, parameters, NO_MASK, addedNoise);
    }

    private ReferenceNetwork(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            DropoutMask dropoutMask,
            AddedNoise addedNoise) {
        this.input = input;
        this.layers = List.copyOf(layers);
        this.outputs = ShapeInference.outputs(input, layers);
        this.parameters = parameters.list().stream()
                .map(Parameter::values)
                .map(ReferenceNetwork::toDoubles)
                .toList();
        this.dropoutMask = dropoutMask;
        this.addedNoise = addedNoise;
    }

    static double[] toDoubles(float[] values) {
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }

    /** The variables in the order of {@link Parameters#list}; writing to them changes what the network computes. */
    List<double[]> parameters() {
        return parameters;
    }

    /** The last layer's output for a batch, {@code samples * output size} numbers. */
    double[] forward(double[] batch, int samples, boolean training) {
        return new Pass(samples, training).run(batch);
    }

    /**
     * The variables after one training pass over a batch, but for the optimizer: the same values, with the moving mean
     * and variance of each BatchNormalization advanced by its momentum.
     */
    List<double[]> parametersWithMovedStatistics(double[] batch, int samples) {
        Pass pass = new Pass(samples, true);
        pass.run(batch);
        return pass.moved;
    }

    /** The mean over all output numbers of the squared difference to the targets. */
    double meanSquaredError(double[] inputs, double[] targets, int samples, boolean training) {
        double[] predictions = forward(inputs, samples, training);
        if (predictions.length != targets.length) {
            throw new IllegalArgumentException(
                    "The network gives " + predictions.length + " numbers, the targets are " + targets.length);
        }
        double sum = 0;
        for (int i = 0; i < predictions.length; i++) {
            double difference = predictions[i] - targets[i];
            sum += difference * difference;
        }
        return sum / predictions.length;
    }

    /**
     * Slopes of the training loss along single numbers of one variable, by central differences.
     *
     * @param parameter index into {@link #parameters}
     * @param indices which numbers of that variable
     * @return one slope an index; NaN where there is none to speak of, because a kink (ReLU, max) lies within the step
     */
    double[] gradient(int parameter, int[] indices, double[] inputs, double[] targets, int samples) {
        return slopes(parameters.get(parameter), indices, inputs, targets, samples);
    }

    /** As {@link #gradient}, along single numbers of the inputs. */
    double[] inputGradient(int[] indices, double[] inputs, double[] targets, int samples) {
        double[] nudged = inputs.clone();
        return slopes(nudged, indices, nudged, targets, samples);
    }

    /** The slopes of the loss along {@code values[index]}, where {@code values} are variables or the inputs themselves. */
    private double[] slopes(double[] values, int[] indices, double[] inputs, double[] targets, int samples) {
        double[] slopes = new double[indices.length];
        for (int i = 0; i < indices.length; i++) {
            double step = STEP * Math.max(1, Math.abs(values[indices[i]]));
            double wide = slope(values, indices[i], step, inputs, targets, samples);
            double narrow = slope(values, indices[i], step / 4, inputs, targets, samples);
            // On a smooth stretch the two differ by about step^2 and rounding, far below this; across a kink by much
            // more, and where the difference stays below it the kink does no harm.
            boolean stable = Math.abs(wide - narrow) <= 1e-5 * Math.abs(narrow) + 1e-8;
            slopes[i] = stable ? narrow : Double.NaN;
        }
        return slopes;
    }

    private double slope(double[] values, int index, double step, double[] inputs, double[] targets, int samples) {
        double value = values[index];
        values[index] = value + step;
        double above = meanSquaredError(inputs, targets, samples, true);
        values[index] = value - step;
        double below = meanSquaredError(inputs, targets, samples, true);
        values[index] = value;
        return (above - below) / (2 * step);
    }

    /** One walk of a batch through all layers. */
    private final class Pass {
        private final int samples;
        private final boolean training;
        private final List<double[]> moved = new ArrayList<>();
        private int nextParameter = 0;

        Pass(int samples, boolean training) {
            this.samples = samples;
            this.training = training;
        }

        double[] run(double[] batch) {
            if (batch.length != samples * input.size()) {
                throw new IllegalArgumentException(samples + " samples of " + input + " are " + samples * input.size()
                        + " numbers, got " + batch.length);
            }
            double[] x = batch;
            Shape in = input;
            for (int i = 0; i < layers.size(); i++) {
                x = apply(layers.get(i), x, in, outputs.get(i));
                in = outputs.get(i);
            }
            return x;
        }

        private double[] parameter() {
            double[] values = parameters.get(nextParameter++);
            moved.add(values.clone());
            return values;
        }

        private double[] apply(LayerSpec layer, double[] x, Shape in, Shape out) {
            return switch (layer) {
                case Conv2d conv -> activate(conv.activation(), convolve(conv, x, in, out));
                case Conv2dTranspose conv -> activate(conv.activation(), convolveTransposed(conv, x, in, out));
                case BatchNormalization norm -> normalize(norm, x, in);
                case MaxPooling2d pooling -> pool(pooling, x, in, out);
                case LayerSpec.UpSampling2d up ->
                    repeatPixels(x, in, out, up.size().height(), up.size().width());
                case LayerSpec.GlobalAveragePooling2d ignored -> averagePixels(x, in);
                case LayerSpec.Flatten ignored -> x;
                case LayerSpec.Reshape ignored -> x;
                case LayerSpec.Dense dense -> activate(dense.activation(), product(x, in, out));
                case LayerSpec.TimeDistributed distributed ->
                    activate(distributed.layer().activation(), product(x, in, out));
                case Dropout dropout -> drop(dropout, x);
                case LayerSpec.GaussianNoise noise -> add(noise, x);
                case LayerSpec.ActivationLayer activation -> activate(activation.activation(), x);
                case LayerSpec.LeakyRelu leaky -> map(x, v -> v > 0 ? v : leaky.negativeSlope() * v);
                case LayerSpec.RepeatVector repeat -> repeatVector(x, in, repeat.steps());
                case LayerSpec.Recurrent recurrent -> recurrent(recurrent, x, in);
                case LayerSpec.Bidirectional both -> bidirectional(both, x, in);
            };
        }

        private double[] convolve(Conv2d conv, double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            double[] bias = parameter();
            Axis rows = Axis.of(
                    in.dimension(0), conv.kernel().height(), conv.stride().height(), conv.padding());
            Axis columns = Axis.of(
                    in.dimension(1), conv.kernel().width(), conv.stride().width(), conv.padding());
            int channels = in.dimension(2);
            int filters = conv.filters();
            double[] y = new double[samples * out.size()];
            for (int n = 0; n < samples; n++) {
                for (int row = 0; row < out.dimension(0); row++) {
                    for (int column = 0; column < out.dimension(1); column++) {
                        for (int f = 0; f < filters; f++) {
                            double sum = bias[f];
                            for (int i = 0; i < rows.window(); i++) {
                                for (int j = 0; j < columns.window(); j++) {
                                    int inRow = rows.position(row, i);
                                    int inColumn = columns.position(column, j);
                                    if (rows.contains(inRow) && columns.contains(inColumn)) {
                                        for (int c = 0; c < channels; c++) {
                                            sum += x[pixel(n, inRow, inColumn, in) + c]
                                                    * kernel[((i * columns.window() + j) * channels + c) * filters + f];
                                        }
                                    }
                                }
                            }
                            y[pixel(n, row, column, out) + f] = sum;
                        }
                    }
                }
            }
            return y;
        }

        /**
         * The gradient of the convolution that leads from {@code out} back to {@code in}: each input pixel adds its
         * window to the output, where that convolution would have read.
         */
        private double[] convolveTransposed(Conv2dTranspose conv, double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            double[] bias = parameter();
            Axis rows = Axis.of(
                    out.dimension(0), conv.kernel().height(), conv.stride().height(), conv.padding());
            Axis columns = Axis.of(
                    out.dimension(1), conv.kernel().width(), conv.stride().width(), conv.padding());
            int channels = in.dimension(2);
            int filters = conv.filters();
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                y[i] = bias[i % filters];
            }
            for (int n = 0; n < samples; n++) {
                for (int row = 0; row < in.dimension(0); row++) {
                    for (int column = 0; column < in.dimension(1); column++) {
                        for (int i = 0; i < rows.window(); i++) {
                            for (int j = 0; j < columns.window(); j++) {
                                int outRow = rows.position(row, i);
                                int outColumn = columns.position(column, j);
                                if (rows.contains(outRow) && columns.contains(outColumn)) {
                                    for (int f = 0; f < filters; f++) {
                                        for (int c = 0; c < channels; c++) {
                                            y[pixel(n, outRow, outColumn, out) + f] += x[pixel(n, row, column, in) + c]
                                                    * kernel[((i * columns.window() + j) * filters + f) * channels + c];
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            return y;
        }

        private double[] normalize(BatchNormalization norm, double[] x, Shape in) {
            double[] gamma = parameter();
            double[] beta = parameter();
            int statistics = nextParameter;
            double[] mean = parameter();
            double[] variance = parameter();
            int channels = in.dimension(-1);
            if (training) {
                mean = new double[channels];
                variance = new double[channels];
                int count = x.length / channels;
                for (int i = 0; i < x.length; i++) {
                    mean[i % channels] += x[i] / count;
                }
                for (int i = 0; i < x.length; i++) {
                    double difference = x[i] - mean[i % channels];
                    variance[i % channels] += difference * difference / count;
                }
                move(moved.get(statistics), mean, norm.momentum());
                move(moved.get(statistics + 1), variance, norm.momentum());
            }
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                int c = i % channels;
                y[i] = gamma[c] * (x[i] - mean[c]) / Math.sqrt(variance[c] + norm.epsilon()) + beta[c];
            }
            return y;
        }

        private static void move(double[] moving, double[] batch, double momentum) {
            for (int c = 0; c < moving.length; c++) {
                moving[c] = momentum * moving[c] + (1 - momentum) * batch[c];
            }
        }

        private double[] pool(MaxPooling2d pooling, double[] x, Shape in, Shape out) {
            Axis rows = Axis.of(
                    in.dimension(0), pooling.pool().height(), pooling.stride().height(), pooling.padding());
            Axis columns = Axis.of(
                    in.dimension(1), pooling.pool().width(), pooling.stride().width(), pooling.padding());
            double[] y = new double[samples * out.size()];
            for (int n = 0; n < samples; n++) {
                for (int row = 0; row < out.dimension(0); row++) {
                    for (int column = 0; column < out.dimension(1); column++) {
                        for (int c = 0; c < out.dimension(2); c++) {
                            double largest = Double.NEGATIVE_INFINITY;
                            for (int i = 0; i < rows.window(); i++) {
                                for (int j = 0; j < columns.window(); j++) {
                                    int inRow = rows.position(row, i);
                                    int inColumn = columns.position(column, j);
                                    if (rows.contains(inRow) && columns.contains(inColumn)) {
                                        largest = Math.max(largest, x[pixel(n, inRow, inColumn, in) + c]);
                                    }
                                }
                            }
                            y[pixel(n, row, column, out) + c] = largest;
                        }
                    }
                }
            }
            return y;
        }

        private double[] repeatPixels(double[] x, Shape in, Shape out, int height, int width) {
            double[] y = new double[samples * out.size()];
            for (int n = 0; n < samples; n++) {
                for (int row = 0; row < out.dimension(0); row++) {
                    for (int column = 0; column < out.dimension(1); column++) {
                        for (int c = 0; c < out.dimension(2); c++) {
                            y[pixel(n, row, column, out) + c] = x[pixel(n, row / height, column / width, in) + c];
                        }
                    }
                }
            }
            return y;
        }

        private double[] averagePixels(double[] x, Shape in) {
            int channels = in.dimension(2);
            int pixels = in.dimension(0) * in.dimension(1);
            double[] y = new double[samples * channels];
            for (int i = 0; i < x.length; i++) {
                int n = i / in.size();
                y[n * channels + i % channels] += x[i] / pixels;
            }
            return y;
        }

        /** A dense layer before its activation, over the last axis. */
        private double[] product(double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            double[] bias = parameter();
            int features = in.dimension(-1);
            int units = out.dimension(-1);
            int rows = x.length / features;
            double[] y = new double[rows * units];
            for (int row = 0; row < rows; row++) {
                for (int u = 0; u < units; u++) {
                    double sum = bias[u];
                    for (int i = 0; i < features; i++) {
                        sum += x[row * features + i] * kernel[i * units + u];
                    }
                    y[row * units + u] = sum;
                }
            }
            return y;
        }

        private double[] drop(Dropout dropout, double[] x) {
            if (!training || dropout.rate() == 0) {
                return x;
            }
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = dropoutMask.keeps(dropout, i) ? x[i] / (1 - dropout.rate()) : 0;
            }
            return y;
        }

        private double[] add(LayerSpec.GaussianNoise noise, double[] x) {
            if (!training || noise.stddev() == 0) {
                return x;
            }
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = x[i] + addedNoise.at(noise, i);
            }
            return y;
        }

        private double[] repeatVector(double[] x, Shape in, int steps) {
            int features = in.size();
            double[] y = new double[samples * steps * features];
            for (int i = 0; i < y.length; i++) {
                int n = i / (steps * features);
                y[i] = x[n * features + i % features];
            }
            return y;
        }

        private double[] recurrent(LayerSpec.Recurrent layer, double[] x, Shape in) {
            double[] kernel = parameter();
            double[] recurrent = parameter();
            double[] bias = layer.recurrence().useBias() ? parameter() : null;
            int steps = in.dimension(0);
            int features = in.dimension(1);
            int units = layer.units();
            double[] sequences = new double[samples * steps * units];
            double[] last = new double[samples * units];
            for (int n = 0; n < samples; n++) {
                double[] state = new double[units];
                double[] cell = new double[units];
                for (int step = 0; step < steps; step++) {
                    int read = layer.recurrence().goBackwards() ? steps - 1 - step : step;
                    int from = (n * steps + read) * features;
                    double[] input = Arrays.copyOfRange(x, from, from + features);
                    state = switch (layer) {
                        case Lstm lstm -> lstm(lstm, cell, sum(input, kernel, bias, 0), sum(state, recurrent, null, 0));
                        case LayerSpec.Gru gru -> gru(gru, state, sum(input, kernel, bias, 0), recurrent, bias);
                        case LayerSpec.SimpleRnn rnn ->
                            activate(
                                    rnn.recurrence().activation(),
                                    plus(sum(input, kernel, bias, 0), sum(state, recurrent, null, 0)));
                    };
                    System.arraycopy(state, 0, sequences, (n * steps + step) * units, units);
                }
                System.arraycopy(state, 0, last, n * units, units);
            }
            return layer.returnSequences() ? sequences : last;
        }

        private double[] bidirectional(LayerSpec.Bidirectional both, double[] x, Shape in) {
            double[] forward = recurrent(both.forward(), x, in);
            double[] backward = recurrent(both.backward(), x, in);
            int steps = both.forward().returnSequences() ? in.dimension(0) : 1;
            int ofForward = both.forward().units();
            int ofBackward = both.backward().units();
            boolean concatenates = both.mergeMode() == LayerSpec.MergeMode.CONCAT;
            int width = concatenates ? ofForward + ofBackward : ofForward;
            double[] merged = new double[samples * steps * width];
            for (int row = 0; row < samples * steps; row++) {
                int mirrored = row / steps * steps + steps - 1 - row % steps;
                for (int u = 0; u < width; u++) {
                    double a = forward[row * ofForward + u % ofForward];
                    double b = backward[mirrored * ofBackward + (concatenates ? Math.max(0, u - ofForward) : u)];
                    merged[row * width + u] = switch (both.mergeMode()) {
                        case CONCAT -> u < ofForward ? a : b;
                        case SUM -> a + b;
                        case MUL -> a * b;
                        case AVE -> (a + b) / 2;
                    };
                }
            }
            return merged;
        }

        /** @return the next state; cell becomes the next one */
        private static double[] lstm(Lstm lstm, double[] cell, double[] ofInput, double[] ofState) {
            int units = lstm.units();
            double[] z = plus(ofInput, ofState);
            double[] gates = activate(lstm.recurrence().recurrentActivation(), z);
            double[] candidates = activate(lstm.recurrence().activation(), z);
            for (int u = 0; u < units; u++) {
                cell[u] = gates[units + u] * cell[u] + gates[u] * candidates[2 * units + u];
            }
            double[] state = activate(lstm.recurrence().activation(), cell.clone());
            for (int u = 0; u < units; u++) {
                state[u] *= gates[3 * units + u];
            }
            return state;
        }

        private static double[] gru(
                LayerSpec.Gru gru, double[] state, double[] ofInput, double[] recurrent, double @Nullable [] bias) {
            int units = gru.units();
            int ofStateBias = gru.resetAfter() ? 3 * units : -1;
            double[] ofState = sum(state, recurrent, ofStateBias < 0 ? null : bias, ofStateBias);
            double[] gates = activate(gru.recurrence().recurrentActivation(), plus(ofInput, ofState));
            double[] inner = ofState;
            if (!gru.resetAfter()) {
                double[] reset = state.clone();
                for (int u = 0; u < units; u++) {
                    reset[u] *= gates[units + u];
                }
                inner = sum(reset, recurrent, null, 0);
            }
            double[] candidates = new double[units];
            for (int u = 0; u < units; u++) {
                double gate = gru.resetAfter() ? gates[units + u] : 1;
                candidates[u] = ofInput[2 * units + u] + gate * inner[2 * units + u];
            }
            candidates = activate(gru.recurrence().activation(), candidates);
            double[] next = new double[units];
            for (int u = 0; u < units; u++) {
                next[u] = gates[u] * state[u] + (1 - gates[u]) * candidates[u];
            }
            return next;
        }

        /** A row times a matrix, and as much of a bias as there are columns, from a place on. */
        private static double[] sum(double[] row, double[] matrix, double @Nullable [] bias, int biasAt) {
            int columns = matrix.length / row.length;
            double[] sum = bias == null ? new double[columns] : Arrays.copyOfRange(bias, biasAt, biasAt + columns);
            for (int i = 0; i < row.length; i++) {
                for (int j = 0; j < columns; j++) {
                    sum[j] += row[i] * matrix[i * columns + j];
                }
            }
            return sum;
        }

        private static double[] plus(double[] a, double[] b) {
            double[] sum = a.clone();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += b[i];
            }
            return sum;
        }
    }

    /**
     * How windows lie along one axis: window {@code w} begins at {@code w * stride - before}.
     *
     * @param size of the axis
     * @param before how many padded places lie before the first real one
     */
    private record Axis(int size, int window, int stride, int before) {
        static Axis of(int size, int window, int stride, Padding padding) {
            return switch (padding) {
                case VALID -> new Axis(size, window, stride, 0);
                case SAME -> {
                    int count = Math.ceilDiv(size, stride);
                    int total = Math.max((count - 1) * stride + window - size, 0);
                    yield new Axis(size, window, stride, total / 2);
                }
            };
        }

        int position(int window, int offset) {
            return window * stride - before + offset;
        }

        boolean contains(int position) {
            return position >= 0 && position < size;
        }
    }

    /** Where the channels of a pixel begin in a batch of images. */
    private static int pixel(int sample, int row, int column, Shape image) {
        return ((sample * image.dimension(0) + row) * image.dimension(1) + column) * image.dimension(2);
    }

    private static double[] activate(Activation activation, double[] x) {
        return switch (activation) {
            case LINEAR -> x;
            case RELU -> map(x, v -> Math.max(v, 0));
            case SIGMOID -> map(x, ReferenceNetwork::sigmoid);
            case TANH -> map(x, Math::tanh);
        };
    }

    private static double[] map(double[] x, DoubleUnaryOperator function) {
        return Arrays.stream(x).map(function).toArray();
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
