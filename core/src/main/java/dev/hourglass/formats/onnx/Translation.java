package dev.hourglass.formats.onnx;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.onnx.OnnxModel.Attribute;
import dev.hourglass.formats.onnx.OnnxModel.Attribute.Real;
import dev.hourglass.formats.onnx.OnnxModel.Attribute.Text;
import dev.hourglass.formats.onnx.OnnxModel.Attribute.Whole;
import dev.hourglass.formats.onnx.OnnxModel.Attribute.Wholes;
import dev.hourglass.formats.onnx.OnnxModel.Node;
import dev.hourglass.formats.onnx.OnnxModel.Value;
import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.formats.onnx.OperatorWeights.GateOrder;
import dev.hourglass.model.Activation;
import dev.hourglass.model.ChannelOrder;
import dev.hourglass.model.Codebook;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Translates layers to ONNX's operators. ONNX wants images channels first and sequences steps first. So the value that goes
 * from layer to layer has a {@link Layout}, and is transposed only where the next layer wants another one, once for all
 * that do: between two convolutions or two LSTMs nothing is.
 *
 * <p>The value that a layer gives is named as the layer, with its layout behind it where it is not ours; what is on the
 * way there is named {@code layer/Operator}.
 */
final class Translation {
    /** The order of the axes, and what a value's name has behind it. */
    private enum Layout {
        /** Ours and Keras's: batch, then the axes of {@link Shape}. */
        CHANNELS_LAST(""),
        CHANNELS_FIRST("/channels_first"),
        /** Steps before the batch. */
        STEPS_FIRST("/steps_first");

        final String suffix;

        Layout(String suffix) {
            this.suffix = suffix;
        }

        /** Which axis of ours lies at each place; the batch is our axis 0. */
        int[] axes(int rank) {
            int[] axes = new int[rank + 1];
            for (int i = 0; i <= rank; i++) {
                axes[i] = i;
            }
            switch (this) {
                case CHANNELS_LAST -> {}
                case CHANNELS_FIRST -> {
                    System.arraycopy(axes, 1, axes, 2, rank - 1);
                    axes[1] = rank;
                }
                case STEPS_FIRST -> {
                    axes[0] = 1;
                    axes[1] = 0;
                }
            }
            return axes;
        }
    }

    private final Parameters parameters;
    private final List<Node> nodes = new ArrayList<>();
    private final List<Weights> weights = new ArrayList<>();
    /** The layer that the value comes from. */
    private String source;
    /** As we see it, whatever the layout. */
    private Shape shape;

    private Layout layout = Layout.CHANNELS_LAST;
    /** The layer whose parameters a layer within it has, or null. */
    private @Nullable String owner;

    /** What each layer gives. */
    private final Map<String, Given> given = new HashMap<>();
    /** By the value of a recurrent layer, which of its states are read. */
    private final Map<String, Set<LayerSpec.State.Which>> statesRead = new HashMap<>();
    /** By the value of a recurrent layer, what its states are called. */
    private final Map<String, Map<LayerSpec.State.Which, String>> states = new HashMap<>();
    /** The values that are there, in whatever layout. */
    private final Set<String> written = new HashSet<>();
    /** The layers that have been written at a place, which need not be the one of their own name. */
    private final Set<String> used = new HashSet<>();

    /** A layer's output. */
    private record Given(String name, Shape shape, Layout layout) {}

    private Translation(List<Graph.Input> inputs, Parameters parameters) {
        inputs.forEach(input -> given.put(input.name(), new Given(input.name(), input.shape(), Layout.CHANNELS_LAST)));
        source = inputs.getFirst().name();
        shape = inputs.getFirst().shape();
        this.parameters = parameters;
    }

    /**
     * @param name of the graph
     * @param layers at least one
     * @param parameters of the layers, at least
     */
    static OnnxModel of(String name, Graph layers, Parameters parameters, Map<String, String> metadata) {
        if (layers.outputs().stream().distinct().count() < layers.outputs().size()) {
            throw new UnsupportedModelException("Model '" + name + "' gives a value twice, its outputs being "
                    + String.join(", ", layers.outputs())
                    + ", which no ONNX file does. Name the one that is meant with --output NAME.");
        }
        Translation translation = new Translation(layers.inputs(), parameters);
        layers.nodes().stream()
                .filter(node -> node.layer() instanceof LayerSpec.State)
                .forEach(node -> translation
                        .statesRead
                        .computeIfAbsent(node.inputs().getFirst(), ignored -> new HashSet<>())
                        .add(((LayerSpec.State) node.layer()).which()));
        ModelFacts facts = ModelFacts.of(layers);
        for (int i = 0; i < layers.nodes().size(); i++) {
            translation.add(layers.nodes().get(i), facts.layers().get(i).output());
        }
        List<Value> outputs = new ArrayList<>();
        for (String output : layers.outputs()) {
            translation.take(output);
            outputs.add(new Value(translation.valueIn(Layout.CHANNELS_LAST), facts.shapeOf(output)));
        }
        List<Value> inputs = layers.inputs().stream()
                .map(input -> new Value(input.name(), input.shape()))
                .toList();
        return new OnnxModel(name, inputs, outputs, translation.nodes, translation.weights, metadata);
    }

    /** Goes on from a layer's output. */
    private void take(String value) {
        Given from = Objects.requireNonNull(given.get(value));
        source = from.name();
        shape = from.shape();
        layout = from.layout();
    }

    private void add(Graph.Node node, Shape out) {
        int firstNode = nodes.size();
        int firstWeights = weights.size();
        forgetWithin(node.layer());
        take(node.inputs().getFirst());
        if (node.layer() instanceof LayerSpec.Merge merge) {
            addMerge(merge, node.inputs(), out);
        } else if (node.layer() instanceof LayerSpec.Walk walk) {
            addWalk(node, walk, out);
        } else if (node.layer() instanceof LayerSpec.State state) {
            addState(state, node.inputs().getFirst());
        } else {
            add(node.layer(), out);
        }
        if (!used.add(node.layer().name()) || node.isFurtherUse()) {
            nameAnew(node, firstNode, firstWeights);
        }
        source = node.name();
        shape = out;
        nodes.add(nodes.removeLast().withLastOutput(value()));
        given.put(source, new Given(source, shape, layout));
        written.add(value());
    }

    /** What a layer, or another of its name, computed on its way elsewhere is no value of this place. */
    private void forgetWithin(LayerSpec layer) {
        written.removeIf(name -> isWithin(layer, name));
    }

    /** Whether a name is of what a layer computes on its way, and not of what it gives, in whatever layout. */
    private static boolean isWithin(LayerSpec layer, String name) {
        return name.startsWith(layer.name() + "/")
                && !name.startsWith(layer.name() + "/Transpose")
                && Arrays.stream(Layout.values()).noneMatch(each -> name.equals(layer.name() + each.suffix));
    }

