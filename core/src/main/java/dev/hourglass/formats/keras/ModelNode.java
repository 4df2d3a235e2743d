package dev.hourglass.formats.keras;

import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Variable;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What stands at one place of a Keras model: a layer, or another model. */
sealed interface ModelNode {
    /** As Keras knows it, any text. */
    String kerasName();

    /** The values that it reads: names of layers here, whatever model they stand in, or {@link #INPUT}. */
    List<String> inputs();

    /** Whether Keras trains it. */
    boolean trainable();

    /** What the outermost model reads; no layer has such a name. */
    String INPUT = "/input";

    /**
     * A layer.
     *
     * @param facts of the layer, under a name that is unique in the whole model
     */
    record Layer(String kerasName, LayerFacts facts, List<String> inputs, boolean trainable) implements ModelNode {
        public Layer {
            inputs = List.copyOf(inputs);
        }

        LayerSpec spec() {
            return facts.layer();
        }

        List<Variable> variables() {
            return facts.variables();
        }
    }

    /**
     * A model.
     *
     * @param input what Keras calls its InputLayer, and the shape of one sample
     * @param nodes at least one, each after all that it reads
     * @param output the layer within it whose value it gives
     */
    record Model(
            String kerasName,
            Kind kind,
            Graph.Input input,
            List<ModelNode> nodes,
            String output,
            List<String> inputs,
            boolean trainable)
            implements ModelNode {
        public Model {
            nodes = List.copyOf(nodes);
            inputs = List.copyOf(inputs);
        }

        /** All layers of an outermost model in one graph. */
        Graph graph() {
            List<Layer> layers = layers();
            Set<String> names = new HashSet<>();
            layers.forEach(layer -> names.add(layer.spec().name()));
            String name = LayerNames.plain(input.name());
            while (names.contains(name)) {
                name += "_";
            }
            String given = name;
            List<Graph.Node> wired = layers.stream()
                    .map(layer -> new Graph.Node(
                            layer.spec(),
                            layer.inputs().stream()
                                    .map(read -> read.equals(INPUT) ? given : read)
                                    .toList()))
                    .toList();
            Graph graph = new Graph(List.of(new Graph.Input(given, input.shape())), wired, List.of(output));
            return graph.isChain() ? Graph.chain(input.shape(), graph.layers()) : graph;
        }

        /** The shape of what it gives. */
        Shape outputShape() {
            return layers().stream()
                    .filter(layer -> layer.spec().name().equals(output))
                    .map(layer -> layer.facts().output())
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** How a model says what follows what. */
    enum Kind {
        SEQUENTIAL,
        FUNCTIONAL
    }

    /** The layers of this node and of all within it, in the order of computation. */
    default List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        switch (this) {
            case Layer layer -> layers.add(layer);
            case Model model -> model.nodes.forEach(node -> layers.addAll(node.layers()));
        }
        return layers;
    }
}
