package dev.hourglass.formats.keras;

import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.tensor.CorruptFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The graph of a functional model's configuration: which layer reads which. It has one input and one output, and each
 * layer is used once.
 */
final class FunctionalGraph {
    private final String model;
    private final Map<String, Json.Mapping> nodes = new LinkedHashMap<>();
    private final Map<String, List<String>> sources = new HashMap<>();
    /** The Masking layers with whose masks layers were called, where that is said. */
    private final Map<String, String> masks = new HashMap<>();

    private FunctionalGraph(String model) {
        this.model = Json.printable(model);
    }

    /**
     * A layer and the names of those that it reads.
     *
     * @param sources in the order in which the layer takes them; none for the InputLayer
     * @param mask the Masking layer with whose mask it was called, or null where that is left to its sources
     */
    record Wired(
            String name,
            Json.Mapping node,
            List<String> sources,
            @Nullable String mask) {}

    /**
     * The layers in the order of the file, where that is one of computation, as Keras has it; else in one that is.
     *
     * @param config of a functional model
     * @return the InputLayer first, then at least one layer; the last is not always the {@linkplain #output output}
     * @throws UnsupportedModelException if the model shares a layer or has several inputs or outputs
     * @throws dev.hourglass.tensor.CorruptFileException if it refers to what isn't there, or runs in a circle
     */
    static List<Wired> wired(String model, Json.Mapping config) {
        FunctionalGraph graph = new FunctionalGraph(model);
        for (Json layer : config.get("layers").asSequence().items()) {
            graph.add(layer.asMapping());
        }
        MaskOperations operations = MaskOperations.takenFrom(graph.nodes);
        String input = graph.onlyEnd(config, "input_layers", "input");
        graph.requireInput(config, input);
        Set<String> needed = graph.connect(config, input, output(model, config), operations);
        graph.requireNoOthers(config, needed);
        return graph.sorted(config, input);
    }

    /** The name of the layer that gives a functional model's only output. */
    static String output(String model, Json.Mapping config) {
        return new FunctionalGraph(model).onlyEnd(config, "output_layers", "output");
    }

    private void requireInput(Json.Mapping config, String input) {
        Json.Mapping first = nodes.get(input);
        if (first == null) {
            throw missing(config, input);
        }
        if (!first.get("class_name").asText().equals("InputLayer")) {
            throw first.place().corrupt("an InputLayer", first.get("class_name").excerpt());
        }
        sources.put(input, List.of());
    }

    private static CorruptFileException missing(Json.Mapping config, String name) {
        return config.place().corrupt("a layer '" + Json.printable(name) + "'", "none of that name");
    }

    /** Looks up what each layer reads, from the output back. */
    private Set<String> connect(Json.Mapping config, String input, String output, MaskOperations operations) {
        Set<String> seen = new HashSet<>(List.of(input));
        Deque<String> open = new ArrayDeque<>(List.of(output));
        while (!open.isEmpty()) {
            String name = open.pop();
            if (seen.add(name)) {
                Json.Mapping node = nodes.get(name);
                if (node == null) {
                    throw missing(config, name);
                }
                Call call = call(node, name, operations);
                List<String> read = call.sources();
                sources.put(name, read);
                if (call.mask() != null) {
                    masks.put(name, call.mask());
                }
                open.addAll(read);
            }
        }
        return seen;
    }

    /** Each layer after all that it reads, and else as they were. */
    private List<Wired> sorted(Json.Mapping config, String input) {
        List<Wired> sorted = new ArrayList<>(List.of(wired(input)));
        Set<String> done = new HashSet<>(List.of(input));
        Map<String, List<String>> waiting = new HashMap<>();
        for (String name : nodes.keySet()) {
            Deque<String> ready = new ArrayDeque<>(done.contains(name) ? List.of() : List.of(name));
            while (!ready.isEmpty()) {
                String next = ready.pop();
                String awaited = sourcesOf(next).stream()
                        .filter(source -> !done.contains(source))
                        .findFirst()
                        .orElse(null);
                if (awaited == null) {
                    done.add(next);
                    sorted.add(wired(next));
                    Optional.ofNullable(waiting.remove(next)).ifPresent(ready::addAll);
                } else {
                    waiting.computeIfAbsent(awaited, ignored -> new ArrayList<>())
                            .add(next);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            throw config.place().corrupt("layers that do not wait for each other", "a circle");
        }
        return sorted;
    }

    private Wired wired(String name) {
        return new Wired(name, Objects.requireNonNull(nodes.get(name)), sourcesOf(name), masks.get(name));
    }

    private List<String> sourcesOf(String name) {
        return Objects.requireNonNull(sources.get(name));
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
                throw unsupported(config, "model '" + model + "' has " + items.size() + " " + what + "s");
            }
            return tensor(items.getFirst());
        }
        return tensor(ends);
    }