    /**
     * What a layer computes on its way is named after the layer, which has other places too: it gets the names of this
     * place. Weights that are there already are read where they are.
     */
    private void nameAnew(Graph.Node at, int firstNode, int firstWeights) {
        String prefix = at.layer().name() + "/";
        Map<String, String> names = new HashMap<>();
        List<Weights> places = weights.subList(firstWeights, weights.size());
        List<Weights> addedWeights = List.copyOf(places);
        places.clear();
        Map<String, Weights> before = new HashMap<>();
        weights.forEach(each -> before.put(each.name(), each));
        for (Weights each : addedWeights) {
            Weights other = before.get(each.name());
            if (other == null) {
                weights.add(each);
            } else if (!other.holdsTheSame(each)) {
                String name = at.name() + "/" + each.name().substring(prefix.length());
                // At the place of the layer's own name, where another came first.
                String free = before.containsKey(name) ? name + "_own" : name;
                names.put(each.name(), free);
                weights.add(each.withName(free));
            }
        }
        List<Node> added = nodes.subList(firstNode, nodes.size());
        added.stream()
                .flatMap(node -> node.outputs().stream())
                .filter(output -> isWithin(at.layer(), output))
                .forEach(output -> names.put(output, at.name() + "/" + output.substring(prefix.length())));
        added.replaceAll(node -> renamed(node, names).withName(nameAt(at, node.name())));
    }

    /** A node is named apart from what it gives, and no two of a file may have the same name. */
    private static String nameAt(Graph.Node at, String name) {
        String layer = at.layer().name();
        return isWithin(at.layer(), name) || name.equals(layer) ? at.name() + name.substring(layer.length()) : name;
    }

    /**
     * As many samples as there are steps: the steps are put into the batch, and taken out of it behind the layer. What that
     * computes on its way is named after the whole.
     */
    private void addDistributed(LayerSpec.TimeDistributed each, Shape out) {
        String name = each.name();
        LayerSpec layer = each.layer();
        if (layer instanceof LayerSpec.Dense dense) {
            addDense(name, dense);
            return;
        }
        Shape step = shape.inner();
        addReshape(name + "/step", valueIn(Layout.CHANNELS_LAST), withBatch(step));
        settle(name + "/step", step);
        int firstNode = nodes.size();
        int firstWeights = weights.size();
        String outer = owner;
        owner = outer == null ? name : outer;
        forgetWithin(layer);
        add(layer, out.inner());
        owner = outer;
        settle(name + "/given", out.inner());
        rename(layer.name(), name + "/each", firstNode, firstWeights);
        addReshape(name, valueIn(Layout.CHANNELS_LAST), withBatch(out));
        layout = Layout.CHANNELS_LAST;
    }

    /** -1 for a batch that follows from the rest. */
    private static List<Long> withBatch(Shape shape) {
        return LongStream.concat(
                        LongStream.of(-1), Arrays.stream(shape.toArray()).asLongStream())
                .boxed()
                .toList();
    }

    /** What has been added and is named after a layer, or as it is, is named after another. */
    private void rename(String layer, String other, int firstNode, int firstWeights) {
        String prefix = layer + "/";
        Map<String, String> names = new HashMap<>();
        List<Node> added = nodes.subList(firstNode, nodes.size());
        added.stream()
                .flatMap(node -> node.outputs().stream())
                .filter(output -> output.startsWith(prefix))
                .forEach(output -> names.put(output, other + output.substring(layer.length())));
        weights.subList(firstWeights, weights.size()).replaceAll(constant -> {
            if (!constant.name().startsWith(prefix)) {
                return constant;
            }
            names.put(constant.name(), other + constant.name().substring(layer.length()));
            return constant.withName(Objects.requireNonNull(names.get(constant.name())));
        });
        added.replaceAll(node -> node.name().startsWith(prefix) || node.name().equals(layer)
                ? renamed(node, names).withName(other + node.name().substring(layer.length()))
                : renamed(node, names));
    }

    private static Node renamed(Node node, Map<String, String> names) {
        return new Node(
                names.getOrDefault(node.name(), node.name()),
                node.operator(),
                node.inputs().stream()
                        .map(name -> names.getOrDefault(name, name))
                        .toList(),
                node.outputs().stream()
                        .map(name -> names.getOrDefault(name, name))
                        .toList(),
                node.attributes());
    }

    /** In the layout of the first. */
    private void addMerge(LayerSpec.Merge merge, List<String> inputs, Shape out) {
        if (merge instanceof LayerSpec.Attending attending) {
            addAttention(attending, inputs);
            return;
        }
        boolean differ = inputs.stream()
                        .map(input -> Objects.requireNonNull(given.get(input)).shape())
                        .distinct()
                        .count()
                > 1;
        Layout common = differ && !(merge instanceof LayerSpec.Concatenate) ? Layout.CHANNELS_LAST : layout;
        List<String> values = new ArrayList<>();
        List<Shape> shapes = new ArrayList<>();
        for (String input : inputs) {
            take(input);
            values.add(valueIn(common));
            shapes.add(shape);
        }
        layout = common;
        if (merge instanceof LayerSpec.Dot dot) {
            new AttentionNodes(dot.name(), parameters, nodes::add, weights::add).addDot(dot, values, shapes, out);
            layout = Layout.CHANNELS_LAST;
            return;
        }
        if (common == Layout.CHANNELS_LAST) {
            withAllAxes(merge.name(), values, shapes, out.rank());
        }
        String name = merge.name();
        switch (merge) {
            case LayerSpec.Add ignored -> addNode(name, "Sum", values, Map.of());
            case LayerSpec.Average ignored -> addNode(name, "Mean", values, Map.of());
            case LayerSpec.Maximum ignored -> addNode(name, "Max", values, Map.of());
            case LayerSpec.Minimum ignored -> addNode(name, "Min", values, Map.of());
            case LayerSpec.Sampling ignored ->
                throw new IllegalArgumentException(
                        "What is exported is the graph in use, which samples nothing: " + merge);
            case LayerSpec.Attending ignored -> throw new IllegalArgumentException("No merge by numbers: " + merge);
            case LayerSpec.Dot ignored -> throw new IllegalArgumentException("No merge by numbers: " + merge);
            case LayerSpec.Subtract ignored -> addNode(name, "Sub", values, Map.of());
            case LayerSpec.Multiply ignored -> addProduct(name, values);
            case LayerSpec.Concatenate concatenate -> {
                int axis = 1 + concatenate.axisOf(shape);
                int[] axes = common.axes(shape.rank());
                int place = 0;
                while (axes[place] != axis) {
                    place++;
                }
                addNode(name, "Concat", values, Map.of("axis", new Whole(place)));
            }
        }
    }

    /** ONNX aligns axes at their end, the batch with them: those that lack some get them behind the batch. */
    private void withAllAxes(String name, List<String> values, List<Shape> shapes, int rank) {
        for (int i = 0; i < values.size(); i++) {
            int missing = rank - shapes.get(i).rank();
            if (missing > 0) {
                long[] dimensions = LongStream.concat(
                                LongStream.concat(
                                        LongStream.of(0),
                                        LongStream.generate(() -> 1).limit(missing)),
                                Arrays.stream(shapes.get(i).toArray()).asLongStream())
                        .toArray();
                String of = name + "/input" + (i + 1);
                String shapeName = add(new Weights.Longs(of + "/shape", List.of((long) dimensions.length), dimensions));
                values.set(i, addNode(of, "Reshape", List.of(values.get(i), shapeName)));
            }
        }
    }

