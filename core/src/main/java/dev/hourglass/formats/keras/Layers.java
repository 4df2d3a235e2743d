package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What each layer's settings are in Keras: how they are read, and below how they are written. */
public final class Layers {
    /** Keras has a layer of its own for what is an activation here. */
    private static final String SOFTMAX = "Softmax";
    /** A layer around cells, which is read as the layers that walk with them. */
    static final String CELLS = "RNN";

    private static final Size2 ONE = Size2.square(1);

    private Layers() {}

    /** The classes that a file may name; models and InputLayer aside. */
    static List<String> classes() {
        List<String> classes = new ArrayList<>(KerasClass.names());
        // Not Keras's: a class of that name is code of the file's author.
        classes.remove(KerasClass.SAMPLING.kerasName());
        classes.remove(KerasClass.VECTOR_QUANTIZER.kerasName());
        classes.remove(KerasClass.STATE.kerasName());
        classes.add(SOFTMAX);
        classes.add(CELLS);
        return classes;
    }

    /**
     * @param kerasClass one of {@link #classes}
     * @param name that the layer shall have here
     * @param in the shape that it reads
     * @throws UnsupportedModelException if a setting has a value that Hourglass doesn't compute
     * @throws dev.hourglass.tensor.CorruptFileException if a setting is missing or of the wrong kind
     */
    static LayerSpec read(String kerasClass, String name, LayerSettings settings, Shape in) {
        LayerSpec layer;
        try {
            layer = kerasClass.equals(SOFTMAX)
                    ? softmax(name, settings, in)
                    : ordered(KerasClass.find(kerasClass).orElseThrow(), name, settings, in);
        } catch (IllegalArgumentException e) {
            // A record refused its values: 0 filters, a rate of 2.
            throw settings.config().place().corrupt("settings that Keras takes", String.valueOf(e.getMessage()));
        }
        requireOutputShape(layer, settings, in);
        if (layer instanceof LayerSpec.Recurrent || layer instanceof LayerSpec.ConvolutionalLstm) {
            settings.only("zero_output_for_mask", "false"); // in a Bidirectional it has no say
        }
        settings.requireNoMore();
        return layer;
    }

    /** Keras 1 was told what comes out of a Deconvolution2D; it could be told what no padding gives today. */
    private static void requireOutputShape(LayerSpec layer, LayerSettings settings, Shape in) {
        if (KerasClass.of(layer) != KerasClass.CONV2D_TRANSPOSE || settings.find("output_shape") == null) {
            return;
        }
        Shape output = LayerFacts.ofSources(layer, List.of(new LayerFacts.Source("the layer before", in)))
                .output();
        List<Json> told = settings.get("output_shape").asSequence().items();
        List<Integer> sizes = told.stream()
                .skip(1)
                .map(size -> size instanceof Json.Numeral ? size.asWhole() : -1)
                .toList();
        if (!sizes.equals(Arrays.stream(output.toArray()).boxed().toList())) {
            throw settings.lacks("output_shape", output + " there");
        }
    }

    /** The layer, or one around it whose channels come first. */
    private static LayerSpec ordered(KerasClass kerasClass, String name, LayerSettings settings, Shape in) {
        boolean first = settings.channelsFirst() && in.rank() > 1;
        LayerSpec layer = layer(kerasClass, name, settings, in);
        return first ? new LayerSpec.ChannelsFirst(layer) : layer;
    }