    /** The names of the layers that a node reads from, of a model without masks. */
    static List<String> sources(Json.Mapping node, String name) {
        return call(node, name, MaskOperations.takenFrom(new HashMap<>())).sources();
    }

    /** What a layer is called with: what it reads, and a mask that is named or null. */
    private record Call(List<String> sources, @Nullable String mask) {}

    private static Call call(Json.Mapping node, String name, MaskOperations operations) {
        String layer = "layer '" + Json.printable(name) + "' ("
                + Json.printable(node.get("class_name").asText()) + ")";
        List<Json> calls = node.get("inbound_nodes").asSequence().items();
        if (calls.isEmpty()) {
            throw node.place().corrupt(layer + " to read from another", "one that reads from none");
        }
        if (calls.size() > 1) {
            throw unsupported(node, layer + " is used " + calls.size() + " times");
        }
        Call called = switch (calls.getFirst()) {
            case Json.Mapping call -> ofKeras3(node, call, layer, operations);
            case Json.Sequence call -> new Call(ofKeras2(node, call, layer), null);
            default ->
                throw calls.getFirst()
                        .place()
                        .corrupt("a call", calls.getFirst().excerpt());
        };
        if (called.sources().isEmpty()) {
            throw node.place().corrupt(layer + " to read from another", "one that reads from none");
        }
        return called;
    }

    private static Call ofKeras3(Json.Mapping node, Json.Mapping call, String layer, MaskOperations operations) {
        List<Json> arguments = call.get("args").asSequence().items();
        Json keywords = call.find("kwargs");
        String mask = null;
        if (keywords != null) {
            Json given = keywords.asMapping().find("mask");
            mask = given == null ? null : operations.masking(given);
            boolean isKnown = mask != null;
            keywords.asMapping().members().forEach((keyword, value) -> {
                if (!(isKnown && keyword.equals("mask"))) {
                    requireOff(node, layer, keyword, value);
                }
            });
        }
        if (arguments.size() != 1) {
            throw unsupported(node, layer + " is called with " + arguments.size() + " arguments");
        }
        List<Json> tensors =
                arguments.getFirst() instanceof Json.Sequence several ? several.items() : List.of(arguments.getFirst());
        List<String> sources = new ArrayList<>();
        for (Json each : tensors) {
            Json.Mapping tensor = each.asMapping();
            if (!tensor.get("class_name").asText().equals("__keras_tensor__")) {
                throw unsupported(node, layer + " reads a constant");
            }
            sources.add(tensor(tensor.get("config").asMapping().get("keras_history")));
        }
        return new Call(sources, mask);
    }

    /** {@code [["x", 0, 0, {}], ["y", 0, 0, {}]]} */
    private static List<String> ofKeras2(Json.Mapping node, Json.Sequence call, String layer) {
        List<String> sources = new ArrayList<>();
        for (Json each : call.items()) {
            List<Json> tensor = each.asSequence().items();
            if (tensor.size() == 4) {
                tensor.get(3)
                        .asMapping()
                        .members()
                        .forEach((keyword, value) -> requireOff(node, layer, keyword, value));
            }
            sources.add(tensor(each));
        }
        return sources;
    }

    /**
     * A call with a mask of its own, or with {@code training=True}, would compute something else than the layer alone. Keras 3
     * writes {@code training=False} for each layer that asks for it, and overrides it when it trains; for a model of several
     * inputs it writes no mask for each.
     */
    private static void requireOff(Json.Mapping node, String layer, String keyword, Json value) {
        boolean none = value instanceof Json.Nothing
                || (value instanceof Json.Sequence several
                        && several.items().stream().allMatch(Json.Nothing.class::isInstance));
        if (!none && !value.excerpt().equals("false")) {
            throw unsupported(node, layer + " is called with " + Json.printable(keyword) + "=" + value.excerpt());
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

    private void requireNoOthers(Json.Mapping config, Set<String> needed) {
        for (String name : nodes.keySet()) {
            if (!needed.contains(name)) {
                throw unsupported(
                        config, "layer '" + Json.printable(name) + "' is not on the way from input to output");
            }
        }
    }

    private static UnsupportedModelException unsupported(Json.Mapping at, String what) {
        return new UnsupportedModelException(at.place().document().file() + ": " + what
                + "; Hourglass reads models of one input and one output in which each layer is used once. Build the model"
                + " so and save it again.");
    }
}