    private void addAttention(LayerSpec.Attending layer, List<String> inputs) {
        List<AttentionNodes.Operand> read = new ArrayList<>();
        for (String input : inputs) {
            take(input);
            read.add(new AttentionNodes.Operand(valueIn(Layout.CHANNELS_LAST), shape));
        }
        layout = Layout.CHANNELS_LAST;
        new AttentionNodes(layer.name(), parameters, nodes::add, weights::add).add(layer, read);
    }

    /** The operator takes two. */
    private void addProduct(String name, List<String> values) {
        String product = values.getFirst();
        for (int i = 1; i < values.size(); i++) {
            String of = name + "/Mul" + (i == 1 ? "" : "_" + i);
            nodes.add(new Node(of, "Mul", List.of(product, values.get(i)), List.of(of), Map.of()));
            product = of;
        }
    }

    private void add(LayerSpec layer, Shape out) {
        String name = layer.name();
        switch (layer) {
            case LayerSpec.OneDimensional one -> addOverRow(one, out);
            case LayerSpec.ChannelsFirst first -> addChannelsFirst(first);
            case LayerSpec.VolumeConvolution ignored -> throw volume(layer);
            case LayerSpec.ConvolutionalLstm ignored ->
                throw new UnsupportedModelException(
                        "Layer '" + name + "' is a convolutional LSTM, for which ONNX has no"
                                + " operator. Write the model as Keras's.");
            case LayerSpec.Pooling3d ignored -> throw volume(layer);
            case LayerSpec.UpSampling3d ignored -> throw volume(layer);
            case LayerSpec.GlobalPooling3d ignored -> throw volume(layer);
            case LayerSpec.ZeroPadding3d ignored -> throw volume(layer);
            case LayerSpec.Cropping3d ignored -> throw volume(layer);
            case LayerSpec.AveragePooling2d pool ->
                addNode(
                        name,
                        "AveragePool",
                        List.of(valueIn(Layout.CHANNELS_FIRST)),
                        Map.of(
                                "kernel_shape", pair(pool.pool()),
                                "strides", pair(pool.stride()),
                                "pads", windowPads(pool.pool(), pool.stride(), pool.padding(), out)));
            case LayerSpec.GlobalMaxPooling2d ignored -> {
                String most = addNode(name, "GlobalMaxPool", List.of(valueIn(Layout.CHANNELS_FIRST)), Map.of());
                addReshape(name, most, out);
            }
            case LayerSpec.ZeroPadding2d pad -> {
                long[] sides = {0, pad.top(), pad.left(), 0, 0, pad.bottom(), pad.right(), 0};
                addPads(name, sides);
            }
            case LayerSpec.Cropping2d crop -> {
                long[] sides = {0, -crop.top(), -crop.left(), 0, 0, -crop.bottom(), -crop.right(), 0};
                addPads(name, sides);
            }
            case LayerSpec.Permute permute -> addPermutation(name, permute.axes());
            case LayerSpec.Conv2d conv -> addConvolution(conv, out);
            case LayerSpec.Conv2dTranspose conv -> addTransposedConvolution(conv);
            case LayerSpec.DepthwiseConv2d conv ->
                addActivation(name, addChannelwise(conv, "kernel", conv.useBias(), out), conv.activation());
            case LayerSpec.SeparableConv2d conv -> addSeparable(conv, out);
            case LayerSpec.BatchNormalization norm -> addNormalization(norm);
            case LayerSpec.SampleNormalization norm -> addSampleNormalization(norm);
            case LayerSpec.MaxPooling2d pool ->
                addNode(
                        name,
                        "MaxPool",
                        List.of(valueIn(Layout.CHANNELS_FIRST)),
                        Map.of(
                                "kernel_shape", pair(pool.pool()),
                                "strides", pair(pool.stride()),
                                "pads", windowPads(pool.pool(), pool.stride(), pool.padding(), out)));
            case LayerSpec.UpSampling2d up -> addUpSampling(up);
            case LayerSpec.GlobalAveragePooling2d ignored -> {
                String mean = addNode(name, "GlobalAveragePool", List.of(valueIn(Layout.CHANNELS_FIRST)), Map.of());
                addReshape(name, mean, out);
            }
            case LayerSpec.Flatten ignored -> addReshape(name, valueIn(Layout.CHANNELS_LAST), out);
            case LayerSpec.Reshape ignored -> addReshape(name, valueIn(Layout.CHANNELS_LAST), out);
            case LayerSpec.Dense dense -> addDense(name, dense);
            case LayerSpec.TimeDistributed distributed -> addDistributed(distributed, out);
            // What disturbs training lets everything pass in use.
            case LayerSpec.TrainingNoise ignored -> addNode(name, "Identity", List.of(value()), Map.of());
            case LayerSpec.ActivationLayer activation -> {
                String value = valueFor(activation.activation());
                if (activation.activation() == Activation.LINEAR) {
                    addNode(name, "Identity", List.of(value), Map.of());
                } else {
                    addActivation(name, value, activation.activation());
                }
            }
            case LayerSpec.LeakyRelu leaky ->
                addNode(name, "LeakyRelu", List.of(value()), Map.of("alpha", new Real(leaky.negativeSlope())));
            case LayerSpec.Relu relu -> addRelu(relu);
            case LayerSpec.Rescaling rescaling -> {
                String scaled =
                        addNode(name, "Mul", List.of(value(), number(name + "/scale", rescaling.scale())), Map.of());
                addNode(name, "Add", List.of(scaled, number(name + "/offset", rescaling.offset())), Map.of());
            }
            case LayerSpec.Normalization scaling -> addNormalization(scaling);
            case LayerSpec.Elu elu -> addNode(name, "Elu", List.of(value()), Map.of("alpha", new Real(elu.alpha())));
            case LayerSpec.Embedding table -> {
                if (table.maskZero()) {
                    throw masked(table);
                }
                Map<String, Attribute> whole = Map.of("to", new Whole(7)); // INT64
                String rows = addNode(name, "Cast", List.of(valueIn(Layout.CHANNELS_LAST)), whole);
                Map<String, Attribute> first = Map.of("axis", new Whole(0));
                addNode(name, "Gather", List.of(addWeights(name, "embeddings", 0, 1), rows), first);
                layout = Layout.CHANNELS_LAST;
            }
            case LayerSpec.PRelu ignored ->
                addNode(
                        name,
                        "PRelu",
                        List.of(valueIn(Layout.CHANNELS_LAST), addWeights(name, "alpha", axes(shape.rank()))),
                        Map.of());
            case LayerSpec.Masking masking -> throw masked(masking);
            case LayerSpec.VectorQuantizer codebook -> addQuantizer(codebook);
            case LayerSpec.RepeatVector repeat -> addRepetition(repeat);
            case LayerSpec.Recurrent recurrent -> addRecurrent(recurrent, List.of(), Set.of());
            case LayerSpec.State state -> addState(state, source);
            case LayerSpec.Bidirectional both -> addBidirectional(both, List.of(), Set.of());
            case LayerSpec.Merge merge -> addMerge(merge, List.of(source), out);
        }
    }

