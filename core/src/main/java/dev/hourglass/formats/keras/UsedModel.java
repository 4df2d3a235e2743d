package dev.hourglass.formats.keras;

import dev.hourglass.formats.json.Json;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A model without the layers of nested models that lead to none of its outputs: what an encoder of several outputs gives, such
 * as a mean and a variance, the model around it need not read.
 *
 * @param left the names of the layers that were left out, as Keras knows them
 */
record UsedModel(ModelNode.Model tree, List<String> left) {
    private static final int MOST_NAMED = 5;

    static UsedModel of(ModelNode.Model tree) {
        List<ModelNode.Layer> layers = tree.layers();
        Set<String> needed = new HashSet<>(tree.outputs());
        for (ModelNode.Layer layer : layers.reversed()) {
            if (needed.contains(layer.value())) {
                needed.addAll(layer.inputs());
            }
        }
        Set<LayerSpec> used = layers.stream()
                .filter(layer -> needed.contains(layer.value()) && !layer.isFurtherUse())
                .map(ModelNode.Layer::spec)
                .collect(Collectors.toSet());
        List<String> left = new ArrayList<>();
        for (ModelNode.Layer layer : layers) {
            boolean isUsed = needed.contains(layer.value());
            if (isUsed && !used.contains(layer.spec())) {
                return new UsedModel(tree, List.of()); // its variables belong to a place that would be gone
            }
            if (!isUsed) {
                left.add(layer.kerasName());
            }
        }
        return left.isEmpty() ? new UsedModel(tree, left) : new UsedModel(without(tree, needed), left);
    }

    private static ModelNode.Model without(ModelNode.Model model, Set<String> needed) {
        List<ModelNode> nodes = new ArrayList<>();
        for (ModelNode node : model.nodes()) {
            switch (node) {
                case ModelNode.Layer layer -> {
                    if (needed.contains(layer.value())) {
                        nodes.add(layer);
                    }
                }
                case ModelNode.Model inner -> {
                    ModelNode.Model rest = without(inner, needed);
                    if (!rest.nodes().isEmpty()) {
                        nodes.add(rest);
                    }
                }
            }
        }
        return new ModelNode.Model(
                model.kerasName(),
                model.kind(),
                model.given(),
                nodes,
                model.outputs().stream().filter(needed::contains).toList(),
                model.inputs(),
                model.trainable(),
                model.isFurtherUse());
    }

    /** All layers that are left, each once. */
    List<LayerSpec> specs() {
        return tree.layers().stream().map(ModelNode.Layer::spec).distinct().toList();
    }

    /** What to say of it, if anything was left out. */
    Optional<String> warning() {
        if (left.isEmpty()) {
            return Optional.empty();
        }
        String names = left.stream()
                .distinct()
                .limit(MOST_NAMED)
                .map(name -> "'" + Json.printable(name) + "'")
                .collect(Collectors.joining(", "));
        return Optional.of((left.size() > MOST_NAMED ? names + " and others" : names)
                + (left.size() == 1
                        ? " leads to no output of the model and was"
                        : " lead to no output of the model and were")
                + " left out.");
    }
}