    private static LayerSpec layer(KerasClass kerasClass, String name, LayerSettings settings, Shape in) {
        return switch (kerasClass) {
            case CONV2D -> {
                ofKernelAndBias(settings);
                yield new LayerSpec.Conv2d(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.activation(Activation.LINEAR),
                        settings.size("dilation_rate", ONE),
                        settings.length("groups", 1),
                        settings.flag("use_bias", true));
            }
            case CONV2D_TRANSPOSE -> {
                ofKernelAndBias(settings);
                settings.onlyOne("dilation_rate");
                settings.only("groups", "1");
                settings.only("output_padding", "null");
                yield new LayerSpec.Conv2dTranspose(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.activation(Activation.LINEAR),
                        settings.flag("use_bias", true));
            }
            case CONV1D -> {
                ofKernelAndBias(settings);
                yield new LayerSpec.Conv1d(
                        name,
                        settings.whole("filters"),
                        settings.requiredLength("kernel_size"),
                        settings.length("strides", 1),
                        settings.padding(),
                        settings.activation(Activation.LINEAR),
                        settings.length("dilation_rate", 1),
                        settings.length("groups", 1),
                        settings.flag("use_bias", true));
            }
            case CONV1D_TRANSPOSE -> {
                ofKernelAndBias(settings);
                requireOne(settings, settings.length("dilation_rate", 1), "dilation_rate");
                settings.only("groups", "1");
                settings.only("output_padding", "null");
                yield new LayerSpec.Conv1dTranspose(
                        name,
                        settings.whole("filters"),
                        settings.requiredLength("kernel_size"),
                        settings.length("strides", 1),
                        settings.padding(),
                        settings.activation(Activation.LINEAR),
                        settings.flag("use_bias", true));
            }
            case DEPTHWISE_CONV1D -> {
                ofChannels(settings);
                yield new LayerSpec.DepthwiseConv1d(
                        name,
                        settings.requiredLength("kernel_size"),
                        settings.length("strides", 1),
                        settings.padding(),
                        settings.length("depth_multiplier", 1),
                        settings.activation(Activation.LINEAR),
                        settings.length("dilation_rate", 1),
                        settings.flag("use_bias", true));
            }
            case DEPTHWISE_CONV2D -> {
                ofChannels(settings);
                yield new LayerSpec.DepthwiseConv2d(
                        name,
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.length("depth_multiplier", 1),
                        settings.activation(Activation.LINEAR),
                        settings.size("dilation_rate", ONE),
                        settings.flag("use_bias", true));
            }
            case SEPARABLE_CONV1D -> {
                ofChannels(settings);
                yield new LayerSpec.SeparableConv1d(
                        name,
                        settings.whole("filters"),
                        settings.requiredLength("kernel_size"),
                        settings.length("strides", 1),
                        settings.padding(),
                        settings.length("depth_multiplier", 1),
                        settings.activation(Activation.LINEAR),
                        settings.length("dilation_rate", 1),
                        settings.flag("use_bias", true));
            }
            case SEPARABLE_CONV2D -> {
                ofChannels(settings);
                yield new LayerSpec.SeparableConv2d(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.length("depth_multiplier", 1),
                        settings.activation(Activation.LINEAR),
                        settings.size("dilation_rate", ONE),
                        settings.flag("use_bias", true));
            }
            case CONV3D -> {
                ofKernelAndBias(settings);
                requireCubeOfOne(settings);
                yield new LayerSpec.Conv3d(
                        name,
                        settings.whole("filters"),
                        settings.volume("kernel_size", null),
                        settings.volume("strides", Size3.cube(1)),
                        settings.padding(),
                        settings.activation(Activation.LINEAR),
                        settings.length("groups", 1),
                        settings.flag("use_bias", true));
            }
            case CONV3D_TRANSPOSE -> {
                ofKernelAndBias(settings);
                requireCubeOfOne(settings);
                settings.only("groups", "1");
                settings.only("output_padding", "null");
                yield new LayerSpec.Conv3dTranspose(
                        name,
                        settings.whole("filters"),
                        settings.volume("kernel_size", null),
                        settings.volume("strides", Size3.cube(1)),
                        settings.padding(),
                        settings.activation(Activation.LINEAR),
                        settings.flag("use_bias", true));
            }
            case BATCH_NORMALIZATION -> batchNormalization(name, settings, in);
            case LAYER_NORMALIZATION -> {
                settings.ignoreTrainingOf("beta", "gamma");
                yield new LayerSpec.LayerNormalization(
                        name,
                        axes(settings, "axis", in),
                        settings.number("epsilon", LayerSpec.LayerNormalization.DEFAULT_EPSILON),
                        settings.flag("scale", true),
                        settings.flag("center", true),
                        settings.flag("rms_scaling", false));
            }
            case GROUP_NORMALIZATION -> {
                settings.ignoreTrainingOf("beta", "gamma");
                List<Integer> axes = axes(settings, "axis", in);
                if (axes.size() != 1) {
                    throw settings.lacks("axis", "one axis");
                }
                yield new LayerSpec.GroupNormalization(
                        name,
                        settings.whole("groups", LayerSpec.GroupNormalization.DEFAULT_GROUPS),
                        axes.getFirst(),
                        settings.number("epsilon", LayerSpec.GroupNormalization.DEFAULT_EPSILON),
                        settings.flag("scale", true),
                        settings.flag("center", true));
            }
            case RMS_NORMALIZATION ->
                new LayerSpec.RmsNormalization(
                        name,
                        axes(settings, "axis", in),
                        settings.number("epsilon", LayerSpec.RmsNormalization.DEFAULT_EPSILON));
            case UNIT_NORMALIZATION -> new LayerSpec.UnitNormalization(name, axes(settings, "axis", in));
            case MAX_POOLING2D -> {
                Size2 pool = settings.size("pool_size", Size2.square(2));
                yield new LayerSpec.MaxPooling2d(name, pool, settings.size("strides", pool), settings.padding());
            }
            case AVERAGE_POOLING2D -> {
                Size2 pool = settings.size("pool_size", Size2.square(2));
                yield new LayerSpec.AveragePooling2d(name, pool, settings.size("strides", pool), settings.padding());
            }
            case MAX_POOLING1D -> {
                int pool = settings.length("pool_size", 2);
                yield new LayerSpec.MaxPooling1d(name, pool, settings.length("strides", pool), settings.padding());
            }
            case AVERAGE_POOLING1D -> {
                int pool = settings.length("pool_size", 2);
                yield new LayerSpec.AveragePooling1d(name, pool, settings.length("strides", pool), settings.padding());
            }
            case MAX_POOLING3D, AVERAGE_POOLING3D -> {
                Size3 pool = settings.volume("pool_size", Size3.cube(2));
                boolean average = kerasClass == KerasClass.AVERAGE_POOLING3D;
                yield new LayerSpec.Pooling3d(
                        name, average, pool, settings.volume("strides", pool), settings.padding());
            }
            case GLOBAL_MAX_POOLING3D, GLOBAL_AVERAGE_POOLING3D -> {
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalPooling3d(name, kerasClass == KerasClass.GLOBAL_AVERAGE_POOLING3D);
            }
            case ZERO_PADDING3D -> {
                int[] sides = settings.sides("padding", 3, 1);
                yield new LayerSpec.ZeroPadding3d(name, sides[0], sides[1], sides[2], sides[3], sides[4], sides[5]);
            }
            case CROPPING3D -> {
                int[] sides = settings.sides("cropping", 3, 1);
                yield new LayerSpec.Cropping3d(name, sides[0], sides[1], sides[2], sides[3], sides[4], sides[5]);
            }
            case UP_SAMPLING2D ->
                new LayerSpec.UpSampling2d(name, settings.size("size", Size2.square(2)), interpolation(settings));
            case UP_SAMPLING1D -> new LayerSpec.UpSampling1d(name, settings.length("size", 2));
            case UP_SAMPLING3D -> new LayerSpec.UpSampling3d(name, settings.volume("size", Size3.cube(2)));
            case GLOBAL_AVERAGE_POOLING2D -> {
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalAveragePooling2d(name);
            }
            case GLOBAL_AVERAGE_POOLING1D -> {
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalAveragePooling1d(name);
            }
            case GLOBAL_MAX_POOLING2D -> {
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalMaxPooling2d(name);
            }
            case GLOBAL_MAX_POOLING1D -> {
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalMaxPooling1d(name);
            }
            case ZERO_PADDING1D -> {
                int[] sides = settings.sides("padding", 1, 1);
                yield new LayerSpec.ZeroPadding1d(name, sides[0], sides[1]);
            }
            case ZERO_PADDING2D -> {
                int[] sides = settings.sides("padding", 2, 1);
                yield new LayerSpec.ZeroPadding2d(name, sides[0], sides[1], sides[2], sides[3]);
            }
            case CROPPING1D -> {
                int[] sides = settings.sides("cropping", 1, 1);
                yield new LayerSpec.Cropping1d(name, sides[0], sides[1]);
            }
            case CROPPING2D -> {
                int[] sides = settings.sides("cropping", 2, 0);
                yield new LayerSpec.Cropping2d(name, sides[0], sides[1], sides[2], sides[3]);
            }
            case PERMUTE ->
                new LayerSpec.Permute(
                        name,
                        settings.get("dims").asSequence().items().stream()
                                .map(Json::asWhole)
                                .toList());
            case FLATTEN -> new LayerSpec.Flatten(name);
            case RESHAPE -> new LayerSpec.Reshape(name, target(settings, in));
            case DENSE -> dense(name, settings);
            case TIME_DISTRIBUTED -> new LayerSpec.TimeDistributed(name, inner(name, settings, in));
            case DROPOUT -> new LayerSpec.Dropout(name, rate(settings));
            case SPATIAL_DROPOUT1D -> new LayerSpec.SpatialDropout(name, 1, rate(settings));
            case SPATIAL_DROPOUT2D -> new LayerSpec.SpatialDropout(name, 2, rate(settings));
            case SPATIAL_DROPOUT3D -> new LayerSpec.SpatialDropout(name, 3, rate(settings));
            case GAUSSIAN_DROPOUT -> new LayerSpec.GaussianDropout(name, rate(settings));
            case ALPHA_DROPOUT -> new LayerSpec.AlphaDropout(name, rate(settings));
            case GAUSSIAN_NOISE -> {
                settings.ignore("seed");
                yield new LayerSpec.GaussianNoise(
                        name, (float) settings.get("stddev").asNumber());
            }
            case ACTIVATION -> {
                settings.ignore("activity_regularizer");
                yield new LayerSpec.ActivationLayer(name, settings.activation(Activation.LINEAR));
            }
            case LEAKY_RELU -> {
                // Keras 2 calls it alpha.
                float alpha = settings.number("alpha", 0.3f);
                yield new LayerSpec.LeakyRelu(name, settings.number("negative_slope", alpha));
            }
            case RELU -> relu(name, settings);
            case RESCALING -> new LayerSpec.Rescaling(name, one(settings, "scale", null), one(settings, "offset", 0f));
            case NORMALIZATION -> normalization(name, settings, in);
            case ELU -> new LayerSpec.Elu(name, settings.number("alpha", 1));
            case PRELU -> {
                settings.ignoreTrainingOf("alpha");
                yield new LayerSpec.PRelu(name, sharedAxes(settings, in));
            }
            case MASKING -> new LayerSpec.Masking(name, settings.number("mask_value", 0));
            case REPEAT_VECTOR -> new LayerSpec.RepeatVector(name, settings.whole("n"));
            case LSTM ->
                new LayerSpec.Lstm(
                        name,
                        settings.whole("units"),
                        settings.flag("return_sequences", false),
                        droppingRecurrence(settings));
            case GRU -> gru(name, settings);
            case BIDIRECTIONAL -> bidirectional(name, settings, in);
            case SIMPLE_RNN ->
                new LayerSpec.SimpleRnn(
                        name,
                        settings.whole("units"),
                        settings.flag("return_sequences", false),
                        droppingRecurrence(settings));
            case CONV_LSTM1D -> {
                requireChannelsLast(settings);
                yield new LayerSpec.ConvLstm1d(
                        name,
                        settings.whole("filters"),
                        settings.requiredLength("kernel_size"),
                        settings.length("strides", 1),
                        settings.padding(),
                        settings.length("dilation_rate", 1),
                        settings.flag("return_sequences", false),
                        droppingRecurrence(settings));
            }
            case CONV_LSTM2D -> {
                requireChannelsLast(settings);
                yield new LayerSpec.ConvLstm2d(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.size("dilation_rate", ONE),
                        settings.flag("return_sequences", false),
                        droppingRecurrence(settings));
            }
            case ADD -> new LayerSpec.Add(name);
            case SUBTRACT -> new LayerSpec.Subtract(name);
            case MULTIPLY -> new LayerSpec.Multiply(name);
            case AVERAGE -> new LayerSpec.Average(name);
            case MAXIMUM -> new LayerSpec.Maximum(name);
            case MINIMUM -> new LayerSpec.Minimum(name);
            case SAMPLING, STATE, VECTOR_QUANTIZER ->
                throw new IllegalArgumentException("Keras has no such layer: " + kerasClass);
            case CONCATENATE ->
                new LayerSpec.Concatenate(name, settings.whole("axis", LayerSpec.Concatenate.LAST_AXIS));
            case DOT -> {
                Json axes = settings.get("axes");
                List<Json> both = axes instanceof Json.Sequence list ? list.items() : List.of(axes, axes);
                if (both.size() != 2) {
                    throw axes.place().corrupt("one axis or two", axes.excerpt());
                }
                yield new LayerSpec.Dot(
                        name, both.getFirst().asWhole(), both.getLast().asWhole(), settings.flag("normalize", false));
            }
            case EMBEDDING -> {
                settings.ignoreTrainingOf("embeddings");
                settings.ignore("input_length"); // the input has it
                yield new LayerSpec.Embedding(
                        name,
                        settings.whole("input_dim"),
                        settings.whole("output_dim"),
                        settings.flag("mask_zero", false));
            }
            case MULTI_HEAD_ATTENTION -> multiHeadAttention(name, settings);
            case ATTENTION -> {
                // Before 2.11 it had no score_mode, and its name was that of a causal attention's flag.
                settings.only("causal", "false");
                yield new LayerSpec.DotAttention(
                        name,
                        settings.flag("use_scale", false),
                        isByConcatenation(settings),
                        settings.number("dropout", 0));
            }
            case ADDITIVE_ATTENTION -> {
                settings.only("causal", "false");
                yield new LayerSpec.AdditiveAttention(
                        name, settings.flag("use_scale", true), settings.number("dropout", 0));
            }
        };
    }

