package dev.hourglass.lab.recipe;

import dev.hourglass.lab.recipe.Node.Mapping;
import dev.hourglass.lab.recipe.Node.Scalar;
import dev.hourglass.lab.recipe.Node.Sequence;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.variables.Constraint;
import dev.hourglass.model.variables.Initializer;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a layer of a recipe says what its variables start from and what holds of them: Keras's settings, such as {@code
 * kernel_initializer: HeNormal} or {@code recurrent_constraint: {MaxNorm: {max_value: 3, axis: [0, 1]}}}.
 */
final class VariableSyntax {
    private static final String INITIALIZER = "_initializer";
    private static final String CONSTRAINT = "_constraint";

    private VariableSyntax() {}

    /**
     * What is said of one variable.
     *
     * @param layer that says it, which may lie within another
     * @param setting such as {@code kernel_initializer}
     * @param key where that stands
     * @param value what it says
     */
    record Said(LayerSpec layer, String setting, Place key, Node value) {
        String of() {
            return setting.substring(0, setting.lastIndexOf('_'));
        }

        Said by(LayerSpec other) {
            return new Said(other, setting, key, value);
        }
    }

    private static boolean isOfVariables(String setting) {
        return setting.endsWith(INITIALIZER) || setting.endsWith(CONSTRAINT);
    }

    /** A layer's other settings. */
    static Mapping without(Mapping settings) {
        Map<String, Node.Entry> others = new LinkedHashMap<>(settings.entries());
        others.keySet().removeIf(VariableSyntax::isOfVariables);
        return new Mapping(settings.place(), others);
    }

    static List<Said> read(LayerSpec layer, Mapping settings) {
        List<Said> said = new ArrayList<>();
        settings.entries().forEach((setting, entry) -> {
            if (isOfVariables(setting)) {
                said.add(new Said(layer, setting, entry.key(), entry.value()));
            }
        });
        return said;
    }

    /**
     * The graph with all that its layers say.
     *
     * @throws RecipeException at what is no variable, no initializer or no constraint of Keras's, or does not fit
     */
    static Graph applied(Graph graph, List<Said> all) {
        if (all.isEmpty()) {
            return graph;
        }
        List<LayerFacts> layers = ModelFacts.of(graph).distinct();
        VariableSettings settings = VariableSettings.NONE;
        for (Said said : all) {
            Placed placed = placed(said, layers);
            settings = with(settings, said, placed.facts(), placed.part());
        }
        return graph.with(settings);
    }

    /**
     * A layer, or one within it.
     *
     * @param prefix of its variables in the whole
     * @param keys by which it is reached from the settings of the whole
     */
    private record Part(LayerSpec layer, String prefix, List<String> keys) {
        Part within(String key) {
            return new Part(
                    layer, prefix, Stream.concat(Stream.of(key), keys.stream()).toList());
        }
    }

    /** Where a layer stands in the graph. */
    private record Placed(LayerFacts facts, Part part) {}

    private static Placed placed(Said said, List<LayerFacts> layers) {
        for (LayerFacts facts : layers) {
            for (Part part : parts(facts.layer())) {
                if (part.layer().equals(said.layer())) {
                    return new Placed(facts, part);
                }
            }
        }
        throw said.key()
                .error("expected settings of variables in the layer within '"
                        + said.layer().name() + "', found '" + said.setting()
                        + "' beside it. Move it into that layer.");
    }

    private static List<Part> parts(LayerSpec layer) {
        List<Part> parts = new ArrayList<>();
        if (layer instanceof LayerSpec.TimeDistributed each) {
            parts(each.layer()).forEach(part -> parts.add(part.within("layer")));
        } else if (layer instanceof LayerSpec.Bidirectional both) {
            parts.add(new Part(both.forward(), "forward_", List.of("layer")));
            parts.add(new Part(both.backward(), "backward_", List.of("backward_layer")));
        } else {
            parts.add(new Part(layer, "", List.of()));
        }
        return parts;
    }

    private static VariableSettings with(VariableSettings settings, Said said, LayerFacts facts, Part part) {
        KerasClass kerasClass = KerasClass.of(part.layer());
        List<String> variables = facts.variables().stream()
                .map(Variable::name)
                .filter(name -> name.startsWith(part.prefix()))
                .map(name -> name.substring(part.prefix().length()))
                .toList();
        // All of a kind, where a layer has several; else the only one.
        List<String> meant = variables.stream()
                .filter(name -> kerasClass.settingOf(name).equals(said.of()))
                .limit(part.layer() instanceof LayerSpec.MultiHeadAttention ? Long.MAX_VALUE : 1)
                .toList();
        if (meant.isEmpty()) {
            throw said.key()
                    .error("expected a setting of " + kerasClass.kerasName() + ", found '" + said.setting()
                            + "'. Here its variables are "
                            + (variables.isEmpty()
                                    ? "none"
                                    : variables.stream()
                                            .map(kerasClass::settingOf)
                                            .distinct()
                                            .collect(Collectors.joining(", ")))
                            + ".");
        }
        VariableSettings all = settings;
        for (String variable : meant) {
            all = with(all, said, facts, part.prefix() + variable);
        }
        return all;
    }

