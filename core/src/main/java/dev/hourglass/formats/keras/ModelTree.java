package dev.hourglass.formats.keras;

import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.ModelFacts;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the tree of nodes that a model is written as. */
public final class ModelTree {
    private ModelTree() {}

    /** Layers that branch are written as a functional model, whatever the layout, unless that is nested. */
    public static ModelNode.Model of(SavedModel model, ModelLayout layout) {
        List<String> given = List.of(ModelNode.INPUT);
        return switch (layout) {
            case SEQUENTIAL -> {
                boolean isChain = model.graph().isChain();
                ModelNode.Kind kind = isChain ? ModelNode.Kind.SEQUENTIAL : ModelNode.Kind.FUNCTIONAL;
                yield flat(model.name(), kind, model.graph(), given);
            }
            case FUNCTIONAL -> flat(model.name(), ModelNode.Kind.FUNCTIONAL, model.graph(), given);
            case NESTED -> {
                String code =
                        model.layers().get(model.waist().encoderLayers() - 1).name();
                ModelNode.Model encoder =
                        flat("encoder", ModelNode.Kind.FUNCTIONAL, model.graph().upTo(List.of(code)), given);
                ModelNode.Model decoder = flat(
                        "decoder", ModelNode.Kind.FUNCTIONAL, model.decoder().graph(), List.of(encoder.output()));
                yield new ModelNode.Model(
                        model.name(),
                        ModelNode.Kind.FUNCTIONAL,
                        model.graph().onlyInput(),
                        List.of(encoder, decoder),
                        decoder.output(),
                        given,
                        true);
            }
        };
    }

    /** @param inputs the value that the model reads, as its layers shall name it */
    private static ModelNode.Model flat(String name, ModelNode.Kind kind, Graph graph, List<String> inputs) {
        ModelFacts facts = ModelFacts.of(graph);
        Map<String, LayerFacts> byName = new HashMap<>();
        facts.layers().forEach(layer -> byName.put(layer.layer().name(), layer));
        String input = graph.onlyInput().name();
        List<ModelNode> nodes = KerasOrder.of(graph).stream()
                .<ModelNode>map(node -> new ModelNode.Layer(
                        node.name(),
                        Objects.requireNonNull(byName.get(node.name())),
                        node.inputs().stream()
                                .map(read -> read.equals(input) ? inputs.getFirst() : read)
                                .toList(),
                        true))
                .toList();
        return new ModelNode.Model(name, kind, graph.onlyInput(), nodes, graph.onlyOutput(), inputs, true);
    }
}