    private static boolean isByConcatenation(LayerSettings settings) {
        Json mode = settings.find("score_mode");
        return switch (mode == null ? "dot" : mode.asText()) {
            case "dot" -> false;
            case "concat" -> true;
            default -> throw settings.lacks("score_mode", "'dot' and 'concat'");
        };
    }

    private static LayerSpec multiHeadAttention(String name, LayerSettings settings) {
        ofKernelAndBias(settings);
        settings.only("attention_axes", settings.find("attention_axes") instanceof Json.Sequence ? "[1]" : "1");
        settings.ignore("flash_attention", "query_shape", "key_shape", "value_shape"); // nothing that is computed
        int keySize = settings.whole("key_dim");
        Json output = settings.find("output_shape");
        return new LayerSpec.MultiHeadAttention(
                name,
                settings.whole("num_heads"),
                keySize,
                settings.whole("value_dim", keySize),
                output == null ? 0 : settings.length("output_shape", 0),
                settings.number("dropout", 0),
                settings.flag("use_bias", true));
    }

    /** Channels first are behind the steps there, where no other layer has them. */
    private static void requireChannelsLast(LayerSettings settings) {
        if (settings.channelsFirst()) {
            throw settings.lacks("data_format", "'channels_last'");
        }
    }

    private static LayerSpec.Interpolation interpolation(LayerSettings settings) {
        Json given = settings.find("interpolation");
        for (LayerSpec.Interpolation each : LayerSpec.Interpolation.values()) {
            if (given == null || given.asText().equals(lower(each))) {
                return each;
            }
        }
        throw settings.lacks("interpolation", "'nearest' and 'bilinear'");
    }

