package dev.hourglass.engine.plan;

import dev.hourglass.model.Activation;
import dev.hourglass.model.ChannelOrder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.State.Which;
import dev.hourglass.model.Masks;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** From layers to the operations of a logical plan. What a layer does only in training is left out of a plan for use. */
public final class LayerOps {
    /** Of a convolutional LSTM. */
    private static final int GATES = 4;

    private final List<Parameter> parameters;
    private final Mode mode;
    private final List<Op> ops = new ArrayList<>();
    /** Of a layer that is being added and walks through a sequence: the states that it begins with and those that are read. */
    private StatesOf states = StatesOf.NONE;
    /** By what leaves layers that walk through a sequence: their states that are read. */
    private final Map<Tensor, Map<Which, Tensor>> lastStates = new HashMap<>();
    /** Of the layer that is being added: which steps of what it reads count; null where all do. */
    private @Nullable Tensor mask;
    /** If it is an attention: which steps of query, value and key count. */
    private AttentionOps.Steps counting = new AttentionOps.Steps(null, null, null);
    /** By the value whose layer says so: which steps count. */
    private final Map<String, Tensor> masks = new HashMap<>();
    /** What the operations of the layer that is being added are named after: its place, since it may have several. */
    private String place = "";
    /** The layer whose parameters a layer within it has, or null. */
    private @Nullable String owner;

    /** What layers compute that differs. */
    private enum Mode {
        TRAINING,
        /** As in use, but what training samples is sampled. */
        SAMPLING,
        USE
    }

    private LayerOps(Parameters parameters, Mode mode) {
        this.parameters = parameters.list();
        this.mode = mode;
    }

    /** The way forward of layers that are to be trained; {@link Autodiff} adds the way back. */
    public static LogicalPlan forTraining(Graph graph, Parameters parameters) {
        return new LayerOps(parameters, Mode.TRAINING).plan(graph);
    }

    /** The way forward of layers in use. */
    public static LogicalPlan forInference(Graph graph, Parameters parameters) {
        return new LayerOps(parameters, Mode.USE).plan(graph.inUse());
    }

    /** The same, but that codes are drawn from their distributions: what the loss of a variational model is told from. */
    public static LogicalPlan forMeasuring(Graph graph, Parameters parameters) {
        return new LayerOps(parameters, Mode.SAMPLING).plan(graph);
    }

    private LogicalPlan plan(Graph graph) {
        ModelFacts facts = ModelFacts.of(graph);
        Map<String, Tensor> values = new HashMap<>();
        Masks ofGraph = Masks.of(graph);
        for (int place = 0; place < graph.inputs().size(); place++) {
            Graph.Input of = graph.inputs().get(place);
            Tensor input = new Tensor(of.name(), of.shape());
            ops.add(new Op.Input(place, input));
            values.put(of.name(), input);
        }
        for (int i = 0; i < graph.nodes().size(); i++) {
            Graph.Node node = graph.nodes().get(i);
            List<Tensor> from = node.inputs().stream()
                    .map(name -> Objects.requireNonNull(values.get(name)))
                    .toList();
            Tensor to =
                    new Tensor(node.name() + "/output", facts.layers().get(i).output());
            mask = maskOf(ofGraph.of(node.inputs().getFirst()).orElse(null));
            Masks.Attended attended = ofGraph.attended(node);
            counting =
                    new AttentionOps.Steps(maskOf(attended.query()), maskOf(attended.value()), maskOf(attended.key()));
            place = node.name();
            states = node.layer() instanceof LayerSpec.Walk
                    ? new StatesOf(from.subList(1, from.size()), last(graph, facts, node.name()))
                    : StatesOf.NONE;
            values.put(
                    node.name(),
                    node.layer() instanceof LayerSpec.Merge merge
                            ? add(merge(merge, from, to))
                            : add(node.layer(), from.getFirst(), to));
            if (node.layer() instanceof LayerSpec.Walk) {
                lastStates.put(values.get(node.name()), states.last());
            }
        }
        List<Tensor> predictions = graph.outputs().stream()
                .map(output -> Objects.requireNonNull(values.get(output)))
                .toList();
        Tensor masked =
                predictions.size() > 1 ? null : maskOf(ofGraph.ofOutput().orElse(null));
        return new LogicalPlan(read(predictions), predictions, masked);
    }

    /** The states of a layer that something behind it reads, each as a result of the layer. */
    private static Map<Which, Tensor> last(Graph graph, ModelFacts facts, String value) {
        Map<Which, Tensor> last = new EnumMap<>(Which.class);
        for (int i = 0; i < graph.nodes().size(); i++) {
            Graph.Node node = graph.nodes().get(i);
            if (node.inputs().getFirst().equals(value) && node.layer() instanceof LayerSpec.State state) {
                String name = value + "/" + state.which().name().toLowerCase(Locale.ROOT) + "/output";
                Shape shape = facts.layers().get(i).output();
                last.putIfAbsent(state.which(), new Tensor(name, shape));
            }
        }
        return last;
    }

    /**
     * The states of a layer that walks through a sequence.
     *
     * @param first those that it begins with, in its order; none where it begins with zeros
     * @param last those that are read behind it
     */
    private record StatesOf(List<Tensor> first, Map<Which, Tensor> last) {
        static final StatesOf NONE = new StatesOf(List.of(), Map.of());

        /** Of a layer one way, whose hidden state is told from what leaves it. */
        Op.States oneWay() {
            return new Op.States(first, null, last.get(Which.CELL));
        }