    /**
     * The nearest vector is the one with the largest {@code 2 z e - e e}: what its squared distance lacks of {@code z z}, which is
     * the same for all.
     */
    private void addQuantizer(LayerSpec.VectorQuantizer codebook) {
        String name = codebook.name();
        Codebook vectors = Codebook.of(parameter(name, "embeddings"));
        String kernel = add(new Weights.Floats(
                name + "/scores", List.of((long) vectors.size(), (long) vectors.count()), vectors.scoreKernel()));
        String bias = add(new Weights.Floats(name + "/lengths", List.of((long) vectors.count()), vectors.scoreBias()));
        String products = addNode(name, "MatMul", List.of(valueIn(Layout.CHANNELS_LAST), kernel), Map.of());
        String scores = addNode(name, "Add", List.of(products, bias), Map.of());
        String numbers =
                addNode(name, "ArgMax", List.of(scores), Map.of("axis", new Whole(-1), "keepdims", new Whole(0)));
        addNode(name, "Gather", List.of(addWeights(name, "embeddings", 0, 1), numbers), Map.of("axis", new Whole(0)));
        layout = Layout.CHANNELS_LAST;
    }

    /** Numbers in the order of the axes, with 1 along the others. */
    private void addNormalization(LayerSpec.Normalization scaling) {
        String name = scaling.name();
        String value = valueIn(Layout.CHANNELS_LAST);
        List<Long> dimensions = new ArrayList<>();
        for (int axis = 1; axis <= shape.rank() && !scaling.axes().isEmpty(); axis++) {
            dimensions.add(scaling.axes().contains(axis) ? (long) shape.dimension(axis - 1) : 1);
        }
        String mean = add(new Weights.Floats(name + "/mean", dimensions, array(scaling.means())));
        String deviation = add(new Weights.Floats(name + "/deviation", dimensions, array(scaling.deviations())));
        if (scaling.invert()) {
            String scaled = addNode(name, "Mul", List.of(value, deviation), Map.of());
            addNode(name, "Add", List.of(scaled, mean), Map.of());
        } else {
            String centred = addNode(name, "Sub", List.of(value, mean), Map.of());
            addNode(name, "Div", List.of(centred, deviation), Map.of());
        }
    }

    private static float[] array(List<Float> numbers) {
        float[] array = new float[numbers.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = numbers.get(i);
        }
        return array;
    }

    private static UnsupportedModelException masked(LayerSpec layer) {
        return new UnsupportedModelException("Layer '" + layer.name()
                + "' masks steps, for which ONNX's recurrent operators have no word and which is not written for its"
                + " attention either. Write the model as Keras's.");
    }

    private static UnsupportedModelException volume(LayerSpec layer) {
        return new UnsupportedModelException("Layer '" + layer.name()
                + "' computes on volumes, which are not written as" + " ONNX. Write the model as Keras's.");
    }

    /** As the layer that it is over an image of one row, between two changes of the shape. */
    private void addOverRow(LayerSpec.OneDimensional one, Shape out) {
        String name = one.name();
        Shape row = Shape.of(1, shape.dimension(0), shape.dimension(1));
        addReshape(name + "/row", valueIn(Layout.CHANNELS_LAST), row);
        settle(name + "/row", row);
        Shape overRow = LayerFacts.of(one.overRow(), row).output();
        add(one.overRow(), overRow);
        settle(name + "/over_row", overRow);
        addReshape(name + "/steps", valueIn(Layout.CHANNELS_LAST), out);
    }

    private void addChannelsFirst(LayerSpec.ChannelsFirst first) {
        String name = first.name();
        int rank = shape.rank();
        addPermutation(name + "/last", ChannelOrder.toLast(rank));
        int[] dimensions = ChannelOrder.toLast(rank).stream()
                .mapToInt(axis -> shape.dimension(axis - 1))
                .toArray();
        settle(name + "/last", Shape.of(dimensions));
        Shape inner = LayerFacts.of(first.layer(), shape).output();
        add(first.layer(), inner);
        settle(name + "/inner", inner);
        if (inner.rank() == rank && rank > 1) {
            addPermutation(name, ChannelOrder.toFirst(rank));
        } else {
            addNode(name, "Identity", List.of(valueIn(Layout.CHANNELS_LAST)), Map.of());
        }
    }

    /** What the last node gives is from now on the value, under that name. */
    private void settle(String name, Shape out) {
        source = name;
        shape = out;
        nodes.add(nodes.removeLast().withLastOutput(value()));
    }

    private void addPermutation(String name, List<Integer> axes) {
        long[] permutation = new long[axes.size() + 1];
        for (int i = 0; i < axes.size(); i++) {
            permutation[i + 1] = axes.get(i);
        }
        // A name of its own: a change of the layout after it is named layer/Transpose.
        String node = name + "/Permute";
        nodes.add(new Node(
                node,
                "Transpose",
                List.of(valueIn(Layout.CHANNELS_LAST)),
                List.of(node),
                Map.of("perm", Wholes.of(permutation))));
    }

    /** @param sides before all axes, then behind all; negative ones are cut off */
    private void addPads(String name, long[] sides) {
        String pads = add(new Weights.Longs(name + "/pads", List.of((long) sides.length), sides));
        addNode(name, "Pad", List.of(valueIn(Layout.CHANNELS_LAST), pads), Map.of("mode", new Text("constant")));
    }

    private List<String> withKernel(LayerSpec.Convolution conv) {
        String value = valueIn(Layout.CHANNELS_FIRST);
        String kernel = addWeights(conv.name(), "kernel", 3, 2, 0, 1);
        return conv.useBias() ? List.of(value, kernel, addWeights(conv.name(), "bias", 0)) : List.of(value, kernel);
    }

    /** A convolution with a group for each channel. */
    private String addChannelwise(
            LayerSpec.ChannelwiseConvolution conv, String kernelName, boolean useBias, Shape out) {
        String name = conv.name();
        int channels = shape.dimension(-1);
        String value = valueIn(Layout.CHANNELS_FIRST);
        // [channels, kernels of each, height, width], which are as many filters of one channel each.
        Weights.Floats apart = permuted(name, kernelName, 2, 3, 0, 1);
        List<Long> dimensions = List.of(
                (long) channels * conv.depthMultiplier(),
                1L,
                (long) conv.kernel().height(),
                (long) conv.kernel().width());
        String kernel = add(new Weights.Floats(apart.name(), dimensions, apart.values()));
        return addNode(
                name,
                "Conv",
                useBias ? List.of(value, kernel, addWeights(name, "bias", 0)) : List.of(value, kernel),
                Map.of(
                        "kernel_shape", pair(conv.kernel()),
                        "strides", pair(conv.stride()),
                        "dilations", pair(conv.dilation()),
                        "group", new Whole(channels),
                        "pads", windowPads(reach(conv.kernel(), conv.dilation()), conv.stride(), conv.padding(), out)));
    }

    private void addSeparable(LayerSpec.SeparableConv2d conv, Shape out) {
        String name = conv.name();
        String apart = addChannelwise(conv, "depthwise_kernel", false, out);
        String kernel = addWeights(name, "pointwise_kernel", 3, 2, 0, 1);
        String sum = name + "/Conv_pointwise";
        nodes.add(new Node(
                sum,
                "Conv",
                conv.useBias() ? List.of(apart, kernel, addWeights(name, "bias", 0)) : List.of(apart, kernel),
                List.of(sum),
                Map.of(
                        "kernel_shape", pair(LayerSpec.ONE),
                        "strides", pair(LayerSpec.ONE),
                        "dilations", pair(LayerSpec.ONE),
                        "group", new Whole(1),
                        "pads", pads(0, 0))));
        addActivation(name, sum, conv.activation());
    }

