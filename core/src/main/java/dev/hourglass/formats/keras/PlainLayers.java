package dev.hourglass.formats.keras;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.operations.PlainOperations;
import dev.hourglass.formats.keras.operations.SamplingModel;
import dev.hourglass.formats.keras.operations.SplitValues;
import dev.hourglass.model.Activation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Says in plain layers what a configuration says in other ways that change nothing of what is computed: an activation that
 * is a layer ({@code Dense(activation=LeakyReLU(0.1))}) or a function of TensorFlow, a pooling that keeps its axes, sums and
 * products of values as operations of Keras 3 or TensorFlow, layers that only training knows, and numbers more or less
 * precise than ours. The rest stays as it is, and so does a class or function of somebody's own, whatever its name.
 */
public final class PlainLayers {
    /** Layers that are an activation with a setting, and have no variables. */
    private static final Set<String> ACTIVATIONS = Set.of("LeakyReLU", "ReLU", "ELU", "Softmax");
    /** Layers whose activation is the last thing that they compute. */
    private static final Set<String> ACTIVATED = Set.of(
            "Dense",
            "Conv1D",
            "Conv2D",
            "Conv3D",
            "Conv1DTranspose",
            "Conv2DTranspose",
            "Conv3DTranspose",
            "DepthwiseConv1D",
            "DepthwiseConv2D",
            "SeparableConv1D",
            "SeparableConv2D");
    /** Changes of images that are a part of the model in training alone. */
    private static final Set<String> AUGMENTATIONS = Set.of(
            "RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast", "RandomBrightness");
    /** By pooling, the shape of what it gives where it keeps its axes. */
    private static final Map<String, List<Integer>> KEPT_AXES = Map.of(
            "GlobalAveragePooling1D", List.of(1, -1),
            "GlobalMaxPooling1D", List.of(1, -1),
            "GlobalAveragePooling2D", List.of(1, 1, -1),
            "GlobalMaxPooling2D", List.of(1, 1, -1));

    private static final Set<String> PRECISIONS =
            Set.of("float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16");

    /** Where a layer has others within it. */
    private static final List<String> WITHIN = List.of("layer", "backward_layer");

    private static final Pattern FUNCTION_MODULES = Pattern.compile("builtins|((tf_)?keras|tensorflow)(\\..*)?");

    private final Consumer<String> warnings;
    private @Nullable String precision;

