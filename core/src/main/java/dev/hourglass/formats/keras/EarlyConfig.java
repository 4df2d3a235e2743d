package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.model.Activation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Says in Keras 3's words what earlier ones said in others: Keras 1's classes and settings ({@code Convolution2D} with
 * {@code nb_filter}, {@code nb_row} and {@code border_mode}), as {@code keras/legacy/interfaces.py} of Keras 2 translates
 * them, and the {@code hard_sigmoid} that was another function before Keras 3. What is said in today's words stays.
 */
final class EarlyConfig {
    private static final Map<String, String> CLASSES = Map.of(
            "Convolution1D", "Conv1D",
            "AtrousConvolution1D", "Conv1D",
            "Convolution2D", "Conv2D",
            "AtrousConvolution2D", "Conv2D",
            "Convolution3D", "Conv3D",
            "Deconvolution2D", "Conv2DTranspose",
            "SeparableConvolution2D", "SeparableConv2D",
            "ThresholdedReLU", "ReLU");

    private static final Map<String, String> SETTINGS = Map.ofEntries(
            Map.entry("nb_filter", "filters"),
            Map.entry("filter_length", "kernel_size"),
            Map.entry("output_dim", "units"),
            Map.entry("border_mode", "padding"),
            Map.entry("subsample", "strides"),
            Map.entry("subsample_length", "strides"),
            Map.entry("stride", "strides"),
            Map.entry("atrous_rate", "dilation_rate"),
            Map.entry("pool_length", "pool_size"),
            Map.entry("length", "size"),
            Map.entry("dim_ordering", "data_format"),
            Map.entry("bias", "use_bias"),
            Map.entry("init", "kernel_initializer"),
            Map.entry("inner_init", "recurrent_initializer"),
            Map.entry("gamma_init", "gamma_initializer"),
            Map.entry("beta_init", "beta_initializer"),
            Map.entry("inner_activation", "recurrent_activation"),
            Map.entry("W_regularizer", "kernel_regularizer"),
            Map.entry("U_regularizer", "recurrent_regularizer"),
            Map.entry("b_regularizer", "bias_regularizer"),
            Map.entry("W_constraint", "kernel_constraint"),
            Map.entry("U_constraint", "recurrent_constraint"),
            Map.entry("b_constraint", "bias_constraint"),
            Map.entry("dropout_W", "dropout"),
            Map.entry("dropout_U", "recurrent_dropout"),
            Map.entry("p", "rate"),
            Map.entry("sigma", "stddev"),
            Map.entry("theta", "threshold"),
            Map.entry("input_dtype", "dtype"));

    /** Settings of Keras 1 that have no say in what comes out. */
    private static final Set<String> IDLE = Set.of("consume_less", "forget_bias_init");

    /** What Keras 1 calls the sides of a kernel, in their order. */
    private static final List<String> SIDES = List.of("nb_row", "nb_col", "kernel_dim1", "kernel_dim2", "kernel_dim3");

    private static final List<String> ACTIVATIONS = List.of("activation", "recurrent_activation");

    private static final String HARD_SIGMOID = Activation.HARD_SIGMOID.kerasName();

    private final boolean beforeKeras3;
    private boolean sawHardSigmoid;

    private EarlyConfig(boolean beforeKeras3) {
        this.beforeKeras3 = beforeKeras3;
    }

    /**
     * @param root the model's node
     * @param warnings told where Keras 3 would silently compute something else
     * @throws UnsupportedModelException if a layer of Keras 1 has no equal today
     */
    static Json inWordsOfKeras3(Json root, KerasOrigin origin, Consumer<String> warnings) {
        EarlyConfig early = new EarlyConfig(origin.major() < 3);
        Json translated = root instanceof Json.Mapping node ? early.node(node) : root;
        if (early.sawHardSigmoid) {
            warnings.accept("Its hard_sigmoid is that of Keras before 3, min(max(0.2 x + 0.5, 0), 1), with which it was"
                    + " trained; Keras 3 opens such a file and computes min(max(x / 6 + 0.5, 0), 1).");
        }
        return translated;
    }

    /** A layer or a model; anything else as it is. */
    private Json node(Json json) {
        if (!(json instanceof Json.Mapping node) || !(node.find("class_name") instanceof Json.Text kerasClass)) {
            return json;
        }
        Json config = node.find("config");
        if (config instanceof Json.Sequence layers) {
            return node.with("config", nodes(layers));
        }
        if (!(config instanceof Json.Mapping settings)) {
            return node;
        }
        return settings.find("layers") instanceof Json.Sequence layers
                        && !kerasClass.value().equals("Merge")
                ? node.with("config", settings.with("layers", nodes(layers)))
                : layer(node, kerasClass.value(), settings);
    }

    private Json.Sequence nodes(Json.Sequence layers) {
        return new Json.Sequence(
                layers.place(), layers.items().stream().map(this::node).toList());
    }

    private Json.Mapping layer(Json.Mapping node, String kerasClass, Json.Mapping config) {
        if (kerasClass.equals("Merge")) {
            return merge(node, config);
        }
        Json.Mapping settings = kerasClass.equals("Embedding") ? config : settings(config);
        for (String inner : List.of("layer", "backward_layer")) {
            Json within = settings.find(inner);
            if (within != null) {
                settings = settings.with(inner, node(within));
            }
        }
        if (kerasClass.equals("TimeDistributedDense")) {
            return timeDistributed(node, settings);
        }
        String today = CLASSES.get(kerasClass);
        Json.Mapping named = today == null ? node : ofClass(node, today);
        return named.with("config", settings);
    }

