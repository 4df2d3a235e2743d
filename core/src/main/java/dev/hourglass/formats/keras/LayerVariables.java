package dev.hourglass.formats.keras;

import dev.hourglass.formats.json.Json;
import dev.hourglass.model.variables.Constraint;
import dev.hourglass.model.variables.Initializer;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.model.variables.VariableSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What variables start from and what holds of them: Keras says it of the layers ({@code kernel_initializer}, {@code
 * kernel_constraint}), here the graph does ({@link VariableSettings}).
 */
final class LayerVariables {
    private static final String INITIALIZER = "_initializer";
    private static final String CONSTRAINT = "_constraint";

    private final Consumer<String> warnings;
    private final Map<VariableSettings.Place, Initializer> initializers = new HashMap<>();
    private final Map<VariableSettings.Place, Constraint> constraints = new HashMap<>();

    private LayerVariables(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /**
     * @param config the node that the model was read from
     * @param warnings told of constraints that are left out; an initializer that Hourglass lacks has had its say
     */
    static VariableSettings read(Json config, ModelNode.Model model, Consumer<String> warnings) {
        LayerVariables layers = new LayerVariables(warnings);
        VariableConfig.of(INITIALIZER, config, model)
                .forEach(said -> said.variables().forEach(variable -> layers.addInitializer(said, variable)));
        VariableConfig.of(CONSTRAINT, config, model)
                .forEach(said -> said.variables().forEach(variable -> layers.addConstraint(said, variable)));
        return VariableSettings.of(layers.initializers, layers.constraints);
    }

    private void addInitializer(VariableConfig said, Variable variable) {
        try {
            Initializer initializer = Initializer.of(said.kerasClass(), said.settings());
            String layer = said.layer().spec().name();
            VariableSettings alone = VariableSettings.NONE.withInitializer(layer, variable.name(), initializer);
            if (!said.layer().facts().with(alone).variables().contains(variable)) {
                initializers.putAll(alone.initializers());
            }
        } catch (IllegalArgumentException e) {
            // The variable has values by now.
        }
    }

    private void addConstraint(VariableConfig said, Variable variable) {
        try {
            Constraint constraint = Constraint.of(said.kerasClass(), said.settings());
            String layer = said.layer().spec().name();
            VariableSettings alone = VariableSettings.NONE.withConstraint(layer, variable.name(), constraint);
            said.layer().facts().with(alone);
            constraints.putAll(alone.constraints());
        } catch (IllegalArgumentException e) {
            warnings.accept("Layer '" + Json.printable(said.layer().kerasName()) + "' has " + said.setting() + " "
                    + said.value().excerpt() + ", which Hourglass leaves out when it continues training; it has "
                    + String.join(", ", Constraint.NAMES) + ".");
        }
    }

    /**
     * Adds them to what the model is written as.
     *
     * @param node of the model, as {@link ConfigWriter} made it
     * @param withModule whether objects name their module, as in {@code .keras}
     */
    static void write(VariableSettings variables, Map<String, Object> node, boolean withModule) {
        variables.initializers().forEach((place, initializer) -> {
            var object = new VariableConfig.KerasObject(
                    "keras.initializers", initializer.kerasClass(), initializer.settings());
            VariableConfig.put(written(place, INITIALIZER, object), node, withModule);
        });
        variables.constraints().forEach((place, constraint) -> {
            var object =
                    new VariableConfig.KerasObject("keras.constraints", constraint.kerasClass(), constraint.settings());
            VariableConfig.put(written(place, CONSTRAINT, object), node, withModule);
        });
    }

    private static VariableConfig.Written written(
            VariableSettings.Place place, String suffix, VariableConfig.KerasObject object) {
        return new VariableConfig.Written(place.layer(), place.variable(), suffix, object);
    }
}
