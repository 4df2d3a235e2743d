package dev.hourglass.lab.recipe;

import dev.hourglass.engine.Penalty;
import dev.hourglass.files.Spelling;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.lab.recipe.Node.Scalar;
import dev.hourglass.lab.recipe.Node.Sequence;
import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How a recipe writes a layer: Keras's class with Keras's settings, {@code Conv2D: {filters: 32, kernel_size: 3}}, or
 * the class alone where it needs none, {@code Flatten}. One instance reads one model and names its nameless layers as
 * Keras does: {@code conv2d}, {@code conv2d_1}, ...
 */
final class LayerSyntax {
    private static final int MAX_SIZE = 65_536;
    private static final int MAX_ROWS = 10_000_000;
    private static final String INPUTS = "inputs";
    private static final String DATA_FORMAT = "data_format";
    private static final String CHANNELS_FIRST = "channels_first";
    private static final List<String> ORDERS_BY_NAME = List.of("channels_last", CHANNELS_FIRST);
    private static final String ORDERS = String.join(" or ", ORDERS_BY_NAME);

    /** Settings of a convolution of each channel by itself. */
    private static final String[] OF_CHANNELS = {
        "name", "kernel_size", "strides", "padding", "depth_multiplier", "activation", "dilation_rate", "use_bias"
    };

    private static final String[] OF_CHANNELS_AND_FILTERS = {
        "name",
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "depth_multiplier",
        "activation",
        "dilation_rate",
        "use_bias"
    };

    private static final String[] OF_CONVOLUTIONAL_LSTM = {
        "name",
        "filters",
        "kernel_size",
        "strides",
        "padding",
        "dilation_rate",
        "return_sequences",
        "activation",
        "recurrent_activation",
        "use_bias",
        "unit_forget_bias",
        "go_backwards",
        "dropout",
        "recurrent_dropout"
    };

    private final Set<String> names = new HashSet<>();
    private final List<Penalty> penalties;
    private final List<VariableSyntax.Said> ofVariables = new ArrayList<>();
    /** The shape of what the layer reads that is being read; empty within another layer. */
    private Supplier<Optional<Shape>> reads = Optional::empty;

    /** @param penalties receives what layers say of their weights and activities */
    LayerSyntax(List<Penalty> penalties) {
        this.penalties = penalties;
    }

    /** What the layers that were read say of their variables. */
    List<VariableSyntax.Said> ofVariables() {
        return List.copyOf(ofVariables);
    }

    /**
     * @param node a class name or a mapping of one class name to its settings
     * @throws RecipeException at the first mistake
     */
    LayerSpec read(Node node) {
        return readPlaced(node, inputs -> Optional.empty()).layer();
    }

    /**
     * A layer with what the recipe says of where it stands.
     *
     * @param inputs names of the layers that it reads, as written; empty where it reads the one before it
     */
    record Placed(LayerSpec layer, List<Node> inputs) {}

    /**
     * @param node as for {@link #read}; its settings may have {@code inputs} beside Keras's
     * @param shapeOf the shape of what a layer with such inputs reads, where it is one value
     * @throws RecipeException at the first mistake
     */
    Placed readPlaced(Node node, Function<List<Node>, Optional<Shape>> shapeOf) {
        String expected = "a layer such as 'Conv2D: {filters: 32, kernel_size: 3}'";
        if (node instanceof Scalar) {
            return placed(node.asText(expected), node.place(), new Mapping(node.place(), Map.of()), shapeOf);
        }
        Mapping mapping = node.asMapping(expected);
        if (mapping.entries().size() != 1) {
            throw mapping.place()
                    .error("expected one layer, found " + mapping.entries().size() + " keys ("
                            + String.join(", ", mapping.entries().keySet())
                            + "). Start each layer with '- ' and put its settings in {braces}.");
        }
        Map.Entry<String, Node.Entry> only =
                mapping.entries().entrySet().iterator().next();
        Node settings = only.getValue().value();
        boolean none = settings instanceof Scalar scalar && scalar.kind() == Node.Kind.NOTHING;
        return placed(
                only.getKey(),
                only.getValue().key(),
                none ? new Mapping(settings.place(), Map.of()) : settings.asMapping("the settings of " + only.getKey()),
                shapeOf);
    }

    private Placed placed(String name, Place place, Mapping settings, Function<List<Node>, Optional<Shape>> shapeOf) {
        List<Node> inputs = settings.find(INPUTS)
                .map(node -> node instanceof Sequence several ? several.items() : List.of(node))
                .orElse(List.of());
        Map<String, Node.Entry> others = new LinkedHashMap<>(settings.entries());
        others.remove(INPUTS);
        reads = () -> shapeOf.apply(inputs);
        return new Placed(layer(name, place, new Mapping(settings.place(), others)), inputs);
    }

    private LayerSpec layer(String written, Place place, Mapping said) {
        OtherNames.Plain plain = OtherNames.of(written, said);
        Mapping settings = plain.settings();
        KerasClass kerasClass = KerasClass.find(plain.name())
                .orElseThrow(() -> place.error(
                        "expected a layer, found '" + written + "'." + Spelling.hint(written, OtherNames.all())));
        Map<String, Node.Entry> others = new LinkedHashMap<>(settings.entries());
        others.remove(DATA_FORMAT);
        Mapping own = new Mapping(settings.place(), others);
        LayerSpec layer = layer(kerasClass, VariableSyntax.without(RegularizerSyntax.without(kerasClass, own)));
        ofVariables.addAll(VariableSyntax.read(layer, own));
        penalties.addAll(RegularizerSyntax.read(layer, own));
        return settings.find(DATA_FORMAT)
                .map(order -> ordered(layer, kerasClass, order))
                .orElse(layer);
    }

    /** The layer, or one around it whose channels come first. */
    private static LayerSpec ordered(LayerSpec layer, KerasClass kerasClass, Node order) {
        String text = order.asText(ORDERS);
        if (!ORDERS_BY_NAME.contains(text)) {
            throw order.place().error("expected " + ORDERS + ", found '" + text + "'.");
        }
        if (!hasOrder(layer)) {
            throw order.place()
                    .error("expected no " + DATA_FORMAT + ", found one: " + kerasClass.kerasName()
                            + " has no order of channels. Leave it out.");
        }
        return text.equals(CHANNELS_FIRST) ? new LayerSpec.ChannelsFirst(layer) : layer;
    }

    private static boolean hasOrder(LayerSpec layer) {
        return layer instanceof LayerSpec.Convolution
                || layer instanceof LayerSpec.ChannelwiseConvolution
                || layer instanceof LayerSpec.VolumeConvolution
                || layer instanceof LayerSpec.OneDimensional
                || layer instanceof LayerSpec.Resampling;
    }