    private Json.Mapping settings(Json.Mapping config) {
        Map<String, Json> members = new LinkedHashMap<>();
        List<Json> sides = new ArrayList<>();
        config.members().forEach((name, value) -> {
            if (SIDES.contains(name)) {
                sides.add(value);
            } else if (!IDLE.contains(name) && !isUsualMode(name, value)) {
                String today = SETTINGS.getOrDefault(name, name);
                members.put(today, value(today, value));
            }
        });
        if (!sides.isEmpty()) {
            // Kept in the order of their names, whatever the file's is.
            List<Json> inOrder = SIDES.stream()
                    .map(config::find)
                    .filter(side -> side != null)
                    .toList();
            members.put("kernel_size", new Json.Sequence(config.place(), List.copyOf(inOrder)));
        }
        return new Json.Mapping(config.place(), members);
    }

    /** Batch normalisation by feature, the only mode that outlived Keras 1. */
    private static boolean isUsualMode(String name, Json value) {
        return name.equals("mode") && value.excerpt().equals("0");
    }

    private Json value(String setting, Json value) {
        if (setting.equals("data_format") && value instanceof Json.Text order) {
            return switch (order.value()) {
                case "th" -> new Json.Text(value.place(), "channels_first");
                case "tf" -> new Json.Text(value.place(), "channels_last");
                default -> value;
            };
        }
        if (ACTIVATIONS.contains(setting)
                && beforeKeras3
                && value instanceof Json.Text name
                && name.value().equals(HARD_SIGMOID)) {
            sawHardSigmoid = true;
            return new Json.Text(value.place(), Activation.HARD_SIGMOID_KERAS2.kerasName());
        }
        if (setting.equals("padding")
                && value instanceof Json.Sequence all
                && all.items().size() == 4) {
            return new Json.Sequence(
                    value.place(), List.of(pair(all, 0), pair(all, 2))); // top and bottom, left and right
        }
        if (setting.endsWith("_regularizer") || setting.endsWith("_constraint")) {
            return named(value);
        }
        return value;
    }

    private static Json pair(Json.Sequence all, int from) {
        return new Json.Sequence(all.place(), all.items().subList(from, from + 2));
    }

    /** {@code {name: 'L1L2Regularizer', l1: 0.1}} as {@code {class_name: 'L1L2', config: {l1: 0.1}}}. */
    private static Json named(Json value) {
        if (!(value instanceof Json.Mapping object)
                || object.find("class_name") != null
                || !(object.find("name") instanceof Json.Text name)) {
            return value;
        }
        Map<String, Json> settings = new LinkedHashMap<>(object.members());
        settings.remove("name");
        Json most = settings.remove("m");
        if (most != null) {
            settings.put("max_value", most);
        }
        String kerasClass = name.value().endsWith("Regularizer") ? "L1L2" : name.value();
        Map<String, Json> members = new LinkedHashMap<>();
        members.put("class_name", new Json.Text(value.place(), kerasClass));
        members.put("config", new Json.Mapping(value.place(), settings));
        return new Json.Mapping(value.place(), members);
    }

    /** One layer of Keras 1 for all ways to merge. */
    private static Json.Mapping merge(Json.Mapping node, Json.Mapping config) {
        String mode = config.find("mode") instanceof Json.Text text ? text.value() : "";
        boolean code = config.find("mode_type") instanceof Json.Text type
                && !type.value().equals("raw");
        String name = config.find("name") instanceof Json.Text text ? text.value() : "Merge";
        String where = node.place().document().file() + ": layer '" + Json.printable(name) + "' (Merge) ";
        if (code) {
            throw new UnsupportedModelException(where + "merges by a function of its own, which is code, and Hourglass"
                    + " runs no code of a file. Build the model without it and save it again.");
        }
        if (config.find("layers") != null) {
            throw new UnsupportedModelException(where + "stands at the start of a Sequential and merges several inputs;"
                    + " Hourglass reads such models where they are functional. Build the model so and save it again.");
        }
        String today = switch (mode) {
            case "sum" -> "Add";
            case "mul" -> "Multiply";
            case "ave" -> "Average";
            case "max" -> "Maximum";
            case "concat" -> "Concatenate";
            default ->
                throw new UnsupportedModelException(where + "has mode '" + Json.printable(mode)
                        + "'; Hourglass supports sum, mul, ave, max and concat. Build the model without it and save it"
                        + " again.");
        };
        Map<String, Json> settings = new LinkedHashMap<>();
        settings.put("name", new Json.Text(config.place(), name));
        Json axis = config.find("concat_axis");
        if (today.equals("Concatenate") && axis != null) {
            settings.put("axis", axis);
        }
        return ofClass(node, today).with("config", new Json.Mapping(config.place(), settings));
    }

    private static Json.Mapping timeDistributed(Json.Mapping node, Json.Mapping dense) {
        Map<String, Json> inner = new LinkedHashMap<>();
        inner.put("class_name", new Json.Text(node.place(), "Dense"));
        inner.put("config", dense.without("name"));
        Map<String, Json> outer = new LinkedHashMap<>();
        for (String kept : List.of("name", "batch_input_shape", "trainable")) {
            Json value = dense.members().get(kept);
            if (value != null) {
                outer.put(kept, value);
            }
        }
        outer.put("layer", new Json.Mapping(dense.place(), inner));
        return ofClass(node, "TimeDistributed").with("config", new Json.Mapping(dense.place(), outer));
    }

    private static Json.Mapping ofClass(Json.Mapping node, String kerasClass) {
        return node.with("class_name", new Json.Text(node.get("class_name").place(), kerasClass));
    }
}