    /** One number for all channels; required where there is no default. */
    private static float one(LayerSettings settings, String setting, @Nullable Float otherwise) {
        Json value = otherwise == null ? settings.get(setting) : settings.find(setting);
        if (value == null && otherwise != null) {
            return otherwise;
        }
        if (!(value instanceof Json.Numeral)) {
            throw settings.lacks(setting, "one number for all channels");
        }
        return (float) value.asNumber();
    }

    /** Its numbers are settings, or what the file keeps as its variables. */
    private static LayerSpec normalization(String name, LayerSettings settings, Shape in) {
        List<Integer> axes = settings.isNull("axis")
                ? List.of()
                : axes(settings, "axis", in).stream()
                        .map(axis -> axis == -1 ? in.rank() : axis)
                        .sorted()
                        .toList();
        LayerSpec.Normalization layer =
                new LayerSpec.Normalization(name, axes, List.of(), List.of(), settings.flag("invert", false));
        Json means = settings.find("mean");
        Json variances = settings.find("variance");
        if (means == null || variances == null) {
            return layer;
        }
        int[] dimensions = layer.dimensions(in);
        return layer.with(spread(means, dimensions), spread(variances, dimensions));
    }

    /** As NumPy does: dimensions that lack in front, and those of 1, stand for as many as there are. What does not fit stays. */
    private static List<Float> spread(Json nested, int[] dimensions) {
        List<Float> numbers = numbers(nested);
        List<Integer> own = new ArrayList<>();
        for (Json level = nested;
                level instanceof Json.Sequence list && !list.items().isEmpty(); ) {
            own.add(list.items().size());
            level = list.items().getFirst();
        }
        int lacking = dimensions.length - own.size();
        boolean fits =
                lacking >= 0 && own.stream().mapToLong(size -> size).reduce(1, (a, b) -> a * b) == numbers.size();
        for (int i = 0; i < own.size() && fits; i++) {
            fits = own.get(i) == 1 || own.get(i) == dimensions[lacking + i];
        }
        if (!fits) {
            return numbers;
        }
        List<Float> all = new ArrayList<>();
        for (int place = 0, count = Shape.of(dimensions).size(); place < count; place++) {
            int from = 0;
            for (int i = own.size() - 1, rest = place, stride = 1; i >= 0; i--) {
                int size = dimensions[lacking + i];
                from += own.get(i) == 1 ? 0 : rest % size * stride;
                rest /= size;
                stride *= own.get(i);
            }
            all.add(numbers.get(from));
        }
        return all;
    }

    /** Of lists within lists. */
    private static List<Float> numbers(Json nested) {
        return nested instanceof Json.Sequence list
                ? list.items().stream().flatMap(item -> numbers(item).stream()).toList()
                : List.of((float) nested.asNumber());
    }

    private static float rate(LayerSettings settings) {
        settings.ignore("seed");
        settings.only("noise_shape", "null");
        return (float) settings.get("rate").asNumber();
    }

    private static LayerSpec softmax(String name, LayerSettings settings, Shape in) {
        Json axis = settings.find("axis");
        if (axis != null && axis.asWhole() != -1 && axis.asWhole() != in.rank()) {
            throw settings.lacks("axis", "-1 (the last)");
        }
        return new LayerSpec.ActivationLayer(name, Activation.SOFTMAX);
    }

    private static LayerSpec relu(String name, LayerSettings settings) {
        LayerSpec.Relu relu = new LayerSpec.Relu(
                name,
                settings.number("negative_slope", 0),
                settings.number("threshold", 0),
                settings.number("max_value", Float.POSITIVE_INFINITY));
        return relu.equals(new LayerSpec.Relu(name)) ? new LayerSpec.ActivationLayer(name, Activation.RELU) : relu;
    }