        Op.States forward(int count) {
            return new Op.States(
                    first.isEmpty() ? first : first.subList(0, count), last.get(Which.HIDDEN), last.get(Which.CELL));
        }

        Op.States backward(int count) {
            return new Op.States(
                    first.isEmpty() ? first : first.subList(first.size() - count, first.size()),
                    last.get(Which.BACKWARD_HIDDEN),
                    last.get(Which.BACKWARD_CELL));
        }
    }

    /** What the layer before that makes the mask has written. */
    private @Nullable Tensor maskOf(Masks.@Nullable Mask made) {
        return made == null ? null : Objects.requireNonNull(masks.get(made.layer()));
    }

    /** Steps all of whose numbers are one don't count. */
    private Tensor masking(String name, float value, Tensor from, Tensor to) {
        Tensor steps = new Tensor(name + "/mask", Shape.of(from.shape().dimension(0), 1));
        masks.put(place, steps);
        return add(new Op.Masking(name, value, from, to, steps));
    }

    private Tensor embedded(LayerSpec.Embedding table, Tensor from, Tensor to) {
        if (table.maskZero()) {
            String name = place + "/counting";
            Tensor each = reshaped("each", from, Shape.of(from.shape().size(), 1));
            masking(name, 0, each, new Tensor(name + "/output", each.shape()));
        }
        return add(new Op.Embed(place, table.name(), parametersOf(table.name()), table.rows(), from, to));
    }

    /** Which vector is nearest, then that vector, then what goes on as if it were the one that was read. */
    private Tensor quantized(LayerSpec.VectorQuantizer codebook, Tensor from, Tensor to) {
        int first = parametersOf(codebook.name());
        int[] shape = from.shape().toArray();
        Shape each = shape.length == 1 ? Shape.of(1) : Shape.of(Arrays.copyOf(shape, shape.length - 1));
        String vectors = place + "/vectors";
        Tensor numbers = new Tensor(place + "/numbers/output", each);
        add(new Op.Nearest(vectors, first, codebook.vectors(), from, numbers));
        Tensor nearest = new Tensor(vectors + "/output", to.shape());
        add(new Op.Embed(vectors, codebook.name(), first, codebook.vectors(), numbers, nearest));
        return add(new Op.StraightThrough(place, from, nearest, to));
    }

    private Op.Layer merge(LayerSpec.Merge merge, List<Tensor> from, Tensor to) {
        String name = place;
        MergeOps parts = new MergeOps(name, this::add);
        return switch (merge) {
            case LayerSpec.Add ignored -> new Op.Sum(name, parts.alike(from, to.shape()), to);
            case LayerSpec.Subtract ignored -> combined(Op.Combine.How.SUBTRACT, from, to);
            case LayerSpec.Multiply ignored -> combined(Op.Combine.How.MULTIPLY, from, to);
            case LayerSpec.Average ignored -> combined(Op.Combine.How.AVERAGE, from, to);
            case LayerSpec.Maximum ignored -> combined(Op.Combine.How.MAXIMUM, from, to);
            case LayerSpec.Minimum ignored -> combined(Op.Combine.How.MINIMUM, from, to);
            case LayerSpec.Dot l -> parts.dot(l, from.getFirst(), from.getLast(), to);
            case LayerSpec.Sampling ignored -> new Op.Sample(name, from.getFirst(), from.getLast(), to);
            case LayerSpec.Attending l ->
                new AttentionOps(
                                name,
                                learns(l) ? parametersOf(l.name()) : 0,
                                mode == Mode.TRAINING,
                                counting,
                                this::add)
                        .of(l, from, to);
            case LayerSpec.Concatenate l ->
                concatenated(l.axisOf(from.getFirst().shape()), from, to);
        };
    }

    private Op.Layer combined(Op.Combine.How how, List<Tensor> from, Tensor to) {
        return new Op.Combine(place, how, new MergeOps(place, this::add).alike(from, to.shape()), to);
    }

    /** Whether an attention has any parameters. */
    private static boolean learns(LayerSpec.Attending layer) {
        return switch (layer) {
            case LayerSpec.MultiHeadAttention ignored -> true;
            case LayerSpec.DotAttention l -> l.useScale() || l.concat();
            case LayerSpec.AdditiveAttention l -> l.useScale();
        };
    }

