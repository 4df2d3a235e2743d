package dev.hourglass.interop;

import static dev.hourglass.model.Activation.LINEAR;
import static dev.hourglass.model.Activation.RELU;
import static dev.hourglass.model.Activation.SIGMOID;
import static dev.hourglass.model.Activation.TANH;
import static dev.hourglass.model.Padding.SAME;
import static dev.hourglass.model.Padding.VALID;

import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.Conv2d;
import dev.hourglass.model.LayerSpec.Conv2dTranspose;
import dev.hourglass.model.LayerSpec.Dense;
import dev.hourglass.model.LayerSpec.Lstm;
import dev.hourglass.model.LayerSpec.MaxPooling2d;
import dev.hourglass.model.LayerSpec.RepeatVector;
import dev.hourglass.model.LayerSpec.TimeDistributed;
import dev.hourglass.model.LayerSpec.UpSampling2d;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Presets;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** The models that are checked: each layer with the settings that others have got wrong, and the labs'. */
public final class ModelCases {
    private static final Shape IMAGE = Shape.of(7, 5, 3);
    private static final Shape SEQUENCE = Shape.of(5, 3);
    private static final Shape VECTOR = Shape.of(6);

    private final List<ModelCase> cases = new ArrayList<>();

    private ModelCases() {}

    /**
     * All that is exchanged with Keras and ONNX Runtime.
     *
     * @param count how many random models of the layers that were first; half as many graphs of these, and as many of all
     *     layers, are added
     */
    public static List<ModelCase> all(RandomSource random, int count) {
        return Stream.of(
                        layers(),
                        masks(),
                        volumes(),
                        presets(),
                        RandomModels.of(random, count),
                        RandomGraphs.of(random, Math.ceilDiv(count, 2))
                                .map(spec -> new ModelCase("graph", spec))
                                .toList(),
                        RandomNetworks.of(random, count))
                .flatMap(List::stream)
                .toList();
    }

    /** Each kind of layer with several settings, odd sizes first. */
    public static List<ModelCase> layers() {
        ModelCases layers = new ModelCases();
        layers.addConvolutions();
        layers.addTransposedConvolutions();
        layers.addPooling();
        layers.addNormalizations();
        layers.addSampleNormalizations();
        layers.addShapes();
        layers.addDense();
        layers.addElementwise();
        layers.addSequences();
        layers.addFurtherConvolutions();
        layers.addSteps();
        layers.addFurtherWindows();
        layers.addMerges();
        layers.addStates();
        return List.copyOf(layers.cases);
    }

    /** The models of the labs. */
    public static List<ModelCase> presets() {
        return Presets.names().stream()
                .map(name -> Presets.find(name, name.replace('-', '_')).orElseThrow())
                .map(spec -> new ModelCase(spec.graph().isChain() ? "lab" : "graph", spec))
                .toList();
    }

    private void addConvolutions() {
        addConv("conv2d_3x3_same_relu", IMAGE, size(3, 3), size(1, 1), SAME, RELU);
        addConv("conv2d_3x3_valid_linear", IMAGE, size(3, 3), size(1, 1), VALID, LINEAR);
        addConv("conv2d_2x2_same_sigmoid", IMAGE, size(2, 2), size(1, 1), SAME, SIGMOID);
        addConv("conv2d_1x1_same_tanh", IMAGE, size(1, 1), size(1, 1), SAME, TANH);
        addConv("conv2d_5x3_same", IMAGE, size(5, 3), size(1, 1), SAME, LINEAR);
        addConv("conv2d_3x3_stride2_same_odd", IMAGE, size(3, 3), size(2, 2), SAME, LINEAR);
        addConv("conv2d_3x3_stride2_same_even", Shape.of(8, 6, 2), size(3, 3), size(2, 2), SAME, RELU);
        addConv("conv2d_3x2_stride2x3_valid", Shape.of(8, 7, 2), size(3, 2), size(2, 3), VALID, TANH);
        addConv("conv2d_2x2_stride3_same", Shape.of(7, 8, 2), size(2, 2), size(3, 3), SAME, LINEAR);
        addConv("conv2d_4x4_stride3x2_same", Shape.of(8, 7, 2), size(4, 4), size(3, 2), SAME, LINEAR);
    }

    private void addTransposedConvolutions() {
        addTransposed("transposed_3x3_same_relu", size(3, 3), size(1, 1), SAME, RELU);
        addTransposed("transposed_3x3_stride2_same", size(3, 3), size(2, 2), SAME, LINEAR);
        addTransposed("transposed_2x2_stride2_same", size(2, 2), size(2, 2), SAME, SIGMOID);
        addTransposed("transposed_4x5_stride2x3_same", size(4, 5), size(2, 3), SAME, TANH);
        addTransposed("transposed_2x1_stride3x2_same", size(2, 1), size(3, 2), SAME, LINEAR);
        add(
                "transposed_4x4_stride2_wide",
                IMAGE,
                new Conv2dTranspose("widen", 17, size(3, 3), size(1, 1), SAME, RELU),
                new Conv2dTranspose("wide", 16, size(4, 4), size(2, 2), SAME, LINEAR));
        addTransposed("transposed_3x3_valid", size(3, 3), size(1, 1), VALID, LINEAR);
        addTransposed("transposed_3x2_stride2_valid", size(3, 2), size(2, 2), VALID, RELU);
        addTransposed("transposed_1x2_stride2x3_valid", size(1, 2), size(2, 3), VALID, LINEAR);
    }