    private LayerSpec layer(KerasClass kerasClass, Mapping settings) {
        return switch (kerasClass) {
            case CONV2D -> {
                settings.allowing(
                        "name",
                        "filters",
                        "kernel_size",
                        "strides",
                        "padding",
                        "activation",
                        "dilation_rate",
                        "groups",
                        "use_bias");
                yield checked(
                        settings,
                        () -> new LayerSpec.Conv2d(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                kernel(settings),
                                strides(settings, LayerSpec.ONE),
                                padding(settings),
                                activation(settings),
                                dilation(settings),
                                optionalSize(settings, "groups", 1),
                                flag(settings, "use_bias")));
            }
            case CONV1D -> {
                settings.allowing(
                        "name",
                        "filters",
                        "kernel_size",
                        "strides",
                        "padding",
                        "activation",
                        "dilation_rate",
                        "groups",
                        "use_bias");
                yield checked(
                        settings,
                        () -> new LayerSpec.Conv1d(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                size(settings, "kernel_size", 3),
                                optionalSize(settings, "strides", 1),
                                padding(settings),
                                activation(settings),
                                optionalSize(settings, "dilation_rate", 1),
                                optionalSize(settings, "groups", 1),
                                flag(settings, "use_bias")));
            }
            case CONV1D_TRANSPOSE -> {
                settings.allowing("name", "filters", "kernel_size", "strides", "padding", "activation", "use_bias");
                yield checked(
                        settings,
                        () -> new LayerSpec.Conv1dTranspose(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                size(settings, "kernel_size", 3),
                                optionalSize(settings, "strides", 1),
                                padding(settings),
                                activation(settings),
                                flag(settings, "use_bias")));
            }
            case DEPTHWISE_CONV1D -> {
                settings.allowing(OF_CHANNELS);
                yield checked(
                        settings,
                        () -> new LayerSpec.DepthwiseConv1d(
                                name(settings, kerasClass),
                                size(settings, "kernel_size", 3),
                                optionalSize(settings, "strides", 1),
                                padding(settings),
                                optionalSize(settings, "depth_multiplier", 1),
                                activation(settings),
                                optionalSize(settings, "dilation_rate", 1),
                                flag(settings, "use_bias")));
            }
            case DEPTHWISE_CONV2D -> {
                settings.allowing(OF_CHANNELS);
                yield checked(
                        settings,
                        () -> new LayerSpec.DepthwiseConv2d(
                                name(settings, kerasClass),
                                kernel(settings),
                                strides(settings, LayerSpec.ONE),
                                padding(settings),
                                optionalSize(settings, "depth_multiplier", 1),
                                activation(settings),
                                dilation(settings),
                                flag(settings, "use_bias")));
            }
            case SEPARABLE_CONV1D -> {
                settings.allowing(OF_CHANNELS_AND_FILTERS);
                yield checked(
                        settings,
                        () -> new LayerSpec.SeparableConv1d(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                size(settings, "kernel_size", 3),
                                optionalSize(settings, "strides", 1),
                                padding(settings),
                                optionalSize(settings, "depth_multiplier", 1),
                                activation(settings),
                                optionalSize(settings, "dilation_rate", 1),
                                flag(settings, "use_bias")));
            }
            case SEPARABLE_CONV2D -> {
                settings.allowing(OF_CHANNELS_AND_FILTERS);
                yield checked(
                        settings,
                        () -> new LayerSpec.SeparableConv2d(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                kernel(settings),
                                strides(settings, LayerSpec.ONE),
                                padding(settings),
                                optionalSize(settings, "depth_multiplier", 1),
                                activation(settings),
                                dilation(settings),
                                flag(settings, "use_bias")));
            }
            case CONV3D -> {
                settings.allowing(
                        "name", "filters", "kernel_size", "strides", "padding", "activation", "groups", "use_bias");
                yield checked(
                        settings,
                        () -> new LayerSpec.Conv3d(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                size3(settings.require("kernel_size", "kernel_size: 3")),
                                settings.find("strides").map(LayerSyntax::size3).orElse(Size3.cube(1)),
                                padding(settings),
                                activation(settings),
                                optionalSize(settings, "groups", 1),
                                flag(settings, "use_bias")));
            }
            case CONV3D_TRANSPOSE -> {
                settings.allowing("name", "filters", "kernel_size", "strides", "padding", "activation", "use_bias");
                yield checked(
                        settings,
                        () -> new LayerSpec.Conv3dTranspose(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                size3(settings.require("kernel_size", "kernel_size: 3")),
                                settings.find("strides").map(LayerSyntax::size3).orElse(Size3.cube(1)),
                                padding(settings),
                                activation(settings),
                                flag(settings, "use_bias")));
            }
            case CONV2D_TRANSPOSE -> {
                settings.allowing("name", "filters", "kernel_size", "strides", "padding", "activation", "use_bias");
                yield checked(
                        settings,
                        () -> new LayerSpec.Conv2dTranspose(
                                name(settings, kerasClass),
                                size(settings, "filters", 32),
                                kernel(settings),
                                strides(settings, LayerSpec.ONE),
                                padding(settings),
                                activation(settings),
                                flag(settings, "use_bias")));
            }
            case BATCH_NORMALIZATION -> {
                settings.allowing("name", "momentum", "epsilon", "axis", "scale", "center");
                yield new LayerSpec.BatchNormalization(
                        name(settings, kerasClass),
                        settings.find("momentum")
                                .map(node -> node.asFloat("a number >= 0 and < 1", value -> value >= 0 && value < 1))
                                .orElse(LayerSpec.BatchNormalization.DEFAULT_MOMENTUM),
                        epsilon(settings, LayerSpec.BatchNormalization.DEFAULT_EPSILON),
                        settings.find("axis").map(LayerSyntax::axis).orElse(-1),
                        flag(settings, "scale"),
                        flag(settings, "center"));
            }
            case LAYER_NORMALIZATION -> {
                settings.allowing("name", "axis", "epsilon", "scale", "center", "rms_scaling");
                yield checked(
                        settings,
                        () -> new LayerSpec.LayerNormalization(
                                name(settings, kerasClass),
                                axesOrLast(settings),
                                epsilon(settings, LayerSpec.LayerNormalization.DEFAULT_EPSILON),
                                flag(settings, "scale"),
                                flag(settings, "center"),
                                flag(settings, "rms_scaling", false)));
            }
            case GROUP_NORMALIZATION -> {
                settings.allowing("name", "groups", "axis", "epsilon", "scale", "center");
                yield checked(
                        settings,
                        () -> new LayerSpec.GroupNormalization(
                                name(settings, kerasClass),
                                settings.find("groups")
                                        .map(node -> node.asInt(-1, MAX_SIZE))
                                        .orElse(LayerSpec.GroupNormalization.DEFAULT_GROUPS),
                                settings.find("axis").map(LayerSyntax::axis).orElse(-1),
                                epsilon(settings, LayerSpec.GroupNormalization.DEFAULT_EPSILON),
                                flag(settings, "scale"),
                                flag(settings, "center")));
            }
            case RMS_NORMALIZATION -> {
                settings.allowing("name", "axis", "epsilon");
                yield checked(
                        settings,
                        () -> new LayerSpec.RmsNormalization(
                                name(settings, kerasClass),
                                axesOrLast(settings),
                                epsilon(settings, LayerSpec.RmsNormalization.DEFAULT_EPSILON)));
            }
            case UNIT_NORMALIZATION -> {
                settings.allowing("name", "axis");
                yield checked(
                        settings,
                        () -> new LayerSpec.UnitNormalization(name(settings, kerasClass), axesOrLast(settings)));
            }
            case AVERAGE_POOLING2D -> {
                settings.allowing("name", "pool_size", "strides", "padding");
                Size2 pool = settings.find("pool_size").map(LayerSyntax::size2).orElse(Size2.square(2));
                yield checked(
                        settings,
                        () -> new LayerSpec.AveragePooling2d(
                                name(settings, kerasClass), pool, strides(settings, pool), padding(settings)));
            }
            case MAX_POOLING1D -> {
                settings.allowing("name", "pool_size", "strides", "padding");
                int pool = optionalSize(settings, "pool_size", 2);
                yield checked(
                        settings,
                        () -> new LayerSpec.MaxPooling1d(
                                name(settings, kerasClass),
                                pool,
                                optionalSize(settings, "strides", pool),
                                padding(settings)));
            }
            case AVERAGE_POOLING1D -> {
                settings.allowing("name", "pool_size", "strides", "padding");
                int pool = optionalSize(settings, "pool_size", 2);
                yield checked(
                        settings,
                        () -> new LayerSpec.AveragePooling1d(
                                name(settings, kerasClass),
                                pool,
                                optionalSize(settings, "strides", pool),
                                padding(settings)));
            }
            case MAX_POOLING3D, AVERAGE_POOLING3D -> {
                settings.allowing("name", "pool_size", "strides", "padding");
                Size3 pool = settings.find("pool_size").map(LayerSyntax::size3).orElse(Size3.cube(2));
                yield checked(
                        settings,
                        () -> new LayerSpec.Pooling3d(
                                name(settings, kerasClass),
                                kerasClass == KerasClass.AVERAGE_POOLING3D,
                                pool,
                                settings.find("strides").map(LayerSyntax::size3).orElse(pool),
                                padding(settings)));
            }
            case GLOBAL_MAX_POOLING3D, GLOBAL_AVERAGE_POOLING3D ->
                new LayerSpec.GlobalPooling3d(
                        name(settings.allowing("name"), kerasClass), kerasClass == KerasClass.GLOBAL_AVERAGE_POOLING3D);
            case ZERO_PADDING3D -> {
                settings.allowing("name", "padding");
                int[] sides = sides(settings.require("padding", "padding: [[1, 1], [0, 2], [1, 0]]"), 3);
                yield new LayerSpec.ZeroPadding3d(
                        name(settings, kerasClass), sides[0], sides[1], sides[2], sides[3], sides[4], sides[5]);
            }
            case CROPPING3D -> {
                settings.allowing("name", "cropping");
                int[] sides = sides(settings.require("cropping", "cropping: [[1, 1], [0, 2], [1, 0]]"), 3);
                yield new LayerSpec.Cropping3d(
                        name(settings, kerasClass), sides[0], sides[1], sides[2], sides[3], sides[4], sides[5]);
            }
            case GLOBAL_MAX_POOLING2D -> new LayerSpec.GlobalMaxPooling2d(name(settings.allowing("name"), kerasClass));
            case GLOBAL_MAX_POOLING1D -> new LayerSpec.GlobalMaxPooling1d(name(settings.allowing("name"), kerasClass));
            case GLOBAL_AVERAGE_POOLING1D ->
                new LayerSpec.GlobalAveragePooling1d(name(settings.allowing("name"), kerasClass));
            case UP_SAMPLING1D -> {
                settings.allowing("name", "size");
                yield new LayerSpec.UpSampling1d(name(settings, kerasClass), optionalSize(settings, "size", 2));
            }
            case UP_SAMPLING3D -> {
                settings.allowing("name", "size");
                yield new LayerSpec.UpSampling3d(
                        name(settings, kerasClass),
                        settings.find("size").map(LayerSyntax::size3).orElse(Size3.cube(2)));
            }
            case ZERO_PADDING1D -> {
                settings.allowing("name", "padding");
                int[] sides = sides(settings.require("padding", "padding: [1, 1]"), 1);
                yield new LayerSpec.ZeroPadding1d(name(settings, kerasClass), sides[0], sides[1]);
            }
            case ZERO_PADDING2D -> {
                settings.allowing("name", "padding");
                int[] sides = sides(settings.require("padding", "padding: [[1, 1], [0, 2]]"), 2);
                yield new LayerSpec.ZeroPadding2d(name(settings, kerasClass), sides[0], sides[1], sides[2], sides[3]);
            }
            case CROPPING1D -> {
                settings.allowing("name", "cropping");
                int[] sides = sides(settings.require("cropping", "cropping: [1, 1]"), 1);
                yield new LayerSpec.Cropping1d(name(settings, kerasClass), sides[0], sides[1]);
            }
            case CROPPING2D -> {
                settings.allowing("name", "cropping");
                int[] sides = sides(settings.require("cropping", "cropping: [[1, 1], [0, 2]]"), 2);
                yield new LayerSpec.Cropping2d(name(settings, kerasClass), sides[0], sides[1], sides[2], sides[3]);
            }
            case PERMUTE -> {
                settings.allowing("name", "dims");
                yield checked(
                        settings,
                        () -> new LayerSpec.Permute(
                                name(settings, kerasClass), axes(settings.require("dims", "dims: [2, 1]"))));
            }
            case MAX_POOLING2D -> {
                settings.allowing("name", "pool_size", "strides", "padding");
                Size2 pool = settings.find("pool_size").map(LayerSyntax::size2).orElse(Size2.square(2));
                yield new LayerSpec.MaxPooling2d(
                        name(settings, kerasClass), pool, strides(settings, pool), padding(settings));
            }
            case UP_SAMPLING2D -> {
                settings.allowing("name", "size", "interpolation");
                yield new LayerSpec.UpSampling2d(
                        name(settings, kerasClass),
                        settings.find("size").map(LayerSyntax::size2).orElse(Size2.square(2)),
                        settings.find("interpolation")
                                .map(node -> node.asOneOf(LayerSpec.Interpolation.class))
                                .orElse(LayerSpec.Interpolation.NEAREST));
            }
            case GLOBAL_AVERAGE_POOLING2D ->
                new LayerSpec.GlobalAveragePooling2d(name(settings.allowing("name"), kerasClass));
            case FLATTEN -> new LayerSpec.Flatten(name(settings.allowing("name"), kerasClass));
            case RESHAPE -> {
                settings.allowing("name", "target_shape");
                yield new LayerSpec.Reshape(
                        name(settings, kerasClass),
                        target(settings.require("target_shape", "target_shape: [7, 7, 8]")));
            }
            case DENSE -> {
                settings.allowing("name", "units", "activation", "use_bias");
                yield new LayerSpec.Dense(
                        name(settings, kerasClass),
                        size(settings, "units", 64),
                        activation(settings),
                        flag(settings, "use_bias"));
            }
            case TIME_DISTRIBUTED -> {
                settings.allowing("name", "layer");
                String name = name(settings, kerasClass);
                Node inner = settings.require("layer", "layer: {Dense: {units: 28}}");
                LayerSpec layer = read(inner);
                try {
                    yield new LayerSpec.TimeDistributed(name, layer);
                } catch (IllegalArgumentException e) {
                    throw inner.place().error(String.valueOf(e.getMessage()) + ".");
                }
            }
            case DROPOUT -> new LayerSpec.Dropout(name(settings.allowing("name", "rate"), kerasClass), rate(settings));
            case SPATIAL_DROPOUT1D -> spatialDropout(settings, kerasClass, 1);
            case SPATIAL_DROPOUT2D -> spatialDropout(settings, kerasClass, 2);
            case SPATIAL_DROPOUT3D -> spatialDropout(settings, kerasClass, 3);
            case GAUSSIAN_DROPOUT ->
                new LayerSpec.GaussianDropout(name(settings.allowing("name", "rate"), kerasClass), rate(settings));
            case ALPHA_DROPOUT ->
                new LayerSpec.AlphaDropout(name(settings.allowing("name", "rate"), kerasClass), rate(settings));
            case GAUSSIAN_NOISE -> {
                settings.allowing("name", "stddev");
                yield new LayerSpec.GaussianNoise(
                        name(settings, kerasClass),
                        settings.require("stddev", "stddev: 0.1")
                                .asFloat("a number >= 0 and <= 1", value -> value >= 0 && value <= 1));
            }
            case ACTIVATION -> {
                settings.allowing("name", "activation");
                yield new LayerSpec.ActivationLayer(
                        name(settings, kerasClass), activation(settings.require("activation", "activation: relu")));
            }
            case LEAKY_RELU -> {
                settings.allowing("name", "negative_slope");
                yield new LayerSpec.LeakyRelu(
                        name(settings, kerasClass),
                        settings.find("negative_slope")
                                .map(node -> node.asFloat("a number >= 0", value -> value >= 0))
                                .orElse(0.3f));
            }
            case RELU -> {
                settings.allowing("name", "negative_slope", "threshold", "max_value");
                yield new LayerSpec.Relu(
                        name(settings, kerasClass),
                        atLeastZero(settings, "negative_slope", 0),
                        atLeastZero(settings, "threshold", 0),
                        atLeastZero(settings, "max_value", Float.POSITIVE_INFINITY));
            }
            case RESCALING -> {
                settings.allowing("name", "scale", "offset");
                yield checked(
                        settings,
                        () -> new LayerSpec.Rescaling(
                                name(settings, kerasClass),
                                settings.require("scale", "scale: 0.00392157").asFloat("a number", Double::isFinite),
                                settings.find("offset")
                                        .map(node -> node.asFloat("a number", Double::isFinite))
                                        .orElse(0f)));
            }
            case NORMALIZATION -> {
                settings.allowing("name", "axis", "mean", "variance", "invert");
                yield checked(
                        settings,
                        () -> new LayerSpec.Normalization(
                                name(settings, kerasClass),
                                settings.find("axis").map(LayerSyntax::axes).orElse(List.of()),
                                numbers(settings.require("mean", "mean: [0.5, 12]")),
                                numbers(settings.require("variance", "variance: [0.1, 4]")),
                                flag(settings, "invert", false)));
            }
            case ELU -> {
                settings.allowing("name", "alpha");
                yield new LayerSpec.Elu(name(settings, kerasClass), atLeastZero(settings, "alpha", 1));
            }
            case PRELU -> {
                settings.allowing("name", "shared_axes");
                yield new LayerSpec.PRelu(
                        name(settings, kerasClass),
                        settings.find("shared_axes").map(LayerSyntax::axes).orElse(List.of()));
            }
            case MASKING -> {
                settings.allowing("name", "mask_value");
                yield new LayerSpec.Masking(
                        name(settings, kerasClass),
                        settings.find("mask_value")
                                .map(node -> node.asFloat("a finite number", Double::isFinite))
                                .orElse(0f));
            }
            case REPEAT_VECTOR -> {
                settings.allowing("name", "n");
                yield new LayerSpec.RepeatVector(name(settings, kerasClass), size(settings, "n", 28));
            }
            case LSTM -> {
                settings.allowing(
                        "name",
                        "units",
                        "return_sequences",
                        "activation",
                        "recurrent_activation",
                        "use_bias",
                        "unit_forget_bias",
                        "go_backwards",
                        "dropout",
                        "recurrent_dropout");
                yield new LayerSpec.Lstm(
                        name(settings, kerasClass),
                        size(settings, "units", 64),
                        flag(settings, "return_sequences", false),
                        droppingRecurrence(settings));
            }
            case GRU -> {
                settings.allowing(
                        "name",
                        "units",
                        "return_sequences",
                        "activation",
                        "recurrent_activation",
                        "use_bias",
                        "reset_after",
                        "go_backwards",
                        "dropout",
                        "recurrent_dropout");
                yield new LayerSpec.Gru(
                        name(settings, kerasClass),
                        size(settings, "units", 64),
                        flag(settings, "return_sequences", false),
                        droppingRecurrence(settings),
                        flag(settings, "reset_after", true));
            }
            case BIDIRECTIONAL -> bidirectional(settings);
            case SIMPLE_RNN -> {
                settings.allowing(
                        "name",
                        "units",
                        "return_sequences",
                        "activation",
                        "use_bias",
                        "go_backwards",
                        "dropout",
                        "recurrent_dropout");
                yield new LayerSpec.SimpleRnn(
                        name(settings, kerasClass),
                        size(settings, "units", 64),
                        flag(settings, "return_sequences", false),
                        droppingRecurrence(settings));
            }
            case CONV_LSTM1D -> {
                settings.allowing(OF_CONVOLUTIONAL_LSTM);
                yield checked(
                        settings,
                        () -> new LayerSpec.ConvLstm1d(
                                name(settings, kerasClass),
                                size(settings, "filters", 16),
                                size(settings, "kernel_size", 3),
                                optionalSize(settings, "strides", 1),
                                padding(settings),
                                optionalSize(settings, "dilation_rate", 1),
                                flag(settings, "return_sequences", false),
                                droppingRecurrence(settings)));
            }
            case CONV_LSTM2D -> {
                settings.allowing(OF_CONVOLUTIONAL_LSTM);
                yield checked(
                        settings,
                        () -> new LayerSpec.ConvLstm2d(
                                name(settings, kerasClass),
                                size(settings, "filters", 16),
                                kernel(settings),
                                strides(settings, LayerSpec.ONE),
                                padding(settings),
                                dilation(settings),
                                flag(settings, "return_sequences", false),
                                droppingRecurrence(settings)));
            }
            case ADD -> new LayerSpec.Add(name(settings.allowing("name"), kerasClass));
            case SUBTRACT -> new LayerSpec.Subtract(name(settings.allowing("name"), kerasClass));
            case MULTIPLY -> new LayerSpec.Multiply(name(settings.allowing("name"), kerasClass));
            case AVERAGE -> new LayerSpec.Average(name(settings.allowing("name"), kerasClass));
            case MAXIMUM -> new LayerSpec.Maximum(name(settings.allowing("name"), kerasClass));
            case MINIMUM -> new LayerSpec.Minimum(name(settings.allowing("name"), kerasClass));
            case SAMPLING -> new LayerSpec.Sampling(name(settings.allowing("name"), kerasClass));
            case STATE -> {
                settings.allowing("name", "which");
                yield new LayerSpec.State(
                        name(settings, kerasClass),
                        settings.find("which")
                                .map(which -> which.asOneOf(LayerSpec.State.Which.class))
                                .orElse(LayerSpec.State.Which.HIDDEN));
            }
            case CONCATENATE -> {
                settings.allowing("name", "axis");
                yield new LayerSpec.Concatenate(
                        name(settings, kerasClass),
                        settings.find("axis").map(LayerSyntax::axis).orElse(LayerSpec.Concatenate.LAST_AXIS));
            }
            case DOT -> {
                settings.allowing("name", "axes", "normalize");
                Node axes = settings.require("axes", "axes: -1");
                List<Node> both = axes instanceof Sequence list ? list.items() : List.of(axes, axes);
                if (both.size() != 2) {
                    throw axes.place()
                            .error("expected one axis or a list of two, found a list of " + both.size() + ".");
                }
                yield new LayerSpec.Dot(
                        name(settings, kerasClass),
                        axis(both.getFirst()),
                        axis(both.getLast()),
                        flag(settings, "normalize", false));
            }
            case EMBEDDING -> {
                settings.allowing("name", "input_dim", "output_dim", "mask_zero");
                yield new LayerSpec.Embedding(
                        name(settings, kerasClass),
                        settings.require("input_dim", "input_dim: 100").asInt(1, MAX_ROWS),
                        size(settings, "output_dim", 16),
                        flag(settings, "mask_zero", false));
            }
            case VECTOR_QUANTIZER -> {
                settings.allowing("name", "num_embeddings");
                yield new LayerSpec.VectorQuantizer(
                        name(settings, kerasClass),
                        settings.require("num_embeddings", "num_embeddings: 64").asInt(1, MAX_ROWS));
            }
            case MULTI_HEAD_ATTENTION -> {
                settings.allowing(
                        "name",
                        "num_heads",
                        "key_dim",
                        "value_dim",
                        "output_shape",
                        "dropout",
                        "use_bias",
                        "use_causal_mask");
                int keySize = size(settings, "key_dim", 16);
                yield new LayerSpec.MultiHeadAttention(
                        name(settings, kerasClass),
                        size(settings, "num_heads", 2),
                        keySize,
                        optionalSize(settings, "value_dim", keySize),
                        optionalSize(settings, "output_shape", 0),
                        dropout(settings),
                        flag(settings, "use_bias"),
                        flag(settings, "use_causal_mask", false));
            }
            case ATTENTION -> {
                settings.allowing("name", "use_scale", "score_mode", "dropout", "use_causal_mask");
                yield new LayerSpec.DotAttention(
                        name(settings, kerasClass),
                        flag(settings, "use_scale", false),
                        settings.find("score_mode")
                                .map(node -> node.asOneOf(ScoreMode.class) == ScoreMode.CONCAT)
                                .orElse(false),
                        dropout(settings),
                        flag(settings, "use_causal_mask", false));
            }
            case ADDITIVE_ATTENTION -> {
                settings.allowing("name", "use_scale", "dropout", "use_causal_mask");
                yield new LayerSpec.AdditiveAttention(
                        name(settings, kerasClass),
                        flag(settings, "use_scale"),
                        dropout(settings),
                        flag(settings, "use_causal_mask", false));
            }
        };
    }