    private PlainLayers(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /**
     * @param root the model's node
     * @param warnings told of what is left out of training, and of another precision
     */
    public static Json of(Json root, Consumer<String> warnings) {
        PlainLayers plain = new PlainLayers(warnings);
        Json model = root instanceof Json.Mapping node ? plain.model(node) : root;
        if (plain.precision != null) {
            warnings.accept("It computes in " + plain.precision + " in Keras; Hourglass computes in float32.");
        }
        return model;
    }

    private Json.Mapping model(Json.Mapping node) {
        Json config = node.find("config");
        if (config instanceof Json.Sequence layers) {
            return node.with("config", layers(layers));
        }
        if (!(config instanceof Json.Mapping settings) || !(settings.find("layers") instanceof Json.Sequence)) {
            return node;
        }
        Json.Mapping plain = SplitValues.apart(settings);
        return node.with(
                "config", plain.with("layers", layers(plain.get("layers").asSequence())));
    }

    private Json.Mapping nested(Json.Mapping node) {
        return SamplingModel.isOne(node) ? node : model(node);
    }

    private Json.Sequence layers(Json.Sequence layers) {
        List<Json> plain = new ArrayList<>();
        for (Json each : layers.items()) {
            boolean isLayer = each instanceof Json.Mapping node
                    && node.find("class_name") instanceof Json.Text
                    && node.find("config") != null;
            if (isLayer) {
                plain.addAll(layer((Json.Mapping) each));
            } else {
                plain.add(each);
            }
        }
        return new Json.Sequence(layers.place(), List.copyOf(plain));
    }

    /** One layer or several, of which the last has the name by which others read it. */
    private List<Json.Mapping> layer(Json.Mapping node) {
        String kerasClass = node.get("class_name").asText();
        if (ConfigReader.isModel(node)) {
            return List.of(nested(node));
        }
        if (!(node.find("config") instanceof Json.Mapping given)) {
            return List.of(node);
        }
        if (PlainOperations.isOne(node)) {
            return PlainOperations.asLayers(node);
        }
        if (!ConfigReader.isOurs(node, kerasClass)) {
            return List.of(node); // whoever reads it refuses it by its name
        }
        Json.Mapping config = inFloat32(named(given));
        if (AUGMENTATIONS.contains(kerasClass)) {
            warnings.accept("Layer '" + Json.printable(text(config, "name", kerasClass)) + "' (" + kerasClass
                    + ") changes images in training alone, and Hourglass trains on without it.");
            return List.of(linear(node, config, null));
        }
        if (kerasClass.equals("Identity")) {
            return List.of(linear(node, config, null));
        }
        if (kerasClass.equals("ActivityRegularization")) {
            return List.of(linear(node, config, activityRegularizer(config)));
        }
        Json.Mapping shape = keptShape(kerasClass, config);
        if (shape != null) {
            return inTwo(node.with("config", config.without("keepdims")), "Reshape", shape);
        }
        Activated layer = activated(node, config);
        Json.Mapping activation = layer.activation();
        return activation == null
                ? List.of(layer.node())
                : inTwo(
                        layer.node(),
                        text(activation, "class_name", ""),
                        activation.get("config").asMapping());
    }

    // --- activations ---

    /** With the name of an activation in place of a function or of a layer that computes it, where it has one. */
    private static Json.Mapping named(Json.Mapping config) {
        Json.Mapping named = config;
        for (String setting : List.of("activation", "recurrent_activation")) {
            Json value = config.find(setting);
            String name = value instanceof Json.Mapping object
                    ? name(object)
                    : value instanceof Json.Text text && text.value().equals("softmax_v2") ? "softmax" : null;
            if (value != null && name != null) {
                named = named.with(setting, new Json.Text(value.place(), name));
            }
        }
        return named;
    }

    private static @Nullable String name(Json.Mapping object) {
        String kerasClass = text(object, "class_name", "");
        if (kerasClass.equals("function")) {
            String name = text(object, "config", "");
            if (!isFunctionOfKeras(object, name)) {
                return null;
            }
            return name.equals("softmax_v2") ? "softmax" : Activation.find(name).isPresent() ? name : null;
        }
        if (!ConfigReader.isOurs(object, kerasClass)) {
            return null;
        }
        Json.Mapping config = object.find("config") instanceof Json.Mapping settings ? settings : object;
        return switch (kerasClass) {
            case "LeakyReLU" ->
                number(config, "negative_slope", number(config, "alpha", 0.3)) == 0.2
                        ? Activation.LEAKY_RELU.kerasName()
                        : null;
            case "ELU" -> number(config, "alpha", 1) == 1 ? Activation.ELU.kerasName() : null;
            case "ReLU" -> {
                boolean plain = number(config, "negative_slope", 0) == 0 && number(config, "threshold", 0) == 0;
                double most = number(config, "max_value", Double.POSITIVE_INFINITY);
                yield plain && most == 6
                        ? Activation.RELU6.kerasName()
                        : plain && Double.isInfinite(most) ? Activation.RELU.kerasName() : null;
            }
            default -> null;
        };
    }

    /** Of Keras or TensorFlow; Keras 2 calls the module of any function {@code builtins} and takes its own of the name. */
    private static boolean isFunctionOfKeras(Json.Mapping object, String name) {
        String registered = text(object, "registered_name", name);
        boolean foreignName = !registered.equals(name) && !registered.equals("function");
        return !foreignName
                && FUNCTION_MODULES.matcher(text(object, "module", "builtins")).matches();
    }

    /**
     * A layer without the activation that is a layer of its own, and what is to stand behind it therefore.
     *
     * @param activation null where there is none
     */
    private record Activated(Json.Mapping node, Json.@Nullable Mapping activation) {}

    /** With the layers within the layer in plain words, too; a TimeDistributed ends as what it applies to each step does. */
    private Activated activated(Json.Mapping node, Json.Mapping given) {
        String kerasClass = text(node, "class_name", "");
        Json.Mapping config = given;
        Json.Mapping activation = activationLayer(kerasClass, config);
        if (activation != null) {
            config = config.with("activation", new Json.Text(activation.place(), Activation.LINEAR.kerasName()));
            activation =
                    activation.with("config", inFloat32(activation.get("config").asMapping()));
        }
        for (String place : WITHIN) {
            if (config.find(place) instanceof Json.Mapping inner) {
                Activated plain = within(inner);
                if (plain.activation() == null) {
                    config = config.with(place, plain.node());
                } else if (kerasClass.equals("TimeDistributed")) {
                    config = config.with(place, plain.node());
                    activation = plain.activation();
                }
            }
        }
        return new Activated(node.with("config", config), activation);
    }

    private Activated within(Json.Mapping inner) {
        String kerasClass = text(inner, "class_name", "");
        if (!kerasClass.isEmpty() && ConfigReader.isModel(inner)) {
            return new Activated(nested(inner), null);
        }
        if (!(inner.find("config") instanceof Json.Mapping config) || !ConfigReader.isOurs(inner, kerasClass)) {
            return new Activated(inner, null);
        }
        Json.Mapping plain = inFloat32(named(config));
        if (kerasClass.equals("ActivityRegularization")) {
            return new Activated(linear(inner, plain, activityRegularizer(plain)), null);
        }
        if (kerasClass.equals("Identity")) {
            return new Activated(linear(inner, plain, null), null);
        }
        Json.Mapping shape = keptShape(kerasClass, plain);
        if (shape != null) {
            Json.Mapping reshape =
                    ofClass(inner, "Reshape").with("config", shape.with("name", new Json.Text(inner.place(), "kept")));
            Json.Mapping eachStep =
                    ofClass(inner, "TimeDistributed").with("config", mapping(config, Map.of("layer", reshape)));
            return new Activated(inner.with("config", plain.without("keepdims")), eachStep);
        }
        return activated(inner, plain);
    }

    /** Of a pooling that keeps its axes: the settings of a Reshape that gives them back; else null. */
    private static Json.@Nullable Mapping keptShape(String kerasClass, Json.Mapping config) {
        boolean keeps = config.find("keepdims") instanceof Json.Flag flag && flag.value();
        List<Integer> kept = KEPT_AXES.get(kerasClass);
        if (!keeps || kept == null || "channels_first".equals(text(config, "data_format", ""))) {
            return null;
        }
        List<Json> sizes = kept.stream()
                .map(size -> (Json) new Json.Numeral(config.place(), size.toString()))
                .toList();
        return mapping(config, Map.of("target_shape", new Json.Sequence(config.place(), sizes)));
    }

    /** The activation that is a layer of Keras's, where it is the last thing that a layer computes; else null. */
    private static Json.@Nullable Mapping activationLayer(String kerasClass, Json.Mapping config) {
        boolean isLast = ACTIVATED.contains(kerasClass) || kerasClass.equals("Activation");
        if (!isLast || !(config.find("activation") instanceof Json.Mapping activation)) {
            return null;
        }
        String ofActivation = text(activation, "class_name", "");
        boolean isLayer = ACTIVATIONS.contains(ofActivation)
                && activation.find("config") instanceof Json.Mapping
                && ConfigReader.isOurs(activation, ofActivation);
        return isLayer ? activation : null;
    }

    // --- layers and nodes ---

    /** A layer and another one after it, by whose name it is read: that of the node. */
    private static List<Json.Mapping> inTwo(Json.Mapping node, String nextClass, Json.Mapping nextConfig) {
        Json.Mapping config = node.get("config").asMapping();
        String name = text(node, "name", text(config, "name", nextClass));
        Json own = new Json.Text(node.place(), name);
        Json first = new Json.Text(node.place(), name + "/first");
        Map<String, Json> next = new LinkedHashMap<>();
        next.put("class_name", new Json.Text(node.place(), nextClass));
        next.put("config", nextConfig.with("name", own));
        Json.Mapping before = node.with("config", config.with("name", first));
        if (node.find("inbound_nodes") instanceof Json.Sequence calls) {
            before = before.with("name", first);
            next.put("name", own);
            next.put("inbound_nodes", PlainOperations.callsOf(name + "/first", calls));
        }
        return List.of(before, new Json.Mapping(node.place(), next));
    }

    /** Gives what it reads. */
    private static Json.Mapping linear(Json.Mapping node, Json.Mapping config, @Nullable Json regularizer) {
        Map<String, Json> settings = new LinkedHashMap<>();
        for (String kept : List.of("name", "trainable", "batch_input_shape", "batch_shape")) {
            Json value = config.find(kept);
            if (value != null) {
                settings.put(kept, value);
            }
        }
        settings.put("activation", new Json.Text(config.place(), Activation.LINEAR.kerasName()));
        if (regularizer != null) {
            settings.put("activity_regularizer", regularizer);
        }
        Json.Mapping linear = ofClass(node, "Activation").with("config", new Json.Mapping(config.place(), settings));
        return node.find("inbound_nodes") instanceof Json.Sequence calls
                ? linear.with("inbound_nodes", PlainOperations.calledForUse(calls))
                : linear;
    }

    private static Json activityRegularizer(Json.Mapping config) {
        Map<String, Json> factors = new LinkedHashMap<>();
        for (String factor : List.of("l1", "l2")) {
            Json value = config.find(factor);
            if (value != null) {
                factors.put(factor, value);
            }
        }
        return mapping(
                config,
                Map.of(
                        "class_name", new Json.Text(config.place(), "L1L2"),
                        "config", new Json.Mapping(config.place(), factors)));
    }

    /** Without a precision that is not ours, which is noted. */
    private Json.Mapping inFloat32(Json.Mapping config) {
        Json dtype = config.find("dtype");
        if (dtype instanceof Json.Mapping policy && policy.find("config") instanceof Json.Mapping settings) {
            dtype = settings.find("name");
        }
        if (dtype instanceof Json.Text name && PRECISIONS.contains(name.value())) {
            precision = name.value();
            return config.without("dtype");
        }
        return config;
    }

    /** A node of another class, Keras's own. */
    public static Json.Mapping ofClass(Json.Mapping node, String kerasClass) {
        Json.Mapping plain = node.without("module").without("registered_name");
        return plain.with("class_name", new Json.Text(node.place(), kerasClass));
    }

    public static String text(Json.Mapping mapping, String member, String otherwise) {
        return mapping.find(member) instanceof Json.Text text ? text.value() : otherwise;
    }

    public static double number(Json.Mapping mapping, String member, double otherwise) {
        return mapping.find(member) instanceof Json.Numeral number ? number.asNumber() : otherwise;
    }

    private static Json.Mapping mapping(Json at, Map<String, Json> members) {
        return new Json.Mapping(at.place(), members);
    }
}