    private void addFurtherConvolutions() {
        Conv2d plain = conv(size(3, 3), size(1, 1), SAME, RELU);
        add("conv2d_without_bias", IMAGE, plain.withBias(false));
        add(
                "conv2d_one_filter_without_bias",
                IMAGE,
                new Conv2d("conv", 1, size(3, 3), size(1, 1), SAME, LINEAR).withBias(false));
        add("conv2d_dilated_same", IMAGE, plain.withDilation(size(2, 3)));
        add(
                "conv2d_dilated_valid",
                IMAGE,
                conv(size(2, 3), size(1, 1), VALID, TANH).withDilation(size(3, 1)));
        add("conv2d_groups", Shape.of(7, 5, 4), plain.withGroups(2));
        add(
                "conv2d_groups_strided",
                Shape.of(7, 5, 4),
                conv(size(2, 3), size(2, 1), SAME, SIGMOID).withGroups(4));
        add(
                "depthwise_conv2d",
                IMAGE,
                new LayerSpec.DepthwiseConv2d("apart", size(3, 3), size(1, 1), SAME, RELU).withDepthMultiplier(2));
        add(
                "depthwise_conv2d_strided",
                IMAGE,
                new LayerSpec.DepthwiseConv2d("apart", size(2, 3), size(2, 2), VALID, TANH).withBias(false));
        add(
                "depthwise_conv2d_channels_first",
                Shape.of(3, 7, 5),
                new LayerSpec.ChannelsFirst(
                        new LayerSpec.DepthwiseConv2d("apart", size(3, 3), size(1, 1), SAME, RELU)));
        add(
                "separable_conv2d",
                IMAGE,
                new LayerSpec.SeparableConv2d("apart", 5, size(3, 2), size(2, 2), SAME, RELU).withDepthMultiplier(3));
        add(
                "separable_conv2d_dilated",
                IMAGE,
                new LayerSpec.SeparableConv2d("apart", 4, size(2, 2), size(1, 1), VALID, SIGMOID)
                        .withDilation(size(2, 2))
                        .withBias(false));
        add("conv2d_softmax", IMAGE, plain.withActivation(Activation.SOFTMAX));
        add(
                "transposed_without_bias",
                Shape.of(4, 3, 2),
                new Conv2dTranspose("transposed", 3, size(3, 3), size(2, 2), SAME, RELU, false));
        add("dense_without_bias", SEQUENCE, new Dense("dense", 4, RELU, false));
        add("conv2d_channels_first", Shape.of(3, 7, 5), new LayerSpec.ChannelsFirst(plain));
        add(
                "channels_first_in_a_row",
                Shape.of(2, 6, 4),
                new LayerSpec.ChannelsFirst(plain),
                new LayerSpec.ChannelsFirst(new MaxPooling2d("pool", size(2, 2), size(2, 2), SAME)),
                new LayerSpec.LeakyRelu("leaky", 0.2f),
                new LayerSpec.ChannelsFirst(new UpSampling2d("up", size(2, 2))));
    }

    private void addSteps() {
        add("conv1d_same", SEQUENCE, new LayerSpec.Conv1d("conv", 4, 3, 1, SAME, RELU));
        add("conv1d_strided_same", Shape.of(11, 2), new LayerSpec.Conv1d("conv", 4, 7, 2, SAME, TANH));
        add("conv1d_valid", SEQUENCE, new LayerSpec.Conv1d("conv", 4, 2, 1, VALID, LINEAR).withBias(false));
        add("conv1d_causal", SEQUENCE, new LayerSpec.Conv1d("conv", 4, 3, 1, Padding.CAUSAL, RELU));
        add(
                "conv1d_causal_dilated",
                Shape.of(9, 3),
                new LayerSpec.Conv1d("conv", 4, 3, 1, Padding.CAUSAL, RELU).withDilation(2));
        add("conv1d_groups", Shape.of(6, 4), new LayerSpec.Conv1d("conv", 6, 3, 1, SAME, RELU).withGroups(2));
        add("conv1d_transposed", SEQUENCE, new LayerSpec.Conv1dTranspose("transposed", 4, 7, 2, SAME, RELU));
        add("conv1d_transposed_valid", SEQUENCE, new LayerSpec.Conv1dTranspose("transposed", 4, 2, 3, VALID, LINEAR));
        add("depthwise_conv1d", SEQUENCE, new LayerSpec.DepthwiseConv1d("apart", 3, 1, SAME, 2, TANH, 2, true));
        add("depthwise_conv1d_strided", Shape.of(8, 3), new LayerSpec.DepthwiseConv1d("apart", 3, 2, VALID, RELU));
        add("separable_conv1d", Shape.of(8, 3), new LayerSpec.SeparableConv1d("apart", 5, 3, 2, SAME, RELU));
        add(
                "separable_conv1d_valid",
                SEQUENCE,
                new LayerSpec.SeparableConv1d("apart", 4, 2, 1, VALID, 2, TANH, 1, false));
        add("max_pooling1d", SEQUENCE, new LayerSpec.MaxPooling1d("pool", 2, 2, SAME));
        add("average_pooling1d", SEQUENCE, new LayerSpec.AveragePooling1d("pool", 3, 1, VALID));
        add("global_max_pooling1d", SEQUENCE, new LayerSpec.GlobalMaxPooling1d("most"));
        add("global_average_pooling1d", SEQUENCE, new LayerSpec.GlobalAveragePooling1d("average"));
        add("up_sampling1d", SEQUENCE, new LayerSpec.UpSampling1d("up", 3));
        add("zero_padding1d", SEQUENCE, new LayerSpec.ZeroPadding1d("pad", 1, 2));
        add("cropping1d", SEQUENCE, new LayerSpec.Cropping1d("crop", 1, 2));
        add("permute_sequence", SEQUENCE, new LayerSpec.Permute("permute", List.of(2, 1)));
    }