    /** What a dilated window reaches over. */
    private static Size2 reach(Size2 kernel, Size2 dilation) {
        return new Size2((kernel.height() - 1) * dilation.height() + 1, (kernel.width() - 1) * dilation.width() + 1);
    }

    private void addConvolution(LayerSpec.Conv2d conv, Shape out) {
        Size2 window = reach(conv.kernel(), conv.dilation());
        String sum = addNode(
                conv.name(),
                "Conv",
                withKernel(conv),
                Map.of(
                        "kernel_shape", pair(conv.kernel()),
                        "strides", pair(conv.stride()),
                        "dilations", pair(conv.dilation()),
                        "group", new Whole(conv.groups()),
                        "pads", windowPads(window, conv.stride(), conv.padding(), out)));
        addActivation(conv.name(), sum, conv.activation());
    }

    /**
     * The gradient of a convolution that would lead from the output back to the input: its padding is cut off. A kernel
     * smaller than the stride does not reach the last rows and columns, which the output has all the same.
     */
    private void addTransposedConvolution(LayerSpec.Conv2dTranspose conv) {
        int tooHigh = conv.kernel().height() - conv.stride().height();
        int tooWide = conv.kernel().width() - conv.stride().width();
        boolean same = conv.padding() == Padding.SAME;
        String sum = addNode(
                conv.name(),
                "ConvTranspose",
                withKernel(conv),
                Map.of(
                        "kernel_shape", pair(conv.kernel()),
                        "strides", pair(conv.stride()),
                        "pads", same ? pads(Math.max(tooHigh, 0), Math.max(tooWide, 0)) : pads(0, 0),
                        "output_padding", Wholes.of(Math.max(-tooHigh, 0), Math.max(-tooWide, 0))));
        addActivation(conv.name(), sum, conv.activation());
    }

    private void addNormalization(LayerSpec.BatchNormalization norm) {
        String name = norm.name();
        int rank = shape.rank();
        boolean last = norm.axis() == -1 || norm.axis() == rank;
        String value;
        if (last) {
            value = valueIn(Layout.CHANNELS_FIRST);
        } else {
            // ONNX normalises the first axis behind the batch.
            Shape before = shape;
            addPermutation(name + "/axis_first", axisFirst(rank, norm.axis()));
            settle(name + "/axis_first", before);
            value = value();
        }
        int channels = shape.dimension(last ? -1 : norm.axis() - 1);
        addNode(
                name,
                "BatchNormalization",
                List.of(
                        value,
                        norm.scale() ? addWeights(name, "gamma", 0) : constant(name + "/gamma", channels, 1),
                        norm.center() ? addWeights(name, "beta", 0) : constant(name + "/beta", channels, 0),
                        addWeights(name, "moving_mean", 0),
                        addWeights(name, "moving_variance", 0)),
                Map.of("epsilon", new Real(norm.epsilon()), "momentum", new Real(norm.momentum())));
        if (!last) {
            settle(name + "/normalized", shape);
            addPermutation(name, ChannelOrder.inverse(axisFirst(rank, norm.axis())));
        }
    }

    /** With the operators that it is made of: ONNX's own ones know fewer axes. */
    private void addSampleNormalization(LayerSpec.SampleNormalization layer) {
        String name = layer.name();
        String value = valueIn(Layout.CHANNELS_LAST);
        switch (layer) {
            case LayerSpec.LayerNormalization norm -> {
                Wholes axes = places(norm.axes());
                String centered = addCentered(name, value, axes);
                String deviation = addDeviation(name, centered, axes, norm.epsilon());
                String from = norm.rmsScaling() ? value : centered;
                String normal = addNode(name, "Div", List.of(from, deviation), Map.of());
                addGammaAndBeta(name, normal, norm.axes(), norm.hasGamma(), norm.hasBeta());
            }
            case LayerSpec.GroupNormalization norm -> {
                // The axis of the channels is cut into groups and their channels; all other axes are a block's as well.
                int axis = norm.axis() == -1 ? shape.rank() : norm.axis();
                int channels = shape.dimension(axis - 1);
                int groups = norm.groupsOf(channels);
                List<Long> dimensions = new ArrayList<>(List.of(0L));
                Arrays.stream(shape.toArray()).asLongStream().forEach(dimensions::add);
                dimensions.set(axis, (long) groups);
                dimensions.add(axis + 1, (long) channels / groups);
                String cut = addReshape(name + "/Reshape_groups", value, dimensions);
                Wholes axes = Wholes.of(LongStream.rangeClosed(1, shape.rank() + 1)
                        .filter(each -> each != axis)
                        .toArray());
                String centered = addCentered(name, cut, axes);
                String deviation = addDeviation(name, centered, axes, norm.epsilon());
                String normal = addNode(name, "Div", List.of(centered, deviation), Map.of());
                List<Long> whole = new ArrayList<>(List.of(0L));
                Arrays.stream(shape.toArray()).asLongStream().forEach(whole::add);
                String together = addReshape(name + "/Reshape", normal, whole);
                addGammaAndBeta(name, together, List.of(axis), norm.scale(), norm.center());
            }
            case LayerSpec.RmsNormalization norm -> {
                String root = addDeviation(name, value, places(norm.axes()), norm.epsilon());
                String normal = addNode(name, "Div", List.of(value, root), Map.of());
                addNode(name + "/Mul_scale", "Mul", List.of(normal, addAlong(name, "scale", norm.axes())));
            }
            case LayerSpec.UnitNormalization norm -> {
                Map<String, Attribute> attributes = Map.of("axes", places(norm.axes()), "keepdims", new Whole(1));
                String length = addNode(name, "ReduceL2", List.of(value), attributes);
                String atLeast = addNode(name, "Max", List.of(length, number(name + "/least", 1e-12f)), Map.of());
                addNode(name, "Div", List.of(value, atLeast), Map.of());
            }
        }
    }

    /** Less the mean along some axes. */
    private String addCentered(String layer, String value, Wholes axes) {
        String mean = addNode(layer, "ReduceMean", List.of(value), Map.of("axes", axes, "keepdims", new Whole(1)));
        return addNode(layer, "Sub", List.of(value, mean), Map.of());
    }

    private String addDeviation(String layer, String centered, Wholes axes, float epsilon) {
        String squares = addNode(layer + "/Mul_square", "Mul", List.of(centered, centered));
        String variance = layer + "/ReduceMean_squares";
        nodes.add(new Node(
                variance,
                "ReduceMean",
                List.of(squares),
                List.of(variance),
                Map.of("axes", axes, "keepdims", new Whole(1))));
        String more = addNode(layer + "/Add_epsilon", "Add", List.of(variance, number(layer + "/epsilon", epsilon)));
        return addNode(layer, "Sqrt", List.of(more), Map.of());
    }

    /** @param axes of ours that gamma and beta lie along */
    private void addGammaAndBeta(String layer, String value, List<Integer> axes, boolean gamma, boolean beta) {
        String scaled = gamma ? addNode(layer, "Mul", List.of(value, addAlong(layer, "gamma", axes)), Map.of()) : value;
        if (beta) {
            addNode(layer, "Add", List.of(scaled, addAlong(layer, "beta", axes)), Map.of());
        }
    }

