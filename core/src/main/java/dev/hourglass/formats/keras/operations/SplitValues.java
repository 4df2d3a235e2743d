package dev.hourglass.formats.keras.operations;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.PlainLayers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * An operation {@code ops.split} of Keras 3 gives several values. In its place stands a part ({@code x[:, a:b]}) for each that is
 * read, and those who read it are told so.
 */
public final class SplitValues {
    private static final String SPLIT = "Split";
    /** Parts that are taken out of one value at most. */
    private static final int MOST_PARTS = 1_000;

    /** By operation, the numbers of its values that are read. */
    private final Map<String, TreeSet<Integer>> read = new HashMap<>();

    private SplitValues() {}

    /** @param config of a functional model */
    public static Json.Mapping apart(Json.Mapping config) {
        SplitValues splits = new SplitValues();
        List<Json> layers = config.get("layers").asSequence().items();
        Map<String, Json.Mapping> operations = new LinkedHashMap<>();
        for (Json layer : layers) {
            if (layer instanceof Json.Mapping node
                    && PlainLayers.text(node, "class_name", "").equals(SPLIT)
                    && PlainOperations.isOfKeras(node)) {
                operations.put(PlainLayers.text(node, "name", ""), node);
            }
        }
        if (operations.isEmpty()) {
            return config;
        }
        operations.keySet().forEach(name -> splits.read.put(name, new TreeSet<>()));
        List<Json> told = layers.stream().map(splits::toldLayer).toList();
        Json ends = splits.told(config.get("output_layers"));
        Map<String, List<Json.Mapping>> parts = new HashMap<>();
        for (Map.Entry<String, Json.Mapping> operation : operations.entrySet()) {
            List<Json.Mapping> own = splits.parts(operation.getKey(), operation.getValue());
            if (own == null) {
                return config;
            }
            parts.put(operation.getKey(), own);
        }
        List<Json> all = new ArrayList<>();
        for (Json layer : told) {
            List<Json.Mapping> own =
                    layer instanceof Json.Mapping node ? parts.get(PlainLayers.text(node, "name", "")) : null;
            if (own == null) {
                all.add(layer);
            } else {
                own.forEach(part -> all.add(splits.toldLayer(part))); // which may itself read a part
            }
        }
        Json layersNow = new Json.Sequence(config.get("layers").place(), List.copyOf(all));
        return config.with("layers", layersNow).with("output_layers", ends);
    }

    /** What is within a layer refers to layers of its own. */
    private Json toldLayer(Json layer) {
        return layer instanceof Json.Mapping node && node.find("inbound_nodes") instanceof Json.Sequence calls
                ? node.with("inbound_nodes", told(calls))
                : layer;
    }

    private static String part(String operation, int number) {
        return operation + "/" + number;
    }

    /** The same with references to values of a split as references to the parts. */
    private Json told(Json json) {
        return switch (json) {
            case Json.Mapping mapping -> {
                Map<String, Json> members = new LinkedHashMap<>();
                mapping.members().forEach((name, value) -> members.put(name, told(value)));
                yield new Json.Mapping(mapping.place(), members);
            }
            case Json.Sequence sequence -> {
                Json reference = reference(sequence);
                yield reference == null
                        ? new Json.Sequence(
                                sequence.place(),
                                sequence.items().stream().map(this::told).toList())
                        : reference;
            }
            default -> json;
        };
    }

    private @Nullable Json reference(Json.Sequence sequence) {
        List<Json> items = sequence.items();
        boolean isReference = items.size() == 3
                && items.getFirst() instanceof Json.Text name
                && read.containsKey(name.value())
                && items.get(1) instanceof Json.Numeral
                && items.get(2) instanceof Json.Numeral;
        if (!isReference) {
            return null;
        }
        String operation = items.getFirst().asText();
        int number = items.get(2).asWhole();
        read.getOrDefault(operation, new TreeSet<>()).add(number);
        Json name = new Json.Text(sequence.place(), part(operation, number));
        Json zero = new Json.Numeral(sequence.place(), "0");
        return new Json.Sequence(sequence.place(), List.of(name, zero, zero));
    }

    /** A node for each value that is read; null where the operation is none that can be told in parts. */
    private @Nullable List<Json.Mapping> parts(String name, Json.Mapping node) {
        KerasCall call = KerasCall.of(node);
        KerasCall.Value value = call == null ? null : call.value(0);
        if (call == null || value == null || !call.keywords().isEmpty()) {
            return null;
        }
        Json.Mapping config = call.config();
        int given = config.find("axis") instanceof Json.Numeral axis ? axis.asWhole() : 0;
        int axis = given < 0 ? value.rank() + given : given - 1;
        if (axis < 0 || axis >= value.rank() || value.shape().get(axis) == KerasCall.OPEN) {
            return null;
        }
        List<Integer> ends =
                ends(config.find("indices_or_sections"), value.shape().get(axis));
        List<Json.Mapping> parts = new ArrayList<>();
        for (int number : read.getOrDefault(name, new TreeSet<>())) {
            if (number < 0 || number >= ends.size()) {
                return null;
            }
            int from = number == 0 ? 0 : ends.get(number - 1);
            parts.add(part(node, part(name, number), axis, from, ends.get(number)));
        }
        return parts.isEmpty() ? null : parts;
    }

    /** Where each part ends; none where there are too many, or unequal ones. */
    private static List<Integer> ends(@Nullable Json sections, int size) {
        List<Integer> ends = new ArrayList<>();
        if (sections instanceof Json.Numeral) {
            int count = sections.asWhole();
            if (count >= 1 && count <= MOST_PARTS && size % count == 0) {
                for (int i = 1; i <= count; i++) {
                    ends.add(size / count * i);
                }
            }
        } else if (sections instanceof Json.Sequence indices && indices.items().size() < MOST_PARTS) {
            for (Json index : indices.items()) {
                int end = index.asWhole();
                ends.add(end < 0 ? size + end : Math.min(size, end));
            }
            ends.add(size);
        }
        return ends;
    }

    /** {@code x[:, …, from:end]} */
    private static Json.Mapping part(Json.Mapping node, String name, int axis, int from, int end) {
        List<Json> key = new ArrayList<>();
        for (int i = 0; i <= axis; i++) {
            key.add(slice(node, Map.of()));
        }
        key.add(slice(node, Map.of("start", number(node, from), "stop", number(node, end))));
        Json.Mapping call =
                node.get("inbound_nodes").asSequence().items().getFirst().asMapping();
        List<Json> arguments = new ArrayList<>(call.get("args").asSequence().items());
        arguments.add(new Json.Sequence(node.place(), key));
        Json.Mapping called = call.with("args", new Json.Sequence(node.place(), List.copyOf(arguments)));
        Json own = new Json.Text(node.place(), name);
        String kerasClass = "GetItem";
        Json.Mapping part = node.with("class_name", new Json.Text(node.place(), kerasClass))
                .with("name", own)
                .with("config", new Json.Mapping(node.place(), Map.of("name", own)))
                .with("inbound_nodes", new Json.Sequence(node.place(), List.of(called)));
        return part.find("registered_name") == null
                ? part
                : part.with("registered_name", new Json.Text(node.place(), kerasClass));
    }

    private static Json slice(Json.Mapping at, Map<String, Json> settings) {
        return new Json.Mapping(
                at.place(),
                Map.of(
                        "class_name", new Json.Text(at.place(), "__slice__"),
                        "config", new Json.Mapping(at.place(), settings)));
    }

    private static Json number(Json.Mapping at, int value) {
        return new Json.Numeral(at.place(), Integer.toString(value));
    }
}
