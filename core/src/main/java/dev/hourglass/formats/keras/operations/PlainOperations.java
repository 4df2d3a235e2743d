package dev.hourglass.formats.keras.operations;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.ConfigReader;
import dev.hourglass.formats.keras.PlainLayers;
import dev.hourglass.model.Activation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sums, products and functions of values that stand in a functional model as operations: of Keras 3 ({@link KerasOperations}) and
 * of TensorFlow ({@code TFOpLambda} with {@code __operators__.add} in Keras 2.4 to 2.15). As layers they compute the same.
 */
public final class PlainOperations {
    /** By operation of TensorFlow, the layer that merges two values as it does. */
    private static final Map<String, String> MERGES = Map.ofEntries(
            Map.entry("__operators__.add", "Add"),
            Map.entry("math.add", "Add"),
            Map.entry("math.subtract", "Subtract"),
            Map.entry("math.multiply", "Multiply"),
            Map.entry("math.truediv", "Divide"),
            Map.entry("math.divide", "Divide"),
            Map.entry("math.maximum", "Maximum"),
            Map.entry("math.minimum", "Minimum"));

    /** By operation of TensorFlow of one value, the activation that it is. */
    private static final Map<String, Activation> FUNCTIONS = Map.ofEntries(
            Map.entry("nn.relu", Activation.RELU),
            Map.entry("nn.relu6", Activation.RELU6),
            Map.entry("nn.elu", Activation.ELU),
            Map.entry("nn.selu", Activation.SELU),
            Map.entry("nn.silu", Activation.SILU),
            Map.entry("math.sigmoid", Activation.SIGMOID),
            Map.entry("math.tanh", Activation.TANH),
            Map.entry("math.softplus", Activation.SOFTPLUS),
            Map.entry("math.exp", Activation.EXPONENTIAL));

    private static final Set<String> OF_TENSORFLOW = Set.of("TFOpLambda", "TFOpLambdaLayer");
    private static final String MODULES = "keras.src.ops.";

    private PlainOperations() {}

    /**
     * Whether a node is an operation of Keras's or TensorFlow's and no layer; of the same name there may be both, and
     * somebody's own class as well.
     */
    public static boolean isOne(Json.Mapping node) {
        String kerasClass = PlainLayers.text(node, "class_name", "");
        if (OF_TENSORFLOW.contains(kerasClass)) {
            return ConfigReader.isOurs(node, kerasClass);
        }
        // Only an .h5 file leaves the module out.
        boolean isSaid = node.find("module") != null;
        return isOfKeras(node)
                && (isSaid
                        || KerasOperations.isName(kerasClass)
                        || isToldBySettings(node)
                        || arguments(node).size() > 1);
    }

    /** Whether it has a setting that the layer of the same name lacks. */
    private static boolean isToldBySettings(Json.Mapping node) {
        return node.find("config") instanceof Json.Mapping config
                && switch (PlainLayers.text(node, "class_name", "")) {
                    case "Reshape" -> config.find("newshape") != null;
                    case "Average" -> config.members().containsKey("axis");
                    default -> false;
                };
    }

    /** Whether a node says that it is an operation of Keras 3 and no layer. */
    public static boolean isSaidToBeOfKeras(Json.Mapping node) {
        return node.find("module") != null && isOfKeras(node);
    }

    /** Whether a node's module and registered name, where there are any, say that it is an operation of Keras 3's own. */
    static boolean isOfKeras(Json.Mapping node) {
        Json registered = node.find("registered_name");
        Json module = node.find("module");
        return (registered == null || registered.asText().equals(PlainLayers.text(node, "class_name", "")))
                && (module == null || module.asText().startsWith(MODULES));
    }

    /** The layers that compute the same; the node as it is where there are none. */
    public static List<Json.Mapping> asLayers(Json.Mapping node) {
        if (OF_TENSORFLOW.contains(PlainLayers.text(node, "class_name", ""))) {
            return List.of(ofTensorflow(node));
        }
        List<Json.Mapping> layers = KerasOperations.asLayers(node);
        return layers.isEmpty() ? List.of(node) : layers;
    }

    private static Json.Mapping ofTensorflow(Json.Mapping node) {
        Json.Mapping config = node.get("config").asMapping();
        String operation = PlainLayers.text(config, "function", "");
        List<Json> read = argumentsOfTensorflow(node);
        Activation activation = FUNCTIONS.get(operation);
        if (activation != null && read.size() == 1 && isTensor(read.getFirst())) {
            Json name = new Json.Text(node.place(), activation.kerasName());
            return layer(node, "Activation", Map.of("activation", name), read);
        }
        String merge = MERGES.get(operation);
        if (merge == null || read.size() != 2) {
            return node;
        }
        boolean both = read.stream().allMatch(PlainOperations::isTensor);
        return both && !merge.equals("Divide") ? layer(node, merge, Map.of(), read) : scaled(node, merge, read);
    }