    /** Where there are more axes than an image has, those before and those from the axis on are one each. */
    private Op.Layer concatenated(int axis, List<Tensor> parts, Tensor to) {
        if (to.shape().rank() <= 3) {
            return new Op.Concatenate(place, axis, parts, to);
        }
        int before = 1;
        for (int i = 0; i < axis; i++) {
            before *= to.shape().dimension(i);
        }
        List<Tensor> rows = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            int behind = parts.get(i).shape().size() / before;
            rows.add(reshaped("part" + (i + 1), parts.get(i), Shape.of(before, behind)));
        }
        Shape all = Shape.of(before, to.shape().size() / before);
        Tensor together = new Tensor(place + "/together/output", all);
        add(new Op.Concatenate(place + "/together", 1, rows, together));
        return new Op.Reshape(place, together, to);
    }

    /** The operations without changes of axes whose result nobody reads. */
    private List<Op> read(List<Tensor> predictions) {
        Set<Tensor> read = new HashSet<>(predictions);
        ops.forEach(op -> read.addAll(op.reads()));
        return ops.stream()
                .filter(op -> !(op instanceof Op.Permute permute) || read.contains(permute.to()))
                .toList();
    }

    /**
     * Adds the operations of a layer.
     *
     * @param to where its output shall lie
     * @return where it lies: {@code from} where the layer leaves everything as it is
     */
    private Tensor add(LayerSpec layer, Tensor from, Tensor to) {
        String name = place;
        return switch (layer) {
            case Conv2d l -> l.groups() > 1 ? grouped(l, from, to) : convolution(l, from, kernel(l), to);
            case Conv2dTranspose l -> convolution(l, from, kernel(l), to);
            case LayerSpec.DepthwiseConv2d l -> channelByChannel(l, name, l.activation(), l.useBias(), from, to);
            case LayerSpec.SeparableConv2d l -> separable(l, from, to);
            case LayerSpec.OneDimensional l -> add(l.overRow(), from, to);
            case LayerSpec.ChannelsFirst l -> channelsFirst(l, from, to);
            case LayerSpec.Conv3d l -> {
                Windowing windows = Windowing.of(from.shape(), to.shape(), window(l), l.padding());
                yield direct(
                        l.activation(),
                        new Op.DirectConvolution(
                                name, parametersOf(l.name()), from, windows, false, l.groups(), to, l.useBias()));
            }
            case LayerSpec.Conv3dTranspose l -> {
                Windowing windows = Windowing.of(to.shape(), from.shape(), window(l), l.padding());
                yield direct(
                        l.activation(),
                        new Op.DirectConvolution(
                                name, parametersOf(l.name()), from, windows, true, 1, to, l.useBias()));
            }
            case LayerSpec.AveragePooling2d l -> pooled(true, window(l.pool(), l.stride()), l.padding(), from, to);
            case LayerSpec.GlobalMaxPooling2d ignored -> pooledWhole(false, from, to);
            case LayerSpec.Pooling3d l -> {
                Windowing.Kernel kernel = new Windowing.Kernel(l.pool(), l.stride(), Size3.cube(1));
                yield pooled(l.average(), kernel, l.padding(), from, to);
            }
            case LayerSpec.GlobalPooling3d l -> pooledWhole(l.average(), from, to);
            case LayerSpec.ZeroPadding3d l -> shifted(l.front(), l.top(), l.left(), from, to);
            case LayerSpec.Cropping3d l -> shifted(-l.front(), -l.top(), -l.left(), from, to);
            case LayerSpec.UpSampling3d l -> add(new Op.RepeatAxes(name, l.size(), from, to));
            case LayerSpec.ZeroPadding2d l -> add(new Op.Shift(name, l.top(), l.left(), from, to));
            case LayerSpec.Cropping2d l -> add(new Op.Shift(name, -l.top(), -l.left(), from, to));
            case LayerSpec.Permute l -> add(new Op.Permute(name, l.axes(), from, to));
            case LayerSpec.Dense l -> dense(l, from, to);
            case LayerSpec.TimeDistributed l -> distributed(l, from, to);
            case LayerSpec.BatchNormalization l -> normalization(l, from, to);
            case LayerSpec.SampleNormalization l -> sampleNormalization(l, from, to);
            case LayerSpec.MaxPooling2d l -> add(new Op.MaxPool(name, l.pool(), l.stride(), l.padding(), from, to));
            case LayerSpec.UpSampling2d l ->
                switch (l.interpolation()) {
                    case NEAREST -> add(new Op.UpSample(name, l.size(), from, to));
                    case BILINEAR -> add(new Op.Interpolate(name, l.size(), from, to));
                };
            case LayerSpec.GlobalAveragePooling2d l -> add(new Op.Average(name, from, to));
            case LayerSpec.Flatten l -> add(new Op.Reshape(name, from, to));
            case LayerSpec.Reshape l -> add(new Op.Reshape(name, from, to));
            case LayerSpec.TrainingNoise l ->
                mode == Mode.TRAINING && l.disturbs() ? add(new Op.Noise(name, atPlace(l), from, to)) : from;
            case LayerSpec.ActivationLayer l -> activation(name, l.activation(), from, to);
            case LayerSpec.LeakyRelu l ->
                add(new Op.Activate(name, Nonlinearity.leakyRelu(l.negativeSlope()), from, to));
            case LayerSpec.Relu l -> {
                PointFunction function = new PointFunction.Relu(l.negativeSlope(), l.threshold(), l.maxValue());
                yield add(new Op.Apply(name, function, from, to));
            }
            case LayerSpec.Rescaling l ->
                add(new Op.Apply(name, new PointFunction.Affine(l.scale(), l.offset()), from, to));
            case LayerSpec.Normalization l -> add(new Op.Apply(name, normalize(l, from.shape()), from, to));
            case LayerSpec.Elu l -> add(new Op.Apply(name, new PointFunction.Elu(l.alpha(), 1), from, to));
            case LayerSpec.Embedding l -> embedded(l, from, to);
            case LayerSpec.PRelu l -> {
                int alpha = parametersOf(l.name());
                yield add(new Op.PRelu(name, alpha, parameters.get(alpha).shape(), from, to));
            }
            case LayerSpec.Masking l -> masking(name, l.maskValue(), from, to);
            case LayerSpec.VectorQuantizer l -> quantized(l, from, to);
            case LayerSpec.RepeatVector l -> add(new Op.Repeat(name, from, to));
            case LayerSpec.ConvolutionalLstm l -> convolutionalLstm(l.overImages(), from, to);
            case LayerSpec.Recurrent l -> add(recurrent(l, name, parametersOf(l.name()), from, to, states.oneWay()));
            case LayerSpec.State l -> state(l, from, to);
            case LayerSpec.Bidirectional l -> add(bidirectional(l, from, to));
            case LayerSpec.Merge l -> add(merge(l, List.of(from), to));
        };
    }

    /** With one pair for all numbers, one for each channel, or one for each number of a sample. */
    private static PointFunction normalize(LayerSpec.Normalization layer, Shape sample) {
        List<Float> deviations = layer.deviations();
        boolean inTurn = layer.axes().isEmpty() || layer.axes().equals(List.of(sample.rank()));
        if (inTurn) {
            return new PointFunction.Normalize(layer.means(), deviations, layer.invert());
        }
        List<Integer> places = IntStream.range(0, sample.size())
                .map(number -> layer.place(sample, number))
                .boxed()
                .toList();
        return new PointFunction.Normalize(
                places.stream().map(layer.means()::get).toList(),
                places.stream().map(deviations::get).toList(),
                layer.invert());
    }

    private Tensor add(Op.Layer op) {
        ops.add(op);
        return op.to();
    }

    private Tensor convolution(LayerSpec.Convolution layer, Tensor from, Op.Kernel kernel, Tensor to) {
        int first = parametersOf(layer.name());
        return activated(
                layer.activation(),
                to,
                (after, sum) -> new Op.Convolution(place, first, from, kernel, after, sum, layer.useBias()));
    }

    /** Along the last axis of places, then along the two before it: to either, the others are one. */
    private Tensor shifted(int back, int down, int right, Tensor from, Tensor to) {
        String name = place;
        Shape in = from.shape();
        Shape out = to.shape();
        int rows = in.dimension(0) * in.dimension(1);
        int width = out.dimension(2) * out.dimension(3);
        Tensor flat = reshaped("rows", from, Shape.of(rows, in.dimension(2), in.dimension(3)));
        Tensor wide = new Tensor(name + "/wide/output", Shape.of(rows, out.dimension(2), out.dimension(3)));
        add(new Op.Shift(name + "/wide", 0, right, flat, wide));
        Tensor planes = reshaped("planes", wide, Shape.of(in.dimension(0), in.dimension(1), width));
        Tensor deep = new Tensor(name + "/deep/output", Shape.of(out.dimension(0), out.dimension(1), width));
        add(new Op.Shift(name + "/deep", back, down, planes, deep));
        return add(new Op.Reshape(name, deep, to));
    }

    /** The convolution of each group of channels by itself, over an image or the images of all steps. */
    private Tensor grouped(Conv2d layer, Tensor from, Tensor to) {
        Windowing.Kernel kernel = Windowing.Kernel.of(layer.kernel(), layer.stride(), layer.dilation());
        Windowing windows = Windowing.of(from.shape(), to.shape(), kernel, layer.padding());
        return direct(
                layer.activation(),
                new Op.DirectConvolution(
                        place, parametersOf(layer.name()), from, windows, false, layer.groups(), to, layer.useBias()));
    }

    /** A group for each channel: the kernel's last two axes are the filters of all groups in a row. */
    private Tensor channelByChannel(
            LayerSpec.ChannelwiseConvolution layer,
            String name,
            Activation activation,
            boolean bias,
            Tensor from,
            Tensor to) {
        Windowing.Kernel kernel = Windowing.Kernel.of(layer.kernel(), layer.stride(), layer.dilation());
        Windowing windows = Windowing.of(from.shape(), to.shape(), kernel, layer.padding());
        return direct(
                activation,
                new Op.DirectConvolution(
                        name, parametersOf(layer.name()), from, windows, false, from.channels(), to, bias));
    }

    /** Each channel by itself, then all of a pixel together. */
    private Tensor separable(LayerSpec.SeparableConv2d layer, Tensor from, Tensor to) {
        String name = place;
        int channels = from.channels() * layer.depthMultiplier();
        Shape out = to.shape();
        boolean steps = out.rank() == 2;
        Shape apart =
                steps ? Shape.of(out.dimension(0), channels) : Shape.of(out.dimension(0), out.dimension(1), channels);
        Tensor between = channelByChannel(
                layer,
                name + "/depthwise",
                Activation.LINEAR,
                false,
                from,
                new Tensor(name + "/depthwise/output", apart));
        Op.Kernel pixel = new Op.Kernel(LayerSpec.ONE, LayerSpec.ONE, Padding.VALID, false, 1);
        int pointwise = parametersOf(layer.name()) + 1;
        return activated(
                layer.activation(),
                to,
                (after, sum) -> new Op.Convolution(name, pointwise, between, pixel, after, sum, layer.useBias()));
    }

    /** @param linear without the layer's activation */
    private Tensor direct(Activation activation, Op.DirectConvolution linear) {
        return activated(activation, linear.to(), linear::ending);
    }

    private static Windowing.Kernel window(LayerSpec.VolumeConvolution layer) {
        return new Windowing.Kernel(layer.kernel(), layer.stride(), Size3.cube(1));
    }

    private static Windowing.Kernel window(Size2 size, Size2 stride) {
        return Windowing.Kernel.of(size, stride, LayerSpec.ONE);
    }

    private Tensor pooled(boolean average, Windowing.Kernel kernel, Padding padding, Tensor from, Tensor to) {
        return add(new Op.Pool(place, average, Windowing.of(from.shape(), to.shape(), kernel, padding), from, to));
    }

    /** By one window over all places. */
    private Tensor pooledWhole(boolean average, Tensor from, Tensor to) {
        Size3 all = Windowing.extent(from.shape());
        Windowing.Kernel kernel = new Windowing.Kernel(all, Size3.cube(1), Size3.cube(1));
        return pooled(average, kernel, Padding.VALID, from, to);
    }

    /** What a layer computes with its channels last, between two changes of the axes. */
    private Tensor channelsFirst(LayerSpec.ChannelsFirst layer, Tensor from, Tensor to) {
        String name = place;
        int rank = from.shape().rank();
        Tensor last = permuted(name + "/channels_last", ChannelOrder.toLast(rank), from);
        Shape out = LayerFacts.of(layer.layer(), last.shape()).output();
        if (out.rank() != rank || rank == 1) {
            return add(layer.layer(), last, to);
        }
        Tensor inner = add(layer.layer(), last, new Tensor(name + "/inner/output", out));
        return add(new Op.Permute(name + "/channels_first", ChannelOrder.toFirst(rank), inner, to));
    }

    /** The axes in another order; what was only just put into the opposite one is taken as it was. */
    private Tensor permuted(String name, List<Integer> axes, Tensor from) {
        for (Op op : ops) {
            if (op instanceof Op.Permute before
                    && before.to().equals(from)
                    && before.axes().equals(ChannelOrder.inverse(axes))) {
                return before.from();
            }
        }
        int[] dimensions =
                axes.stream().mapToInt(axis -> from.shape().dimension(axis - 1)).toArray();
        return add(new Op.Permute(name, axes, from, new Tensor(name + "/output", Shape.of(dimensions))));
    }

    /** Batch normalisation is over the last axis, so another one is put there first. */
    private Tensor normalization(LayerSpec.BatchNormalization layer, Tensor from, Tensor to) {
        int rank = from.shape().rank();
        int first = parametersOf(layer.name());
        if (layer.axis() == -1 || layer.axis() == rank) {
            return add(new Op.BatchNormalization(place, layer, first, from, to));
        }
        List<Integer> axes = ChannelOrder.toLast(rank, layer.axis());
        Tensor last = permuted(place + "/axis_last", axes, from);
        Tensor normalized = new Tensor(place + "/inner/output", last.shape());
        ops.add(new Op.BatchNormalization(place, layer, first, last, normalized));
        return add(new Op.Permute(place + "/axis_back", ChannelOrder.inverse(axes), normalized, to));
    }

    /** The axes that are normalised are put last, if they aren't. */
    private Tensor sampleNormalization(LayerSpec.SampleNormalization layer, Tensor from, Tensor to) {
        int rank = from.shape().rank();
        return switch (layer) {
            case LayerSpec.LayerNormalization l -> {
                Op.BlockNorm.Kind kind = l.rmsScaling() ? Op.BlockNorm.Kind.DEVIATION : Op.BlockNorm.Kind.STANDARD;
                Op.BlockNorm norm =
                        new Op.BlockNorm(kind, l.axes().size(), 1, true, l.epsilon(), l.hasGamma(), l.hasBeta());
                yield normalizedAlong(l.name(), norm, l.axes(), from, to);
            }
            case LayerSpec.GroupNormalization l -> {
                int channels = from.shape().dimension(l.axis() == -1 ? -1 : l.axis() - 1);
                Op.BlockNorm norm = new Op.BlockNorm(
                        Op.BlockNorm.Kind.STANDARD,
                        rank,
                        l.groupsOf(channels),
                        false,
                        l.epsilon(),
                        l.scale(),
                        l.center());
                yield normalizedAlong(l.name(), norm, List.of(l.axis()), from, to);
            }
            case LayerSpec.RmsNormalization l -> {
                Op.BlockNorm norm = new Op.BlockNorm(
                        Op.BlockNorm.Kind.ROOT_MEAN_SQUARE, l.axes().size(), 1, true, l.epsilon(), true, false);
                yield normalizedAlong(l.name(), norm, l.axes(), from, to);
            }
            case LayerSpec.UnitNormalization l -> {
                Op.BlockNorm norm =
                        new Op.BlockNorm(Op.BlockNorm.Kind.LENGTH, l.axes().size(), 1, true, 0, false, false);
                yield normalizedAlong(l.name(), norm, l.axes(), from, to);
            }
        };
    }

    /**
     * @param owner the layer whose parameters they are
     * @param axes that shall be the last
     */
    private Tensor normalizedAlong(String owner, Op.BlockNorm norm, List<Integer> axes, Tensor from, Tensor to) {
        String name = place;
        int parameters = norm.scale() || norm.center() ? parametersOf(owner) : 0;
        List<Integer> order = ChannelOrder.toLast(from.shape().rank(), axes);
        if (order.equals(ChannelOrder.inOrder(from.shape().rank()))) {
            return add(new Op.NormalizeSample(name, norm, parameters, from, to));
        }
        Tensor last = permuted(name + "/axes_last", order, from);
        Tensor normalized = new Tensor(name + "/inner/output", last.shape());
        ops.add(new Op.NormalizeSample(name, norm, parameters, last, normalized));
        return add(new Op.Permute(name + "/axes_back", ChannelOrder.inverse(order), normalized, to));
    }

    private static Op.Kernel kernel(Conv2d layer) {
        return new Op.Kernel(layer.kernel(), layer.stride(), layer.padding(), false, 1, layer.dilation());
    }

    private static Op.Kernel kernel(Conv2dTranspose layer) {
        return new Op.Kernel(layer.kernel(), layer.stride(), layer.padding(), true, 1);
    }

    private Tensor dense(LayerSpec.Dense layer, Tensor from, Tensor to) {
        int first = parametersOf(layer.name());
        return activated(
                layer.activation(), to, (after, sum) -> new Op.Dense(place, first, from, after, sum, layer.useBias()));
    }

    /**
     * A product and its activation, which the product applies on the way where its slope can be told from its value; else
     * it is an operation of its own, which reads what the product gave.
     *
     * @param product given what follows on the way, and where the result shall lie
     */
    private Tensor activated(Activation activation, Tensor to, BiFunction<Nonlinearity, Tensor, Op.Layer> product) {
        Optional<Nonlinearity> onTheWay = Nonlinearity.of(activation);
        if (onTheWay.isPresent()) {
            return add(product.apply(onTheWay.get(), to));
        }
        String name = to.name().substring(0, to.name().lastIndexOf('/'));
        Tensor sum = add(product.apply(Nonlinearity.LINEAR, new Tensor(name + "/linear", to.shape())));
        return activation(name + "/activation", activation, sum, to);
    }

    private Tensor activation(String name, Activation activation, Tensor from, Tensor to) {
        if (activation == Activation.SOFTMAX) {
            return add(new Op.Softmax(name, from, to));
        }
        if (activation == Activation.LOG_SOFTMAX) {
            return add(new Op.LogSoftmax(name, from, to));
        }
        Optional<PointFunction> function = PointFunction.of(activation);
        return function.isPresent()
                ? add(new Op.Apply(name, function.get(), from, to))
                : add(new Op.Activate(name, Nonlinearity.of(activation).orElseThrow(), from, to));
    }

    private Op.Recurrent recurrent(
            LayerSpec.Recurrent layer, String name, int parameters, Tensor from, Tensor to, Op.States ofWay) {
        Recurrence recurrence = layer.recurrence();
        return new Op.Recurrent(
                name,
                parameters,
                Cell.of(layer),
                recurrence.goBackwards(),
                from,
                from.shape().dimension(0),
                to,
                mask,
                ofWay,
                mode == Mode.TRAINING
                        ? new Op.RecurrentDropout(recurrence.dropout(), recurrence.recurrentDropout())
                        : Op.RecurrentDropout.NONE);
    }

    /** Of the layer that gives {@code from}. */
    private Tensor state(LayerSpec.State state, Tensor from, Tensor to) {
        Op.Layer walk = (Op.Layer) ops.stream()
                .filter(op -> op instanceof Op.Layer layer && layer.to().equals(from))
                .findFirst()
                .orElseThrow();
        if (state.which() == Which.HIDDEN && !(walk instanceof Op.Bidirectional)) {
            return from.shape().equals(to.shape()) ? from : lastStep(from, to);
        }
        return Objects.requireNonNull(
                Objects.requireNonNull(lastStates.get(from)).get(state.which()));
    }

    /** Of a sequence of whatever. */
    private Tensor lastStep(Tensor from, Tensor to) {
        if (from.shape().rank() == 2) {
            return add(new Op.LastStep(place, from, to));
        }
        int numbers = to.shape().size();
        Tensor rows = reshaped("rows", from, Shape.of(from.shape().dimension(0), numbers));
        Tensor last = new Tensor(place + "/last/output", Shape.of(numbers));
        add(new Op.LastStep(place + "/last", rows, last));
        return add(new Op.Reshape(place, last, to));
    }

    /** The input of all steps is convolved at once: to the convolution they are the depth of a volume. */
    private Tensor convolutionalLstm(LayerSpec.ConvLstm2d layer, Tensor from, Tensor to) {
        String name = place;
        int[] projected = from.shape().toArray();
        int rank = projected.length;
        for (int axis = 2; axis < rank; axis++) {
            projected[rank - axis] = to.shape().dimension(-axis);
        }
        projected[rank - 1] = GATES * layer.filters();
        Tensor input = new Tensor(name + "/projection/output", Shape.of(projected));
        Windowing.Kernel kernel = Windowing.Kernel.of(layer.kernel(), layer.stride(), layer.dilation());
        int first = parametersOf(layer.name());
        Recurrence recurrence = layer.recurrence();
        boolean drops = mode == Mode.TRAINING && recurrence.dropout() > 0;
        // Each gate reads what was not dropped for it: the channels of all, side by side, are so many groups.
        Tensor read = drops ? dropped(from, recurrence.dropout()) : from;
        Windowing windows = Windowing.of(read.shape(), input.shape(), kernel, layer.padding());
        int groups = drops ? GATES : 1;
        add(new Op.DirectConvolution(name + "/projection", first, read, windows, false, groups, input, false));
        return add(new Op.ConvolutionalStates(
                name,
                first,
                Cell.Lstm.of(recurrence),
                layer.kernel(),
                recurrence.goBackwards(),
                input,
                to,
                states.oneWay(),
                mode == Mode.TRAINING ? recurrence.recurrentDropout() : 0));
    }

    /** What is read, once for each gate, along the last axis; of each sample, a gate's lacks the same numbers at all steps. */
    private Tensor dropped(Tensor from, float rate) {
        int[] shape = from.shape().toArray();
        Shape rows = Shape.of(shape[0], from.shape().size() / shape[0]);
        List<Tensor> parts = new ArrayList<>();
        for (int gate = 0; gate < GATES; gate++) {
            String name = place + "/dropout" + gate;
            Tensor row = reshaped("dropout" + gate + "/rows", from, rows);
            Tensor left = new Tensor(name + "/output", rows);
            LayerSpec.SpatialDropout noise = new LayerSpec.SpatialDropout(name.replace('/', '_'), 1, rate);
            add(new Op.Noise(name, noise, row, left));
            parts.add(reshaped("dropout" + gate + "/back", left, from.shape()));
        }
        shape[shape.length - 1] *= GATES;
        Tensor together = new Tensor(place + "/dropout/output", Shape.of(shape));
        String outer = place;
        place = outer + "/dropout";
        Tensor all = add(concatenated(shape.length - 1, parts, together));
        place = outer;
        return all;
    }

    private Op.Bidirectional bidirectional(LayerSpec.Bidirectional layer, Tensor from, Tensor to) {
        String name = place;
        int first = parametersOf(layer.name());
        int second = first + (layer.forward().recurrence().useBias() ? 3 : 2);
        Op.Recurrent forward = recurrent(
                layer.forward(),
                name + "/forward",
                first,
                from,
                way(name + "/forward", layer.forward(), to),
                states.forward(layer.forward().states().size()));
        Op.Recurrent backward = recurrent(
                layer.backward(),
                name + "/backward",
                second,
                from,
                way(name + "/backward", layer.backward(), to),
                states.backward(layer.backward().states().size()));
        return new Op.Bidirectional(name, forward, backward, layer.mergeMode(), from, to);
    }

    /** What is drawn is another at each place. */
    private LayerSpec.TrainingNoise atPlace(LayerSpec.TrainingNoise layer) {
        String name = place.replace('/', '_'); // of one of the steps
        return switch (layer) {
            case LayerSpec.Dropout l -> new LayerSpec.Dropout(name, l.rate());
            case LayerSpec.SpatialDropout l -> new LayerSpec.SpatialDropout(name, l.dimensions(), l.rate());
            case LayerSpec.GaussianDropout l -> new LayerSpec.GaussianDropout(name, l.rate());
            case LayerSpec.AlphaDropout l -> new LayerSpec.AlphaDropout(name, l.rate());
            case LayerSpec.GaussianNoise l -> new LayerSpec.GaussianNoise(name, l.stddev());
        };
    }

    /** What one of both ways gives. */
    private static Tensor way(String name, LayerSpec.Recurrent layer, Tensor merged) {
        int[] shape = merged.shape().toArray();
        shape[shape.length - 1] = layer.units();
        return new Tensor(name + "/output", Shape.of(shape));
    }

    /** Where a layer's parameters begin. */
    private int parametersOf(String layer) {
        String of = owner == null ? layer : owner;
        for (int i = 0; i < parameters.size(); i++) {
            if (parameters.get(i).layer().equals(of)) {
                return i;
            }
        }
        throw new IllegalArgumentException("There are no parameters of layer '" + of + "'");
    }

    // --- layers at each step ---

    /**
     * A layer on each step: where the same is computed by one over all of them, with an axis more along which its window is
     * 1, by that; else step after step.
     */
    private Tensor distributed(LayerSpec.TimeDistributed layer, Tensor from, Tensor to) {
        String outer = owner;
        owner = outer == null ? layer.name() : outer;
        Tensor result = overSteps(layer.layer(), from, to);
        if (result == null) {
            result = stepByStep(layer.layer(), from, to);
        }
        owner = outer;
        return result;
    }

    /** Over all steps at once, or null where no operation does that. */
    private @Nullable Tensor overSteps(LayerSpec layer, Tensor from, Tensor to) {
        return switch (layer) {
            case LayerSpec.Dense l -> dense(l, from, to);
            case LayerSpec.GlobalMaxPooling1d ignored -> pooledEach(false, from, to);
            case LayerSpec.GlobalAveragePooling1d ignored -> pooledEach(true, from, to);
            case LayerSpec.GlobalMaxPooling2d ignored -> pooledEach(false, from, to);
            case LayerSpec.GlobalAveragePooling2d ignored -> pooledEach(true, from, to);
            // A sequence at each step is an image with a row for each.
            case LayerSpec.OneDimensional l -> add(l.overRow(), from, to);
            case Conv2d l -> grouped(l, from, to);
            case Conv2dTranspose l -> {
                Windowing windows = Windowing.of(to.shape(), from.shape(), window(l.kernel(), l.stride()), l.padding());
                yield direct(
                        l.activation(),
                        new Op.DirectConvolution(
                                place, parametersOf(l.name()), from, windows, true, 1, to, l.useBias()));
            }
            case LayerSpec.MaxPooling2d l -> pooled(false, window(l.pool(), l.stride()), l.padding(), from, to);
            case LayerSpec.AveragePooling2d l -> add(l, from, to);
            case LayerSpec.UpSampling2d l ->
                l.interpolation() == LayerSpec.Interpolation.NEAREST
                        ? add(new Op.RepeatAxes(place, Size3.of(l.size()), from, to))
                        : null;
            case LayerSpec.Flatten l -> add(l, from, to);
            case LayerSpec.Reshape l -> add(l, from, to);
            case LayerSpec.Permute l -> {
                List<Integer> axes = new ArrayList<>(List.of(1));
                l.axes().forEach(axis -> axes.add(axis + 1));
                yield add(new Op.Permute(place, axes, from, to));
            }
            // Which channels are dropped is another thing at each step.
            case LayerSpec.SpatialDropout l -> mode == Mode.TRAINING && l.disturbs() ? null : from;
            case LayerSpec.Elementwise l -> add(l, from, to);
            case LayerSpec.DepthwiseConv2d l -> channelByChannel(l, place, l.activation(), l.useBias(), from, to);
            case LayerSpec.SeparableConv2d ignored -> null;
            case LayerSpec.ConvolutionalLstm ignored -> null;
            case LayerSpec.LayerNormalization l -> l.axes().equals(List.of(-1)) ? add(l, from, to) : null;
            case LayerSpec.UnitNormalization l -> l.axes().equals(List.of(-1)) ? add(l, from, to) : null;
            case LayerSpec.RmsNormalization l -> l.axes().equals(List.of(-1)) ? add(l, from, to) : null;
            case LayerSpec.GroupNormalization ignored -> null;
            // While training, each step has moments of its own.
            case LayerSpec.BatchNormalization l -> l.axis() == -1 && mode != Mode.TRAINING ? add(l, from, to) : null;
            case LayerSpec.ZeroPadding2d ignored -> null;
            case LayerSpec.Cropping2d ignored -> null;
            case LayerSpec.Pooling3d ignored -> null;
            case LayerSpec.GlobalPooling3d ignored -> null;
            case LayerSpec.ZeroPadding3d ignored -> null;
            case LayerSpec.Cropping3d ignored -> null;
            case LayerSpec.UpSampling3d ignored -> null;
            case LayerSpec.VolumeConvolution ignored -> null;
            case LayerSpec.ChannelsFirst ignored -> null;
            case LayerSpec.RepeatVector ignored -> null;
            case LayerSpec.Recurrent ignored -> null;
            case LayerSpec.State ignored -> null;
            case LayerSpec.Bidirectional ignored -> null;
            case LayerSpec.PRelu ignored -> null;
            case LayerSpec.Embedding l -> add(l, from, to);
            case LayerSpec.TimeDistributed ignored -> null;
            case LayerSpec.Masking l -> throw new IllegalArgumentException(l + " is no layer on a step");
            case LayerSpec.VectorQuantizer l -> throw new IllegalArgumentException(l + " is no layer on a step");
            case LayerSpec.Merge l -> throw new IllegalArgumentException(l + " is no layer on a step");
        };
    }

    /** Of each step whole: the windows lie side by side, one for each step. */
    private Tensor pooledEach(boolean average, Tensor from, Tensor to) {
        Shape shape = from.shape();
        int steps = shape.dimension(0);
        int places = shape.size() / steps / from.channels();
        Tensor rows = reshaped("rows", from, Shape.of(steps, places, from.channels()));
        Tensor each = new Tensor(place + "/pooled/output", Shape.of(steps, 1, from.channels()));
        Windowing.Kernel kernel = window(new Size2(1, places), LayerSpec.ONE);
        add(new Op.Pool(
                place + "/pooled",
                average,
                Windowing.of(rows.shape(), each.shape(), kernel, Padding.VALID),
                rows,
                each));
        return add(new Op.Reshape(place, each, to));
    }

    private Tensor reshaped(String name, Tensor from, Shape shape) {
        String of = place + "/" + name;
        return add(new Op.Reshape(of, from, new Tensor(of + "/output", shape)));
    }

    /** Each step by itself, as a layer that is used at so many places. */
    private Tensor stepByStep(LayerSpec layer, Tensor from, Tensor to) {
        String outer = place;
        Tensor outerMask = mask;
        mask = null;
        int steps = from.shape().dimension(0);
        Shape read = from.shape().inner();
        Shape given = to.shape().inner();
        Tensor rows = reshaped("steps", from, Shape.of(steps, read.size()));
        List<Tensor> results = new ArrayList<>();
        eachRow(rows, row -> {
            place = outer + "/step" + results.size();
            Tensor one = reshaped("read", row, read);
            Tensor result = add(layer, one, new Tensor(place + "/output", given));
            results.add(reshaped("given", result, Shape.of(1, given.size())));
        });
        place = outer;
        mask = outerMask;
        Shape all = Shape.of(steps, given.size());
        Tensor together = new Tensor(outer + "/together/output", all);
        add(new Op.Concatenate(outer + "/together", 0, results, together));
        return add(new Op.Reshape(outer, together, to));
    }

    /**
     * One row after the other, each taken from halves of halves. Going back, the gradients of each level are twice as large as
     * the rows together; of rows taken from the whole, each would have one as large as that.
     */
    private void eachRow(Tensor rows, Consumer<Tensor> use) {
        int count = rows.shape().dimension(0);
        if (count == 1) {
            use.accept(rows);
            return;
        }
        int half = count / 2;
        eachRow(taken("first", rows, 0, half), use);
        eachRow(taken("rest", rows, half, count - half), use);
    }

    /** Some of a matrix's rows, which are its places to a shift. */
    private Tensor taken(String which, Tensor rows, int from, int count) {
        String name = rows.name().substring(0, rows.name().lastIndexOf('/')) + "/" + which;
        Tensor taken = new Tensor(name + "/output", Shape.of(count, rows.channels()));
        return add(new Op.Shift(name, 0, -from, rows, taken));
    }
}