    private static VariableSettings with(VariableSettings settings, Said said, LayerFacts facts, String variable) {
        String layer = facts.layer().name();
        try {
            VariableSettings more = said.setting().endsWith(INITIALIZER)
                    ? settings.withInitializer(layer, variable, initializer(said.value()))
                    : settings.withConstraint(layer, variable, constraint(said.value()));
            facts.with(more);
            return more;
        } catch (ShapeException e) {
            throw said.value().place().error(e);
        }
    }

    private static Initializer initializer(Node node) {
        Named named = named(node, "an initializer such as 'HeNormal' or '{RandomNormal: {stddev: 0.1}}'");
        try {
            return Initializer.of(named.name(), named.settings());
        } catch (IllegalArgumentException e) {
            throw node.place().error(e.getMessage() + ".", e);
        }
    }

    private static Constraint constraint(Node node) {
        Named named = named(node, "a constraint such as 'NonNeg' or '{MaxNorm: {max_value: 3, axis: 0}}'");
        try {
            return Constraint.of(named.name(), named.settings());
        } catch (IllegalArgumentException e) {
            throw node.place().error(e.getMessage() + ".", e);
        }
    }

    /** A class of Keras's with its settings. */
    private record Named(String name, Map<String, Object> settings) {}

    private static Named named(Node node, String example) {
        if (node instanceof Scalar) {
            return new Named(node.asText(example), Map.of());
        }
        Mapping mapping = node.asMapping(example);
        if (mapping.entries().size() != 1) {
            throw node.place().error("expected " + example + ", found " + node.found() + ".");
        }
        String name = mapping.entries().keySet().iterator().next();
        Map<String, Object> settings = new LinkedHashMap<>();
        mapping.require(name, example)
                .asMapping("settings of " + name + " such as {axis: 0}")
                .entries()
                .forEach((setting, entry) -> settings.put(setting, plain(entry.value())));
        return new Named(name, settings);
    }

    private static Object plain(Node node) {
        return switch (node) {
            case Scalar scalar ->
                scalar.kind() == Node.Kind.INTEGER || scalar.kind() == Node.Kind.DECIMAL
                        ? (Object) scalar.asDouble("a number", number -> true)
                        : scalar.text();
            case Sequence list ->
                list.items().stream().map(VariableSyntax::plain).toList();
            case Mapping mapping -> mapping.found();
        };
    }

    /**
     * Adds to a layer's settings, as they are written, what is said of its variables.
     *
     * @param written by Keras's class: its settings, those of layers within it written likewise
     */
    static void put(Map<String, Object> written, LayerSpec layer, VariableSettings variables) {
        variables.initializers().forEach((place, initializer) -> {
            if (place.layer().equals(layer.name())) {
                Target target = target(written, layer, place.variable());
                target.settings()
                        .put(target.of() + INITIALIZER, value(initializer.kerasClass(), initializer.settings()));
            }
        });
        variables.constraints().forEach((place, constraint) -> {
            if (place.layer().equals(layer.name())) {
                Target target = target(written, layer, place.variable());
                target.settings().put(target.of() + CONSTRAINT, value(constraint.kerasClass(), constraint.settings()));
            }
        });
    }

    private static Object value(String kerasClass, Map<String, Object> settings) {
        return settings.isEmpty() ? kerasClass : Map.of(kerasClass, settings);
    }

    /**
     * Where something of a variable is to be said.
     *
     * @param of how the setting begins
     */
    private record Target(Map<String, Object> settings, String of) {}

    private static Target target(Map<String, Object> written, LayerSpec layer, String variable) {
        Part part = parts(layer).stream()
                .filter(each -> variable.startsWith(each.prefix()))
                .findFirst()
                .orElseThrow();
        Map<String, Object> settings = onlyValue(written);
        for (String key : part.keys()) {
            settings = onlyValue(map(settings.get(key)));
        }
        String within = variable.substring(part.prefix().length());
        return new Target(settings, KerasClass.of(part.layer()).settingOf(within));
    }

    /** The settings of a layer that is written as its class with them. */
    private static Map<String, Object> onlyValue(Map<String, Object> written) {
        return map(written.values().iterator().next());
    }

    /** A map that {@link LayerSyntax} made, which are all by text. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object written) {
        return (Map<String, Object>) Objects.requireNonNull(written);
    }
}
