package dev.hourglass.formats.keras.operations;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.keras.ConfigReader;
import dev.hourglass.formats.keras.FunctionalGraph;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@link LayerSpec.Sampling} is in a Keras file: a nested functional model of two inputs, of Keras's own layers alone.
 * Its noise is a {@code GaussianNoise} upon zeros, which is there while training and else adds nothing, so Keras opens and
 * runs the file without custom code, gives the mean in use, and samples where it trains on.
 */
public final class SamplingModel {
    /** The inputs, in order. */
    private static final List<String> INPUTS = List.of("mean", "log_variance");

    private static final String OUTPUT = "sample";

    /** Keras takes no more noise than 1, and needs no more. */
    private static final List<Part> PARTS = List.of(
            new Part("half_log_variance", "Rescaling", Map.of("scale", 0.5f, "offset", 0f), List.of("log_variance")),
            new Part("deviation", "Activation", Map.of("activation", "exponential"), List.of("half_log_variance")),
            new Part("zeros", "Rescaling", Map.of("scale", 0f, "offset", 0f), List.of("mean")),
            new Part("noise", "GaussianNoise", Map.of("stddev", 1f), List.of("zeros")),
            new Part("scaled_noise", "Multiply", Map.of(), List.of("deviation", "noise")),
            new Part(OUTPUT, "Add", Map.of(), List.of("mean", "scaled_noise")));

    private SamplingModel() {}

    /**
     * A layer of the model.
     *
     * @param settings that decide what it computes
     * @param inputs what it reads
     */
    public record Part(String name, String kerasClass, Map<String, Object> settings, List<String> inputs) {}

    public static List<String> inputs() {
        return INPUTS;
    }

    public static List<Part> parts() {
        return PARTS;
    }

    public static String output() {
        return OUTPUT;
    }

    /**
     * Whether a node is such a model, whatever it is called.
     *
     * @param node of a nested functional model
     */
    public static boolean isOne(Json.Mapping node) {
        if (!(node.find("config") instanceof Json.Mapping config)
                || !(config.find("layers") instanceof Json.Sequence layers)
                || layers.items().size() != INPUTS.size() + PARTS.size()) {
            return false;
        }
        Map<String, Json.Mapping> byName = new HashMap<>();
        for (Json layer : layers.items()) {
            if (layer instanceof Json.Mapping part && part.find("name") instanceof Json.Text name) {
                byName.put(name.value(), part);
            }
        }
        return ends(config, "input_layers").equals(INPUTS)
                && ends(config, "output_layers").equals(List.of(OUTPUT))
                && INPUTS.stream().allMatch(input -> isOf(byName.get(input), "InputLayer"))
                && PARTS.stream().allMatch(part -> is(byName.get(part.name()), part));
    }

    private static boolean isOf(Json.@Nullable Mapping node, String kerasClass) {
        return node != null
                && node.find("class_name") instanceof Json.Text name
                && name.value().equals(kerasClass)
                && ConfigReader.isOurs(node, kerasClass);
    }

    private static boolean is(Json.@Nullable Mapping node, Part part) {
        if (node == null
                || !isOf(node, part.kerasClass())
                || !(node.find("config") instanceof Json.Mapping config)
                || !FunctionalGraph.sources(node, part.name()).equals(part.inputs())) {
            return false;
        }
        return part.settings().entrySet().stream()
                .allMatch(setting -> holds(config.find(setting.getKey()), setting.getValue()));
    }

    private static boolean holds(@Nullable Json found, Object wanted) {
        return (found instanceof Json.Numeral number && wanted.equals((float) number.asNumber()))
                || (found instanceof Json.Text text && wanted.equals(text.value()));
    }

    /** The names of {@code ["x", 0, 0]} or {@code [["x", 0, 0], ["y", 0, 0]]}. */
    private static List<String> ends(Json.Mapping config, String member) {
        List<String> names = new ArrayList<>();
        if (config.find(member) instanceof Json.Sequence ends) {
            boolean isOne = !ends.items().isEmpty() && ends.items().getFirst() instanceof Json.Text;
            for (Json end : isOne ? List.<Json>of(ends) : ends.items()) {
                if (end instanceof Json.Sequence parts
                        && !parts.items().isEmpty()
                        && parts.items().getFirst() instanceof Json.Text name) {
                    names.add(name.value());
                }
            }
        }
        return names;
    }

    /** What decides what a part computes, as its configuration has it. */
    public static Map<String, Object> config(Part part) {
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("name", part.name());
        config.put("trainable", true);
        config.put("dtype", "float32");
        config.putAll(part.settings());
        return config;
    }
}