    /** Counted from 1, the last of them -1 at will. */
    private static List<Integer> sharedAxes(LayerSettings settings, Shape in) {
        Json axes = settings.find("shared_axes");
        if (axes == null) {
            return List.of();
        }
        List<Json> items = axes instanceof Json.Sequence all ? all.items() : List.of(axes);
        return items.stream()
                .map(Json::asWhole)
                .map(axis -> axis < 0 ? axis + in.rank() + 1 : axis)
                .toList();
    }

    /** Counted from 1, or -1 for the last alone. */
    private static List<Integer> axes(LayerSettings settings, String setting, Shape in) {
        Json axes = settings.find(setting);
        if (axes == null) {
            return List.of(-1);
        }
        List<Json> items = axes instanceof Json.Sequence all ? all.items() : List.of(axes);
        List<Integer> given = items.stream().map(Json::asWhole).toList();
        return given.equals(List.of(-1))
                ? given
                : given.stream()
                        .map(axis -> axis < 0 ? axis + in.rank() + 1 : axis)
                        .toList();
    }

    private static void ofKernelAndBias(LayerSettings settings) {
        settings.ignoreTrainingOf("kernel", "bias");
        settings.ignore("quantization_config");
    }

    /** Keras 2 writes what all convolutions have, too. */
    private static void ofChannels(LayerSettings settings) {
        settings.ignoreTrainingOf("depthwise", "pointwise", "kernel", "bias");
        settings.only("groups", "1");
    }

    private static void requireOne(LayerSettings settings, int value, String setting) {
        if (value != 1) {
            throw settings.lacks(setting, "1");
        }
    }

    private static void requireCubeOfOne(LayerSettings settings) {
        if (!settings.volume("dilation_rate", Size3.cube(1)).equals(Size3.cube(1))) {
            throw settings.lacks("dilation_rate", "1");
        }
    }

    private static LayerSpec batchNormalization(String name, LayerSettings settings, Shape in) {
        Json axis = settings.find("axis");
        if (axis instanceof Json.Sequence axes && axes.items().size() == 1) {
            axis = axes.items().getFirst(); // as Keras 2 writes it
        }
        int place = axis == null ? -1 : axis.asWhole();
        if (place < -1) {
            place += in.rank() + 1;
        }
        settings.only("renorm", "false");
        settings.only("virtual_batch_size", "null");
        settings.only("adjustment", "null");
        settings.ignore("renorm_clipping", "renorm_momentum", "synchronized", "fused");
        settings.ignoreTrainingOf("beta", "gamma", "moving_mean", "moving_variance");
        return new LayerSpec.BatchNormalization(
                name,
                settings.number("momentum", LayerSpec.BatchNormalization.DEFAULT_MOMENTUM),
                settings.number("epsilon", LayerSpec.BatchNormalization.DEFAULT_EPSILON),
                place,
                settings.flag("scale", true),
                settings.flag("center", true));
    }

    private static LayerSpec.Dense dense(String name, LayerSettings settings) {
        ofKernelAndBias(settings);
        return new LayerSpec.Dense(
                name, settings.whole("units"), settings.activation(Activation.LINEAR), settings.flag("use_bias", true));
    }

    /** The layer within a TimeDistributed. */
    private static LayerSpec inner(String name, LayerSettings settings, Shape in) {
        Within layer = Within.of(settings.get("layer").asMapping(), name, "layer");
        if (!classes().contains(layer.kerasClass())) {
            throw settings.lacks("layer", String.join(", ", classes()) + " in it");
        }
        if (in.rank() < 2) {
            throw settings.config().place().corrupt("steps for a TimeDistributed", "samples of " + in);
        }
        return read(layer.kerasClass(), layer.name(), layer.settings(settings), in.inner());
    }

    /**
     * A layer within a layer.
     *
     * @param name that it shall have here
     */
    private record Within(String kerasClass, String name, Json.Mapping config) {
        /**
         * @param around the name of the layer around it
         * @param place what it is there, for its name where the file says none
         */
        static Within of(Json.Mapping node, String around, String place) {
            String kerasClass = node.get("class_name").asText();
            ConfigReader.requireOurs(node, kerasClass, "the layer within '" + around + "'");
            Json.Mapping config = node.get("config").asMapping();
            Json given = config.find("name");
            String name = given == null ? around + "_" + place : LayerNames.plain(given.asText());
            return new Within(kerasClass, name, config);
        }

        LayerSettings settings(LayerSettings around) {
            return around.within(kerasClass, name, config);
        }
    }

    private static LayerSpec gru(String name, LayerSettings settings) {
        return new LayerSpec.Gru(
                name,
                settings.whole("units"),
                settings.flag("return_sequences", false),
                droppingRecurrence(settings),
                // Keras had no such setting before 2.1, and computed it so.
                settings.flag("reset_after", false));
    }

    /**
     * The layer that walks with a cell.
     *
     * @param cell its settings
     * @param sequences whether every state leaves the layer
     * @return null where Hourglass lacks the cell
     */
    static LayerSpec.@Nullable Recurrent cell(
            String kerasClass, String name, LayerSettings cell, boolean sequences, boolean backwards) {
        LayerSpec.Recurrent layer;
        try {
            int units = cell.whole("units");
            Recurrence recurrence = droppingRecurrence(cell).withGoBackwards(backwards);
            layer = switch (kerasClass) {
                case "LSTMCell" -> new LayerSpec.Lstm(name, units, sequences, recurrence);
                case "GRUCell" ->
                    new LayerSpec.Gru(name, units, sequences, recurrence, cell.flag("reset_after", false));
                case "SimpleRNNCell" -> new LayerSpec.SimpleRnn(name, units, sequences, recurrence);
                default -> null;
            };
        } catch (IllegalArgumentException e) {
            throw cell.config().place().corrupt("settings that Keras takes", String.valueOf(e.getMessage()));
        }
        if (layer != null) {
            cell.requireNoMore();
        }
        return layer;
    }

