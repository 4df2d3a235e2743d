package dev.hourglass.formats.keras.operations;

import dev.hourglass.formats.json.Json;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How Keras 3 writes down the mask of a Masking layer in a functional model: beside the layer stand the operations
 * {@code NotEqual(input, mask_value)} and {@code Any(axis=-1)} of it, of an Embedding the former alone, {@code LogicalOr}
 * where values merge and {@code ConvertToTensor} behind attention, and each layer that takes a mask names what it was called
 * with.
 */
public final class MaskOperations {
    /** By the operation that gives a mask: the Masking or Embedding layer whose mask it is. */
    private final Map<String, String> maskings = new HashMap<>();

    /** What a mask is told from. */
    private record Comparison(String source, double value) {}

    /**
     * @param nodes the model's, by name; the operations that are recognised are taken out
     */
    public static MaskOperations takenFrom(Map<String, Json.Mapping> nodes) {
        MaskOperations operations = new MaskOperations();
        Map<Comparison, String> layers = new HashMap<>();
        Map<Comparison, String> tables = new HashMap<>();
        Map<String, Comparison> comparisons = new HashMap<>();
        nodes.forEach((name, node) -> {
            String source = tensor(node, 0);
            if (source != null && isOf(node, "Masking")) {
                layers.put(new Comparison(source, maskValue(node)), name);
            } else if (source != null && isOf(node, "Embedding") && isMasking(node)) {
                tables.putIfAbsent(new Comparison(source, 0), name);
            } else if (source != null
                    && isOperation(node, "NotEqual")
                    && argument(node, 1) instanceof Json.Numeral value) {
                comparisons.put(name, new Comparison(source, value.asNumber()));
            }
        });
        Set<String> taken = new HashSet<>();
        nodes.forEach((name, node) -> {
            String first = tensor(node, 0);
            String second = tensor(node, 1);
            Comparison comparison = comparisons.get(first);
            Comparison own = comparisons.get(name);
            String masking = null;
            if (own != null && tables.containsKey(own)) {
                masking = tables.get(own);
            } else if (isOperation(node, "ConvertToTensor") && first != null) {
                masking = operations.maskings.get(first);
            } else if (isOperation(node, "Any") && comparison != null && isOverLastAxis(node)) {
                masking = layers.get(comparison);
            } else if (isOperation(node, "LogicalOr") && first != null && second != null) {
                String one = operations.maskings.get(first);
                masking = one != null && one.equals(operations.maskings.get(second)) ? one : null;
            }
            if (masking != null) {
                operations.maskings.put(name, masking);
                taken.add(name);
                if (comparison != null) {
                    taken.add(String.valueOf(first));
                }
            }
        });
        nodes.keySet().removeAll(taken);
        return operations;
    }

    /** The Masking or Embedding layer whose mask an argument is; null if it is none that is known here. */
    @Nullable
    public String masking(Json argument) {
        String operation = tensor(argument);
        return operation == null ? null : maskings.get(operation);
    }

    private static boolean isOperation(Json.Mapping node, String kerasClass) {
        return isOf(node, kerasClass) && PlainOperations.isOfKeras(node);
    }

    private static boolean isOf(Json.Mapping node, String kerasClass) {
        return node.get("class_name") instanceof Json.Text text && text.value().equals(kerasClass);
    }

    private static double maskValue(Json.Mapping masking) {
        Json value = masking.get("config").asMapping().find("mask_value");
        return value instanceof Json.Numeral number ? number.asNumber() : 0;
    }

    private static boolean isMasking(Json.Mapping embedding) {
        return embedding.get("config").asMapping().find("mask_zero") instanceof Json.Flag masks && masks.value();
    }

    private static boolean isOverLastAxis(Json.Mapping any) {
        Json.Mapping config = any.get("config").asMapping();
        return config.find("axis") instanceof Json.Numeral axis
                && axis.asNumber() == -1
                && !(config.find("keepdims") instanceof Json.Flag keepdims && keepdims.value());
    }

    /** What the only call of a node has at a place; null where there is none, or the node is of Keras 2. */
    private static @Nullable Json argument(Json.Mapping node, int place) {
        if (node.find("inbound_nodes") instanceof Json.Sequence calls
                && calls.items().size() == 1
                && calls.items().getFirst() instanceof Json.Mapping call
                && call.find("args") instanceof Json.Sequence arguments) {
            List<Json> items = arguments.items();
            return place < items.size() ? items.get(place) : null;
        }
        return null;
    }

    private static @Nullable String tensor(Json.Mapping node, int place) {
        Json argument = argument(node, place);
        return argument == null ? null : tensor(argument);
    }

    /** The name of the layer or operation that gives a tensor. */
    private static @Nullable String tensor(Json argument) {
        return argument instanceof Json.Mapping tensor
                        && isOf(tensor, "__keras_tensor__")
                        && tensor.get("config").asMapping().find("keras_history") instanceof Json.Sequence history
                        && !history.items().isEmpty()
                        && history.items().getFirst() instanceof Json.Text name
                ? name.value()
                : null;
    }
}
