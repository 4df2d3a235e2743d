package dev.hourglass.lab.recipe;

import dev.hourglass.lab.recipe.Node.Entry;
import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.lab.recipe.Node.Scalar;
import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Names that Keras has for what recipes say otherwise as well: {@code Softmax}, {@code Identity} and {@code
 * ActivityRegularization}, which are an {@code Activation} with settings, and the other names of layers, such as {@code
 * MaxPool2D} and {@code Convolution2D}.
 */
final class OtherNames {
    private static final String SOFTMAX = "Softmax";
    private static final String IDENTITY = "Identity";
    private static final String ACTIVITY = "ActivityRegularization";

    /** What a name begins with in Keras's other names, by what it begins with here. */
    private static final Map<String, String> BEGINNINGS = Map.of(
            "Max", "MaxPooling",
            "Avg", "AveragePooling",
            "GlobalMax", "GlobalMaxPooling",
            "GlobalAvg", "GlobalAveragePooling");

    private OtherNames() {}

    /** A layer by the name that {@link KerasClass} has for it. */
    record Plain(String name, Mapping settings) {}

    /** @throws RecipeException if an Activation of another name has settings that it can't have */
    static Plain of(String name, Mapping settings) {
        return switch (name) {
            case SOFTMAX -> {
                settings.allowing("name", "axis");
                settings.find("axis").ifPresent(OtherNames::requireLast);
                yield activation(settings.without("axis"), Activation.SOFTMAX, Map.of());
            }
            case IDENTITY -> {
                settings.allowing("name");
                yield activation(settings, Activation.LINEAR, Map.of());
            }
            case ACTIVITY -> {
                settings.allowing("name", "l1", "l2");
                Map<String, Entry> both = new LinkedHashMap<>();
                both.put("l1", settings.entries().getOrDefault("l1", number(settings, "0.0")));
                both.put("l2", settings.entries().getOrDefault("l2", number(settings, "0.0")));
                Node regularizer = mapping(settings, Map.of("L1L2", entry(settings, mapping(settings, both))));
                yield activation(
                        settings.without("l1").without("l2"),
                        Activation.LINEAR,
                        Map.of("activity_regularizer", entry(settings, regularizer)));
            }
            default -> new Plain(plain(name), settings);
        };
    }

    private static void requireLast(Node axis) {
        if (axis.asInt(Integer.MIN_VALUE, Integer.MAX_VALUE) != -1) {
            throw axis.place()
                    .error("expected -1, the last axis, found " + axis.found() + ". Permute the axes before it.");
        }
    }

    private static Plain activation(Mapping settings, Activation activation, Map<String, Entry> more) {
        Map<String, Entry> entries = new LinkedHashMap<>(settings.entries());
        Node name = new Scalar(settings.place(), Node.Kind.TEXT, activation.kerasName());
        entries.put("activation", entry(settings, name));
        entries.putAll(more);
        return new Plain(KerasClass.ACTIVATION.kerasName(), new Mapping(settings.place(), entries));
    }

    private static Mapping mapping(Mapping at, Map<String, Entry> entries) {
        return new Mapping(at.place(), entries);
    }

    private static Entry number(Mapping at, String text) {
        return entry(at, new Scalar(at.place(), Node.Kind.DECIMAL, text));
    }

    private static Entry entry(Mapping at, Node value) {
        return new Entry(at.place(), value);
    }

    private static String plain(String name) {
        if (KerasClass.find(name).isPresent()) {
            return name;
        }
        List<String> candidates = new ArrayList<>();
        BEGINNINGS.forEach((beginning, here) -> {
            if (name.startsWith(beginning + "Pool")) {
                candidates.add(here + name.substring((beginning + "Pool").length()));
            }
        });
        candidates.add(name.replace("Convolution", "Conv"));
        Optional<String> known = candidates.stream()
                .filter(candidate -> KerasClass.find(candidate).isPresent())
                .findFirst();
        return known.orElse(name);
    }

    /** What a misspelt name may have meant. */
    static List<String> all() {
        List<String> all = new ArrayList<>(KerasClass.names());
        all.addAll(List.of(SOFTMAX, IDENTITY, ACTIVITY));
        return all;
    }
}