    private static LayerSpec bidirectional(String name, LayerSettings settings, Shape in) {
        Within layer = Within.of(settings.get("layer").asMapping(), name, "forward");
        LayerSpec.Recurrent forward = way(layer, settings, in);
        Json backward = settings.find("backward_layer");
        return new LayerSpec.Bidirectional(
                name,
                forward,
                // Keras 2 leaves it out where it is the same layer.
                backward == null
                        ? forward.reversed(name + "_backward")
                        : way(Within.of(backward.asMapping(), name, "backward"), settings, in),
                mergeMode(settings));
    }

    private static LayerSpec.Recurrent way(Within way, LayerSettings settings, Shape in) {
        LayerSettings inner = way.settings(settings);
        Optional<KerasClass> kerasClass = KerasClass.find(way.kerasClass());
        if (kerasClass.isPresent()
                && layer(kerasClass.get(), way.name(), inner, in) instanceof LayerSpec.Recurrent recurrent) {
            inner.requireNoMore();
            return recurrent;
        }
        throw settings.lacks("layer", "LSTM, GRU and SimpleRNN in it");
    }

    private static LayerSpec.MergeMode mergeMode(LayerSettings settings) {
        Json given = settings.find("merge_mode");
        for (LayerSpec.MergeMode mode : LayerSpec.MergeMode.values()) {
            if (given != null && given.asText().equals(lower(mode))) {
                return mode;
            }
        }
        throw settings.lacks("merge_mode", "'concat', 'sum', 'mul' and 'ave'");
    }

    private static Recurrence recurrence(LayerSettings settings) {
        settings.only("time_major", "false");
        settings.warnOfStates();
        // Whether states leave the layer too is told from who reads them.
        settings.ignore("return_state", "unroll", "zero_output_for_mask", "implementation", "seed");
        settings.ignoreTrainingOf("kernel", "recurrent", "bias");
        return new Recurrence(
                settings.recurrentActivation("activation", Recurrence.DEFAULT.activation()),
                settings.recurrentActivation("recurrent_activation", Recurrence.DEFAULT.recurrentActivation()),
                settings.flag("use_bias", true),
                settings.flag("unit_forget_bias", true),
                settings.flag("go_backwards", false));
    }

    private static Recurrence droppingRecurrence(LayerSettings settings) {
        return recurrence(settings).withDropout(dropout(settings, "dropout"), dropout(settings, "recurrent_dropout"));
    }

    /** Keras takes 1 as well, and then drops nothing (LSTM, GRU) or all (SimpleRNN): neither trains a model. */
    private static float dropout(LayerSettings settings, String setting) {
        float rate = settings.number(setting, 0);
        if (rate >= 0 && rate < 1) {
            return rate;
        }
        settings.leaveOutOfTraining(setting, "0");
        return 0;
    }

    /** One dimension may be -1: what is left. */
    private static Shape target(LayerSettings settings, Shape in) {
        int[] target = settings.get("target_shape").asSequence().items().stream()
                .mapToInt(Json::asWhole)
                .toArray();
        long known = 1;
        for (int dimension : target) {
            known = Math.min(Integer.MAX_VALUE, known * Math.max(1, dimension));
        }
        int left = (int) (in.size() / known);
        return Shape.of(Arrays.stream(target)
                .map(dimension -> dimension == -1 ? left : dimension)
                .toArray());
    }

