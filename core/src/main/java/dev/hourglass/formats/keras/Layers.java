package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;

/** What each Keras layer's settings are here: the fixed list of classes that can be read. */
final class Layers {
    /** All that a file may name; models and InputLayer aside. */
    static final List<String> CLASSES = List.of(
            "Conv2D",
            "Conv2DTranspose",
            "BatchNormalization",
            "MaxPooling2D",
            "UpSampling2D",
            "GlobalAveragePooling2D",
            "Flatten",
            "Reshape",
            "Dense",
            "TimeDistributed",
            "Dropout",
            "Activation",
            "ReLU",
            "LeakyReLU",
            "RepeatVector",
            "LSTM");

    private static final Size2 ONE = Size2.square(1);

    private Layers() {}

    /**
     * @param kerasClass one of {@link #CLASSES}
     * @param name that the layer shall have here
     * @param in the shape that it reads
     * @throws UnsupportedModelException if a setting has a value that Hourglass doesn't compute
     * @throws dev.hourglass.tensor.CorruptFileException if a setting is missing or of the wrong kind
     */
    static LayerSpec read(String kerasClass, String name, LayerSettings settings, Shape in) {
        LayerSpec layer;
        try {
            layer = layer(kerasClass, name, settings, in);
        } catch (IllegalArgumentException e) {
            // A record refused its values: 0 filters, a rate of 2.
            throw settings.config().place().corrupt("settings that Keras takes", String.valueOf(e.getMessage()));
        }
        settings.requireNoMore();
        return layer;
    }

    private static LayerSpec layer(String kerasClass, String name, LayerSettings settings, Shape in) {
        return switch (kerasClass) {
            case "Conv2D" -> {
                requireOrdinaryConvolution(settings);
                yield new LayerSpec.Conv2d(
                        name,
                        settings.whole("filters"),
                        settings.requiredSize("kernel_size"),
                        settings.size("strides", ONE),
                        settings.padding(),
                        settings.activation(Activation.LINEAR));
            }
            case "Conv2DTranspose" -> {
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
            case "BatchNormalization" -> batchNormalization(name, settings, in);
            case "MaxPooling2D" -> {
                settings.only("data_format", "'channels_last'");
                Size2 pool = settings.size("pool_size", Size2.square(2));
                yield new LayerSpec.MaxPooling2d(name, pool, settings.size("strides", pool), settings.padding());
            }
            case "UpSampling2D" -> {
                settings.only("data_format", "'channels_last'");
                settings.only("interpolation", "'nearest'");
                yield new LayerSpec.UpSampling2d(name, settings.size("size", Size2.square(2)));
            }
            case "GlobalAveragePooling2D" -> {
                settings.only("data_format", "'channels_last'");
                settings.only("keepdims", "false");
                yield new LayerSpec.GlobalAveragePooling2d(name);
            }
            case "Flatten" -> {
                settings.only("data_format", "'channels_last'");
                yield new LayerSpec.Flatten(name);
            }
            case "Reshape" -> new LayerSpec.Reshape(name, target(settings, in));
            case "Dense" -> dense(name, settings);
            case "TimeDistributed" -> new LayerSpec.TimeDistributed(name, inner(name, settings));
            case "Dropout" -> {
                settings.ignore("seed");
                settings.only("noise_shape", "null");
                yield new LayerSpec.Dropout(name, (float) settings.get("rate").asNumber());
            }
            case "Activation" -> new LayerSpec.ActivationLayer(name, settings.activation(Activation.LINEAR));
            case "ReLU" -> {
                settings.only("max_value", "null");
                settings.only("negative_slope", "0");
                settings.only("threshold", "0");
                yield new LayerSpec.ActivationLayer(name, Activation.RELU);
            }
            case "LeakyReLU" -> {
                // Keras 2 calls it alpha.
                float alpha = settings.number("alpha", 0.3f);
                yield new LayerSpec.LeakyRelu(name, settings.number("negative_slope", alpha));
            }
            case "RepeatVector" -> new LayerSpec.RepeatVector(name, settings.whole("n"));
            case "LSTM" -> lstm(name, settings);
            default -> throw new IllegalArgumentException("not one of the classes: " + kerasClass);
        };
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

    private static LayerSpec lstm(String name, LayerSettings settings) {
        if (settings.activation(Activation.TANH) != Activation.TANH) {
            throw settings.lacks("activation", "'tanh'");
        }
        settings.only("recurrent_activation", "'sigmoid'");
        settings.only("use_bias", "true");
        for (String setting : List.of("return_state", "go_backwards", "stateful", "time_major")) {
            settings.only(setting, "false");
        }
        settings.only("dropout", "0");
        settings.only("recurrent_dropout", "0");
        settings.ignore("unroll", "unit_forget_bias", "zero_output_for_mask", "implementation", "seed");
        settings.ignoreTrainingOf("kernel", "recurrent", "bias");
        return new LayerSpec.Lstm(name, settings.whole("units"), settings.flag("return_sequences", false));
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
}