    private enum ScoreMode {
        DOT,
        CONCAT
    }

    /** The settings as a recipe writes them, all of them: what {@link #read} reads back to an equal layer. */
    static Map<String, Object> write(LayerSpec layer) {
        return write(layer, List.of());
    }

    /** @param inputs names of the layers that it reads; none where it reads the one before it */
    static Map<String, Object> write(LayerSpec layer, List<String> inputs) {
        return Map.of(KerasClass.of(layer).kerasName(), settings(layer, inputs));
    }

    private static Map<String, Object> settings(LayerSpec layer, List<String> inputs) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("name", layer.name());
        if (!inputs.isEmpty()) {
            settings.put(INPUTS, inputs);
        }
        switch (layer) {
            case LayerSpec.ChannelsFirst first -> {
                settings.putAll(settings(first.layer(), inputs));
                settings.put(DATA_FORMAT, CHANNELS_FIRST);
            }
            case LayerSpec.Conv2d conv -> {
                putConvolution(settings, conv);
                settings.put("dilation_rate", list(conv.dilation()));
                settings.put("groups", conv.groups());
            }
            case LayerSpec.Conv2dTranspose conv -> putConvolution(settings, conv);
            case LayerSpec.ChannelwiseConvolution conv -> putChannelwise(settings, conv);
            case LayerSpec.OneDimensional one -> putSteps(settings, one);
            case LayerSpec.VolumeConvolution conv -> {
                settings.put("filters", conv.filters());
                settings.put("kernel_size", list(conv.kernel()));
                settings.put("strides", list(conv.stride()));
                settings.put("padding", lower(conv.padding()));
                settings.put("activation", conv.activation().kerasName());
                if (conv instanceof LayerSpec.Conv3d grouped) {
                    settings.put("groups", grouped.groups());
                }
                settings.put("use_bias", conv.useBias());
            }
            case LayerSpec.AveragePooling2d pooling -> {
                settings.put("pool_size", list(pooling.pool()));
                settings.put("strides", list(pooling.stride()));
                settings.put("padding", lower(pooling.padding()));
            }
            case LayerSpec.Pooling3d pooling -> {
                settings.put("pool_size", list(pooling.pool()));
                settings.put("strides", list(pooling.stride()));
                settings.put("padding", lower(pooling.padding()));
            }
            case LayerSpec.UpSampling3d up -> settings.put("size", list(up.size()));
            case LayerSpec.GlobalPooling3d ignored -> {}
            case LayerSpec.ZeroPadding3d p ->
                settings.put(
                        "padding",
                        List.of(
                                List.of(p.front(), p.back()),
                                List.of(p.top(), p.bottom()),
                                List.of(p.left(), p.right())));
            case LayerSpec.Cropping3d c ->
                settings.put(
                        "cropping",
                        List.of(
                                List.of(c.front(), c.back()),
                                List.of(c.top(), c.bottom()),
                                List.of(c.left(), c.right())));
            case LayerSpec.GlobalMaxPooling2d ignored -> {}
            case LayerSpec.ZeroPadding2d p ->
                settings.put("padding", List.of(List.of(p.top(), p.bottom()), List.of(p.left(), p.right())));
            case LayerSpec.Cropping2d c ->
                settings.put("cropping", List.of(List.of(c.top(), c.bottom()), List.of(c.left(), c.right())));
            case LayerSpec.Permute permute -> settings.put("dims", permute.axes());
            case LayerSpec.BatchNormalization norm -> {
                settings.put("momentum", norm.momentum());
                settings.put("epsilon", norm.epsilon());
                settings.put("axis", norm.axis());
                settings.put("scale", norm.scale());
                settings.put("center", norm.center());
            }
            case LayerSpec.LayerNormalization norm -> {
                settings.put("axis", norm.axes());
                settings.put("epsilon", norm.epsilon());
                settings.put("scale", norm.scale());
                settings.put("center", norm.center());
                settings.put("rms_scaling", norm.rmsScaling());
            }
            case LayerSpec.GroupNormalization norm -> {
                settings.put("groups", norm.groups());
                settings.put("axis", norm.axis());
                settings.put("epsilon", norm.epsilon());
                settings.put("scale", norm.scale());
                settings.put("center", norm.center());
            }
            case LayerSpec.UnitNormalization norm -> settings.put("axis", norm.axes());
            case LayerSpec.RmsNormalization norm -> {
                settings.put("axis", norm.axes());
                settings.put("epsilon", norm.epsilon());
            }
            case LayerSpec.MaxPooling2d pooling -> {
                settings.put("pool_size", list(pooling.pool()));
                settings.put("strides", list(pooling.stride()));
                settings.put("padding", lower(pooling.padding()));
            }
            case LayerSpec.UpSampling2d up -> {
                settings.put("size", list(up.size()));
                settings.put("interpolation", lower(up.interpolation()));
            }
            case LayerSpec.GlobalAveragePooling2d ignored -> {}
            case LayerSpec.Flatten ignored -> {}
            case LayerSpec.Reshape reshape ->
                settings.put("target_shape", reshape.target().toArray());
            case LayerSpec.Dense dense -> {
                settings.put("units", dense.units());
                settings.put("activation", dense.activation().kerasName());
                settings.put("use_bias", dense.useBias());
            }
            case LayerSpec.TimeDistributed distributed -> settings.put("layer", write(distributed.layer()));
            case LayerSpec.Dropout dropout -> settings.put("rate", dropout.rate());
            case LayerSpec.SpatialDropout dropout -> settings.put("rate", dropout.rate());
            case LayerSpec.GaussianDropout dropout -> settings.put("rate", dropout.rate());
            case LayerSpec.AlphaDropout dropout -> settings.put("rate", dropout.rate());
            case LayerSpec.GaussianNoise noise -> settings.put("stddev", noise.stddev());
            case LayerSpec.ActivationLayer activation ->
                settings.put("activation", activation.activation().kerasName());
            case LayerSpec.LeakyRelu leaky -> settings.put("negative_slope", leaky.negativeSlope());
            case LayerSpec.Relu relu -> {
                settings.put("negative_slope", relu.negativeSlope());
                settings.put("threshold", relu.threshold());
                if (!Float.isInfinite(relu.maxValue())) {
                    settings.put("max_value", relu.maxValue());
                }
            }
            case LayerSpec.Rescaling rescaling -> {
                settings.put("scale", rescaling.scale());
                settings.put("offset", rescaling.offset());
            }
            case LayerSpec.Normalization scaling -> {
                if (!scaling.axes().isEmpty()) {
                    settings.put("axis", scaling.axes());
                }
                settings.put("mean", scaling.means());
                settings.put("variance", scaling.variances());
                settings.put("invert", scaling.invert());
            }
            case LayerSpec.Elu elu -> settings.put("alpha", elu.alpha());
            case LayerSpec.Embedding table -> {
                settings.put("input_dim", table.rows());
                settings.put("output_dim", table.outputs());
                settings.put("mask_zero", table.maskZero());
            }
            case LayerSpec.PRelu prelu -> {
                if (!prelu.sharedAxes().isEmpty()) {
                    settings.put("shared_axes", prelu.sharedAxes());
                }
            }
            case LayerSpec.Masking masking -> settings.put("mask_value", masking.maskValue());
            case LayerSpec.VectorQuantizer codebook -> settings.put("num_embeddings", codebook.vectors());
            case LayerSpec.RepeatVector repeat -> settings.put("n", repeat.steps());
            case LayerSpec.Recurrent recurrent -> putRecurrent(settings, recurrent);
            case LayerSpec.State state -> settings.put("which", lower(state.which()));
            case LayerSpec.ConvolutionalLstm lstm -> putConvolutionalLstm(settings, lstm);
            case LayerSpec.Bidirectional both -> {
                settings.put("layer", write(both.forward()));
                settings.put("backward_layer", write(both.backward()));
                settings.put("merge_mode", lower(both.mergeMode()));
            }
            case LayerSpec.Concatenate concatenate -> settings.put("axis", concatenate.axis());
            case LayerSpec.Dot dot -> {
                settings.put("axes", List.of(dot.first(), dot.second()));
                settings.put("normalize", dot.normalize());
            }
            case LayerSpec.MultiHeadAttention l -> {
                settings.put("num_heads", l.heads());
                settings.put("key_dim", l.keySize());
                settings.put("value_dim", l.valueSize());
                if (l.outputSize() > 0) {
                    settings.put("output_shape", l.outputSize());
                }
                settings.put("dropout", l.dropout());
                settings.put("use_bias", l.useBias());
                settings.put("use_causal_mask", l.causal());
            }
            case LayerSpec.DotAttention l -> {
                settings.put("use_scale", l.useScale());
                settings.put("score_mode", l.concat() ? "concat" : "dot");
                settings.put("dropout", l.dropout());
                settings.put("use_causal_mask", l.causal());
            }
            case LayerSpec.AdditiveAttention l -> {
                settings.put("use_scale", l.useScale());
                settings.put("dropout", l.dropout());
                settings.put("use_causal_mask", l.causal());
            }
            case LayerSpec.Merge ignored -> {}
        }
        return settings;
    }

    private LayerSpec bidirectional(Mapping settings) {
        settings.allowing("name", "layer", "backward_layer", "merge_mode");
        String name = name(settings, KerasClass.BIDIRECTIONAL);
        Node node = settings.require("layer", "layer: {LSTM: {units: 64}}");
        LayerSpec.Recurrent forward = recurrent(node);
        Node other = settings.find("backward_layer").orElse(null);
        LayerSpec.Recurrent backward = other == null ? reversed(forward, name + "_backward") : recurrent(other);
        try {
            return new LayerSpec.Bidirectional(
                    name,
                    forward,
                    backward,
                    settings.find("merge_mode")
                            .map(mode -> mode.asOneOf(LayerSpec.MergeMode.class))
                            .orElse(LayerSpec.MergeMode.CONCAT));
        } catch (IllegalArgumentException e) {
            throw node.place().error(e.getMessage() + ".");
        }
    }

    /** The same the other way, its variables included. */
    private LayerSpec.Recurrent reversed(LayerSpec.Recurrent forward, String name) {
        LayerSpec.Recurrent backward = forward.reversed(name);
        List.copyOf(ofVariables).stream()
                .filter(said -> said.layer().equals(forward))
                .forEach(said -> ofVariables.add(said.by(backward)));
        return backward;
    }

    private LayerSpec.Recurrent recurrent(Node node) {
        if (read(node) instanceof LayerSpec.Recurrent recurrent) {
            return recurrent;
        }
        throw node.place().error("expected LSTM, GRU or SimpleRNN, found another layer.");
    }

    private static void putRecurrent(Map<String, Object> settings, LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        settings.put("units", layer.units());
        settings.put("return_sequences", layer.returnSequences());
        settings.put("activation", recurrence.activation().kerasName());
        if (!(layer instanceof LayerSpec.SimpleRnn)) {
            settings.put(
                    "recurrent_activation", recurrence.recurrentActivation().kerasName());
        }
        settings.put("use_bias", recurrence.useBias());
        settings.put("go_backwards", recurrence.goBackwards());
        if (recurrence.drops()) {
            settings.put("dropout", recurrence.dropout());
            settings.put("recurrent_dropout", recurrence.recurrentDropout());
        }
        switch (layer) {
            case LayerSpec.Lstm ignored -> settings.put("unit_forget_bias", recurrence.unitForgetBias());
            case LayerSpec.Gru gru -> settings.put("reset_after", gru.resetAfter());
            case LayerSpec.SimpleRnn ignored -> {}
        }
    }

    private static void putConvolutionalLstm(Map<String, Object> settings, LayerSpec.ConvolutionalLstm layer) {
        LayerSpec.ConvLstm2d lstm = layer.overImages();
        Recurrence recurrence = lstm.recurrence();
        settings.put("filters", lstm.filters());
        if (layer instanceof LayerSpec.ConvLstm1d ofRows) {
            putLengths(settings, ofRows.kernel(), ofRows.stride(), ofRows.dilation());
        } else {
            settings.put("kernel_size", list(lstm.kernel()));
            settings.put("strides", list(lstm.stride()));
            settings.put("dilation_rate", list(lstm.dilation()));
        }
        settings.put("padding", lower(lstm.padding()));
        settings.put("return_sequences", lstm.returnSequences());
        settings.put("activation", recurrence.activation().kerasName());
        settings.put("recurrent_activation", recurrence.recurrentActivation().kerasName());
        settings.put("use_bias", recurrence.useBias());
        settings.put("unit_forget_bias", recurrence.unitForgetBias());
        settings.put("go_backwards", recurrence.goBackwards());
        settings.put("dropout", recurrence.dropout());
        settings.put("recurrent_dropout", recurrence.recurrentDropout());
    }

    private static Recurrence recurrence(Mapping settings) {
        Recurrence usual = Recurrence.DEFAULT;
        return new Recurrence(
                recurrentActivation(settings, "activation", usual.activation()),
                recurrentActivation(settings, "recurrent_activation", usual.recurrentActivation()),
                flag(settings, "use_bias", true),
                flag(settings, "unit_forget_bias", true),
                flag(settings, "go_backwards", false));
    }

    private static Recurrence droppingRecurrence(Mapping settings) {
        return recurrence(settings).withDropout(dropout(settings, "dropout"), dropout(settings, "recurrent_dropout"));
    }

    private static Activation recurrentActivation(Mapping settings, String key, Activation otherwise) {
        Activation activation = activation(settings, key, otherwise);
        if (!Recurrence.ACTIVATIONS.contains(activation)) {
            List<String> computed =
                    Recurrence.ACTIVATIONS.stream().map(Activation::kerasName).toList();
            throw settings.place()
                    .error("expected an activation of recurrent layers (" + String.join(", ", computed) + "), found '"
                            + activation.kerasName() + "'.");
        }
        return activation;
    }

    private static void putConvolution(Map<String, Object> settings, LayerSpec.Convolution conv) {
        settings.put("filters", conv.filters());
        settings.put("kernel_size", list(conv.kernel()));
        settings.put("strides", list(conv.stride()));
        settings.put("padding", lower(conv.padding()));
        settings.put("activation", conv.activation().kerasName());
        settings.put("use_bias", conv.useBias());
    }

    private static void putChannelwise(Map<String, Object> settings, LayerSpec.ChannelwiseConvolution conv) {
        if (conv instanceof LayerSpec.SeparableConv2d separable) {
            settings.put("filters", separable.filters());
        }
        settings.put("kernel_size", list(conv.kernel()));
        settings.put("strides", list(conv.stride()));
        settings.put("padding", lower(conv.padding()));
        settings.put("depth_multiplier", conv.depthMultiplier());
        settings.put("activation", conv.activation().kerasName());
        settings.put("dilation_rate", list(conv.dilation()));
        settings.put("use_bias", conv.useBias());
    }

    /** Over steps there is one of each. */
    private static void putLengths(Map<String, Object> settings, int kernel, int stride, int dilation) {
        settings.put("kernel_size", kernel);
        settings.put("strides", stride);
        settings.put("dilation_rate", dilation);
    }

    private static void putSteps(Map<String, Object> settings, LayerSpec.OneDimensional layer) {
        switch (layer) {
            case LayerSpec.Conv1d conv -> {
                putConvolution(settings, conv.overRow());
                settings.put("kernel_size", conv.kernel());
                settings.put("strides", conv.stride());
                settings.put("dilation_rate", conv.dilation());
                settings.put("groups", conv.groups());
            }
            case LayerSpec.Conv1dTranspose conv -> {
                putConvolution(settings, conv.overRow());
                settings.put("kernel_size", conv.kernel());
                settings.put("strides", conv.stride());
            }
            case LayerSpec.DepthwiseConv1d conv -> {
                putChannelwise(settings, conv.overRow());
                putLengths(settings, conv.kernel(), conv.stride(), conv.dilation());
            }
            case LayerSpec.SeparableConv1d conv -> {
                putChannelwise(settings, conv.overRow());
                putLengths(settings, conv.kernel(), conv.stride(), conv.dilation());
            }
            case LayerSpec.MaxPooling1d pooling -> {
                settings.put("pool_size", pooling.pool());
                settings.put("strides", pooling.stride());
                settings.put("padding", lower(pooling.padding()));
            }
            case LayerSpec.AveragePooling1d pooling -> {
                settings.put("pool_size", pooling.pool());
                settings.put("strides", pooling.stride());
                settings.put("padding", lower(pooling.padding()));
            }
            case LayerSpec.GlobalMaxPooling1d ignored -> {}
            case LayerSpec.GlobalAveragePooling1d ignored -> {}
            case LayerSpec.UpSampling1d up -> settings.put("size", up.size());
            case LayerSpec.ZeroPadding1d p -> settings.put("padding", List.of(p.before(), p.after()));
            case LayerSpec.Cropping1d c -> settings.put("cropping", List.of(c.before(), c.after()));
        }
    }

    /** What a record refuses is an error at the settings. */
    private static LayerSpec checked(Mapping settings, Supplier<LayerSpec> layer) {
        try {
            return layer.get();
        } catch (IllegalArgumentException e) {
            throw settings.place().error(String.valueOf(e.getMessage()) + ".");
        }
    }

    private static int optionalSize(Mapping settings, String key, int otherwise) {
        return settings.find(key).map(node -> node.asInt(1, MAX_SIZE)).orElse(otherwise);
    }

    private static int axis(Node node) {
        int axis = node.asInt(-1, 4);
        if (axis == 0) {
            throw node.place().error("expected an axis >= 1, or -1 for the last, found 0, which is the batch.");
        }
        return axis;
    }

    /** One number for all sides, or a list for each axis, or for one axis a list of both. */
    private static int[] sides(Node node, int axes) {
        int[] sides = new int[2 * axes];
        if (!(node instanceof Sequence sequence)) {
            Arrays.fill(sides, node.asInt(0, MAX_SIZE));
            return sides;
        }
        List<Node> items = sequence.items();
        int expected = Math.max(2, axes);
        if (items.size() != expected) {
            throw node.place()
                    .error("expected one number or a list of " + (expected == 2 ? "two" : "three")
                            + ", found a list of " + items.size() + ".");
        }
        for (int i = 0; i < sides.length; i++) {
            Node item = axes == 1 ? items.get(i) : items.get(i / 2);
            if (item instanceof Sequence both && both.items().size() == 2) {
                item = both.items().get(i % 2);
            }
            sides[i] = item.asInt(0, MAX_SIZE);
        }
        return sides;
    }

    /** One number for all, or {@code [depth, height, width]}. */
    private static Size3 size3(Node node) {
        if (!(node instanceof Sequence sequence)) {
            return Size3.cube(node.asInt(1, MAX_SIZE));
        }
        if (sequence.items().size() != 3) {
            throw node.place()
                    .error("expected one number or [depth, height, width], found a list of "
                            + sequence.items().size() + ".");
        }
        int[] sides = sequence.items().stream()
                .mapToInt(item -> item.asInt(1, MAX_SIZE))
                .toArray();
        return new Size3(sides[0], sides[1], sides[2]);
    }

    private static List<Integer> list(Size3 size) {
        return List.of(size.depth(), size.height(), size.width());
    }

    /** A shape of which one dimension may be -1: as many as are left. */
    private Shape target(Node node) {
        List<Node> items = node.asItems("a shape such as [7, 7, 8]");
        List<Node> open = items.stream()
                .filter(item -> item instanceof Scalar scalar && scalar.text().equals("-1"))
                .toList();
        if (open.isEmpty()) {
            return shape(node);
        }
        if (open.size() > 1) {
            throw open.get(1).place().error("expected at most one -1 in target_shape, found two. Give one a size.");
        }
        Shape input = reads.get()
                .orElseThrow(() -> open.getFirst()
                        .place()
                        .error("expected sizes alone in a Reshape that is within another layer or reads several values,"
                                + " found -1. Write the size."));
        long known = items.stream()
                .filter(item -> !open.contains(item))
                .mapToLong(item -> item.asInt(1, MAX_SIZE))
                .reduce(1, (product, size) -> Math.min(product * size, Integer.MAX_VALUE));
        if (input.size() % known != 0) {
            throw node.place()
                    .error("expected sizes that divide the " + input.size() + " numbers of " + input + ", found "
                            + node.found() + ".");
        }
        int left = Math.toIntExact(input.size() / known);
        return Shape.of(items.stream()
                .mapToInt(item -> open.contains(item) ? left : item.asInt(1, MAX_SIZE))
                .toArray());
    }

    static Shape shape(Node node) {
        List<Node> items = node.asItems("a shape such as [28, 28, 1]");
        int[] dimensions =
                items.stream().mapToInt(item -> item.asInt(1, MAX_SIZE)).toArray();
        try {
            return Shape.of(dimensions);
        } catch (ShapeException e) {
            throw node.place().error(e);
        }
    }

    private String name(Mapping settings, KerasClass kerasClass) {
        Node given = settings.find("name").orElse(null);
        if (given == null) {
            return automaticName(kerasClass);
        }
        String expected = "a name of letters, digits and underscores";
        String name = given.asText(expected);
        if (!name.matches("[A-Za-z0-9_]{1,64}")) {
            throw given.place().error("expected " + expected + ", found " + given.found() + ".");
        }
        if (!names.add(name)) {
            throw given.place()
                    .error("expected a name that no other layer of the model has, found '" + name
                            + "' again. Rename one.");
        }
        return name;
    }

    private String automaticName(KerasClass kerasClass) {
        String snake = kerasClass.snakeCase();
        String name = snake;
        for (int number = 1; !names.add(name); number++) {
            name = snake + "_" + number;
        }
        return name;
    }

    private LayerSpec spatialDropout(Mapping settings, KerasClass kerasClass, int dimensions) {
        settings.allowing("name", "rate");
        return new LayerSpec.SpatialDropout(name(settings, kerasClass), dimensions, rate(settings));
    }

    private static float rate(Mapping settings) {
        return settings.require("rate", "rate: 0.2").asFloat("a number >= 0 and < 1", value -> value >= 0 && value < 1);
    }

    private static float dropout(Mapping settings) {
        return dropout(settings, "dropout");
    }

    private static float dropout(Mapping settings, String setting) {
        return settings.find(setting)
                .map(node -> node.asFloat("a number >= 0 and < 1", value -> value >= 0 && value < 1))
                .orElse(0f);
    }

    private static float epsilon(Mapping settings, float otherwise) {
        return settings.find("epsilon")
                .map(node -> node.asFloat("a number > 0", value -> value > 0))
                .orElse(otherwise);
    }

    /** One axis or a list of them, -1 for the last. */
    private static List<Float> numbers(Node node) {
        return node.asItems("a list of numbers such as [0.5, 12]").stream()
                .map(item -> item.asFloat("a finite number", Double::isFinite))
                .toList();
    }

    private static List<Integer> axesOrLast(Mapping settings) {
        Node node = settings.find("axis").orElse(null);
        if (node == null) {
            return List.of(-1);
        }
        return node instanceof Sequence several
                ? several.items().stream().map(LayerSyntax::axis).toList()
                : List.of(axis(node));
    }

    private static float atLeastZero(Mapping settings, String key, float otherwise) {
        return settings.find(key)
                .map(node -> node.asFloat("a number >= 0", value -> value >= 0))
                .orElse(otherwise);
    }

    /** Counted from 1. */
    private static List<Integer> axes(Node node) {
        return node.asItems("a list of axes such as [1, 2]").stream()
                .map(item -> item.asInt(1, 4))
                .toList();
    }

    private static int size(Mapping settings, String key, int example) {
        return settings.require(key, key + ": " + example).asInt(1, MAX_SIZE);
    }

    private static Size2 kernel(Mapping settings) {
        return size2(settings.require("kernel_size", "kernel_size: 3"));
    }

    private static Size2 strides(Mapping settings, Size2 otherwise) {
        return settings.find("strides").map(LayerSyntax::size2).orElse(otherwise);
    }

    private static Size2 dilation(Mapping settings) {
        return settings.find("dilation_rate").map(LayerSyntax::size2).orElse(LayerSpec.ONE);
    }

    private static Padding padding(Mapping settings) {
        return settings.find("padding").map(node -> node.asOneOf(Padding.class)).orElse(Padding.VALID);
    }

    private static Activation activation(Mapping settings) {
        return activation(settings, "activation", Activation.LINEAR);
    }

    private static Activation activation(Mapping settings, String key, Activation otherwise) {
        return settings.find(key).map(LayerSyntax::activation).orElse(otherwise);
    }

    /** On unless it is off. */
    private static boolean flag(Mapping settings, String key) {
        return flag(settings, key, true);
    }

    private static boolean flag(Mapping settings, String key, boolean otherwise) {
        return settings.find(key).map(Node::asBoolean).orElse(otherwise);
    }

    private static Activation activation(Node node) {
        String name = node.asText("one of " + String.join(", ", Activation.names()));
        return Activation.find(name)
                .orElseThrow(() -> node.place()
                        .error("expected an activation, found '" + name + "'."
                                + Spelling.hint(name, Activation.names())));
    }

    /** One number for both sides, or {@code [height, width]}. */
    private static Size2 size2(Node node) {
        if (!(node instanceof Sequence sequence)) {
            return Size2.square(node.asInt(1, MAX_SIZE));
        }
        if (sequence.items().size() != 2) {
            throw node.place()
                    .error("expected one number or [height, width], found a list of "
                            + sequence.items().size() + ".");
        }
        List<Integer> sides = new ArrayList<>();
        sequence.items().forEach(item -> sides.add(item.asInt(1, MAX_SIZE)));
        return new Size2(sides.get(0), sides.get(1));
    }

    private static List<Integer> list(Size2 size) {
        return List.of(size.height(), size.width());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
