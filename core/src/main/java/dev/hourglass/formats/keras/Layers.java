package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What each layer's settings are in Keras: how they are read, and below how they are written. */
final class Layers {
    /** Keras has a layer of its own for what is an activation here. */
    private static final String RELU = "ReLU";

    private static final Size2 ONE = Size2.square(1);

    private Layers() {}

    /** The classes that a file may name; models and InputLayer aside. */
    static List<String> classes() {
        List<String> classes = new ArrayList<>(KerasClass.names());
        classes.add(RELU);
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
            layer = kerasClass.equals(RELU)
                    ? relu(name, settings)
                    : layer(KerasClass.find(kerasClass).orElseThrow(), name, settings, in);
        } catch (IllegalArgumentException e) {
            // A record refused its values: 0 filters, a rate of 2.
            throw settings.config().place().corrupt("settings that Keras takes", String.valueOf(e.getMessage()));
        }
        settings.requireNoMore();
        return layer;
    }

    private static LayerSpec layer(KerasClass kerasClass, String name, LayerSettings settings, Shape in) {
        return switch (kerasClass) {
            case CONV2D -> {
                requireOrdinaryConvolution(settings);
                yield new LayerSpec.Conv2d(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.activation(Activation.LINEAR));
            }
            case CONV2D_TRANSPOSE -> {
                requireOrdinaryConvolution(settings);
                settings.only("output_padding", "null");
                yield new LayerSpec.Conv2dTranspose(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.activation(Activation.LINEAR));
            }
            case BATCH_NORMALIZATION -> batchNormalization(name, settings, in);
            case MAX_POOLING2D -> {
                settings.only("data_format", "'channels_last'");
                Size2 pool = settings.size("pool_size", Size2.square(2));
                yield new LayerSpec.MaxPooling2d(name, pool, settings.size("strides", pool), settings.padding());
            }
            case UP_SAMPLING2D -> {
                settings.only("data_format", "'channels_last'");
                settings.only("interpolation", "'nearest'");
                yield new LayerSpec.UpSampling2d(name, settings.size("size", Size2.square(2)));
            }
            case GLOBAL_AVERAGE_POOLING2D -> {
                settings.only("data_format", "'channels_last'");
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalAveragePooling2d(name);
            }
            case FLATTEN -> {
                settings.only("data_format", "'channels_last'");
                yield new LayerSpec.Flatten(name);
            }
            case RESHAPE -> new LayerSpec.Reshape(name, target(settings, in));
            case DENSE -> dense(name, settings);
            case TIME_DISTRIBUTED -> new LayerSpec.TimeDistributed(name, inner(name, settings));
            case DROPOUT -> {
                settings.ignore("seed");
                settings.only("noise_shape", "null");
                yield new LayerSpec.Dropout(name, (float) settings.get("rate").asNumber());
            }
            case GAUSSIAN_NOISE -> {
                settings.ignore("seed");
                yield new LayerSpec.GaussianNoise(
                        name, (float) settings.get("stddev").asNumber());
            }
            case ACTIVATION -> new LayerSpec.ActivationLayer(name, settings.activation(Activation.LINEAR));
            case LEAKY_RELU -> {
                // Keras 2 calls it alpha.
                float alpha = settings.number("alpha", 0.3f);
                yield new LayerSpec.LeakyRelu(name, settings.number("negative_slope", alpha));
            }
            case REPEAT_VECTOR -> new LayerSpec.RepeatVector(name, settings.whole("n"));
            case LSTM ->
                new LayerSpec.Lstm(
                        name, settings.whole("units"), settings.flag("return_sequences", false), recurrence(settings));
            case GRU -> gru(name, settings);
            case BIDIRECTIONAL -> bidirectional(name, settings, in);
            case SIMPLE_RNN ->
                new LayerSpec.SimpleRnn(
                        name, settings.whole("units"), settings.flag("return_sequences", false), recurrence(settings));
        };
    }

    private static LayerSpec relu(String name, LayerSettings settings) {
        settings.only("max_value", "null");
        settings.only("negative_slope", "0");
        settings.only("threshold", "0");
        return new LayerSpec.ActivationLayer(name, Activation.RELU);
    }

    private static void requireOrdinaryConvolution(LayerSettings settings) {
        settings.only("data_format", "'channels_last'");
        settings.onlyOne("dilation_rate");
        settings.only("groups", "1");
        settings.only("use_bias", "true");
        settings.ignoreTrainingOf("kernel", "bias");
    }

    private static LayerSpec batchNormalization(String name, LayerSettings settings, Shape in) {
        Json axis = settings.find("axis");
        if (axis instanceof Json.Sequence axes && axes.items().size() == 1) {
            axis = axes.items().getFirst(); // as Keras 2 writes it
        }
        if (axis != null && axis.asWhole() != -1 && axis.asWhole() != in.rank()) {
            throw settings.lacks("axis", "-1 (the last)");
        }
        settings.only("center", "true");
        settings.only("scale", "true");
        settings.only("renorm", "false");
        settings.only("virtual_batch_size", "null");
        settings.only("adjustment", "null");
        settings.ignore("renorm_clipping", "renorm_momentum", "synchronized", "fused");
        settings.ignoreTrainingOf("beta", "gamma", "moving_mean", "moving_variance");
        return new LayerSpec.BatchNormalization(
                name,
                settings.number("momentum", LayerSpec.BatchNormalization.DEFAULT_MOMENTUM),
                settings.number("epsilon", LayerSpec.BatchNormalization.DEFAULT_EPSILON));
    }

    private static LayerSpec.Dense dense(String name, LayerSettings settings) {
        settings.only("use_bias", "true");
        settings.ignoreTrainingOf("kernel", "bias");
        return new LayerSpec.Dense(name, settings.whole("units"), settings.activation(Activation.LINEAR));
    }

    /** The layer within a TimeDistributed. */
    private static LayerSpec.Dense inner(String name, LayerSettings settings) {
        Json.Mapping node = settings.get("layer").asMapping();
        String kerasClass = node.get("class_name").asText();
        if (!kerasClass.equals("Dense")) {
            throw settings.lacks("layer", "Dense in it");
        }
        Json.Mapping config = node.get("config").asMapping();
        Json given = config.find("name");
        String innerName = given == null ? name + "_dense" : LayerNames.plain(given.asText());
        LayerSettings inner = settings.within(kerasClass, innerName, config);
        LayerSpec.Dense dense = dense(innerName, inner);
        inner.requireNoMore();
        return dense;
    }

    private static LayerSpec gru(String name, LayerSettings settings) {
        return new LayerSpec.Gru(
                name,
                settings.whole("units"),
                settings.flag("return_sequences", false),
                recurrence(settings),
                // Keras had no such setting before 2.1, and computed it so.
                settings.flag("reset_after", false));
    }

    private static LayerSpec bidirectional(String name, LayerSettings settings, Shape in) {
        LayerSpec.Recurrent forward = way("forward", name, settings, settings.get("layer"), in);
        Json backward = settings.find("backward_layer");
        return new LayerSpec.Bidirectional(
                name,
                forward,
                // Keras 2 leaves it out where it is the same layer.
                backward == null ? forward.reversed(name + "_backward") : way("backward", name, settings, backward, in),
                mergeMode(settings));
    }

    private static LayerSpec.Recurrent way(String way, String name, LayerSettings settings, Json json, Shape in) {
        Json.Mapping node = json.asMapping();
        String className = node.get("class_name").asText();
        Json.Mapping config = node.get("config").asMapping();
        Json given = config.find("name");
        String innerName = given == null ? name + "_" + way : LayerNames.plain(given.asText());
        LayerSettings inner = settings.within(className, innerName, config);
        Optional<KerasClass> kerasClass = KerasClass.find(className);
        if (kerasClass.isPresent()
                && layer(kerasClass.get(), innerName, inner, in) instanceof LayerSpec.Recurrent recurrent) {
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
        for (String setting : List.of("return_state", "stateful", "time_major")) {
            settings.only(setting, "false");
        }
        settings.leaveOutOfTraining("dropout", "0");
        settings.leaveOutOfTraining("recurrent_dropout", "0");
        settings.ignore("unroll", "zero_output_for_mask", "implementation", "seed", "input_dim", "input_length");
        settings.ignoreTrainingOf("kernel", "recurrent", "bias");
        return new Recurrence(
                settings.activation(Recurrence.DEFAULT.activation()),
                settings.activation("recurrent_activation", Recurrence.DEFAULT.recurrentActivation()),
                settings.flag("use_bias", true),
                settings.flag("unit_forget_bias", true),
                settings.flag("go_backwards", false));
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
            case LayerSpec.Convolution conv -> {
                config.put("filters", conv.filters());
                config.put("kernel_size", pair(conv.kernel()));
                config.put("strides", pair(conv.stride()));
                config.put("padding", lower(conv.padding()));
                config.put("data_format", "channels_last");
                config.put("use_bias", true);
                config.put("activation", lower(conv.activation()));
            }
            case LayerSpec.BatchNormalization norm -> {
                config.put("axis", -1);
                config.put("momentum", norm.momentum());
                config.put("epsilon", norm.epsilon());
                config.put("center", true);
                config.put("scale", true);
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
                config.put("interpolation", "nearest");
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
                config.put("activation", lower(dense.activation()));
                config.put("use_bias", true);
            }
            case LayerSpec.TimeDistributed each -> config.put("layer", ConfigWriter.inner(each.layer()));
            case LayerSpec.Dropout dropout -> config.put("rate", dropout.rate());
            case LayerSpec.GaussianNoise noise -> config.put("stddev", noise.stddev());
            case LayerSpec.ActivationLayer activation -> config.put("activation", lower(activation.activation()));
            case LayerSpec.LeakyRelu leaky -> config.put("negative_slope", leaky.negativeSlope());
            case LayerSpec.RepeatVector repeat -> config.put("n", repeat.steps());
            case LayerSpec.Recurrent recurrent -> putRecurrent(config, recurrent);
            case LayerSpec.Bidirectional both -> {
                config.put("layer", ConfigWriter.inner(both.forward()));
                config.put("backward_layer", ConfigWriter.inner(both.backward()));
                config.put("merge_mode", lower(both.mergeMode()));
            }
        }
        return config;
    }

    private static void putRecurrent(Map<String, Object> config, LayerSpec.Recurrent layer) {
        Recurrence recurrence = layer.recurrence();
        config.put("units", layer.units());
        config.put("return_sequences", layer.returnSequences());
        config.put("go_backwards", recurrence.goBackwards());
        config.put("activation", lower(recurrence.activation()));
        config.put("use_bias", recurrence.useBias());
        switch (layer) {
            case LayerSpec.Lstm ignored -> {
                config.put("recurrent_activation", lower(recurrence.recurrentActivation()));
                config.put("unit_forget_bias", recurrence.unitForgetBias());
            }
            case LayerSpec.Gru gru -> {
                config.put("recurrent_activation", lower(recurrence.recurrentActivation()));
                config.put("reset_after", gru.resetAfter());
            }
            case LayerSpec.SimpleRnn ignored -> {}
        }
    }

    private static List<Object> pair(Size2 size) {
        return List.of(size.height(), size.width());
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
