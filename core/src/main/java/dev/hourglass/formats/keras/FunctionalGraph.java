package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The graph of a functional model's configuration, which must be one chain. */
final class FunctionalGraph {
    private final String model;
    private final Map<String, Json.Mapping> nodes = new LinkedHashMap<>();

    private FunctionalGraph(String model) {
        this.model = Json.printable(model);
    }

    /**
     * The nodes in the order of computation.
     *
     * @param config of a functional model
     * @return the InputLayer first, then at least one layer
     * @throws UnsupportedModelException if the graph branches, shares a layer or has several inputs or outputs
     * @throws dev.hourglass.tensor.CorruptFileException if it refers to what isn't there, or runs in a circle
     */
    static List<Json.Mapping> chain(String model, Json.Mapping config) {
        FunctionalGraph graph = new FunctionalGraph(model);
        for (Json layer : config.get("layers").asSequence().items()) {
            graph.add(layer.asMapping());
        }
        String input = graph.onlyEnd(config, "input_layers", "input");
        String next = graph.onlyEnd(config, "output_layers", "output");
        List<Json.Mapping> fromTheEnd = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        while (true) {
            Json.Mapping node = graph.nodes.get(next);
            if (node == null) {
                throw config.place().corrupt("a layer '" + Json.printable(next) + "'", "none of that name");
            }
            if (!seen.add(next)) {
                throw node.place().corrupt("a chain of layers", "a circle");
            }
            fromTheEnd.add(node);
            if (next.equals(input)) {
                break;
            }
            next = graph.source(node, next);
        }
        graph.requireNoOthers(config, seen);
        Json.Mapping first = fromTheEnd.getLast();
        if (!first.get("class_name").asText().equals("InputLayer")) {
            throw first.place().corrupt("an InputLayer", first.get("class_name").excerpt());
        }
        return fromTheEnd.reversed();
    }

    private void add(Json.Mapping node) {
        Json name = node.find("name");
        if (name == null) {
            name = node.get("config").asMapping().get("name");
        }
        if (nodes.put(name.asText(), node) != null) {
            throw name.place().corrupt("names of their own for all layers", name.excerpt() + " twice");
        }
    }

    /** {@code ["x", 0, 0]}, or a list of one such. */
    private String onlyEnd(Json.Mapping config, String member, String what) {
        Json ends = config.get(member);
        List<Json> items = ends.asSequence().items();
        if (!items.isEmpty() && items.getFirst() instanceof Json.Sequence) {
            if (items.size() > 1) {
                throw notAChain(config, "model '" + model + "' has " + items.size() + " " + what + "s");
            }
            return tensor(items.getFirst());
        }
        return tensor(ends);
    }

    /** The name of the layer that a node reads from. */
    private String source(Json.Mapping node, String name) {
        String layer = "layer '" + Json.printable(name) + "' ("
                + Json.printable(node.get("class_name").asText()) + ")";
        List<Json> calls = node.get("inbound_nodes").asSequence().items();
        if (calls.isEmpty()) {
            throw node.place().corrupt(layer + " to read from another", "one that reads from none");
        }
        if (calls.size() > 1) {
            throw notAChain(node, layer + " is used " + calls.size() + " times");
        }
        return switch (calls.getFirst()) {
            case Json.Mapping call -> ofKeras3(node, call, layer);
            case Json.Sequence call -> ofKeras2(node, call, layer);
            default ->
                throw calls.getFirst()
                        .place()
                        .corrupt("a call", calls.getFirst().excerpt());
        };
    }

    private static String ofKeras3(Json.Mapping node, Json.Mapping call, String layer) {
        List<Json> arguments = call.get("args").asSequence().items();
        Json keywords = call.find("kwargs");
        if (keywords != null) {
            keywords.asMapping().members().forEach((keyword, value) -> requireOff(node, layer, keyword, value));
        }
        if (arguments.size() != 1 || arguments.getFirst() instanceof Json.Sequence) {
            throw notAChain(node, layer + " reads from other than one layer");
        }
        Json.Mapping tensor = arguments.getFirst().asMapping();
        if (!tensor.get("class_name").asText().equals("__keras_tensor__")) {
            throw notAChain(node, layer + " reads a constant");
        }
        return tensor(tensor.get("config").asMapping().get("keras_history"));
    }

    /** {@code [["x", 0, 0, {}]]} */
    private static String ofKeras2(Json.Mapping node, Json.Sequence call, String layer) {
        if (call.items().size() != 1) {
            throw notAChain(node, layer + " reads from other than one layer");
        }
        List<Json> tensor = call.items().getFirst().asSequence().items();
        if (tensor.size() == 4) {
            tensor.get(3).asMapping().members().forEach((keyword, value) -> requireOff(node, layer, keyword, value));
        }
        return tensor(call.items().getFirst());
    }

    /**
     * A call with a mask, or with {@code training=True}, would compute something else than the layer alone. Keras 3
     * writes {@code training=False} for each layer that asks for it, and overrides it when it trains.
     */
    private static void requireOff(Json.Mapping node, String layer, String keyword, Json value) {
        if (!(value instanceof Json.Nothing) && !value.excerpt().equals("false")) {
            throw notAChain(node, layer + " is called with " + Json.printable(keyword) + "=" + value.excerpt());
        }
    }

    /** The layer's name of {@code [name, node, tensor]}; which use of the layer it is doesn't matter, there is one. */
    private static String tensor(Json reference) {
        List<Json> parts = reference.asSequence().items();
        if (parts.size() < 3 || parts.size() > 4 || parts.get(2).asWhole() != 0) {
            throw reference.place().corrupt("[layer, node, 0]", reference.excerpt());
        }
        return parts.getFirst().asText();
    }

    private void requireNoOthers(Json.Mapping config, Set<String> chain) {
        for (String name : nodes.keySet()) {
            if (!chain.contains(name)) {
                throw notAChain(config, "layer '" + Json.printable(name) + "' is not on the way from input to output");
            }
        }
    }

    private static UnsupportedModelException notAChain(Json.Mapping at, String what) {
        return new UnsupportedModelException(at.place().document().file() + ": " + what
                + "; Hourglass computes single chains of layers. Build the model as one and save it again.");
    }
}