    private void addFurtherWindows() {
        add("average_pooling2d_same", IMAGE, new LayerSpec.AveragePooling2d("pool", size(2, 3), size(2, 2), SAME));
        add("average_pooling2d_valid", IMAGE, new LayerSpec.AveragePooling2d("pool", size(3, 2), size(1, 2), VALID));
        add("global_max_pooling2d", IMAGE, new LayerSpec.GlobalMaxPooling2d("most"));
        add("zero_padding2d", IMAGE, new LayerSpec.ZeroPadding2d("pad", 1, 0, 2, 3));
        add("cropping2d", IMAGE, new LayerSpec.Cropping2d("crop", 1, 0, 2, 1));
        add("permute_image", IMAGE, new LayerSpec.Permute("permute", List.of(3, 1, 2)));
        add(
                "permute_before_conv",
                Shape.of(3, 7, 5),
                new LayerSpec.Permute("permute", List.of(2, 3, 1)),
                conv(size(3, 3), size(1, 1), SAME, RELU));
        add("norm_axis_1", IMAGE, new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f, 1, true, true));
        add("norm_axis_2_plain", IMAGE, new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f, 2, false, false));
        add("norm_without_scale", SEQUENCE, new LayerSpec.BatchNormalization("norm", 0.9f, 1e-3f, -1, false, true));
    }

    /** Models whose steps may be masked, which are not written as ONNX. Their inputs have such steps where they are 0. */
    public static List<ModelCase> masks() {
        ModelCases cases = new ModelCases();
        LayerSpec masking = new LayerSpec.Masking("mask", 0);
        Recurrence backwards = Recurrence.DEFAULT.withGoBackwards(true);
        Lstm lstm = new Lstm("lstm", 4, true);
        cases.add("masked_lstm", SEQUENCE, masking, lstm, new TimeDistributed("each", new Dense("in", 2, TANH)));
        cases.add("masked_lstm_last", SEQUENCE, masking, new Lstm("lstm", 4, false, backwards));
        cases.add("masked_gru", SEQUENCE, masking, new LayerSpec.Gru("gru", 4, true, backwards, true));
        cases.add("masked_rnn", SEQUENCE, masking, new LayerSpec.SimpleRnn("rnn", 4, false, Recurrence.DEFAULT));
        cases.add(
                "masked_both_ways",
                SEQUENCE,
                new LayerSpec.Masking("mask", -0.5f),
                new LayerSpec.Bidirectional("both", lstm, lstm.reversed("back"), LayerSpec.MergeMode.SUM),
                new LayerSpec.Gru("gru", 3, false, Recurrence.DEFAULT, false));
        cases.addMaskedAttention();
        return List.copyOf(cases.cases);
    }

    private void addMaskedAttention() {
        LayerSpec masking = new LayerSpec.Masking("mask", 0);
        LayerSpec heads = new LayerSpec.MultiHeadAttention("attend", 2, 3);
        LayerSpec norm = new LayerSpec.LayerNormalization("norm");
        LayerSpec dot = new LayerSpec.DotAttention("dot", true, false, 0);
        LayerSpec later = new LayerSpec.DotAttention("dot").withCausal(true);
        addMaskedChain("masked_heads", masking, new Dense("wide", 5, TANH), norm, heads, dot);
        addMaskedChain(
                "masked_heads_causal", masking, new LayerSpec.MultiHeadAttention("attend", 1, 4).withCausal(true));
        addMaskedChain(
                "masked_additive", masking, new LayerSpec.AdditiveAttention("attend"), new Lstm("last", 3, false));
        addMaskedChain("masked_dot_causal", masking, later, heads);
        Graph.Node masked = new Graph.Node(masking, List.of("x"));
        LayerSpec far = new LayerSpec.Rescaling("far", 1e12f, 0);
        LayerSpec whole = new LayerSpec.ActivationLayer("whole", Activation.HARD_SIGMOID); // 0 or 1
        LayerSpec table = new LayerSpec.Embedding("table", 2, 4, true);
        LayerSpec code = new Lstm("code", 3, false);
        // In front of the attention or behind what is added to it, a normalization decides whether the mask goes on.
        addMaskedGraph(
                "masked_residual",
                SEQUENCE,
                masked,
                new Graph.Node(norm, List.of("mask")),
                new Graph.Node(heads, List.of("norm")),
                new Graph.Node(new LayerSpec.Add("sum"), List.of("mask", "attend")),
                new Graph.Node(dot, List.of("sum")));
        addMaskedGraph(
                "masked_residual_after",
                SEQUENCE,
                masked,
                new Graph.Node(heads, List.of("mask")),
                new Graph.Node(new LayerSpec.Add("sum"), List.of("mask", "attend")),
                new Graph.Node(norm, List.of("sum")),
                new Graph.Node(dot, List.of("norm")),
                new Graph.Node(code, List.of("norm")),
                new Graph.Node(new LayerSpec.Multiply("both"), List.of("code", "dot")));
        addMaskedGraph(
                "masked_crossed",
                SEQUENCE,
                masked,
                new Graph.Node(new LayerSpec.Masking("other", -0.5f), List.of("x")),
                new Graph.Node(new LayerSpec.Cropping1d("short", 1, 1), List.of("x")),
                new Graph.Node(heads, List.of("mask", "other", "mask")),
                new Graph.Node(dot, List.of("short", "attend")),
                new Graph.Node(new LayerSpec.AdditiveAttention("both"), List.of("attend", "dot")));
        addMaskedGraph(
                "masked_rows",
                VECTOR,
                new Graph.Node(far, List.of("x")),
                new Graph.Node(whole, List.of("far")),
                new Graph.Node(table, List.of("whole")),
                new Graph.Node(heads, List.of("table")),
                new Graph.Node(new LayerSpec.Dropout("drop", 0), List.of("attend")),
                new Graph.Node(dot, List.of("drop")),
                new Graph.Node(code, List.of("dot")));
    }

    private void addMaskedChain(String name, LayerSpec... layers) {
        List<Graph.Node> nodes = Graph.chain(SEQUENCE, List.of(layers)).nodes();
        Graph.Node first = new Graph.Node(layers[0], List.of("x"));
        addMaskedGraph(
                name,
                SEQUENCE,
                Stream.concat(Stream.of(first), nodes.stream().skip(1)).toArray(Graph.Node[]::new));
    }

    /** Closed by layers that let no mask through; the code is what the last node gives. */
    private void addMaskedGraph(String name, Shape input, Graph.Node... nodes) {
        List<Graph.Node> all = new ArrayList<>(List.of(nodes));
        String waist = all.getLast().name();
        String before = waist;
        for (LayerSpec close : List.of(
                new LayerSpec.Flatten("close_flatten"),
                new Dense("close_dense", input.size(), LINEAR),
                new LayerSpec.Reshape("close_reshape", input))) {
            all.add(new Graph.Node(close, List.of(before)));
            before = close.name();
        }
        Graph graph = new Graph(List.of(new Graph.Input("x", input)), all, List.of(before));
        cases.add(new ModelCase("graph", new AutoencoderSpec(name, graph, waist)));
    }

    /** What computes on volumes, which are not written as ONNX. */
    public static List<ModelCase> volumes() {
        Shape volume = Shape.of(3, 4, 2, 2);
        Size3 two = Size3.cube(2);
        Size3 one = Size3.cube(1);
        ModelCases cases = new ModelCases();
        cases.add("conv3d", volume, new LayerSpec.Conv3d("conv", 3, two, one, SAME, Activation.ELU, 1, true));
        cases.add("conv3d_groups", volume, new LayerSpec.Conv3d("conv", 4, two, one, VALID, RELU, 2, false));
        cases.add("conv3d_transposed", volume, new LayerSpec.Conv3dTranspose("back", 3, two, two, SAME, RELU, true));
        cases.add("max_pooling3d", volume, new LayerSpec.Pooling3d("pool", false, two, two, SAME));
        cases.add("average_pooling3d", volume, new LayerSpec.Pooling3d("pool", true, two, one, VALID));
        cases.add("spatial_dropout3d", volume, new LayerSpec.SpatialDropout("dropout", 3, 0.4f));
        Recurrence others = new Recurrence(Activation.ELU, Activation.HARD_SIGMOID, false, true, true);
        cases.add("conv_lstm2d", volume, new LayerSpec.ConvLstm2d("lstm", 3, size(2, 3), SAME, true));
        cases.add(
                "conv_lstm2d_backwards",
                volume,
                new LayerSpec.ConvLstm2d("lstm", 2, size(2, 2), size(2, 1), VALID, size(1, 1), false, others));
        cases.add(
                "conv_lstm1d",
                Shape.of(3, 5, 2),
                new LayerSpec.ConvLstm1d("lstm", 3, 3, 1, SAME, 2, true, Recurrence.DEFAULT));
        cases.add("global_max_pooling3d", volume, new LayerSpec.GlobalPooling3d("pool", false));
        cases.add("global_average_pooling3d", volume, new LayerSpec.GlobalPooling3d("pool", true));
        cases.add("zero_padding3d", volume, new LayerSpec.ZeroPadding3d("pad", 1, 0, 0, 2, 1, 1));
        cases.add("cropping3d", volume, new LayerSpec.Cropping3d("crop", 1, 0, 0, 2, 1, 0));
        cases.add("up_sampling3d", volume, new LayerSpec.UpSampling3d("up", two));
        return List.copyOf(cases.cases);
    }

    private void addPooling() {
        addPool("max_pooling2d_2x2_same_odd", IMAGE, size(2, 2), size(2, 2), SAME);
        addPool("max_pooling2d_2x2_valid_odd", IMAGE, size(2, 2), size(2, 2), VALID);
        addPool("max_pooling2d_3x2_stride2x1_same", IMAGE, size(3, 2), size(2, 1), SAME);
        addPool("max_pooling2d_3x3_stride1_valid", IMAGE, size(3, 3), size(1, 1), VALID);
        addPool("max_pooling2d_2x2_stride3_same", Shape.of(7, 8, 2), size(2, 2), size(3, 3), SAME);
        add("up_sampling2d_2x2", IMAGE, new UpSampling2d("up", size(2, 2)));
        add("up_sampling2d_3x1", IMAGE, new UpSampling2d("up", size(3, 1)));
        add("up_sampling2d_bilinear", IMAGE, new UpSampling2d("up", size(2, 3), LayerSpec.Interpolation.BILINEAR));
        add("global_average_pooling2d", IMAGE, new LayerSpec.GlobalAveragePooling2d("average"));
    }

    private void addNormalizations() {
        add("batch_normalization_image", IMAGE, normalization(1e-3f));
        add("batch_normalization_sequence", SEQUENCE, normalization(1e-5f));
        add("batch_normalization_vector", VECTOR, normalization(1e-2f));
    }

    private void addSampleNormalizations() {
        add("layer_normalization_image", IMAGE, new LayerSpec.LayerNormalization("norm"));
        add("layer_normalization_vector", VECTOR, new LayerSpec.LayerNormalization("norm"));
        add(
                "layer_normalization_rows",
                IMAGE,
                new LayerSpec.LayerNormalization("norm", List.of(1), 0.01f, false, true, false));
        add(
                "layer_normalization_rms",
                SEQUENCE,
                new LayerSpec.LayerNormalization("norm", List.of(-1), 0.01f, true, true, true));
        add("group_normalization_image", Shape.of(5, 4, 6), new LayerSpec.GroupNormalization("norm", 2));
        add("group_normalization_sequence", SEQUENCE, new LayerSpec.GroupNormalization("norm", -1));
        add(
                "group_normalization_axis_1",
                Shape.of(4, 5, 3),
                new LayerSpec.GroupNormalization("norm", 2, 1, 0.01f, true, false));
        add("rms_normalization_image", IMAGE, new LayerSpec.RmsNormalization("norm"));
        add("rms_normalization_steps", SEQUENCE, new LayerSpec.RmsNormalization("norm", List.of(-1), 0.01f));
        add("rms_normalization_vector", VECTOR, new LayerSpec.RmsNormalization("norm"));
        add("unit_normalization_image", IMAGE, new LayerSpec.UnitNormalization("norm"));
        add("unit_normalization_axis_2", IMAGE, new LayerSpec.UnitNormalization("norm", List.of(2)));
        add("unit_normalization_vector", VECTOR, new LayerSpec.UnitNormalization("norm"));
    }

    private void addShapes() {
        add("flatten_image", IMAGE, new LayerSpec.Flatten("flatten"));
        add("flatten_vector", VECTOR, new LayerSpec.Flatten("flatten"));
        add("flatten_after_conv", IMAGE, conv(size(2, 2), size(1, 1), VALID, RELU), new LayerSpec.Flatten("flatten"));
        add("reshape_image_to_sequence", Shape.of(4, 3, 2), new LayerSpec.Reshape("reshape", Shape.of(6, 4)));
        add("reshape_vector_to_image", Shape.of(24), new LayerSpec.Reshape("reshape", Shape.of(2, 4, 3)));
        add(
                "reshape_after_conv",
                IMAGE,
                conv(size(3, 3), size(2, 2), SAME, TANH),
                new LayerSpec.Reshape("reshape", Shape.of(12, 4)),
                new Lstm("lstm", 3, false));
    }

    private void addDense() {
        for (Activation activation : exchanged()) {
            String name = "dense_vector_" + activation.name().toLowerCase(Locale.ROOT);
            add(name, VECTOR, new Dense("dense", 4, activation));
        }
        add("dense_sequence", SEQUENCE, new Dense("dense", 4, RELU));
        add("dense_image", IMAGE, new Dense("dense", 4, TANH));
        add("dense_after_conv", IMAGE, conv(size(3, 3), size(1, 1), SAME, RELU), new Dense("dense", 2, LINEAR));
    }

    private void addElementwise() {
        add("dropout", VECTOR, new LayerSpec.Dropout("dropout", 0.4f));
        add("spatial_dropout1d", SEQUENCE, new LayerSpec.SpatialDropout("dropout", 1, 0.4f));
        add("spatial_dropout2d", IMAGE, new LayerSpec.SpatialDropout("dropout", 2, 0.4f));
        add("gaussian_dropout", VECTOR, new LayerSpec.GaussianDropout("dropout", 0.4f));
        add("alpha_dropout", SEQUENCE, new LayerSpec.AlphaDropout("dropout", 0.4f));
        add("gaussian_noise", VECTOR, new LayerSpec.GaussianNoise("noise", 0.4f));
        add("gaussian_noise_of_nothing", IMAGE, new LayerSpec.GaussianNoise("noise", 0));
        add("dropout_of_nothing", IMAGE, new LayerSpec.Dropout("dropout", 0));
        for (Activation activation : exchanged()) {
            String name = "activation_" + activation.name().toLowerCase(Locale.ROOT);
            add(name, IMAGE, new LayerSpec.ActivationLayer("activation", activation));
        }
        add("leaky_relu", IMAGE, new LayerSpec.LeakyRelu("leaky", 0.3f));
        add("leaky_relu_flat", SEQUENCE, new LayerSpec.LeakyRelu("leaky", 0));
        add("leaky_relu_steep", VECTOR, new LayerSpec.LeakyRelu("leaky", 1.5f));
        add("relu_at_most", IMAGE, new LayerSpec.Relu("relu", 0, 0, 0.4f));
        add("relu_sloped", SEQUENCE, new LayerSpec.Relu("relu", 0.3f, 0.2f, 0.9f));
        add("relu_sloped_without_most", VECTOR, new LayerSpec.Relu("relu", 0.3f, 0, Float.POSITIVE_INFINITY));
        add("rescaling", IMAGE, new LayerSpec.Rescaling("rescaling", 1f / 255, 0.5f));
        add("rescaling_last", VECTOR, new Dense("dense", 4, SIGMOID), new LayerSpec.Rescaling("rescaling", -255, 0));
        add("normalization", IMAGE, normalization(List.of(3), 3, /* invert= */ false));
        add("normalization_of_columns", IMAGE, normalization(List.of(2), 5, /* invert= */ true));
        add("normalization_channels", SEQUENCE, normalization(List.of(2), 3, /* invert= */ false));
        add("normalization_of_all", SEQUENCE, normalization(List.of(), 1, /* invert= */ false));
        add(
                "normalization_back",
                VECTOR,
                new Dense("dense", VECTOR.size(), SIGMOID),
                normalization(List.of(1), 6, /* invert= */ true));
        add("elu_half", IMAGE, new LayerSpec.Elu("elu", 0.5f));
        add("prelu_image", IMAGE, new LayerSpec.PRelu("prelu", List.of()));
        add("prelu_shared", IMAGE, new LayerSpec.PRelu("prelu", List.of(1, 2)));
        add("prelu_sequence", SEQUENCE, new LayerSpec.PRelu("prelu", List.of(1)));
        add("prelu_vector", VECTOR, new LayerSpec.PRelu("prelu", List.of()));
    }

    /** Of which one place hardly varied. */
    private static LayerSpec normalization(List<Integer> axes, int count, boolean invert) {
        List<Float> means = new ArrayList<>();
        List<Float> variances = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            means.add(i * 0.5f - 1);
            variances.add(i == 2 ? 0.01f : 0.25f + i);
        }
        return new LayerSpec.Normalization("normalization", axes, means, variances, invert);
    }

    /** All but the one for which Keras 3 has no name. */
    static List<Activation> exchanged() {
        return Arrays.stream(Activation.values())
                .filter(activation -> activation != Activation.HARD_SIGMOID_KERAS2)
                .toList();
    }

    private void addSequences() {
        add("lstm_last_state", SEQUENCE, new Lstm("lstm", 4, false));
        add("lstm_sequences", SEQUENCE, new Lstm("lstm", 4, true));
        add("lstm_one_unit", SEQUENCE, new Lstm("lstm", 1, true));
        add("lstm_one_step", Shape.of(1, 3), new Lstm("lstm", 2, true));
        add("lstm_many_units", Shape.of(4, 2), new Lstm("lstm", 35, false));
        add("lstm_stacked", SEQUENCE, new Lstm("lstm1", 4, true), new Lstm("lstm2", 3, false));
        addCells("relu", Recurrence.DEFAULT.withActivation(RELU));
        addCells("linear_no_bias", Recurrence.DEFAULT.withActivation(LINEAR).withUseBias(false));
        addCells("sigmoid_backwards", Recurrence.DEFAULT.withActivation(SIGMOID).withGoBackwards(true));
        addCells(
                "elu_hard_gates",
                Recurrence.DEFAULT.withActivation(Activation.ELU).withRecurrentActivation(Activation.HARD_SIGMOID));
        addCells("tanh_gates", Recurrence.DEFAULT.withRecurrentActivation(TANH).withUnitForgetBias(false));
        addCells(
                "usual_backwards_no_bias",
                Recurrence.DEFAULT.withGoBackwards(true).withUseBias(false));
        for (LayerSpec.MergeMode mode : LayerSpec.MergeMode.values()) {
            String name = "bidirectional_" + mode.name().toLowerCase(Locale.ROOT);
            LayerSpec.Gru gru = new LayerSpec.Gru("gru", 4, false, Recurrence.DEFAULT, true);
            add(name + "_last", SEQUENCE, new LayerSpec.Bidirectional("both", gru, gru.reversed("back"), mode));
            Lstm lstm = new Lstm("lstm", 4, true, Recurrence.DEFAULT.withActivation(RELU));
            add(name, SEQUENCE, new LayerSpec.Bidirectional("both", lstm, lstm.reversed("back"), mode));
        }
        add("repeat_vector", VECTOR, new RepeatVector("repeat", 3));
        add("repeat_vector_lstm", VECTOR, new RepeatVector("repeat", 3), new Lstm("lstm", 4, true));
        add("time_distributed_sigmoid", SEQUENCE, new TimeDistributed("each", new Dense("inner", 4, SIGMOID)));
        add(
                "time_distributed_after_lstm",
                SEQUENCE,
                new Lstm("lstm", 4, true),
                new TimeDistributed("each", new Dense("inner", 2, LINEAR)));
        addEachStep();
        add("lstm_normalized", SEQUENCE, new Lstm("lstm", 4, true), normalization(1e-3f), new Lstm("after", 2, true));
    }

    /** Layers of every kind on each step. */
    private void addEachStep() {
        Shape video = Shape.of(3, 5, 4, 2);
        Shape series = Shape.of(3, 6, 2);
        addEach("conv2d", video, conv(size(3, 3), size(2, 1), SAME, RELU));
        addEach("conv2d_transpose", video, new Conv2dTranspose("in", 3, size(2, 3), size(2, 2), VALID, TANH));
        addEach("depthwise_conv2d", video, new LayerSpec.DepthwiseConv2d("in", size(2, 3), size(1, 1), SAME, RELU));
        addEach("separable_conv2d", video, new LayerSpec.SeparableConv2d("in", 3, size(2, 2), size(1, 1), SAME, RELU));
        addEach("max_pooling2d", video, new MaxPooling2d("in", size(2, 2), size(2, 2), SAME));
        addEach("average_pooling2d", video, new LayerSpec.AveragePooling2d("in", size(2, 3), size(1, 1), VALID));
        addEach("global_average_pooling2d", video, new LayerSpec.GlobalAveragePooling2d("in"));
        addEach("up_sampling2d", video, new UpSampling2d("in", size(2, 3)));
        addEach("zero_padding2d", video, new LayerSpec.ZeroPadding2d("in", 1, 0, 2, 1));
        addEach("flatten", video, new LayerSpec.Flatten("in"));
        addEach("permute", video, new LayerSpec.Permute("in", List.of(3, 1, 2)));
        addEach("batch_normalization", video, new LayerSpec.BatchNormalization("in", 0.9f, 1e-3f));
        addEach("layer_normalization", video, new LayerSpec.LayerNormalization("in"));
        addEach("leaky_relu", video, new LayerSpec.LeakyRelu("in", 0.1f));
        addEach("dropout", video, new LayerSpec.Dropout("in", 0.4f));
        addEach("dense", video, new Dense("in", 3, SIGMOID));
        addEach("conv1d", series, new LayerSpec.Conv1d("in", 4, 3, 2, SAME, RELU));
        addEach("max_pooling1d", series, new LayerSpec.MaxPooling1d("in", 2, 2, VALID));
        addEach("lstm", series, new Lstm("in", 3, false));
        addEach("gru_sequences", series, new LayerSpec.Gru("in", 3, true, Recurrence.DEFAULT, true));
        addEach(
                "bidirectional",
                series,
                new LayerSpec.Bidirectional(
                        "in",
                        new Lstm("f", 3, true),
                        new Lstm("f", 3, true).reversed("b"),
                        LayerSpec.MergeMode.CONCAT));
        addEach("each_step", series, new TimeDistributed("in", new Dense("inner", 3, TANH)));
        addEach("repeat_vector", SEQUENCE, new RepeatVector("in", 2));
        add(
                "each_cnn_lstm",
                video,
                new TimeDistributed("conv_each", conv(size(3, 3), size(2, 2), SAME, RELU)),
                new TimeDistributed("flat_each", new LayerSpec.Flatten("flat")),
                new Lstm("lstm", 4, false));
    }

    private void addEach(String name, Shape input, LayerSpec layer) {
        add("each_" + name, input, new TimeDistributed("each", layer));
    }

    /** Each cell, every state and the last one alone. */
    private void addCells(String name, Recurrence recurrence) {
        for (boolean sequences : new boolean[] {true, false}) {
            String which = name + (sequences ? "" : "_last");
            add("lstm_" + which, SEQUENCE, new Lstm("lstm", 4, sequences, recurrence));
            add("gru_" + which, SEQUENCE, new LayerSpec.Gru("gru", 4, sequences, recurrence, true));
            add("gru_before_" + which, SEQUENCE, new LayerSpec.Gru("gru", 4, sequences, recurrence, false));
            add("simple_rnn_" + which, SEQUENCE, new LayerSpec.SimpleRnn("rnn", 4, sequences, recurrence));
        }
    }

    private void addMerges() {
        addMerge("merge_add", new LayerSpec.Add("merge"), 3);
        addMerge("merge_subtract", new LayerSpec.Subtract("merge"), 2);
        addMerge("merge_multiply", new LayerSpec.Multiply("merge"), 3);
        addMerge("merge_average", new LayerSpec.Average("merge"), 3);
        addMerge("merge_maximum", new LayerSpec.Maximum("merge"), 3);
        addMerge("merge_minimum", new LayerSpec.Minimum("merge"), 2);
        addMerge("merge_sampling", new LayerSpec.Sampling("merge"), 2);
        addMerge("merge_concatenate_channels", new LayerSpec.Concatenate("merge", -1), 3);
        addMerge("merge_concatenate_rows", new LayerSpec.Concatenate("merge", 1), 2);
        addMerge("merge_concatenate_columns", new LayerSpec.Concatenate("merge", 2), 3);
        LayerSpec far = new LayerSpec.Rescaling("far", 1e12f, 0);
        LayerSpec whole = new LayerSpec.ActivationLayer("whole", Activation.HARD_SIGMOID); // 0 or 1
        add("embedding", Shape.of(6), far, whole, new LayerSpec.Embedding("table", 2, 3));
        add("embedding_of_sequence", SEQUENCE, far, whole, new LayerSpec.Embedding("table", 5, 19));
        add("quantizer", IMAGE, conv(size(3, 3), size(2, 2), SAME, LINEAR), new LayerSpec.VectorQuantizer("code", 9));
        add("quantizer_of_steps", SEQUENCE, new LayerSpec.VectorQuantizer("code", 4), new Lstm("lstm", 3, false));
        add("quantizer_of_vector", VECTOR, new Dense("dense", 3, TANH), new LayerSpec.VectorQuantizer("code", 33));
        addAttention("dot", new LayerSpec.Dot("attend", -1, -1, false), "x", "short");
        addAttention("dot_normalized", new LayerSpec.Dot("attend", 2, 1, true), "x", "transposed");
        addAttention("dot_steps", new LayerSpec.Dot("attend", 1, 1, false), "short", "wide");
        addAttention("dot_vectors", new LayerSpec.Dot("attend", 1, -1, true), "code", "code_too");
        addAttention("merge_scaled_steps", new LayerSpec.Multiply("attend"), "x", "gate");
        addAttention("merge_add_to_each_step", new LayerSpec.Add("attend"), "code3", "x");
        addAttention("merge_both_ways", new LayerSpec.Average("attend"), "gate", "code3");
        addAttention("attention_heads", new LayerSpec.MultiHeadAttention("attend", 2, 3), "x");
        addAttention(
                "attention_heads_no_bias",
                new LayerSpec.MultiHeadAttention("attend", 3, 2, 5, 4, 0, false),
                "x",
                "short");
        addAttention(
                "attention_heads_key",
                new LayerSpec.MultiHeadAttention("attend", 1, 4, 2, 0, 0, true),
                "x",
                "short",
                "wide");
        addAttention("attention_self", new LayerSpec.DotAttention("attend"), "x");
        addAttention("attention_scaled", new LayerSpec.DotAttention("attend", true, false, 0), "x", "wide", "short");
        addAttention("attention_sums", new LayerSpec.DotAttention("attend", true, true, 0), "x", "short");
        addAttention("attention_additive", new LayerSpec.AdditiveAttention("attend"), "x", "wide", "short");
        addAttention("attention_causal_heads", new LayerSpec.MultiHeadAttention("attend", 2, 3).withCausal(true), "x");
        addAttention("attention_causal", new LayerSpec.DotAttention("attend", true, false, 0, true), "x", "short");
        addAttention("attention_causal_more", new LayerSpec.DotAttention("attend", false, true, 0, true), "short", "x");
        addAttention(
                "attention_causal_additive",
                new LayerSpec.AdditiveAttention("attend", true, 0, true),
                "x",
                "wide",
                "short");
        addAttention("attention_additive_plain", new LayerSpec.AdditiveAttention("attend", false, 0), "x", "short");
    }

    /** To the input, to fewer of its steps, and to as many with more features. */
    private void addAttention(String name, LayerSpec.Merge layer, String... read) {
        List<Graph.Node> nodes = new ArrayList<>();
        List<String> needed = List.of(read);
        if (needed.contains("short") || needed.contains("wide")) {
            nodes.add(new Graph.Node(new LayerSpec.Cropping1d("short", 1, 1), List.of("x")));
        }
        if (needed.contains("wide")) {
            nodes.add(new Graph.Node(new LayerSpec.Dense("wide", 4, TANH), List.of("short")));
        }
        if (needed.contains("transposed")) {
            nodes.add(new Graph.Node(new LayerSpec.Permute("transposed", List.of(2, 1)), List.of("x")));
        }
        if (needed.contains("gate")) {
            nodes.add(new Graph.Node(new LayerSpec.Dense("gate", 1, SIGMOID), List.of("x")));
        }
        for (String code : List.of("code", "code_too", "code3")) {
            if (needed.contains(code)) {
                nodes.add(new Graph.Node(new LayerSpec.Lstm(code, 3, false), List.of("x")));
            }
        }
        nodes.add(new Graph.Node(layer, needed));
        String before = layer.name();
        for (LayerSpec close : List.of(
                new LayerSpec.Flatten("close_flatten"),
                new LayerSpec.Dense("close_dense", SEQUENCE.size(), LINEAR),
                new LayerSpec.Reshape("close_reshape", SEQUENCE))) {
            nodes.add(new Graph.Node(close, List.of(before)));
            before = close.name();
        }
        Graph graph = new Graph(List.of(new Graph.Input("x", SEQUENCE)), nodes, List.of(before));
        cases.add(new ModelCase("graph", new AutoencoderSpec(name, graph, layer.name())));
    }

    /** A decoder that begins as the encoder ended, behind a code beside which the states go. */
    private void addStates() {
        Recurrence usual = Recurrence.DEFAULT;
        Recurrence backwards = usual.withGoBackwards(true);
        addStates("lstm", new Lstm("enc", 4, false), new Lstm("dec", 4, true));
        addStates("lstm_sequences", new Lstm("enc", 4, true, backwards), new Lstm("dec", 4, true, backwards));
        addStates(
                "gru",
                new LayerSpec.Gru("enc", 4, true, usual, true),
                new LayerSpec.Gru("dec", 4, true, backwards, false));
        addStates(
                "gru_before",
                new LayerSpec.Gru("enc", 4, false, usual, false),
                new LayerSpec.Gru("dec", 4, false, usual, true));
        addStates(
                "simple_rnn",
                new LayerSpec.SimpleRnn("enc", 4, true, usual),
                new LayerSpec.SimpleRnn("dec", 4, false, usual));
        for (LayerSpec.MergeMode mode : LayerSpec.MergeMode.values()) {
            boolean sequences = mode == LayerSpec.MergeMode.CONCAT || mode == LayerSpec.MergeMode.MUL;
            addStates("bidirectional_" + mode, bothWays("enc", mode, sequences), bothWays("dec", mode, true));
        }
        addStates(
                "bidirectional_of_two_kinds",
                ofTwoKinds("enc", LayerSpec.MergeMode.SUM),
                ofTwoKinds("dec", LayerSpec.MergeMode.CONCAT));
        addConvolutionalStates("conv_lstm2d", usual);
        addConvolutionalStates(
                "conv_lstm2d_backwards",
                backwards.withActivation(Activation.ELU).withUseBias(false));
    }

    /** Ways of other names in each: a clone of Keras's calls its variables after these alone. */
    private static LayerSpec.Bidirectional bothWays(String name, LayerSpec.MergeMode mode, boolean sequences) {
        Lstm lstm = new Lstm(name + "_forth", 4, sequences);
        return new LayerSpec.Bidirectional(name, lstm, lstm.reversed(name + "_back"), mode);
    }

    private static LayerSpec.Bidirectional ofTwoKinds(String name, LayerSpec.MergeMode mode) {
        LayerSpec.Gru gru = new LayerSpec.Gru(name + "_forth", 4, true, Recurrence.DEFAULT, true);
        LayerSpec.SimpleRnn simple = new LayerSpec.SimpleRnn(name + "_back", 4, true, Recurrence.DEFAULT);
        return new LayerSpec.Bidirectional(name, gru, simple.reversed(simple.name()), mode);
    }

    /** A decoder of a film that begins as the encoder ended, and another that begins with its cell alone. */
    private void addConvolutionalStates(String name, Recurrence recurrence) {
        Shape film = Shape.of(3, 4, 3, 2);
        Size2 kernel = size(2, 3);
        Size2 one = size(1, 1);
        List<Graph.Node> nodes = List.of(
                new Graph.Node(
                        new LayerSpec.ConvLstm2d("enc", 2, kernel, one, SAME, one, true, recurrence), List.of("x")),
                new Graph.Node(new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN), List.of("enc")),
                new Graph.Node(new LayerSpec.State("c", LayerSpec.State.Which.CELL), List.of("enc")),
                new Graph.Node(new LayerSpec.Flatten("row"), List.of("enc")),
                new Graph.Node(new LayerSpec.Dense("code", 3, TANH), List.of("row")),
                new Graph.Node(new LayerSpec.Dense("wide", film.size(), TANH), List.of("code")),
                new Graph.Node(new LayerSpec.Reshape("steps", film), List.of("wide")),
                new Graph.Node(
                        new LayerSpec.ConvLstm2d("dec", 2, kernel, one, SAME, one, true, recurrence),
                        List.of("steps", "h", "c")),
                new Graph.Node(
                        new LayerSpec.ConvLstm2d("last", 2, kernel, one, SAME, one, true, recurrence),
                        List.of("dec", "c", "c")));
        Graph graph = Graph.of(List.of(new Graph.Input("x", film)), nodes, List.of("last"));
        cases.add(new ModelCase("graph", new AutoencoderSpec("states_" + name, graph, "code")));
    }

    private void addStates(String name, LayerSpec.Walk encoder, LayerSpec.Walk decoder) {
        List<Graph.Node> nodes = new ArrayList<>();
        nodes.add(new Graph.Node(encoder, List.of("x")));
        List<String> read = new ArrayList<>(List.of("repeat"));
        for (int i = 0; i < encoder.states().size(); i++) {
            LayerSpec state = new LayerSpec.State("state" + i, encoder.states().get(i));
            nodes.add(new Graph.Node(state, List.of("enc")));
            read.add(state.name());
        }
        LayerSpec code = new LayerSpec.Dense("code", 3, TANH);
        nodes.add(new Graph.Node(code, List.of(read.getLast())));
        nodes.add(new Graph.Node(new LayerSpec.RepeatVector("repeat", 3), List.of("code")));
        nodes.add(new Graph.Node(decoder, read));
        String before = "dec";
        for (LayerSpec close : List.of(
                new LayerSpec.Flatten("close_flatten"),
                new LayerSpec.Dense("close_dense", SEQUENCE.size(), LINEAR),
                new LayerSpec.Reshape("close_reshape", SEQUENCE))) {
            nodes.add(new Graph.Node(close, List.of(before)));
            before = close.name();
        }
        Graph graph = Graph.of(List.of(new Graph.Input("x", SEQUENCE)), nodes, List.of(before));
        cases.add(new ModelCase("graph", new AutoencoderSpec("states_" + name, graph, "code")));
    }

    /** Of a convolution, the next one and the one after it. */
    private void addMerge(String name, LayerSpec.Merge merge, int inputs) {
        List<Graph.Node> nodes = new ArrayList<>();
        List<String> read = new ArrayList<>();
        String before = "x";
        for (int i = 1; i <= inputs; i++) {
            LayerSpec conv = new Conv2d("conv" + i, 3, size(3, 3), size(1, 1), SAME, TANH);
            nodes.add(new Graph.Node(conv, List.of(before)));
            before = conv.name();
            read.addFirst(before);
        }
        nodes.add(new Graph.Node(merge, read));
        before = merge.name();
        for (LayerSpec close : List.of(
                new LayerSpec.Flatten("close_flatten"),
                new LayerSpec.Dense("close_dense", IMAGE.size(), LINEAR),
                new LayerSpec.Reshape("close_reshape", IMAGE))) {
            nodes.add(new Graph.Node(close, List.of(before)));
            before = close.name();
        }
        Graph graph = new Graph(List.of(new Graph.Input("x", IMAGE)), nodes, List.of(before));
        cases.add(new ModelCase("graph", new AutoencoderSpec(name, graph, merge.name())));
    }

    private void addConv(String name, Shape input, Size2 kernel, Size2 stride, Padding padding, Activation activation) {
        add(name, input, conv(kernel, stride, padding, activation));
    }

    private void addTransposed(String name, Size2 kernel, Size2 stride, Padding padding, Activation activation) {
        add(name, Shape.of(4, 3, 2), new Conv2dTranspose("transposed", 5, kernel, stride, padding, activation));
    }

    private void addPool(String name, Shape input, Size2 pool, Size2 stride, Padding padding) {
        add(name, input, new MaxPooling2d("pool", pool, stride, padding));
    }

    private void add(String name, Shape input, LayerSpec... layers) {
        cases.add(ModelCase.of("layer", name, input, List.of(layers), List.of()));
    }

    private static Conv2d conv(Size2 kernel, Size2 stride, Padding padding, Activation activation) {
        return new Conv2d("conv", 4, kernel, stride, padding, activation);
    }

    private static LayerSpec normalization(float epsilon) {
        return new LayerSpec.BatchNormalization("norm", 0.9f, epsilon);
    }

    private static Size2 size(int height, int width) {
        return new Size2(height, width);
    }
}
