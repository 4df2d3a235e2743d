package dev.hourglass.formats.keras;

import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** Builds the tree of nodes that a model is written as. */
public final class ModelTree {
    private ModelTree() {}

    /** Layers that branch are written as a functional model, whatever the layout, unless that is nested. */
    public static ModelNode.Model of(SavedModel model, ModelLayout layout) {
        List<String> given = ModelNode.inputs(model.graph().inputs().size());
        return switch (layout) {
            case SEQUENTIAL -> {
                // An attention to what it reads itself reads that twice there, which no sequence of layers can say.
                boolean isChain = model.graph().isChain()
                        && model.graph().layers().stream()
                                .noneMatch(layer ->
                                        layer instanceof LayerSpec.State || layer instanceof LayerSpec.Attending);
                ModelNode.Kind kind = isChain ? ModelNode.Kind.SEQUENTIAL : ModelNode.Kind.FUNCTIONAL;
                yield flat(model.name(), kind, model.graph(), given);
            }
            case FUNCTIONAL -> flat(model.name(), ModelNode.Kind.FUNCTIONAL, model.graph(), given);
            case NESTED -> {
                requireNothingShared(model);
                String code = model.graph()
                        .nodes()
                        .get(model.waist().encoderLayers() - 1)
                        .name();
                ModelNode.Model encoder =
                        flat("encoder", ModelNode.Kind.FUNCTIONAL, model.graph().upTo(List.of(code)), given);
                ModelNode.Model decoder = flat(
                        "decoder", ModelNode.Kind.FUNCTIONAL, model.decoder().graph(), encoder.outputs());
                yield new ModelNode.Model(
                        model.name(),
                        ModelNode.Kind.FUNCTIONAL,
                        model.graph().inputs(),
                        List.of(encoder, decoder),
                        decoder.outputs(),
                        given,
                        true,
                        false);
            }
        };
    }

    /** In models of their own, a layer would be two. */
    private static void requireNothingShared(SavedModel model) {
        List<LayerSpec> before = model.encoder().layers();
        model.decoder().layers().stream().filter(before::contains).findFirst().ifPresent(layer -> {
            throw new UnsupportedModelException("Layer '" + layer.name() + "' of model '" + model.name()
                    + "' is used on both sides of the waist, so encoder and decoder can't be models of their own."
                    + " Write it as one functional model.");
        });
    }

    /** @param inputs the values that the model reads, as its layers shall name them */
    private static ModelNode.Model flat(String name, ModelNode.Kind kind, Graph graph, List<String> inputs) {
        ModelFacts facts = ModelFacts.of(graph);
        Map<String, LayerFacts> byName = new HashMap<>();
        for (int i = 0; i < graph.nodes().size(); i++) {
            byName.put(graph.nodes().get(i).name(), facts.layers().get(i));
        }
        Map<String, String> named = new HashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            named.put(graph.inputs().get(i).name(), inputs.get(i));
        }
        Set<String> seen = new HashSet<>();
        List<ModelNode> nodes = KerasOrder.of(graph).stream()
                .<ModelNode>map(node -> new ModelNode.Layer(
                        node.layer().name(),
                        Objects.requireNonNull(byName.get(node.name())),
                        node.name(),
                        node.inputs().stream()
                                .map(read -> named.getOrDefault(read, read))
                                .toList(),
                        true,
                        !seen.add(node.layer().name())))
                .toList();
        return new ModelNode.Model(name, kind, graph.inputs(), nodes, graph.outputs(), inputs, true, false);
    }
}