    /** A variable with 1 for each axis that it does not lie along. */
    private String addAlong(String layer, String variable, List<Integer> axes) {
        Parameter parameter = parameter(layer, variable);
        List<Long> dimensions = new ArrayList<>();
        for (int axis = 1; axis <= shape.rank(); axis++) {
            boolean along = axes.contains(axis) || (axis == shape.rank() && axes.equals(List.of(-1)));
            dimensions.add(along ? (long) shape.dimension(axis - 1) : 1L);
        }
        return add(new Weights.Floats(layer + "/" + variable, dimensions, parameter.values()));
    }

    /** Our axes as ONNX counts them; the batch is 0. */
    private static Wholes places(List<Integer> axes) {
        return Wholes.of(axes.stream().mapToLong(Integer::longValue).toArray());
    }

    private String addReshape(String name, String value, List<Long> dimensions) {
        long[] target = dimensions.stream().mapToLong(Long::longValue).toArray();
        String shapeName = add(new Weights.Longs(name + "/shape", List.of((long) target.length), target));
        return addNode(name, "Reshape", List.of(value, shapeName));
    }

    private static List<Integer> axisFirst(int rank, int axis) {
        List<Integer> axes = new ArrayList<>();
        axes.add(axis);
        for (int i = 1; i <= rank; i++) {
            if (i != axis) {
                axes.add(i);
            }
        }
        return axes;
    }

    private String constant(String name, int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return add(new Weights.Floats(name, List.of((long) count), values));
    }

    private void addUpSampling(LayerSpec.UpSampling2d up) {
        String scales = add(new Weights.Floats(up.name() + "/scales", List.of(4L), new float[] {
            1, 1, up.size().height(), up.size().width()
        }));
        addNode(
                up.name(),
                "Resize",
                List.of(valueIn(Layout.CHANNELS_FIRST), "", scales),
                switch (up.interpolation()) {
                    case NEAREST ->
                        Map.of(
                                "mode", new Text("nearest"),
                                "coordinate_transformation_mode", new Text("asymmetric"),
                                "nearest_mode", new Text("floor"));
                    case BILINEAR ->
                        Map.of(
                                "mode", new Text("linear"),
                                "coordinate_transformation_mode", new Text("half_pixel"));
                });
    }

    private void addReshape(String layer, String value, Shape target) {
        // 0 keeps the batch, whatever it is.
        long[] dimensions = LongStream.concat(
                        LongStream.of(0), Arrays.stream(target.toArray()).asLongStream())
                .toArray();
        String shapeName = add(new Weights.Longs(layer + "/shape", List.of((long) dimensions.length), dimensions));
        addNode(layer, "Reshape", List.of(value, shapeName), Map.of());
        layout = Layout.CHANNELS_LAST;
    }

    /** Over the last axis, so steps may as well come first. */
    private void addDense(String layer, LayerSpec.Dense dense) {
        String value = valueIn(layout == Layout.CHANNELS_FIRST ? Layout.CHANNELS_LAST : layout);
        String product = addNode(layer, "MatMul", List.of(value, addWeights(layer, "kernel", 0, 1)), Map.of());
        String sum = dense.useBias()
                ? addNode(layer, "Add", List.of(product, addWeights(layer, "bias", 0)), Map.of())
                : product;
        addActivation(layer, sum, dense.activation());
    }

    /** Steps first at once: an LSTM mostly follows. */
    private void addRepetition(LayerSpec.RepeatVector repeat) {
        String name = repeat.name();
        String axes = add(new Weights.Longs(name + "/axes", List.of(1L), new long[] {0}));
        String once = addNode(name, "Unsqueeze", List.of(valueIn(Layout.CHANNELS_LAST), axes), Map.of());
        String repeats = add(new Weights.Longs(name + "/repeats", List.of(3L), new long[] {repeat.steps(), 1, 1}));
        addNode(name, "Tile", List.of(once, repeats), Map.of());
        layout = Layout.STEPS_FIRST;
    }

    /** A layer that may begin with states, and of which states may be read. */
    private void addWalk(Graph.Node node, LayerSpec.Walk walk, Shape out) {
        Set<LayerSpec.State.Which> read = statesRead.getOrDefault(node.name(), Set.of());
        switch (walk) {
            case LayerSpec.Recurrent l -> addRecurrent(l, firstStates(l.name(), node.inputs()), read);
            case LayerSpec.Bidirectional both -> addBidirectional(both, firstStates(both.name(), node.inputs()), read);
            case LayerSpec.ConvolutionalLstm l -> add(l, out);
        }
        states.put(node.name(), lastStates(node.name(), walk));
    }

    /** The states that a layer begins with, as recurrent operators read them; leaves the sequence as what was taken. */
    private List<String> firstStates(String name, List<String> inputs) {
        List<String> first = new ArrayList<>();
        for (String state : inputs.subList(1, inputs.size())) {
            take(state);
            String place = name + "/first_" + first.size();
            String axis = add(new Weights.Longs(place + "/axes", List.of(1L), new long[] {0}));
            first.add(addNode(place, "Unsqueeze", List.of(valueIn(Layout.CHANNELS_LAST), axis)));
        }
        take(inputs.getFirst());
        return first;
    }

    /**
     * @param first the states to begin with, if there are any
     * @param read which of its states are read by themselves
     */
    private void addRecurrent(LayerSpec.Recurrent layer, List<String> first, Set<LayerSpec.State.Which> read) {
        String name = layer.name();
        Walk walk = new Walk(valueIn(Layout.STEPS_FIRST), first, read);
        String all = addWay(name, name, "", layer, walk);
        if (layer.recurrence().goBackwards() && layer.returnSequences()) {
            addReversal(name, all);
        }
        layout = layer.returnSequences() ? Layout.STEPS_FIRST : Layout.CHANNELS_LAST;
    }

    /** What the operators of a layer call its states, of which only those are there that are read. */
    private static Map<LayerSpec.State.Which, String> lastStates(String name, LayerSpec.Walk layer) {
        Map<LayerSpec.State.Which, String> states = new EnumMap<>(LayerSpec.State.Which.class);
        for (LayerSpec.State.Which which : layer.states()) {
            boolean goesBothWays = layer instanceof LayerSpec.Bidirectional;
            String place = goesBothWays ? name + (which.isOfWayBack() ? "/backward" : "/forward") : name;
            if (wayOf(layer, which) instanceof LayerSpec.Recurrent way) {
                String all = place + "/" + RecurrentNodes.operator(way);
                // Where the last state alone leaves the operator, it is what it gives.
                states.put(which, which.isCell() || way.returnSequences() ? all + suffix(which) : all);
            }
        }
        return states;
    }

    /** What carries a state. */
    private static LayerSpec wayOf(LayerSpec.Walk layer, LayerSpec.State.Which which) {
        return layer instanceof LayerSpec.Bidirectional both ? both.wayOf(which) : layer;
    }