    /** The layer's settings as Keras 3 reads them: all that decide what comes out, none that only say how it began. */
    static Map<String, Object> write(LayerSpec layer) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", layer.name());
        config.put("trainable", true);
        // Else the user's default decides, which may be less precise.
        config.put("dtype", "float32");
        switch (layer) {
            case LayerSpec.ChannelsFirst first -> {
                config.putAll(write(first.layer()));
                config.put("data_format", "channels_first");
            }
            case LayerSpec.Conv2d conv -> {
                putConvolution(config, conv);
                config.put("dilation_rate", pair(conv.dilation()));
                config.put("groups", conv.groups());
            }
            case LayerSpec.Conv2dTranspose conv -> putConvolution(config, conv);
            case LayerSpec.ChannelwiseConvolution conv -> putChannelwise(config, conv);
            case LayerSpec.OneDimensional one -> putSteps(config, one);
            case LayerSpec.VolumeConvolution conv -> {
                config.put("filters", conv.filters());
                config.put("kernel_size", triple(conv.kernel()));
                config.put("strides", triple(conv.stride()));
                config.put("padding", lower(conv.padding()));
                config.put("data_format", "channels_last");
                config.put("use_bias", conv.useBias());
                config.put("activation", function(conv.name(), conv.activation()));
                if (conv instanceof LayerSpec.Conv3d grouped) {
                    config.put("groups", grouped.groups());
                }
            }
            case LayerSpec.AveragePooling2d pooling -> {
                config.put("pool_size", pair(pooling.pool()));
                config.put("strides", pair(pooling.stride()));
                config.put("padding", lower(pooling.padding()));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.Pooling3d pooling -> {
                config.put("pool_size", triple(pooling.pool()));
                config.put("strides", triple(pooling.stride()));
                config.put("padding", lower(pooling.padding()));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.GlobalPooling3d ignored -> {
                config.put("data_format", "channels_last");
                config.put("keepdims", false);
            }
            case LayerSpec.ZeroPadding3d p -> {
                List<Integer> depth = List.of(p.front(), p.back());
                config.put("padding", List.of(depth, List.of(p.top(), p.bottom()), List.of(p.left(), p.right())));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.Cropping3d c -> {
                List<Integer> depth = List.of(c.front(), c.back());
                config.put("cropping", List.of(depth, List.of(c.top(), c.bottom()), List.of(c.left(), c.right())));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.UpSampling3d up -> {
                config.put("size", triple(up.size()));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.GlobalMaxPooling2d ignored -> {
                config.put("data_format", "channels_last");
                config.put("keepdims", false);
            }
            case LayerSpec.ZeroPadding2d p -> {
                config.put("padding", List.of(List.of(p.top(), p.bottom()), List.of(p.left(), p.right())));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.Cropping2d c -> {
                config.put("cropping", List.of(List.of(c.top(), c.bottom()), List.of(c.left(), c.right())));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.Permute permute -> config.put("dims", List.copyOf(permute.axes()));
            case LayerSpec.BatchNormalization norm -> {
                config.put("axis", norm.axis());
                config.put("momentum", norm.momentum());
                config.put("epsilon", norm.epsilon());
                config.put("center", norm.center());
                config.put("scale", norm.scale());
            }
            case LayerSpec.LayerNormalization norm -> {
                config.put("axis", List.copyOf(norm.axes()));
                config.put("epsilon", norm.epsilon());
                config.put("center", norm.center());
                config.put("scale", norm.scale());
                if (norm.rmsScaling()) {
                    config.put("rms_scaling", true);
                }
            }
            case LayerSpec.GroupNormalization norm -> {
                config.put("groups", norm.groups());
                config.put("axis", norm.axis());
                config.put("epsilon", norm.epsilon());
                config.put("center", norm.center());
                config.put("scale", norm.scale());
            }
            case LayerSpec.UnitNormalization norm -> config.put("axis", List.copyOf(norm.axes()));
            case LayerSpec.RmsNormalization norm -> {
                config.put("axis", List.copyOf(norm.axes()));
                config.put("epsilon", norm.epsilon());
            }
            case LayerSpec.MaxPooling2d pooling -> {
                config.put("pool_size", pair(pooling.pool()));
                config.put("strides", pair(pooling.stride()));
                config.put("padding", lower(pooling.padding()));
                config.put("data_format", "channels_last");
            }
            case LayerSpec.UpSampling2d up -> {
                config.put("size", pair(up.size()));
                config.put("data_format", "channels_last");
                config.put("interpolation", lower(up.interpolation()));
            }
            case LayerSpec.GlobalAveragePooling2d ignored -> {
                config.put("data_format", "channels_last");
                config.put("keepdims", false);
            }
            case LayerSpec.Flatten ignored -> config.put("data_format", "channels_last");
            case LayerSpec.Reshape reshape ->
                config.put(
                        "target_shape",
                        Arrays.stream(reshape.target().toArray()).boxed().toList());
            case LayerSpec.Dense dense -> {
                config.put("units", dense.units());
                config.put("activation", function(dense.name(), dense.activation()));
                config.put("use_bias", dense.useBias());
            }
            case LayerSpec.TimeDistributed each -> config.put("layer", ConfigWriter.inner(each.layer()));
            case LayerSpec.Dropout dropout -> config.put("rate", dropout.rate());
            case LayerSpec.SpatialDropout dropout -> {
                config.put("rate", dropout.rate());
                config.remove("trainable"); // which its constructor in Keras does not take
            }
            case LayerSpec.GaussianDropout dropout -> config.put("rate", dropout.rate());
            case LayerSpec.AlphaDropout dropout -> config.put("rate", dropout.rate());
            case LayerSpec.GaussianNoise noise -> config.put("stddev", noise.stddev());
            case LayerSpec.ActivationLayer activation ->
                config.put("activation", function(activation.name(), activation.activation()));
            case LayerSpec.LeakyRelu leaky -> config.put("negative_slope", leaky.negativeSlope());
            case LayerSpec.Relu relu -> {
                config.put("negative_slope", relu.negativeSlope());
                config.put("threshold", relu.threshold());
                if (!Float.isInfinite(relu.maxValue())) {
                    config.put("max_value", relu.maxValue());
                }
            }
            case LayerSpec.Rescaling rescaling -> {
                config.put("scale", rescaling.scale());
                config.put("offset", rescaling.offset());
            }
            case LayerSpec.Normalization scaling -> {
                config.put("axis", scaling.axes().isEmpty() ? null : scaling.axes());
                config.put("invert", scaling.invert());
                config.put("mean", scaling.means());
                config.put("variance", scaling.variances());
            }
            case LayerSpec.Elu elu -> config.put("alpha", elu.alpha());
            case LayerSpec.Embedding table -> {
                config.put("input_dim", table.rows());
                config.put("output_dim", table.outputs());
                config.put("mask_zero", table.maskZero());
            }
            case LayerSpec.PRelu prelu -> {
                if (!prelu.sharedAxes().isEmpty()) {
                    config.put("shared_axes", List.copyOf(prelu.sharedAxes()));
                }
            }
            case LayerSpec.Masking masking -> config.put("mask_value", masking.maskValue());
            case LayerSpec.VectorQuantizer codebook ->
                throw new IllegalArgumentException("Keras has layers for its parts alone: " + codebook);
            case LayerSpec.RepeatVector repeat -> config.put("n", repeat.steps());
            case LayerSpec.Recurrent recurrent -> putRecurrent(config, recurrent);
            case LayerSpec.State state ->
                throw new IllegalArgumentException("To Keras this is another value of a layer: " + state);
            case LayerSpec.ConvLstm2d lstm -> putConvolutionalLstm(config, lstm);
            case LayerSpec.ConvLstm1d lstm -> putRow(config, lstm.overImages());
            case LayerSpec.Bidirectional both -> {
                config.put("layer", ConfigWriter.inner(both.forward()));
                config.put("backward_layer", ConfigWriter.inner(both.backward()));
                config.put("merge_mode", lower(both.mergeMode()));
            }
            case LayerSpec.Concatenate concatenate -> config.put("axis", concatenate.axis());
            case LayerSpec.Dot dot -> {
                config.put("axes", List.of(dot.first(), dot.second()));
                config.put("normalize", dot.normalize());
            }
            case LayerSpec.MultiHeadAttention l -> {
                config.put("num_heads", l.heads());
                config.put("key_dim", l.keySize());
                config.put("value_dim", l.valueSize());
                config.put("dropout", l.dropout());
                config.put("use_bias", l.useBias());
                if (l.outputSize() > 0) {
                    config.put("output_shape", List.of(l.outputSize()));
                }
            }
            case LayerSpec.DotAttention l -> {
                config.put("use_scale", l.useScale());
                if (l.concat()) { // Keras's reader of .h5 takes 'dot', the default, for its function of that name
                    config.put("score_mode", "concat");
                }
                config.put("dropout", l.dropout());
            }
            case LayerSpec.AdditiveAttention l -> {
                config.put("use_scale", l.useScale());
                config.put("dropout", l.dropout());
            }
            case LayerSpec.Merge ignored -> {}
        }
        return config;
    }

    private static void putRecurrent(Map<String, Object> config, LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        config.put("units", layer.units());
        config.put("return_sequences", layer.returnSequences());
        config.put("go_backwards", recurrence.goBackwards());
        config.put("activation", function(layer.name(), recurrence.activation()));
        config.put("use_bias", recurrence.useBias());
        config.put("dropout", recurrence.dropout());
        config.put("recurrent_dropout", recurrence.recurrentDropout());
        switch (layer) {
            case LayerSpec.Lstm ignored -> {
                config.put("recurrent_activation", function(layer.name(), recurrence.recurrentActivation()));
                config.put("unit_forget_bias", recurrence.unitForgetBias());
            }
            case LayerSpec.Gru gru -> {
                config.put("recurrent_activation", function(layer.name(), recurrence.recurrentActivation()));
                config.put("reset_after", gru.resetAfter());
            }
            case LayerSpec.SimpleRnn ignored -> {}
        }
    }

    private static void putConvolutionalLstm(Map<String, Object> config, LayerSpec.ConvLstm2d lstm) {
        Recurrence recurrence = lstm.recurrence();
        config.put("filters", lstm.filters());
        config.put("kernel_size", pair(lstm.kernel()));
        config.put("strides", pair(lstm.stride()));
        config.put("padding", lower(lstm.padding()));
        config.put("data_format", "channels_last");
        config.put("dilation_rate", pair(lstm.dilation()));
        config.put("activation", function(lstm.name(), recurrence.activation()));
        config.put("recurrent_activation", function(lstm.name(), recurrence.recurrentActivation()));
        config.put("use_bias", recurrence.useBias());
        config.put("unit_forget_bias", recurrence.unitForgetBias());
        config.put("return_sequences", lstm.returnSequences());
        config.put("go_backwards", recurrence.goBackwards());
        config.put("dropout", recurrence.dropout());
        config.put("recurrent_dropout", recurrence.recurrentDropout());
    }

    private static void putConvolution(Map<String, Object> config, LayerSpec.Convolution conv) {
        config.put("filters", conv.filters());
        config.put("kernel_size", pair(conv.kernel()));
        config.put("strides", pair(conv.stride()));
        config.put("padding", lower(conv.padding()));
        config.put("data_format", "channels_last");
        config.put("use_bias", conv.useBias());
        config.put("activation", function(conv.name(), conv.activation()));
    }

    private static void putChannelwise(Map<String, Object> config, LayerSpec.ChannelwiseConvolution conv) {
        if (conv instanceof LayerSpec.SeparableConv2d separable) {
            config.put("filters", separable.filters());
        }
        config.put("kernel_size", pair(conv.kernel()));
        config.put("strides", pair(conv.stride()));
        config.put("padding", lower(conv.padding()));
        config.put("depth_multiplier", conv.depthMultiplier());
        config.put("dilation_rate", pair(conv.dilation()));
        config.put("data_format", "channels_last");
        config.put("use_bias", conv.useBias());
        config.put("activation", function(conv.name(), conv.activation()));
    }

    /** As over an image of one row, without the height. */
    private static void putSteps(Map<String, Object> config, LayerSpec.OneDimensional layer) {
        switch (layer) {
            case LayerSpec.UpSampling1d up -> config.put("size", up.size());
            case LayerSpec.ZeroPadding1d p -> config.put("padding", List.of(p.before(), p.after()));
            case LayerSpec.Cropping1d c -> config.put("cropping", List.of(c.before(), c.after()));
            case LayerSpec.Conv1d ignored -> putRow(config, layer.overRow());
            case LayerSpec.Conv1dTranspose ignored -> putRow(config, layer.overRow());
            case LayerSpec.DepthwiseConv1d ignored -> putRow(config, layer.overRow());
            case LayerSpec.SeparableConv1d ignored -> putRow(config, layer.overRow());
            case LayerSpec.MaxPooling1d ignored -> putRow(config, layer.overRow());
            case LayerSpec.AveragePooling1d ignored -> putRow(config, layer.overRow());
            case LayerSpec.GlobalMaxPooling1d ignored -> putRow(config, layer.overRow());
            case LayerSpec.GlobalAveragePooling1d ignored -> putRow(config, layer.overRow());
        }
    }

    /** Each pair of the layer over images of one row becomes its second. */
    private static void putRow(Map<String, Object> config, LayerSpec overRow) {
        write(overRow)
                .forEach((setting, value) -> config.put(
                        setting, value instanceof List<?> both && both.size() == 2 ? List.of(both.getLast()) : value));
    }

    private static String function(String layer, Activation activation) {
        if (activation == Activation.HARD_SIGMOID_KERAS2) {
            throw new UnsupportedModelException(
                    "Layer '" + layer + "' has the hard_sigmoid of Keras 2, 0.2 x + 0.5, for"
                            + " which Keras 3 has no name. Write ONNX, or train a model with 'hard_sigmoid'.");
        }
        return activation.kerasName();
    }

    private static List<Object> pair(Size2 size) {
        return List.of(size.height(), size.width());
    }

    private static List<Object> triple(Size3 size) {
        return List.of(size.depth(), size.height(), size.width());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
