package dev.hourglass.engine;

import dev.hourglass.model.Activation;
import dev.hourglass.model.ChannelOrder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.BatchNormalization;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dropout;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What layers compute, written down as the textbook has it: plain loops over doubles, layer after layer,
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

    /** What a layer of Gaussian noise adds while training, or one that samples draws from the standard distribution. */
    @FunctionalInterface
    interface AddedNoise {
        /** @param index into the layer's batch, sample after sample */
        double at(LayerSpec layer, int index);
    }

    /** What a layer of any other noise makes of its numbers while training: each times a factor, plus a summand. */
    interface Disturbance {
        /** @param index into the layer's batch, sample after sample */
        double factor(LayerSpec.TrainingNoise layer, int index);

        /** @param index likewise */
        double summand(LayerSpec.TrainingNoise layer, int index);
    }

    private static final AddedNoise NO_NOISE = (layer, index) -> {
        throw new IllegalStateException("Training with layer '" + layer.name()
                + "' needs its noise to be comparable; pass it to the constructor");
    };

    private static final DropoutMask NO_MASK = (layer, index) -> {
        throw new IllegalStateException("Training with layer '" + layer.name()
                + "' (Dropout) needs a mask to be comparable; pass one to the constructor");
    };

    private final Graph graph;
    private final ModelFacts facts;
    private final List<double[]> parameters;
    private final List<int[]> parameterShapes;
    private final DropoutMask dropoutMask;
    private final AddedNoise addedNoise;
    private @Nullable Disturbance disturbance;

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters) {
        this(input, layers, parameters, NO_MASK, NO_NOISE);
    }

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters, DropoutMask dropoutMask) {
        this(input, layers, parameters, dropoutMask, NO_NOISE);
    }

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters, AddedNoise addedNoise) {
        this(input, layers, parameters, NO_MASK, addedNoise);
    }

    ReferenceNetwork(Shape input, List<LayerSpec> layers, Parameters parameters, Disturbance disturbance) {
        this(input, layers, parameters, NO_MASK, NO_NOISE);
        this.disturbance = disturbance;
    }

    ReferenceNetwork(Graph graph, Parameters parameters) {
        this(graph, parameters, NO_MASK, NO_NOISE);
    }

    ReferenceNetwork(Graph graph, Parameters parameters, AddedNoise addedNoise) {
        this(graph, parameters, NO_MASK, addedNoise);
    }

    private ReferenceNetwork(
            Shape input,
            List<LayerSpec> layers,
            Parameters parameters,
            DropoutMask dropoutMask,
            AddedNoise addedNoise) {
        this(Graph.chain(input, layers), parameters, dropoutMask, addedNoise);
    }

    private ReferenceNetwork(Graph graph, Parameters parameters, DropoutMask dropoutMask, AddedNoise addedNoise) {
        this.graph = graph;
        this.facts = ModelFacts.of(graph);
        this.parameters = parameters.list().stream()
                .map(Parameter::values)
                .map(ReferenceNetwork::toDoubles)
                .toList();
        this.parameterShapes =
                parameters.list().stream().map(p -> p.shape().toArray()).toList();
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

    /** The mean over all output numbers, but those of masked steps, of the squared difference to the targets. */
    double meanSquaredError(double[] inputs, double[] targets, int samples, boolean training) {
        Pass pass = new Pass(samples, training);
        return meanSquaredError(pass, pass.run(inputs), targets);
    }

    private double meanSquaredError(Pass pass, double[] predictions, double[] targets) {
        boolean[] counts = pass.visible(graph.onlyOutput(), Integer.MAX_VALUE);
        if (predictions.length != targets.length) {
            throw new IllegalArgumentException(
                    "The network gives " + predictions.length + " numbers, the targets are " + targets.length);
        }
        double sum = 0;
        int counted = 0;
        for (int i = 0; i < predictions.length; i++) {
            if (counts == null || counts[i / (predictions.length / counts.length)]) {
                double difference = predictions[i] - targets[i];
                sum += difference * difference;
                counted++;
            }
        }
        return sum / Math.max(1, counted);
    }

    /**
     * Slopes of the training loss along single numbers of one variable, by central differences.
     *
     * @param parameter index into {@link #parameters}
     * @param indices which numbers of that variable
     * @return one slope an index; NaN where there is none to speak of, because a kink (ReLU, max) lies within the step
     */
    double[] gradient(int parameter, int[] indices, double[] inputs, double[] targets, int samples) {
        Pass whole = new Pass(samples, true);
        whole.run(inputs);
        return slopes(parameters.get(parameter), indices, () -> {
            Pass rest = whole.fromFirstReaderOf(parameter);
            return meanSquaredError(rest, rest.run(), targets);
        });
    }

    /** As {@link #gradient}, along single numbers of the inputs. */
    double[] inputGradient(int[] indices, double[] inputs, double[] targets, int samples) {
        double[] nudged = inputs.clone();
        return slopes(nudged, indices, () -> meanSquaredError(nudged, targets, samples, true));
    }

    /** The slopes of the loss along {@code values[index]}, where {@code values} are variables or the inputs themselves. */
    private static double[] slopes(double[] values, int[] indices, DoubleSupplier loss) {
        double[] slopes = new double[indices.length];
        for (int i = 0; i < indices.length; i++) {
            double step = STEP * Math.max(1, Math.abs(values[indices[i]]));
            double wide = slope(values, indices[i], step, loss);
            double narrow = slope(values, indices[i], step / 4, loss);
            // On a smooth stretch the two differ by about step^2 and rounding, far below this; across a kink by much
            // more, and where the difference stays below it the kink does no harm.
            boolean stable = Math.abs(wide - narrow) <= 1e-5 * Math.abs(narrow) + 1e-8;
            slopes[i] = stable ? narrow : Double.NaN;
        }
        return slopes;
    }

    private static double slope(double[] values, int index, double step, DoubleSupplier loss) {
        double value = values[index];
        values[index] = value + step;
        double above = loss.getAsDouble();
        values[index] = value - step;
        double below = loss.getAsDouble();
        values[index] = value;
        return (above - below) / (2 * step);
    }

    /** A mask, and the number of the attention that takes it off. */
    private static final class Running {
        private final boolean[] counts;
        private int takenAt = Integer.MAX_VALUE;

        Running(boolean[] counts) {
            this.counts = counts;
        }
    }

    /** One walk of a batch through all layers. */
    private final class Pass {
        private final int samples;
        private final boolean training;
        private final List<double[]> moved = new ArrayList<>();
        private int nextParameter = 0;
        /** By value: whether each step of each sample counts; of values without a mask nothing. */
        private final Map<String, boolean[]> masks = new HashMap<>();
        /** By value: the mask that it has until an attention takes it off. */
        private final Map<String, Running> running = new HashMap<>();
        /** Of what is read by the layer that is being computed. */
        private boolean @Nullable [] counts;
        /** Of the query, the value and the key of the attention that is being computed. */
        private List<boolean @Nullable []> attended = List.of();
        /** By recurrent layer's value: the states behind its last step, its own and an LSTM's cell. */
        private final Map<String, List<double[]>> states = new HashMap<>();
        /** With which the recurrent layer begins that is being computed; afterwards those with which it ends. */
        private List<double[]> ofWalk = List.of();
        /** Where each layer's parameters begin. */
        private final Map<String, Integer> firstParameter = new HashMap<>();
        /** The input and what the nodes gave, by name. */
        private final Map<String, double[]> values = new HashMap<>();
        /** By node: how many parameters it and those before it read. */
        private final int[] parametersRead = new int[graph.nodes().size()];
        /** The node that this walk begins with. */
        private int firstNode;

        Pass(int samples, boolean training) {
            this.samples = samples;
            this.training = training;
        }

        double[] run(double[] batch) {
            Shape input = graph.input();
            if (batch.length != samples * input.size()) {
                throw new IllegalArgumentException(samples + " samples of " + input + " are " + samples * input.size()
                        + " numbers, got " + batch.length);
            }
            values.put(graph.onlyInput().name(), batch);
            return run();
        }

        /** A walk through the same batch after a parameter was changed: what does not read it is not computed again. */
        Pass fromFirstReaderOf(int parameter) {
            Pass rest = new Pass(samples, training);
            while (parametersRead[rest.firstNode] <= parameter) {
                rest.firstNode++;
            }
            rest.nextParameter = rest.firstNode == 0 ? 0 : parametersRead[rest.firstNode - 1];
            rest.firstParameter.putAll(firstParameter);
            rest.moved.addAll(moved.subList(0, rest.nextParameter));
            rest.values.putAll(values);
            rest.masks.putAll(masks);
            rest.running.putAll(running);
            rest.states.putAll(states);
            return rest;
        }

        private double[] run() {
            for (int i = firstNode; i < graph.nodes().size(); i++) {
                Graph.Node node = graph.nodes().get(i);
                Shape out = facts.shapeOf(node.name());
                List<double[]> read = node.inputs().stream().map(values::get).toList();
                counts = masks.get(node.inputs().getFirst());
                int next = nextParameter;
                nextParameter = firstParameter.computeIfAbsent(node.layer().name(), ignored -> next);
                ofWalk = read.subList(1, read.size());
                Shape in = facts.shapeOf(node.inputs().getFirst());
                attended = new ArrayList<>();
                for (String value : node.inputs()) {
                    attended.add(visible(value, i));
                }
                values.put(
                        node.name(),
                        switch (node.layer()) {
                            case LayerSpec.Merge merge -> merge(merge, read, node.inputs(), out);
                            case LayerSpec.State state ->
                                Objects.requireNonNull(states.get(node.inputs().getFirst()))
                                        .get(place(state.which()));
                            default -> apply(node.layer(), read.getFirst(), in, out);
                        });
                states.put(node.name(), ofWalk);
                if (passesMask(node)) {
                    masks.put(node.name(), counts);
                }
                Running mask = runningMask(node, i);
                if (mask != null) {
                    running.put(node.name(), mask);
                }
                nextParameter = Math.max(next, nextParameter); // a layer that is used again has had its own before
                parametersRead[i] = nextParameter;
            }
            return Objects.requireNonNull(values.get(graph.onlyOutput()));
        }

        /** Of a layer that goes both ways, those of the way forward come first; each has room for a cell. */
        private static int place(LayerSpec.State.Which which) {
            return switch (which) {
                case HIDDEN -> 0;
                case CELL -> 1;
                case BACKWARD_HIDDEN -> 2;
                case BACKWARD_CELL -> 3;
            };
        }

        /** The mask that a value has when it is read by the node with that number. */
        private boolean @Nullable [] visible(String value, int reader) {
            Running mask = running.get(value);
            return mask == null || mask.takenAt < reader ? null : mask.counts;
        }

        /** What Keras hangs at the value while it runs. */
        private @Nullable Running runningMask(Graph.Node node, int index) {
            boolean[] before = visible(node.inputs().getFirst(), index);
            Running passed = before == null ? null : new Running(before);
            return switch (node.layer()) {
                case LayerSpec.TrainingNoise ignored ->
                    running.get(node.inputs().getFirst());
                case LayerSpec.ActivationLayer l ->
                    l.activation() == Activation.LINEAR
                            ? running.get(node.inputs().getFirst())
                            : passed;
                case LayerSpec.Dense ignored -> passed;
                case LayerSpec.Elementwise ignored -> passed;
                case LayerSpec.PRelu ignored -> passed;
                case LayerSpec.SampleNormalization ignored -> passed;
                case LayerSpec.Attending l -> {
                    if (l instanceof LayerSpec.MultiHeadAttention) {
                        node.inputs().stream()
                                .map(running::get)
                                .filter(Objects::nonNull)
                                .forEach(mask -> mask.takenAt = Math.min(mask.takenAt, index));
                    }
                    yield passed;
                }
                case LayerSpec.Dot ignored -> null;
                case LayerSpec.Merge ignored ->
                    node.inputs().stream().allMatch(input -> visible(input, index) != null) ? passed : null;
                default -> {
                    boolean[] built = masks.get(node.name());
                    yield built == null ? null : new Running(built);
                }
            };
        }

        private boolean passesMask(Graph.Node node) {
            boolean[] before = counts;
            return before != null
                    && switch (node.layer()) {
                        case LayerSpec.Masking ignored -> true;
                        case LayerSpec.Embedding l -> l.maskZero();
                        case LayerSpec.SampleNormalization ignored -> true;
                        case LayerSpec.PRelu ignored -> true;
                        case LayerSpec.Attending ignored -> true;
                        case LayerSpec.Dot ignored -> false;
                        case LayerSpec.Dense ignored -> true;
                        case LayerSpec.TimeDistributed ignored -> true;
                        case LayerSpec.Elementwise ignored -> true;
                        case LayerSpec.Recurrent l -> l.returnSequences();
                        case LayerSpec.Bidirectional l -> l.forward().returnSequences();
                        case LayerSpec.Merge ignored ->
                            node.inputs().stream().allMatch(input -> Arrays.equals(masks.get(input), before));
                        default -> false;
                    };
        }

        private double[] mask(LayerSpec.Masking masking, double[] x, Shape in) {
            int features = in.dimension(1);
            double[] y = x.clone();
            counts = new boolean[samples * in.dimension(0)];
            for (int step = 0; step < counts.length; step++) {
                int first = step * features;
                counts[step] = Arrays.stream(x, first, first + features).anyMatch(v -> v != masking.maskValue());
                if (!counts[step]) {
                    Arrays.fill(y, first, first + features, 0);
                }
            }
            return y;
        }

        private double[] quantized(LayerSpec.VectorQuantizer codebook, double[] x, int size) {
            double[] vectors = parameter();
            double[] y = new double[x.length];
            for (int from = 0; from < x.length; from += size) {
                double least = Double.POSITIVE_INFINITY;
                for (int row = 0; row < codebook.vectors(); row++) {
                    double distance = 0;
                    for (int j = 0; j < size; j++) {
                        distance += Math.pow(x[from + j] - vectors[row * size + j], 2);
                    }
                    if (distance < least) {
                        least = distance;
                        System.arraycopy(vectors, row * size, y, from, size);
                    }
                }
            }
            return y;
        }

        private double[] merge(LayerSpec.Merge merge, List<double[]> given, List<String> names, Shape out) {
            boolean isByNumber = !(merge instanceof LayerSpec.Concatenate
                    || merge instanceof LayerSpec.Attending
                    || merge instanceof LayerSpec.Dot);
            List<double[]> read = isByNumber
                    ? IntStream.range(0, given.size())
                            .mapToObj(i -> repeated(given.get(i), facts.shapeOf(names.get(i)), out))
                            .toList()
                    : given;
            return switch (merge) {
                case LayerSpec.Add ignored -> folded(read, Double::sum);
                case LayerSpec.Subtract ignored -> folded(read, (a, b) -> a - b);
                case LayerSpec.Multiply ignored -> folded(read, (a, b) -> a * b);
                case LayerSpec.Average ignored -> map(folded(read, Double::sum), sum -> sum / read.size());
                case LayerSpec.Maximum ignored -> folded(read, Math::max);
                case LayerSpec.Minimum ignored -> folded(read, Math::min);
                case LayerSpec.Sampling sampling -> sampled(sampling, read.getFirst(), read.getLast());
                case LayerSpec.Concatenate concatenate -> concatenated(concatenate, read, names, out);
                case LayerSpec.Attending attending -> attention(attending, read, names, out);
                case LayerSpec.Dot dot -> dot(dot, read, names);
            };
        }

        private double[] dot(LayerSpec.Dot layer, List<double[]> read, List<String> names) {
            double[][] left = rows(read.getFirst(), facts.shapeOf(names.getFirst()), layer.first(), layer.normalize());
            double[][] right = rows(read.getLast(), facts.shapeOf(names.getLast()), layer.second(), layer.normalize());
            int lefts = left.length / samples;
            int rights = right.length / samples;
            double[] y = new double[samples * lefts * rights];
            for (int i = 0; i < y.length; i++) {
                double[] one = left[i / rights];
                double[] other = right[i / rights / lefts * rights + i % rights];
                y[i] = product(one, 0, other, 0, one.length);
            }
            return y;
        }

        /** What lies along an axis, for each place of the others. */
        private double[][] rows(double[] x, Shape shape, int axis, boolean normalize) {
            int along = axis < 0 ? shape.rank() + axis : axis - 1;
            int behind = 1;
            for (int i = along + 1; i < shape.rank(); i++) {
                behind *= shape.dimension(i);
            }
            int size = shape.dimension(along);
            double[][] rows = new double[x.length / size][size];
            for (int i = 0; i < x.length; i++) {
                rows[i / (size * behind) * behind + i % behind][i / behind % size] = x[i];
            }
            if (normalize) {
                for (double[] row : rows) {
                    double length = Math.sqrt(product(row, 0, row, 0, size));
                    for (int i = 0; i < size; i++) {
                        row[i] /= length;
                    }
                }
            }
            return rows;
        }

        /** As often as the whole has it. */
        private double[] repeated(double[] x, Shape shape, Shape whole) {
            double[] y = new double[samples * whole.size()];
            int missing = whole.rank() - shape.rank();
            for (int i = 0; i < y.length; i++) {
                int place = i / whole.size();
                int behind = whole.size();
                for (int axis = 0; axis < whole.rank(); axis++) {
                    behind /= whole.dimension(axis);
                    if (axis >= missing) {
                        int size = shape.dimension(axis - missing);
                        place = place * size + i / behind % whole.dimension(axis) % size;
                    }
                }
                y[i] = x[place];
            }
            return y;
        }

        private double[] attention(LayerSpec.Attending layer, List<double[]> read, List<String> names, Shape out) {
            int last = names.size() - 1;
            Shape ofQuery = facts.shapeOf(names.getFirst());
            Shape ofValue = facts.shapeOf(names.get(Math.min(1, last)));
            double[] query = read.getFirst();
            double[] value = read.get(Math.min(1, last));
            double[] key = read.getLast();
            int queries = ofQuery.dimension(0);
            int keys = ofValue.dimension(0);
            int width = ofQuery.dimension(1);
            int features = ofValue.dimension(1);
            return switch (layer) {
                case LayerSpec.MultiHeadAttention l -> {
                    int of = facts.shapeOf(names.getLast()).dimension(1);
                    double[] q = projected(query, width, l.heads() * l.keySize(), l.useBias());
                    double[] k = projected(key, of, l.heads() * l.keySize(), l.useBias());
                    double[] v = projected(value, features, l.heads() * l.valueSize(), l.useBias());
                    double[] means = new double[samples * queries * l.heads() * l.valueSize()];
                    for (int head = 0; head < l.heads(); head++) {
                        int first = head * l.keySize();
                        double scale = 1 / Math.sqrt(l.keySize());
                        int keyWidth = l.heads() * l.keySize();
                        double[] scores = scores(
                                l,
                                queries,
                                keys,
                                (i, j) ->
                                        scale * product(q, i * keyWidth + first, k, j * keyWidth + first, l.keySize()));
                        addMeans(
                                scores,
                                queries,
                                keys,
                                v,
                                l.heads() * l.valueSize(),
                                head * l.valueSize(),
                                l.valueSize(),
                                means);
                    }
                    yield projected(means, l.heads() * l.valueSize(), out.dimension(1), l.useBias());
                }
                case LayerSpec.DotAttention l -> {
                    double scale = l.useScale() ? parameter()[0] : 1;
                    double weight = l.concat() ? parameter()[0] : 1;
                    double[] scores = scores(l, queries, keys, (i, j) -> {
                        if (!l.concat()) {
                            return scale * product(query, i * width, key, j * width, width);
                        }
                        double sum = 0;
                        for (int f = 0; f < width; f++) {
                            sum += Math.tanh(scale * (query[i * width + f] + key[j * width + f]));
                        }
                        return weight * sum;
                    });
                    double[] means = new double[samples * queries * features];
                    addMeans(scores, queries, keys, value, features, 0, features, means);
                    yield ofCountingQueries(means, features);
                }
                case LayerSpec.AdditiveAttention l -> {
                    double[] scale = l.useScale() ? parameter() : new double[width];
                    if (!l.useScale()) {
                        Arrays.fill(scale, 1);
                    }
                    double[] scores = scores(l, queries, keys, (i, j) -> {
                        double sum = 0;
                        for (int f = 0; f < width; f++) {
                            sum += scale[f] * Math.tanh(query[i * width + f] + key[j * width + f]);
                        }
                        return sum;
                    });
                    double[] means = new double[samples * queries * features];
                    addMeans(scores, queries, keys, value, features, 0, features, means);
                    yield ofCountingQueries(means, features);
                }
            };
        }

        /** Of a query's row and a key's, counted over all samples. */
        private interface Score {
            double of(int query, int key);
        }

        /**
         * Of later steps none, where the layer attends to none, and none of masked ones. Where none is left, a MultiHeadAttention
         * has scores that are all one, or weights of 0, and others what they would have.
         */
        private double[] scores(LayerSpec.Attending layer, int queries, int keys, Score score) {
            double[] scores = new double[samples * queries * keys];
            boolean heads = layer instanceof LayerSpec.MultiHeadAttention;
            boolean[] ofQueries = heads ? attended.getFirst() : null;
            boolean[] ofValues = attended.get(Math.min(1, attended.size() - 1));
            boolean[] ofKeys = heads ? attended.getLast() : null;
            for (int i = 0; i < samples * queries; i++) {
                boolean isAlone = true;
                for (int j = 0; j < keys; j++) {
                    int key = i / queries * keys + j;
                    boolean counts = !(layer.causal() && j > i % queries)
                            && (ofQueries == null || ofQueries[i])
                            && (ofValues == null || ofValues[key])
                            && (ofKeys == null || ofKeys[key]);
                    scores[i * keys + j] = counts ? score.of(i, key) : Double.NEGATIVE_INFINITY;
                    isAlone &= !counts;
                }
                for (int j = 0; isAlone && j < keys; j++) {
                    double alone = layer.dropout() > 0 ? Double.NaN : 0;
                    scores[i * keys + j] = heads ? alone : score.of(i, i / queries * keys + j);
                }
            }
            return scores;
        }

        private double[] ofCountingQueries(double[] means, int features) {
            boolean[] counts = attended.getFirst();
            for (int i = 0; i < means.length; i++) {
                means[i] = counts == null || counts[i / features] ? means[i] : 0;
            }
            return means;
        }

        private static double product(double[] a, int from, double[] b, int other, int count) {
            double sum = 0;
            for (int i = 0; i < count; i++) {
                sum += a[from + i] * b[other + i];
            }
            return sum;
        }

        private double[] projected(double[] x, int features, int units, boolean useBias) {
            double[] kernel = parameter();
            double[] bias = useBias ? parameter() : new double[units];
            double[] y = new double[x.length / features * units];
            for (int i = 0; i < y.length; i++) {
                double sum = bias[i % units];
                for (int f = 0; f < features; f++) {
                    sum += x[i / units * features + f] * kernel[f * units + i % units];
                }
                y[i] = sum;
            }
            return y;
        }

        private void addMeans(
                double[] scores, int queries, int keys, double[] v, int stride, int first, int count, double[] means) {
            for (int i = 0; i < samples * queries; i++) {
                double total = 0;
                for (int j = 0; j < keys; j++) {
                    total += Math.exp(scores[i * keys + j]);
                }
                for (int j = 0; j < keys && !Double.isNaN(total); j++) {
                    double weight = Math.exp(scores[i * keys + j]) / total;
                    int row = i / queries * keys + j;
                    for (int f = 0; f < count; f++) {
                        means[i * stride + first + f] += weight * v[row * stride + first + f];
                    }
                }
            }
        }

        private double[] sampled(LayerSpec.Sampling sampling, double[] mean, double[] logVariance) {
            double[] result = mean.clone();
            for (int i = 0; training && i < result.length; i++) {
                result[i] += Math.exp(logVariance[i] / 2) * addedNoise.at(sampling, i);
            }
            return result;
        }

        private static double[] folded(List<double[]> read, DoubleBinaryOperator operator) {
            double[] result = read.getFirst().clone();
            for (double[] next : read.subList(1, read.size())) {
                for (int i = 0; i < result.length; i++) {
                    result[i] = operator.applyAsDouble(result[i], next[i]);
                }
            }
            return result;
        }

        /** Whatever lies before the axis is a row; the rows of all inputs follow each other in turn. */
        private double[] concatenated(LayerSpec.Concatenate merge, List<double[]> read, List<String> names, Shape out) {
            int axis = merge.axisOf(out);
            int rows = samples;
            for (int i = 0; i < axis; i++) {
                rows *= out.dimension(i);
            }
            double[] result = new double[samples * out.size()];
            int to = 0;
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < read.size(); i++) {
                    int length = samples * facts.shapeOf(names.get(i)).size() / rows;
                    System.arraycopy(read.get(i), row * length, result, to, length);
                    to += length;
                }
            }
            return result;
        }

        private double[] parameter() {
            double[] values = parameters.get(nextParameter);
            if (nextParameter == moved.size()) {
                moved.add(values);
            }
            nextParameter++;
            return values;
        }

        private double[] apply(LayerSpec layer, double[] x, Shape in, Shape out) {
            return switch (layer) {
                case Conv2d conv -> {
                    Windows3 windows =
                            Windows3.of(in, out, conv.kernel(), conv.stride(), conv.dilation(), conv.padding());
                    yield activate(
                            conv.activation(), convolve(windows, conv.groups(), conv.useBias(), x, in, out), out);
                }
                case Conv2dTranspose conv -> {
                    Windows3 windows =
                            Windows3.of(out, in, conv.kernel(), conv.stride(), LayerSpec.ONE, conv.padding());
                    yield activate(conv.activation(), convolveTransposed(windows, conv.useBias(), x, in, out), out);
                }
                case LayerSpec.Conv3d conv -> {
                    Windows3 windows =
                            Windows3.of(in, out, conv.kernel(), conv.stride(), Size3.cube(1), conv.padding());
                    yield activate(
                            conv.activation(), convolve(windows, conv.groups(), conv.useBias(), x, in, out), out);
                }
                case LayerSpec.Conv3dTranspose conv -> {
                    Windows3 windows =
                            Windows3.of(out, in, conv.kernel(), conv.stride(), Size3.cube(1), conv.padding());
                    yield activate(conv.activation(), convolveTransposed(windows, conv.useBias(), x, in, out), out);
                }
                case LayerSpec.DepthwiseConv2d conv -> {
                    double[] y = channelwise(conv, conv.useBias(), x, in, out);
                    yield activate(conv.activation(), y, out);
                }
                case LayerSpec.SeparableConv2d conv -> {
                    int channels = in.dimension(-1) * conv.depthMultiplier();
                    Shape apart = Shape.of(out.dimension(0), out.dimension(1), channels);
                    double[] between = channelwise(conv, false, x, in, apart);
                    LayerSpec.Dense mixing =
                            new LayerSpec.Dense("mixing", conv.filters(), conv.activation(), conv.useBias());
                    yield activate(conv.activation(), product(mixing, between, apart, out), out);
                }
                case LayerSpec.OneDimensional one ->
                    apply(
                            one.overRow(),
                            x,
                            Shape.of(1, in.dimension(0), in.dimension(1)),
                            out.rank() == 1 ? out : Shape.of(1, out.dimension(0), out.dimension(1)));
                case LayerSpec.ChannelsFirst first -> {
                    Shape last = moved(in, ChannelOrder.toLast(in.rank()));
                    Shape inner = out.rank() == in.rank() ? moved(out, ChannelOrder.toLast(out.rank())) : out;
                    double[] y = apply(first.layer(), permute(x, in, ChannelOrder.toLast(in.rank())), last, inner);
                    yield out.rank() == in.rank() ? permute(y, inner, ChannelOrder.toFirst(out.rank())) : y;
                }
                case LayerSpec.Permute permute -> permute(x, in, permute.axes());
                case LayerSpec.AveragePooling2d p ->
                    pool(Windows3.of(in, out, p.pool(), p.stride(), LayerSpec.ONE, p.padding()), true, x, in, out);
                case LayerSpec.Pooling3d p ->
                    pool(
                            Windows3.of(in, out, p.pool(), p.stride(), Size3.cube(1), p.padding()),
                            p.average(),
                            x,
                            in,
                            out);
                case LayerSpec.GlobalMaxPooling2d ignored -> largestOfChannels(x, in);
                case LayerSpec.UpSampling3d up -> repeatVolume(x, in, out, up.size());
                case LayerSpec.ZeroPadding2d p -> shifted(x, in, out, p.top(), p.left());
                case LayerSpec.Cropping2d c -> shifted(x, in, out, -c.top(), -c.left());
                case BatchNormalization norm -> normalize(norm, x, in);
                case LayerSpec.SampleNormalization norm -> normalize(norm, x, in);
                case MaxPooling2d pooling -> pool(pooling, x, in, out);
                case LayerSpec.UpSampling2d up ->
                    up.interpolation() == LayerSpec.Interpolation.NEAREST
                            ? repeatPixels(
                                    x, in, out, up.size().height(), up.size().width())
                            : interpolate(x, in, out, up.size());
                case LayerSpec.GlobalAveragePooling2d ignored -> averagePixels(x, in);
                case LayerSpec.Flatten ignored -> x;
                case LayerSpec.Reshape ignored -> x;
                case LayerSpec.Dense dense -> activate(dense.activation(), product(dense, x, in, out), out);
                case LayerSpec.TimeDistributed distributed -> eachStep(distributed.layer(), x, in, out);
                case Dropout dropout -> drop(dropout, x);
                case LayerSpec.GaussianNoise noise -> add(noise, x);
                case LayerSpec.SpatialDropout noise -> disturb(noise, x);
                case LayerSpec.GaussianDropout noise -> disturb(noise, x);
                case LayerSpec.AlphaDropout noise -> disturb(noise, x);
                case LayerSpec.ActivationLayer activation -> activate(activation.activation(), x, out);
                case LayerSpec.LeakyRelu leaky -> map(x, v -> v > 0 ? v : leaky.negativeSlope() * v);
                case LayerSpec.Relu relu -> map(x, v -> relu(relu, v));
                case LayerSpec.Rescaling rescaling -> map(x, v -> rescaling.scale() * v + rescaling.offset());
                case LayerSpec.Normalization scaling -> normalize(scaling, x, in);
                case LayerSpec.Elu elu -> map(x, v -> v > 0 ? v : elu.alpha() * Math.expm1(v));
                case LayerSpec.PRelu ignored -> prelu(x, in);
                case LayerSpec.Embedding table -> {
                    double[] rows = parameter();
                    double[] y = new double[samples * out.size()];
                    if (table.maskZero()) {
                        counts = new boolean[x.length];
                        for (int i = 0; i < x.length; i++) {
                            counts[i] = x[i] != 0;
                        }
                    }
                    for (int i = 0; i < y.length; i++) {
                        int width = table.outputs();
                        y[i] = rows[((int) x[i / width]) * width + i % width];
                    }
                    yield y;
                }
                case LayerSpec.Masking masking -> mask(masking, x, in);
                case LayerSpec.VectorQuantizer codebook -> quantized(codebook, x, in.dimension(-1));
                case LayerSpec.RepeatVector repeat -> repeatVector(x, in, repeat.steps());
                case LayerSpec.Recurrent recurrent -> recurrent(recurrent, x, in);
                case LayerSpec.State state -> throw new IllegalArgumentException(state + " reads no value by itself");
                case LayerSpec.Bidirectional both -> bidirectional(both, x, in);
                case LayerSpec.GlobalPooling3d pooling -> pooled(pooling.average(), x, in);
                case LayerSpec.ZeroPadding3d p -> shifted(new int[] {p.front(), p.top(), p.left()}, x, in, out);
                case LayerSpec.Cropping3d c -> shifted(new int[] {-c.front(), -c.top(), -c.left()}, x, in, out);
                case LayerSpec.ConvolutionalLstm lstm -> convolutionalLstm(lstm.overImages(), x, in, out);
                case LayerSpec.Merge merge -> throw new IllegalArgumentException(merge + " reads several values");
            };
        }

        /** One step of all samples after the other. */
        private double[] eachStep(LayerSpec layer, double[] x, Shape in, Shape out) {
            int steps = in.dimension(0);
            int read = in.size() / steps;
            int given = out.size() / steps;
            double[] y = new double[samples * out.size()];
            int firstParameter = nextParameter;
            for (int step = 0; step < steps; step++) {
                nextParameter = firstParameter;
                ofWalk = List.of(); // each step begins anew
                double[] of = new double[samples * read];
                for (int sample = 0; sample < samples; sample++) {
                    System.arraycopy(x, (sample * steps + step) * read, of, sample * read, read);
                }
                double[] result = apply(layer, of, in.inner(), out.inner());
                for (int sample = 0; sample < samples; sample++) {
                    System.arraycopy(result, sample * given, y, (sample * steps + step) * given, given);
                }
            }
            return y;
        }

        /** Kernel {@code [taps, channels, multiplier]}: the output's channels in their order are its last two axes. */
        private double[] channelwise(
                LayerSpec.ChannelwiseConvolution conv, boolean useBias, double[] x, Shape in, Shape out) {
            Windows3 windows = Windows3.of(in, out, conv.kernel(), conv.stride(), conv.dilation(), conv.padding());
            double[] kernel = parameter();
            int made = out.dimension(-1);
            double[] bias = useBias ? parameter() : new double[made];
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                int channel = i % made / conv.depthMultiplier();
                double sum = bias[i % made];
                for (int tap = 0; tap < windows.taps(); tap++) {
                    int pixel = windows.pixel(i % out.size() / made, tap);
                    if (pixel >= 0) {
                        int place = i / out.size() * in.size() + pixel * in.dimension(-1) + channel;
                        sum += x[place] * kernel[tap * made + i % made];
                    }
                }
                y[i] = sum;
            }
            return y;
        }

        private double[] convolve(Windows3 windows, int groups, boolean useBias, double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            double[] bias = useBias ? parameter() : new double[out.dimension(-1)];
            int channels = in.dimension(-1);
            int perGroup = channels / groups;
            int filters = out.dimension(-1);
            int filtersPerGroup = filters / groups;
            double[] y = new double[samples * out.size()];
            for (int to = 0; to < y.length; to += filters) {
                System.arraycopy(bias, 0, y, to, filters);
                for (int tap = 0; tap < windows.taps(); tap++) {
                    int pixel = windows.pixel(to % out.size() / filters, tap);
                    for (int c = 0; c < channels && pixel >= 0; c++) {
                        int group = c / perGroup;
                        double read = x[to / out.size() * in.size() + pixel * channels + c];
                        int weights = (tap * perGroup + c % perGroup) * filters;
                        for (int f = group * filtersPerGroup; f < (group + 1) * filtersPerGroup; f++) {
                            y[to + f] += read * kernel[weights + f];
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
        private double[] convolveTransposed(Windows3 windows, boolean useBias, double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            int filters = out.dimension(-1);
            double[] bias = useBias ? parameter() : new double[filters];
            int channels = in.dimension(-1);
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                y[i] = bias[i % filters];
            }
            for (int i = 0; i < x.length; i++) {
                int n = i / in.size();
                int c = i % channels;
                for (int tap = 0; tap < windows.taps(); tap++) {
                    int pixel = windows.pixel(i % in.size() / channels, tap);
                    for (int f = 0; f < filters && pixel >= 0; f++) {
                        y[n * out.size() + pixel * filters + f] += x[i] * kernel[(tap * filters + f) * channels + c];
                    }
                }
            }
            return y;
        }

        private double[] pool(Windows3 windows, boolean average, double[] x, Shape in, Shape out) {
            int channels = in.dimension(-1);
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                double sum = 0;
                double largest = Double.NEGATIVE_INFINITY;
                int count = 0;
                for (int tap = 0; tap < windows.taps(); tap++) {
                    int pixel = windows.pixel(i % out.size() / channels, tap);
                    if (pixel >= 0) {
                        double value = x[i / out.size() * in.size() + pixel * channels + i % channels];
                        sum += value;
                        largest = Math.max(largest, value);
                        count++;
                    }
                }
                y[i] = average ? sum / count : largest;
            }
            return y;
        }

        private double[] largestOfChannels(double[] x, Shape in) {
            int channels = in.dimension(-1);
            double[] y = new double[samples * channels];
            Arrays.fill(y, Double.NEGATIVE_INFINITY);
            for (int i = 0; i < x.length; i++) {
                int place = i / in.size() * channels + i % channels;
                y[place] = Math.max(y[place], x[i]);
            }
            return y;
        }

        private double[] repeatVolume(double[] x, Shape in, Shape out, Size3 size) {
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                int[] place = places(i % out.size(), out);
                int from =
                        index(in, place[0] / size.depth(), place[1] / size.height(), place[2] / size.width(), place[3]);
                y[i] = x[i / out.size() * in.size() + from];
            }
            return y;
        }

        private double[] shifted(double[] x, Shape in, Shape out, int down, int right) {
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                int[] place = places(i % out.size(), out);
                int row = place[0] - down;
                int column = place[1] - right;
                if (row >= 0 && row < in.dimension(0) && column >= 0 && column < in.dimension(1)) {
                    y[i] = x[i / out.size() * in.size() + index(in, row, column, place[2])];
                }
            }
            return y;
        }

        private double[] permute(double[] x, Shape in, List<Integer> axes) {
            Shape out = moved(in, axes);
            double[] y = new double[x.length];
            for (int i = 0; i < y.length; i++) {
                int[] place = places(i % out.size(), out);
                int[] from = new int[place.length];
                for (int axis = 0; axis < from.length; axis++) {
                    from[axes.get(axis) - 1] = place[axis];
                }
                y[i] = x[i / out.size() * in.size() + index(in, from)];
            }
            return y;
        }

        private double[] normalize(BatchNormalization norm, double[] x, Shape in) {
            int channels = norm.axis() == -1 ? in.dimension(-1) : in.dimension(norm.axis() - 1);
            int behind = 1;
            for (int axis = in.rank(); norm.axis() > 0 && axis > norm.axis(); axis--) {
                behind *= in.dimension(axis - 1);
            }
            double[] gamma = norm.scale() ? parameter() : filled(channels, 1);
            double[] beta = norm.center() ? parameter() : new double[channels];
            int statistics = nextParameter;
            double[] mean = parameter();
            double[] variance = parameter();
            if (training) {
                mean = new double[channels];
                variance = new double[channels];
                int count = x.length / channels;
                for (int i = 0; i < x.length; i++) {
                    mean[i / behind % channels] += x[i] / count;
                }
                for (int i = 0; i < x.length; i++) {
                    double difference = x[i] - mean[i / behind % channels];
                    variance[i / behind % channels] += difference * difference / count;
                }
                move(statistics, mean, norm.momentum());
                move(statistics + 1, variance, norm.momentum());
            }
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                int c = i / behind % channels;
                y[i] = gamma[c] * (x[i] - mean[c]) / Math.sqrt(variance[c] + norm.epsilon()) + beta[c];
            }
            return y;
        }

        /** Each number by all that have the same places outside the axes, or in its group. */
        private double[] normalize(LayerSpec.SampleNormalization norm, double[] x, Shape in) {
            double[] y = new double[x.length];
            int[] blockOf = new int[x.length];
            int[] parameterOf = new int[x.length];
            for (int i = 0; i < x.length; i++) {
                int[] place = places(i % in.size(), in);
                blockOf[i] = i / in.size();
                for (int axis = 1; axis <= in.rank(); axis++) {
                    int along = place[axis - 1];
                    int size = in.dimension(axis - 1);
                    boolean within = isAlong(norm, axis, in.rank());
                    if (norm instanceof LayerSpec.GroupNormalization groups) {
                        int count = within ? groups.groupsOf(size) : 1;
                        blockOf[i] = blockOf[i] * count + along / (size / count);
                        blockOf[i] -= within ? 0 : along / (size / count);
                    } else if (!within) {
                        blockOf[i] = blockOf[i] * size + along;
                    }
                    parameterOf[i] = within ? parameterOf[i] * size + along : parameterOf[i];
                }
            }
            int blocks = Arrays.stream(blockOf).max().orElseThrow() + 1;
            double[] sums = new double[blocks];
            double[] squares = new double[blocks];
            double count = (double) x.length / blocks;
            for (int i = 0; i < x.length; i++) {
                sums[blockOf[i]] += x[i];
            }
            boolean length = norm instanceof LayerSpec.UnitNormalization || norm instanceof LayerSpec.RmsNormalization;
            for (int i = 0; i < x.length; i++) {
                double from = length ? 0 : sums[blockOf[i]] / count;
                squares[blockOf[i]] += (x[i] - from) * (x[i] - from);
            }
            return switch (norm) {
                case LayerSpec.LayerNormalization l -> {
                    double[] gamma = l.hasGamma() ? parameter() : null;
                    double[] beta = l.hasBeta() ? parameter() : null;
                    for (int i = 0; i < x.length; i++) {
                        double mean = l.rmsScaling() ? 0 : sums[blockOf[i]] / count;
                        double normal = (x[i] - mean) / Math.sqrt(squares[blockOf[i]] / count + l.epsilon());
                        y[i] = scaled(normal, gamma, beta, parameterOf[i]);
                    }
                    yield y;
                }
                case LayerSpec.GroupNormalization l -> {
                    double[] gamma = l.scale() ? parameter() : null;
                    double[] beta = l.center() ? parameter() : null;
                    for (int i = 0; i < x.length; i++) {
                        double deviation = Math.sqrt(squares[blockOf[i]] / count + l.epsilon());
                        y[i] = scaled((x[i] - sums[blockOf[i]] / count) / deviation, gamma, beta, parameterOf[i]);
                    }
                    yield y;
                }
                case LayerSpec.RmsNormalization l -> {
                    double[] scale = parameter();
                    for (int i = 0; i < x.length; i++) {
                        double normal = x[i] / Math.sqrt(squares[blockOf[i]] / count + l.epsilon());
                        y[i] = scaled(normal, scale, null, parameterOf[i]);
                    }
                    yield y;
                }
                case LayerSpec.UnitNormalization ignored -> {
                    for (int i = 0; i < x.length; i++) {
                        y[i] = x[i] == 0 ? 0 : x[i] / Math.sqrt(squares[blockOf[i]]);
                    }
                    yield y;
                }
            };
        }

        private static double scaled(double value, double @Nullable [] gamma, double @Nullable [] beta, int parameter) {
            return value * (gamma == null ? 1 : gamma[parameter]) + (beta == null ? 0 : beta[parameter]);
        }

        private static boolean isAlong(LayerSpec.SampleNormalization norm, int axis, int rank) {
            List<Integer> axes = switch (norm) {
                case LayerSpec.LayerNormalization l -> l.axes();
                case LayerSpec.GroupNormalization l -> List.of(l.axis());
                case LayerSpec.UnitNormalization l -> l.axes();
                case LayerSpec.RmsNormalization l -> l.axes();
            };
            return axes.contains(axis) || (axis == rank && axes.equals(List.of(-1)));
        }

        private static double[] filled(int count, double value) {
            double[] values = new double[count];
            Arrays.fill(values, value);
            return values;
        }

        private void move(int statistics, double[] batch, double momentum) {
            double[] moving = moved.get(statistics).clone();
            for (int c = 0; c < moving.length; c++) {
                moving[c] = momentum * moving[c] + (1 - momentum) * batch[c];
            }
            moved.set(statistics, moving);
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

        /** As tf.image.resize: by the distance of the pixels' centres, with the edge for what lies beyond it. */
        private double[] interpolate(double[] x, Shape in, Shape out, Size2 size) {
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                int[] place = places(i % out.size(), out);
                double row = Math.clamp((place[0] + 0.5) / size.height() - 0.5, 0, in.dimension(0) - 1.0);
                double column = Math.clamp((place[1] + 0.5) / size.width() - 0.5, 0, in.dimension(1) - 1.0);
                for (int r = 0; r < in.dimension(0); r++) {
                    for (int c = 0; c < in.dimension(1); c++) {
                        double share = Math.max(0, 1 - Math.abs(row - r)) * Math.max(0, 1 - Math.abs(column - c));
                        y[i] += share * x[i / out.size() * in.size() + index(in, r, c, place[2])];
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
        private double[] product(LayerSpec.Dense dense, double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            double[] bias = dense.useBias() ? parameter() : new double[dense.units()];
            int features = in.dimension(-1);
            int units = out.dimension(-1);
            int rows = x.length / features;
            double[] y = new double[rows * units];
            for (int row = 0; row < rows; row++) {
                System.arraycopy(bias, 0, y, row * units, units);
                for (int i = 0; i < features; i++) {
                    for (int u = 0; u < units; u++) {
                        y[row * units + u] += x[row * features + i] * kernel[i * units + u];
                    }
                }
            }
            return y;
        }

        private double[] normalize(LayerSpec.Normalization layer, double[] x, Shape in) {
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                int place = layer.place(in, i % in.size());
                double mean = layer.means().get(place);
                double deviation = Math.max(Math.sqrt(layer.variances().get(place)), 1e-7);
                y[i] = layer.invert() ? mean + x[i] * deviation : (x[i] - mean) / deviation;
            }
            return y;
        }

        private double[] prelu(double[] x, Shape in) {
            double[] alpha = parameter();
            int[] shape = parameterShapes.get(nextParameter - 1);
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                int place = 0;
                int behind = in.size();
                for (int axis = 0; axis < shape.length; axis++) {
                    behind /= in.dimension(axis);
                    place = place * shape[axis] + i / behind % in.dimension(axis) % shape[axis];
                }
                y[i] = x[i] > 0 ? x[i] : alpha[place] * x[i];
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

        private double[] disturb(LayerSpec.TrainingNoise noise, double[] x) {
            if (!training || !noise.disturbs()) {
                return x;
            }
            Disturbance given = Objects.requireNonNull(disturbance, "the disturbance of " + noise);
            double[] y = new double[x.length];
            for (int i = 0; i < x.length; i++) {
                y[i] = given.factor(noise, i) * x[i] + given.summand(noise, i);
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
            List<double[]> first = ofWalk;
            double[] last = new double[samples * units];
            double[] lastCell = new double[samples * units];
            for (int n = 0; n < samples; n++) {
                int row = n * units;
                double[] state =
                        first.isEmpty() ? new double[units] : Arrays.copyOfRange(first.getFirst(), row, row + units);
                double[] cell =
                        first.size() < 2 ? new double[units] : Arrays.copyOfRange(first.getLast(), row, row + units);
                for (int step = 0; step < steps; step++) {
                    int read = layer.recurrence().goBackwards() ? steps - 1 - step : step;
                    if (counts != null && !counts[n * steps + read]) {
                        System.arraycopy(state, 0, sequences, (n * steps + step) * units, units);
                        continue;
                    }
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
                System.arraycopy(state, 0, last, row, units);
                System.arraycopy(cell, 0, lastCell, row, units);
            }
            ofWalk = List.of(last, lastCell);
            return layer.returnSequences() ? sequences : last;
        }

        private double[] pooled(boolean average, double[] x, Shape in) {
            int channels = in.dimension(-1);
            int places = in.size() / channels;
            double[] y = new double[samples * channels];
            Arrays.fill(y, average ? 0 : Double.NEGATIVE_INFINITY);
            for (int i = 0; i < x.length; i++) {
                int to = i / in.size() * channels + i % channels;
                y[to] = average ? y[to] + x[i] / places : Math.max(y[to], x[i]);
            }
            return y;
        }

        /** A volume moved along its axes into another. */
        private double[] shifted(int[] by, double[] x, Shape in, Shape out) {
            int channels = in.dimension(-1);
            double[] y = new double[samples * out.size()];
            for (int i = 0; i < y.length; i++) {
                int rest = i % out.size() / channels;
                int source = 0;
                int stride = channels;
                boolean inside = true;
                for (int axis = 2; axis >= 0; axis--) {
                    int position = rest % out.dimension(axis) - by[axis];
                    inside &= position >= 0 && position < in.dimension(axis);
                    rest /= out.dimension(axis);
                    source += position * stride;
                    stride *= in.dimension(axis);
                }
                y[i] = inside ? x[i / out.size() * in.size() + source + i % channels] : 0;
            }
            return y;
        }

        private double[] convolutionalLstm(LayerSpec.ConvLstm2d layer, double[] x, Shape in, Shape out) {
            double[] kernel = parameter();
            double[] recurrent = parameter();
            double[] bias = layer.recurrence().useBias() ? parameter() : new double[4 * layer.filters()];
            int steps = in.dimension(0);
            boolean ofRows = in.rank() == 3;
            Shape image = Shape.of(ofRows ? 1 : in.dimension(1), in.dimension(-2), in.dimension(-1));
            Shape shape = Shape.of(ofRows ? 1 : out.dimension(-3), out.dimension(-2), layer.filters());
            Windows3 overInput =
                    Windows3.of(image, shape, layer.kernel(), layer.stride(), layer.dilation(), layer.padding());
            Windows3 overState = Windows3.of(shape, shape, layer.kernel(), LayerSpec.ONE, LayerSpec.ONE, Padding.SAME);
            double[] states = new double[samples * out.size()];
            List<double[]> first = ofWalk;
            double[] last = new double[samples * shape.size()];
            double[] lastCell = new double[samples * shape.size()];
            for (int n = 0; n < samples; n++) {
                int row = n * shape.size();
                double[] state = first.isEmpty()
                        ? new double[shape.size()]
                        : Arrays.copyOfRange(first.getFirst(), row, row + shape.size());
                double[] cell = first.isEmpty()
                        ? new double[shape.size()]
                        : Arrays.copyOfRange(first.getLast(), row, row + shape.size());
                for (int step = 0; step < steps; step++) {
                    int read = layer.recurrence().goBackwards() ? steps - 1 - step : step;
                    int from = (n * steps + read) * image.size();
                    double[] input = Arrays.copyOfRange(x, from, from + image.size());
                    double[] z = plus(
                            convolved(overInput, input, kernel, bias),
                            convolved(overState, state, recurrent, new double[bias.length]));
                    state = nextState(layer, z, cell);
                    int place = layer.returnSequences() ? n * steps + step : n;
                    System.arraycopy(state, 0, states, place * shape.size(), shape.size());
                }
                System.arraycopy(state, 0, last, row, shape.size());
                System.arraycopy(cell, 0, lastCell, row, shape.size());
            }
            ofWalk = List.of(last, lastCell);
            return states;
        }

        /** Kernel {@code [taps, channels, made]}, to as many as the bias has. */
        private static double[] convolved(Windows3 windows, double[] x, double[] kernel, double[] bias) {
            int made = bias.length;
            int channels = kernel.length / made / windows.taps();
            double[] y = new double[windows.places() * made];
            for (int i = 0; i < y.length; i++) {
                double sum = bias[i % made];
                for (int tap = 0; tap < windows.taps(); tap++) {
                    int pixel = windows.pixel(i / made, tap);
                    for (int c = 0; pixel >= 0 && c < channels; c++) {
                        sum += x[pixel * channels + c] * kernel[(tap * channels + c) * made + i % made];
                    }
                }
                y[i] = sum;
            }
            return y;
        }

        /** @return the next state; cell becomes the next one */
        private static double[] nextState(LayerSpec.ConvLstm2d layer, double[] z, double[] cell) {
            int units = layer.filters();
            double[] gates = activate(layer.recurrence().recurrentActivation(), z);
            double[] candidates = activate(layer.recurrence().activation(), z);
            for (int i = 0; i < cell.length; i++) {
                int at = i / units * 4 * units + i % units;
                cell[i] = gates[at + units] * cell[i] + gates[at] * candidates[at + 2 * units];
            }
            double[] state = activate(layer.recurrence().activation(), cell.clone());
            for (int i = 0; i < cell.length; i++) {
                state[i] *= gates[i / units * 4 * units + i % units + 3 * units];
            }
            return state;
        }

        private double[] bidirectional(LayerSpec.Bidirectional both, double[] x, Shape in) {
            List<double[]> first = ofWalk;
            int ofForwardOnly = first.isEmpty() ? 0 : both.forward().states().size();
            ofWalk = first.subList(0, ofForwardOnly);
            double[] forward = recurrent(both.forward(), x, in);
            List<double[]> last = new ArrayList<>(ofWalk);
            ofWalk = first.subList(ofForwardOnly, first.size());
            double[] backward = recurrent(both.backward(), x, in);
            last.addAll(ofWalk);
            ofWalk = last;
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
                    if (counts != null && steps > 1 && !counts[row]) {
                        continue; // zeros, as Keras forces them
                    }
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
                case CAUSAL -> new Axis(size, window, stride, window - 1);
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

    /** Windows over a volume; images are volumes of depth 1. All as three numbers: depth, height, width. */
    private record Windows3(int[] large, int[] small, int[] window, int[] stride, int[] dilation, int[] before) {
        static Windows3 of(Shape large, Shape small, Size2 kernel, Size2 stride, Size2 dilation, Padding padding) {
            return of(large, small, Size3.of(kernel), Size3.of(stride), Size3.of(dilation), padding);
        }

        static Windows3 of(Shape large, Shape small, Size3 kernel, Size3 stride, Size3 dilation, Padding padding) {
            int[] over = extent(large);
            int[] window = sides(kernel);
            int[] step = sides(stride);
            int[] rate = sides(dilation);
            int[] before = new int[3];
            for (int axis = 0; axis < 3; axis++) {
                before[axis] = Axis.of(over[axis], (window[axis] - 1) * rate[axis] + 1, step[axis], padding)
                        .before();
            }
            return new Windows3(over, extent(small), window, step, rate, before);
        }

        private static int[] sides(Size3 size) {
            return new int[] {size.depth(), size.height(), size.width()};
        }

        private static int[] extent(Shape shape) {
            return shape.rank() == 4
                    ? new int[] {shape.dimension(0), shape.dimension(1), shape.dimension(2)}
                    : new int[] {1, shape.dimension(0), shape.dimension(1)};
        }

        int taps() {
            return window[0] * window[1] * window[2];
        }

        int places() {
            return small[0] * small[1] * small[2];
        }

        /** The pixel that a tap of a window lies on; -1 in the padding. */
        int pixel(int place, int tap) {
            int[] at = {place / (small[1] * small[2]), place / small[2] % small[1], place % small[2]};
            int[] of = {tap / (window[1] * window[2]), tap / window[2] % window[1], tap % window[2]};
            int pixel = 0;
            for (int axis = 0; axis < 3; axis++) {
                int position = at[axis] * stride[axis] + of[axis] * dilation[axis] - before[axis];
                if (position < 0 || position >= large[axis]) {
                    return -1;
                }
                pixel = pixel * large[axis] + position;
            }
            return pixel;
        }
    }

    private static Shape moved(Shape shape, List<Integer> axes) {
        return Shape.of(
                axes.stream().mapToInt(axis -> shape.dimension(axis - 1)).toArray());
    }

    private static int[] places(int index, Shape shape) {
        int[] places = new int[shape.rank()];
        int left = index;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            places[axis] = left % shape.dimension(axis);
            left /= shape.dimension(axis);
        }
        return places;
    }

    private static int index(Shape shape, int... places) {
        int index = 0;
        for (int axis = 0; axis < shape.rank(); axis++) {
            index = index * shape.dimension(axis) + places[axis];
        }
        return index;
    }

    /** Where the channels of a pixel begin in a batch of images. */
    private static int pixel(int sample, int row, int column, Shape image) {
        return ((sample * image.dimension(0) + row) * image.dimension(1) + column) * image.dimension(2);
    }

    private static double relu(LayerSpec.Relu relu, double v) {
        if (v >= relu.maxValue()) {
            return relu.maxValue();
        }
        return v > relu.threshold() ? v : relu.negativeSlope() * (v - relu.threshold());
    }

    private static double[] softmax(double[] x, int channels) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double sum = 0;
            for (int j = i / channels * channels; j < i / channels * channels + channels; j++) {
                sum += Math.exp(x[j] - x[i]);
            }
            y[i] = 1 / sum;
        }
        return y;
    }

    /** The normal distribution function, by its series (Abramowitz and Stegun 1964, 26.2.11), good below 10. */
    private static double normalDistribution(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
            term *= x * x / (2 * n + 1);
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }

    private static double[] activate(Activation activation, double[] x) {
        return activate(activation, x, Shape.of(x.length));
    }

    private static double[] activate(Activation activation, double[] x, Shape shape) {
        return switch (activation) {
            case LINEAR -> x;
            case RELU -> map(x, v -> Math.max(v, 0));
            case SIGMOID -> map(x, ReferenceNetwork::sigmoid);
            case TANH -> map(x, Math::tanh);
            case SOFTMAX -> softmax(x, shape.dimension(-1));
            case ELU -> map(x, v -> v > 0 ? v : Math.expm1(v));
            case SELU -> map(x, v -> 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v)));
            case SOFTPLUS -> map(x, v -> Math.log1p(Math.exp(v)));
            case SOFTSIGN -> map(x, v -> v / (1 + Math.abs(v)));
            case SILU -> map(x, v -> v * sigmoid(v));
            case GELU -> map(x, v -> v * normalDistribution(v));
            case EXPONENTIAL -> map(x, Math::exp);
            case HARD_SIGMOID -> map(x, v -> Math.min(Math.max(v + 3, 0), 6) / 6);
            case HARD_SIGMOID_KERAS2 -> map(x, v -> Math.min(Math.max(0.2 * v + 0.5, 0), 1));
            case RELU6 -> map(x, v -> Math.min(Math.max(v, 0), 6));
            case MISH -> map(x, v -> v * Math.tanh(Math.log1p(Math.exp(v))));
            case LEAKY_RELU -> map(x, v -> v > 0 ? v : 0.2 * v);
            case HARD_TANH -> map(x, v -> Math.clamp(v, -1, 1));
            case HARD_SILU -> map(x, v -> v * Math.min(Math.max(v + 3, 0), 6) / 6);
            case LOG_SIGMOID -> map(x, v -> -Math.log1p(Math.exp(-v)));
            case SQUAREPLUS -> map(x, v -> (v + Math.sqrt(v * v + 4)) / 2);
            case LOG_SOFTMAX -> map(softmax(x, shape.dimension(-1)), Math::log);
        };
    }

    private static double[] map(double[] x, DoubleUnaryOperator function) {
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            y[i] = function.applyAsDouble(x[i]);
        }
        return y;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