    /** The axis of the directions, of which there is one, goes. */
    private void addState(LayerSpec.State state, String of) {
        String name = state.name();
        String given =
                Objects.requireNonNull(Objects.requireNonNull(states.get(of)).get(state.which()));
        String axis = add(new Weights.Longs(name + "/axes", List.of(1L), new long[] {0}));
        addNode(name, "Squeeze", List.of(given, axis), Map.of());
        layout = Layout.CHANNELS_LAST;
    }

    private static String suffix(LayerSpec.State.Which state) {
        return switch (state) {
            case HIDDEN, BACKWARD_HIDDEN -> "/hidden";
            case CELL, BACKWARD_CELL -> "/cell";
        };
    }

    /**
     * What a recurrent operator reads and gives.
     *
     * @param sequence the steps first
     * @param first the states to begin with, if there are any
     * @param read which of the states behind the last step are read by themselves
     */
    private record Walk(String sequence, List<String> first, Set<LayerSpec.State.Which> read) {}

    /**
     * Both ways give each state at the step that was read, as Keras has it where they are merged.
     *
     * @param first the states to begin with, those of the way forward first
     * @param read which of its states are read by themselves
     */
    private void addBidirectional(LayerSpec.Bidirectional both, List<String> first, Set<LayerSpec.State.Which> read) {
        String name = both.name();
        String sequence = valueIn(Layout.STEPS_FIRST);
        int ofForward = first.isEmpty() ? 0 : both.forward().states().size();
        Set<LayerSpec.State.Which> readForward = new HashSet<>();
        Set<LayerSpec.State.Which> readBackward = new HashSet<>();
        for (LayerSpec.State.Which which : read) {
            (which.isOfWayBack() ? readBackward : readForward)
                    .add(which.isCell() ? LayerSpec.State.Which.CELL : LayerSpec.State.Which.HIDDEN);
        }
        Walk one = new Walk(sequence, first.subList(0, ofForward), readForward);
        Walk other = new Walk(sequence, first.subList(ofForward, first.size()), readBackward);
        String forward = addWay(name, name + "/forward", "forward_", both.forward(), one);
        String backward = addWay(name, name + "/backward", "backward_", both.backward(), other);
        boolean sequences = both.forward().returnSequences();
        List<String> ways = List.of(forward, backward);
        switch (both.mergeMode()) {
            case CONCAT -> addNode(name, "Concat", ways, Map.of("axis", new Whole(sequences ? 2 : 1)));
            case SUM -> addNode(name, "Add", ways, Map.of());
            case MUL -> addNode(name, "Mul", ways, Map.of());
            case AVE -> addNode(name, "Mean", ways, Map.of());
        }
        layout = sequences ? Layout.STEPS_FIRST : Layout.CHANNELS_LAST;
    }

    /**
     * @param place that names begin with
     * @param prefix of the variables
     * @return all states, each at the step that was read; or the last one to be computed
     */
    private String addWay(String layerName, String place, String prefix, LayerSpec.Recurrent layer, Walk walk) {
        GateOrder order = RecurrentNodes.order(layer);
        List<String> inputs = new ArrayList<>(List.of(
                walk.sequence(),
                add(OperatorWeights.gateKernel(parameter(layerName, prefix + "kernel"), order)),
                add(OperatorWeights.gateKernel(parameter(layerName, prefix + "recurrent_kernel"), order))));
        if (layer.recurrence().useBias()) {
            inputs.add(add(OperatorWeights.gateBias(parameter(layerName, prefix + "bias"), order)));
        }
        if (!walk.first().isEmpty()) {
            inputs.addAll(layer.recurrence().useBias() ? List.of("") : List.of("", "")); // all steps of all samples
            inputs.addAll(walk.first());
        }
        String operator = RecurrentNodes.operator(layer);
        String states = place + "/" + operator;
        // All states, or the last one alone.
        List<String> outputs = new ArrayList<>(layer.returnSequences() ? List.of(states) : List.of("", states));
        boolean readsCell = walk.read().contains(LayerSpec.State.Which.CELL);
        if (layer.returnSequences() && walk.read().contains(LayerSpec.State.Which.HIDDEN)) {
            outputs.add(states + suffix(LayerSpec.State.Which.HIDDEN));
        } else if (layer.returnSequences() && readsCell) {
            outputs.add("");
        }
        if (readsCell) {
            outputs.add(states + suffix(LayerSpec.State.Which.CELL));
        }
        nodes.add(new Node(states, operator, inputs, outputs, RecurrentNodes.attributes(layer)));
        // The axis of the directions, of which there is one.
        long directions = layer.returnSequences() ? 1 : 0;
        String axes = add(new Weights.Longs(place + "/axes", List.of(1L), new long[] {directions}));
        return addNode(place, "Squeeze", List.of(states, axes), Map.of());
    }

    /** ONNX puts the state at the step that was read, Keras in the order in which they were computed. */
    private void addReversal(String layer, String states) {
        String minusOne = add(new Weights.Longs(layer + "/last", List.of(1L), new long[] {-1}));
        String end = add(new Weights.Longs(layer + "/before_first", List.of(1L), new long[] {Long.MIN_VALUE}));
        String axis = add(new Weights.Longs(layer + "/steps", List.of(1L), new long[] {0}));
        addNode(layer, "Slice", List.of(states, minusOne, end, axis, minusOne), Map.of());
    }

    private Parameter parameter(String layer, String variable) {
        return parameters.get(owner == null ? layer : owner, variable);
    }

    private static int[] axes(int rank) {
        return IntStream.range(0, rank).toArray();
    }

    /** {@code min(x above the threshold + slope * (x - threshold below it), maxValue)}. */
    private void addRelu(LayerSpec.Relu relu) {
        String name = relu.name();
        String value = value();
        String y = relu.threshold() == 0
                ? addNode(name, "Relu", List.of(value), Map.of())
                : addNode(name, "ThresholdedRelu", List.of(value), Map.of("alpha", new Real(relu.threshold())));
        y = addNode(name, "Min", List.of(y, number(name + "/max_value", relu.maxValue())), Map.of());
        if (relu.negativeSlope() > 0) {
            String less = addNode(name, "Sub", List.of(value, number(name + "/threshold", relu.threshold())), Map.of());
            String below = addNode(name, "Clip", List.of(less, "", number(name + "/zero", 0)), Map.of());
            String sloped =
                    addNode(name, "Mul", List.of(below, number(name + "/slope", relu.negativeSlope())), Map.of());
            addNode(name, "Add", List.of(y, sloped), Map.of());
        }
    }

    private String number(String name, float value) {
        return add(new Weights.Floats(name, List.of(), new float[] {value}));
    }

    /** The value as an activation wants it: a softmax goes over the last axis. */
    private String valueFor(Activation activation) {
        boolean channelsLast = !activation.isOfSingleNumbers() && layout == Layout.CHANNELS_FIRST;
        return channelsLast ? valueIn(Layout.CHANNELS_LAST) : value();
    }