    /** With a number as one of both. */
    private static Json.Mapping scaled(Json.Mapping node, String merge, List<Json> read) {
        boolean first = isTensor(read.getFirst());
        Json constant = read.get(first ? 1 : 0);
        Json tensor = read.get(first ? 0 : 1);
        if (!(constant instanceof Json.Numeral number) || !isTensor(tensor)) {
            return node;
        }
        double value = number.asNumber();
        double[] line = switch (merge) {
            case "Add" -> new double[] {1, value};
            case "Subtract" -> first ? new double[] {1, -value} : new double[] {-1, value};
            case "Multiply" -> new double[] {value, 0};
            case "Divide" -> first && value != 0 ? new double[] {1 / value, 0} : new double[0];
            default -> new double[0];
        };
        return line.length == 0
                ? node
                : layer(
                        node,
                        "Rescaling",
                        Map.of(
                                "scale", new Json.Numeral(number.place(), Double.toString(line[0])),
                                "offset", new Json.Numeral(number.place(), Double.toString(line[1]))),
                        List.of(tensor));
    }

    /** A layer that is called once with some values. */
    private static Json.Mapping layer(
            Json.Mapping node, String kerasClass, Map<String, Json> settings, List<Json> read) {
        Json.Mapping config = node.get("config").asMapping();
        Map<String, Json> members = new LinkedHashMap<>(settings);
        members.put("name", new Json.Text(config.place(), PlainLayers.text(config, "name", kerasClass)));
        Json call = new Json.Sequence(node.place(), List.copyOf(read));
        return PlainLayers.ofClass(node, kerasClass)
                .with("config", new Json.Mapping(config.place(), members))
                .with("inbound_nodes", new Json.Sequence(node.place(), List.of(call)));
    }

    private static Json call(Json at, Json argument) {
        Map<String, Json> call = new LinkedHashMap<>();
        call.put("args", new Json.Sequence(at.place(), List.of(argument)));
        call.put("kwargs", new Json.Mapping(at.place(), Map.of()));
        return new Json.Mapping(at.place(), call);
    }

    /** Calls of a node that reads, in each, what another gives in that one; in the words of the same Keras. */
    public static Json callsOf(String name, Json.Sequence calls) {
        List<Json> own = new ArrayList<>();
        for (int i = 0; i < calls.items().size(); i++) {
            Json at = calls.items().get(i);
            Json number = new Json.Numeral(at.place(), Integer.toString(i));
            Json none = new Json.Numeral(at.place(), "0");
            List<Json> reference = new ArrayList<>(List.of(new Json.Text(at.place(), name), number, none));
            if (at instanceof Json.Mapping) {
                Map<String, Json> config = Map.of("keras_history", new Json.Sequence(at.place(), reference));
                Map<String, Json> tensor = new LinkedHashMap<>();
                tensor.put("class_name", new Json.Text(at.place(), "__keras_tensor__"));
                tensor.put("config", new Json.Mapping(at.place(), config));
                own.add(call(at, new Json.Mapping(at.place(), tensor)));
            } else {
                reference.add(new Json.Mapping(at.place(), Map.of()));
                own.add(new Json.Sequence(at.place(), List.of(new Json.Sequence(at.place(), reference))));
            }
        }
        return new Json.Sequence(calls.place(), List.copyOf(own));
    }

    /** Calls of Keras 3 that don't say whether they are for training. */
    public static Json calledForUse(Json.Sequence calls) {
        List<Json> plain = new ArrayList<>();
        for (Json each : calls.items()) {
            boolean says = each instanceof Json.Mapping call && call.find("kwargs") instanceof Json.Mapping;
            plain.add(says ? withoutTraining(each.asMapping()) : each);
        }
        return new Json.Sequence(calls.place(), List.copyOf(plain));
    }

    private static Json withoutTraining(Json.Mapping call) {
        return call.with("kwargs", call.get("kwargs").asMapping().without("training"));
    }

    /** What a node of Keras 3 is called with, in its only call. */
    private static List<Json> arguments(Json.Mapping node) {
        if (!(onlyCall(node) instanceof Json.Mapping call) || !(call.find("args") instanceof Json.Sequence arguments)) {
            return List.of();
        }
        boolean more = call.find("kwargs") instanceof Json.Mapping words
                && !words.members().isEmpty();
        return more ? List.of() : arguments.items();
    }

    /** {@code ["a", 0, 0, {"y": ["b", 0, 0], "name": null}]} as references of Keras 2, or numbers. */
    private static List<Json> argumentsOfTensorflow(Json.Mapping node) {
        if (!(onlyCall(node) instanceof Json.Sequence call)
                || call.items().size() != 4
                || !(call.items().getFirst() instanceof Json.Text)
                || !(call.items().get(3) instanceof Json.Mapping words)) {
            return List.of();
        }
        List<Json> read = new ArrayList<>();
        read.add(reference(call.items()));
        for (Map.Entry<String, Json> word : words.members().entrySet()) {
            boolean isOther = word.getKey().equals("y");
            if (isOther
                    && word.getValue() instanceof Json.Sequence other
                    && other.items().size() == 3) {
                read.add(reference(other.items()));
            } else if (isOther && word.getValue() instanceof Json.Numeral number) {
                read.add(number);
            } else if (!word.getKey().equals("name")) {
                return List.of();
            }
        }
        return read;
    }

    private static Json reference(List<Json> parts) {
        Json at = parts.getFirst();
        List<Json> reference = new ArrayList<>(parts.subList(0, 3));
        reference.add(new Json.Mapping(at.place(), Map.of()));
        return new Json.Sequence(at.place(), reference);
    }

    private static @Nullable Json onlyCall(Json.Mapping node) {
        return node.find("inbound_nodes") instanceof Json.Sequence calls
                        && calls.items().size() == 1
                ? calls.items().getFirst()
                : null;
    }

    private static boolean isTensor(Json argument) {
        return argument instanceof Json.Sequence;
    }
}
