package dev.hourglass.formats.keras;

import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A model whose {@link LayerSpec.Normalization} layers have their numbers: Keras keeps what they were adapted to as variables,
 * here they are settings that nothing changes.
 *
 * @param parameters without these
 */
record AdaptedModel(ModelNode.Model tree, Parameters parameters) {
    /** @throws CorruptFileException if a number is none that a mean or a variance can be */
    static AdaptedModel of(Path file, ModelNode.Model tree, Parameters parameters) {
        Map<String, LayerSpec> adapted = new HashMap<>();
        for (ModelNode.Layer layer : tree.layers()) {
            if (layer.spec() instanceof LayerSpec.Normalization normalization && !normalization.isAdapted()) {
                adapted.put(layer.spec().name(), adapted(file, normalization, parameters));
            }
        }
        if (adapted.isEmpty()) {
            return new AdaptedModel(tree, parameters);
        }
        List<Parameter> others = parameters.list().stream()
                .filter(parameter -> !adapted.containsKey(parameter.layer()))
                .toList();
        return new AdaptedModel((ModelNode.Model) with(tree, adapted), Parameters.of(others));
    }

    private static LayerSpec adapted(Path file, LayerSpec.Normalization layer, Parameters parameters) {
        try {
            return layer.with(numbers(parameters, layer, "mean"), numbers(parameters, layer, "variance"));
        } catch (IllegalArgumentException e) {
            throw new CorruptFileException(
                    file,
                    "finite means and variances >= 0",
                    String.valueOf(e.getMessage()),
                    "Adapt the layer again, to data without NaN, and save the model.");
        }
    }

    private static List<Float> numbers(Parameters parameters, LayerSpec layer, String variable) {
        List<Float> numbers = new ArrayList<>();
        for (float value : parameters.get(layer.name(), variable).values()) {
            numbers.add(value);
        }
        return numbers;
    }

    private static ModelNode with(ModelNode node, Map<String, LayerSpec> adapted) {
        return switch (node) {
            case ModelNode.Layer layer -> {
                LayerSpec spec = adapted.get(layer.spec().name());
                yield spec == null
                        ? layer
                        : new ModelNode.Layer(
                                layer.kerasName(),
                                LayerFacts.of(spec, layer.facts().output()),
                                layer.value(),
                                layer.inputs(),
                                layer.trainable(),
                                layer.isFurtherUse());
            }
            case ModelNode.Model model ->
                new ModelNode.Model(
                        model.kerasName(),
                        model.kind(),
                        model.given(),
                        model.nodes().stream()
                                .map(inner -> with(inner, adapted))
                                .toList(),
                        model.outputs(),
                        model.inputs(),
                        model.trainable(),
                        model.isFurtherUse());
        };
    }
}