    /** Adds nothing for {@link Activation#LINEAR}. */
    private void addActivation(String layer, String value, Activation activation) {
        switch (activation) {
            case LINEAR -> {}
            case RELU -> addNode(layer, "Relu", List.of(value), Map.of());
            case SIGMOID -> addNode(layer, "Sigmoid", List.of(value), Map.of());
            case TANH -> addNode(layer, "Tanh", List.of(value), Map.of());
            case SOFTMAX -> {
                // Of a convolution, whose channels lie first here; else over the last axis.
                long axis = layout == Layout.CHANNELS_FIRST ? 1 : -1;
                addNode(layer, "Softmax", List.of(value), Map.of("axis", new Whole(axis)));
            }
            case LOG_SOFTMAX -> {
                long axis = layout == Layout.CHANNELS_FIRST ? 1 : -1;
                addNode(layer, "LogSoftmax", List.of(value), Map.of("axis", new Whole(axis)));
            }
            case HARD_TANH ->
                addNode(
                        layer,
                        "Clip",
                        List.of(value, number(layer + "/least", -1), number(layer + "/most", 1)),
                        Map.of());
            case HARD_SILU -> addNode(layer, "HardSwish", List.of(value), Map.of());
            case LOG_SIGMOID -> {
                String opposite =
                        addNode(layer + "/Mul_before", "Mul", List.of(value, number(layer + "/minus_one", -1)));
                String softplus = addNode(layer, "Softplus", List.of(opposite), Map.of());
                addNode(layer + "/Mul_after", "Mul", List.of(softplus, layer + "/minus_one"));
            }
            case SQUAREPLUS -> {
                String square = addNode(layer + "/Mul_square", "Mul", List.of(value, value));
                String more = addNode(layer + "/Add_four", "Add", List.of(square, number(layer + "/four", 4)));
                String root = addNode(layer, "Sqrt", List.of(more), Map.of());
                String sum = addNode(layer + "/Add_root", "Add", List.of(value, root));
                addNode(layer + "/Mul_half", "Mul", List.of(sum, number(layer + "/half", 0.5f)));
            }
            case ELU -> addNode(layer, "Elu", List.of(value), Map.of("alpha", new Real(1)));
            case SELU ->
                addNode(
                        layer,
                        "Selu",
                        List.of(value),
                        Map.of("alpha", new Real(1.6732632f), "gamma", new Real(1.050701f)));
            case SOFTPLUS -> addNode(layer, "Softplus", List.of(value), Map.of());
            case SOFTSIGN -> addNode(layer, "Softsign", List.of(value), Map.of());
            case SILU -> {
                String sigmoid = addNode(layer, "Sigmoid", List.of(value), Map.of());
                addNode(layer, "Mul", List.of(value, sigmoid), Map.of());
            }
            case GELU -> {
                String scaled =
                        addNode(layer, "Mul", List.of(value, number(layer + "/half_root", 0.70710677f)), Map.of());
                String erf = addNode(layer, "Erf", List.of(scaled), Map.of());
                String more = addNode(layer, "Sub", List.of(erf, number(layer + "/minus_one", -1)), Map.of());
                String twice = addNode(layer + "/Mul_twice", "Mul", List.of(value, more));
                addNode(layer + "/Mul_half", "Mul", List.of(twice, number(layer + "/half", 0.5f)));
            }
            case EXPONENTIAL -> addNode(layer, "Exp", List.of(value), Map.of());
            case HARD_SIGMOID ->
                addNode(
                        layer,
                        "HardSigmoid",
                        List.of(value),
                        Map.of("alpha", new Real(1f / 6), "beta", new Real(0.5f)));
            case HARD_SIGMOID_KERAS2 ->
                addNode(layer, "HardSigmoid", List.of(value), Map.of("alpha", new Real(0.2f), "beta", new Real(0.5f)));
            case RELU6 ->
                addNode(
                        layer,
                        "Clip",
                        List.of(value, number(layer + "/least", 0), number(layer + "/most", 6)),
                        Map.of());
            case MISH -> {
                String softplus = addNode(layer, "Softplus", List.of(value), Map.of());
                String tanh = addNode(layer, "Tanh", List.of(softplus), Map.of());
                addNode(layer, "Mul", List.of(value, tanh), Map.of());
            }
            case LEAKY_RELU -> addNode(layer, "LeakyRelu", List.of(value), Map.of("alpha", new Real(0.2f)));
        }
    }

    /** The name of the value as it is. */
    private String value() {
        return source + layout.suffix;
    }

    /** The name of the value in a layout; from now on it has that one. */
    private String valueIn(Layout wanted) {
        String value = value();
        int[] from = layout.axes(shape.rank());
        int[] to = wanted.axes(shape.rank());
        if (Arrays.equals(from, to)) {
            return value;
        }
        boolean isThere = written.contains(source + wanted.suffix);
        layout = wanted;
        if (isThere) {
            return value();
        }
        long[] permutation = new long[to.length];
        for (int i = 0; i < to.length; i++) {
            while (from[(int) permutation[i]] != to[i]) {
                permutation[i]++;
            }
        }
        String name = source + "/Transpose";
        while (!written.add(name)) {
            name += "_";
        }
        written.add(value());
        nodes.add(
                new Node(name, "Transpose", List.of(value), List.of(value()), Map.of("perm", Wholes.of(permutation))));
        return value();
    }

    private String addNode(String layer, String operator, List<String> inputs, Map<String, Attribute> attributes) {
        String name = layer + "/" + operator;
        nodes.add(new Node(name, operator, inputs, List.of(name), attributes));
        return name;
    }

    /** A node under a name of its own, where a layer has several of an operator. */
    private String addNode(String name, String operator, List<String> inputs) {
        nodes.add(new Node(name, operator, inputs, List.of(name), Map.of()));
        return name;
    }

    /** @param axes of the variable, in the order in which they are to lie */
    private String addWeights(String layer, String variable, int... axes) {
        return add(permuted(layer, variable, axes));
    }

    private Weights.Floats permuted(String layer, String variable, int... axes) {
        Parameter parameter = parameter(layer, variable);
        boolean overSteps = parameter.shape().rank() == axes.length - 1;
        return OperatorWeights.permuted(overSteps ? overRow(parameter) : parameter, axes);
    }

    /** A kernel over steps as one over an image of one row. */
    private static Parameter overRow(Parameter kernel) {
        int[] dimensions = IntStream.concat(
                        IntStream.of(1), Arrays.stream(kernel.shape().toArray()))
                .toArray();
        return new Parameter(kernel.layer(), kernel.name(), Shape.of(dimensions), kernel.trainable(), kernel.values());
    }

    private String add(Weights constant) {
        weights.add(constant);
        return constant.name();
    }

    private static Wholes pair(Size2 size) {
        return Wholes.of(size.height(), size.width());
    }

    /** What Keras pads with 'same': as much as the last window reaches over the end, an odd one below and right. */
    private Wholes windowPads(Size2 window, Size2 stride, Padding padding, Shape out) {
        return switch (padding) {
            case VALID -> pads(0, 0);
            case CAUSAL -> Wholes.of(window.height() - 1, window.width() - 1, 0, 0);
            case SAME ->
                pads(
                        overhang(shape.dimension(0), out.dimension(0), window.height(), stride.height()),
                        overhang(shape.dimension(1), out.dimension(1), window.width(), stride.width()));
        };
    }

    private static int overhang(int in, int out, int window, int stride) {
        return Math.max((out - 1) * stride + window - in, 0);
    }

    private static Wholes pads(int height, int width) {
        return Wholes.of(height / 2, width / 2, height - height / 2, width - width / 2);
    }
}
