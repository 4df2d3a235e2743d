package dev.hourglass.model;

import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.TimeDistributed;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * All variables of a model in Keras's order ({@code model.weights}): layer by layer, each layer's trainable ones
 * first. The arrays are owned by this object; training writes them, {@link #copy} keeps a state.
 */
public final class Parameters {
    private final List<Parameter> list;

    private Parameters(List<Parameter> list) {
        this.list = List.copyOf(list);
    }

    /**
     * Fresh parameters as Keras starts them: Glorot uniform kernels (Glorot and Bengio 2010, equation 16), orthogonal
     * recurrent kernels (Saxe et al. 2014), zero biases but 1 for an LSTM's forget gate.
     */
    public static Parameters initialize(Shape input, List<LayerSpec> layers, RandomSource random) {
        List<Parameter> all = new ArrayList<>();
        List<Shape> outputs = ShapeInference.outputs(input, layers);
        Shape in = input;
        for (int i = 0; i < layers.size(); i++) {
            addInitial(layers.get(i), in, random, all);
            in = outputs.get(i);
        }
        return new Parameters(all);
    }

    /** Parameters with given values, in the order and of the shapes that {@link #initialize} gives for the same layers. */
    public static Parameters of(List<Parameter> list) {
        return new Parameters(list);
    }

    private static void addInitial(LayerSpec layer, Shape in, RandomSource random, List<Parameter> all) {
        int features = in.dimension(-1);
        switch (layer) {
            case Conv2d conv -> {
                int area = conv.kernel().height() * conv.kernel().width();
                Shape shape = Shape.of(conv.kernel().height(), conv.kernel().width(), features, conv.filters());
                all.add(glorot(layer, "kernel", shape, area * features, area * conv.filters(), random));
                all.add(constant(layer, "bias", Shape.of(conv.filters()), true, 0));
            }
            case Conv2dTranspose conv -> {
                int area = conv.kernel().height() * conv.kernel().width();
                Shape shape = Shape.of(conv.kernel().height(), conv.kernel().width(), conv.filters(), features);
                all.add(glorot(layer, "kernel", shape, area * conv.filters(), area * features, random));
                all.add(constant(layer, "bias", Shape.of(conv.filters()), true, 0));
            }
            case BatchNormalization ignored -> {
                Shape channels = Shape.of(features);
                all.add(constant(layer, "gamma", channels, true, 1));
                all.add(constant(layer, "beta", channels, true, 0));
                all.add(constant(layer, "moving_mean", channels, false, 0));
                all.add(constant(layer, "moving_variance", channels, false, 1));
            }
            case Dense dense -> addDense(layer, dense.units(), features, random, all);
            case TimeDistributed distributed ->
                addDense(layer, distributed.layer().units(), features, random, all);
            case Lstm lstm -> {
                int units = lstm.units();
                all.add(glorot(layer, "kernel", Shape.of(features, 4 * units), features, 4 * units, random));
                all.add(orthogonal(layer, "recurrent_kernel", units, 4 * units, random));
                Parameter bias = constant(layer, "bias", Shape.of(4 * units), true, 0);
                Arrays.fill(bias.values(), units, 2 * units, 1f);
                all.add(bias);
            }
            case LayerSpec.MaxPooling2d ignored -> {}
            case LayerSpec.UpSampling2d ignored -> {}
            case LayerSpec.GlobalAveragePooling2d ignored -> {}
            case LayerSpec.Flatten ignored -> {}
            case LayerSpec.Reshape ignored -> {}
            case LayerSpec.Dropout ignored -> {}
            case LayerSpec.ActivationLayer ignored -> {}
            case LayerSpec.LeakyRelu ignored -> {}
            case LayerSpec.RepeatVector ignored -> {}
        }
    }

    private static void addDense(LayerSpec layer, int units, int in, RandomSource random, List<Parameter> all) {
        all.add(glorot(layer, "kernel", Shape.of(in, units), in, units, random));
        all.add(constant(layer, "bias", Shape.of(units), true, 0));
    }

    private static Parameter constant(LayerSpec layer, String name, Shape shape, boolean trainable, float value) {
        float[] values = new float[shape.size()];
        Arrays.fill(values, value);
        return new Parameter(layer.name(), name, shape, trainable, values);
    }

    private static Parameter glorot(
            LayerSpec layer, String name, Shape shape, int fanIn, int fanOut, RandomSource random) {
        RandomGenerator generator = random.stream("initialize/" + layer.name() + "/" + name, 0);
        double limit = Math.sqrt(6.0 / ((double) fanIn + fanOut));
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (limit * (2 * generator.nextDouble() - 1));
        }
        return new Parameter(layer.name(), name, shape, true, values);
    }

    /** Rows that are orthonormal: Gram-Schmidt over normal rows ({@code rows <= columns}), twice for full precision. */
    private static Parameter orthogonal(LayerSpec layer, String name, int rows, int columns, RandomSource random) {
        RandomGenerator generator = random.stream("initialize/" + layer.name() + "/" + name, 0);
        double[][] matrix = new double[rows][columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                matrix[row][column] = generator.nextGaussian();
            }
            for (int pass = 0; pass < 2; pass++) {
                for (int earlier = 0; earlier < row; earlier++) {
                    double projection = dot(matrix[row], matrix[earlier]);
                    for (int column = 0; column < columns; column++) {
                        matrix[row][column] -= projection * matrix[earlier][column];
                    }
                }
            }
            double length = Math.sqrt(dot(matrix[row], matrix[row]));
            for (int column = 0; column < columns; column++) {
                matrix[row][column] /= length;
            }
        }
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) matrix[i / columns][i % columns];
        }
        return new Parameter(layer.name(), name, Shape.of(rows, columns), true, values);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** Every variable, in Keras's order. */
    public List<Parameter> list() {
        return list;
    }

    /** @throws IllegalArgumentException if the layer has no such variable */
    public Parameter get(String layer, String name) {
        for (Parameter parameter : list) {
            if (parameter.layer().equals(layer) && parameter.name().equals(name)) {
                return parameter;
            }
        }
        throw new IllegalArgumentException("No parameter " + layer + "/" + name);
    }

    /** How many numbers all variables hold together, moving statistics included, as Keras counts. */
    public int count() {
        return list.stream().mapToInt(p -> p.shape().size()).sum();
    }

    public int trainableCount() {
        return list.stream()
                .filter(Parameter::trainable)
                .mapToInt(p -> p.shape().size())
                .sum();
    }

    /** A deep copy. */
    public Parameters copy() {
        return new Parameters(list.stream()
                .map(p -> new Parameter(
                        p.layer(),
                        p.name(),
                        p.shape(),
                        p.trainable(),
                        p.values().clone()))
                .toList());
    }

    /** SHA-256 in hex over all variables in order, float32 little-endian: two models are equal when this is. */
    public String sha256() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Parameter parameter : list) {
                ByteBuffer bytes =
                        ByteBuffer.allocate(4 * parameter.values().length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.asFloatBuffer().put(parameter.values());
                digest.update(bytes);
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }
}
