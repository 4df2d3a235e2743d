package dev.hourglass.formats.keras.operations;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.PlainLayers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The only call of an operation of Keras 3, and the layers that are written in its place. The last of them has the operation's
 * name, under which others read it.
 */
public final class KerasCall {
    /** A size that the file leaves open. */
    static final int OPEN = -1;

    private final Json.Mapping node;
    private final String name;
    private final List<Json> arguments;
    private final Map<String, Json> keywords;
    private final List<Json.Mapping> layers = new ArrayList<>();

    /** @param shape of a sample: sizes, or {@link #OPEN}; without axes where it has none, or none is known */
    record Value(Json tensor, List<Integer> shape) {
        Value {
            shape = List.copyOf(shape);
        }

        int rank() {
            return shape.size();
        }

        /** The product of the sizes from one axis up to another; {@link #OPEN} where one is. */
        int size(int from, int to) {
            if (shape.isEmpty()) {
                return OPEN;
            }
            long product = 1;
            for (int size : shape.subList(from, to)) {
                product = size == OPEN || product > Integer.MAX_VALUE ? Long.MAX_VALUE : product * size;
            }
            return product > Integer.MAX_VALUE ? OPEN : (int) product;
        }
    }

    private KerasCall(Json.Mapping node, List<Json> arguments, Map<String, Json> keywords) {
        this.node = node;
        this.arguments = arguments;
        this.keywords = keywords;
        name = PlainLayers.text(node, "name", PlainLayers.text(config(), "name", "operation"));
    }

    /** Null where the node is not called once, in the way of Keras 3. */
    static @Nullable KerasCall of(Json.Mapping node) {
        boolean isCalledOnce = node.find("config") instanceof Json.Mapping
                && node.find("inbound_nodes") instanceof Json.Sequence calls
                && calls.items().size() == 1
                && calls.items().getFirst() instanceof Json.Mapping call
                && call.find("args") instanceof Json.Sequence;
        if (!isCalledOnce) {
            return null;
        }
        Json.Mapping call =
                node.get("inbound_nodes").asSequence().items().getFirst().asMapping();
        Map<String, Json> keywords = new LinkedHashMap<>();
        if (call.find("kwargs") instanceof Json.Mapping words) {
            keywords.putAll(words.members());
        }
        keywords.values().removeIf(Json.Nothing.class::isInstance);
        return new KerasCall(node, call.get("args").asSequence().items(), keywords);
    }

    Json.Mapping config() {
        return node.get("config").asMapping();
    }

    int argumentCount() {
        return arguments.size();
    }

    /** What it is called with by name, but for what is null. */
    Map<String, Json> keywords() {
        return keywords;
    }

    @Nullable
    Json argument(int place) {
        return place < arguments.size() ? arguments.get(place) : null;
    }

    /** A value that it is called with; null where it is none. */
    @Nullable
    Value value(int place) {
        Json argument = argument(place);
        return argument == null ? null : value(argument);
    }

    /** The values of the list that it is called with; empty where one is none. */
    List<Value> values() {
        List<Value> values = new ArrayList<>();
        if (arguments.size() == 1 && arguments.getFirst() instanceof Json.Sequence several) {
            for (Json each : several.items()) {
                Value value = value(each);
                if (value == null) {
                    return List.of();
                }
                values.add(value);
            }
        }
        return values;
    }

    private static @Nullable Value value(Json argument) {
        boolean isTensor = argument instanceof Json.Mapping tensor
                && PlainLayers.text(tensor, "class_name", "").equals("__keras_tensor__");
        if (!isTensor) {
            return null;
        }
        boolean hasShape = argument.asMapping().find("config") instanceof Json.Mapping config
                && config.find("shape") instanceof Json.Sequence;
        if (!hasShape) {
            return new Value(argument, List.of());
        }
        Json shape = argument.asMapping().get("config").asMapping().get("shape");
        List<Integer> sizes = new ArrayList<>();
        for (Json size : shape.asSequence().items()) {
            sizes.add(size instanceof Json.Numeral ? size.asWhole() : OPEN);
        }
        return sizes.isEmpty() || sizes.stream().anyMatch(size -> size < OPEN || size == 0)
                ? null
                : new Value(argument, sizes.subList(1, sizes.size()));
    }

    // --- writing ---

    /** A layer that reads a value. */
    Value layer(String kerasClass, Map<String, Object> settings, Value read, List<Integer> shape) {
        return add(kerasClass, settings, read.tensor(), shape);
    }

    /** A layer that reads several. */
    Value merge(String kerasClass, Map<String, Object> settings, List<Value> read, List<Integer> shape) {
        List<Json> tensors = read.stream().map(Value::tensor).toList();
        return add(kerasClass, settings, new Json.Sequence(node.place(), tensors), shape);
    }

    private Value add(String kerasClass, Map<String, Object> settings, Json read, List<Integer> shape) {
        String own = name + "/" + layers.size();
        Map<String, Json> config = new LinkedHashMap<>();
        settings.forEach((setting, value) -> config.put(setting, json(value)));
        layers.add(PlainLayers.ofClass(node, kerasClass)
                .with("config", mapping(config))
                .with(
                        "inbound_nodes",
                        json(List.of(mapping(Map.of("args", json(List.of(read)), "kwargs", json(Map.of())))))));
        named(layers.size() - 1, own);
        Json history = json(List.of(own, 0, 0));
        Json tensor = mapping(Map.of("keras_history", history));
        return new Value(mapping(Map.of("class_name", json("__keras_tensor__"), "config", tensor)), shape);
    }

    private void named(int layer, String layerName) {
        Json.Mapping written = layers.get(layer);
        layers.set(
                layer,
                written.with("name", json(layerName))
                        .with("config", written.get("config").asMapping().with("name", json(layerName))));
    }

    /** What has been written; a layer that gives what it reads where nothing was needed. */
    List<Json.Mapping> written(Value result) {
        if (layers.isEmpty()) {
            layer("Activation", Map.of("activation", "linear"), result, result.shape());
        }
        named(layers.size() - 1, name);
        return List.copyOf(layers);
    }

    private Json.Mapping mapping(Map<String, Json> members) {
        return new Json.Mapping(node.place(), members);
    }

    private Json json(Object value) {
        return switch (value) {
            case Json json -> json;
            case String text -> new Json.Text(node.place(), text);
            case Number number -> new Json.Numeral(node.place(), number.toString());
            case Boolean flag -> new Json.Flag(node.place(), flag);
            case List<?> list ->
                new Json.Sequence(node.place(), list.stream().map(this::json).toList());
            case int[] sizes -> json(Arrays.stream(sizes).boxed().toList());
            default -> mapping(Map.of());
        };
    }
}
