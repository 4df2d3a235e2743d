package dev.hourglass.formats.keras;

import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** What stands at one place of a Keras model: a layer, or another model. */
public sealed interface ModelNode {
    /** As Keras knows it, any text. */
    String kerasName();

    /** The values that it reads: those that layers give here, whatever model they stand in, or {@link #inputs(int) inputs}. */
    List<String> inputs();

    /** The values that it gives. */
    List<String> outputs();

    /** Whether Keras trains it. */
    boolean trainable();

    /** Whether it has stood at a place before, so that its variables are there already. */
    boolean isFurtherUse();

    /** What the outermost model reads, where that is one value; no layer has such a name. */
    String INPUT = "/input";

    /** What an outermost model of so many inputs reads, in their order; no layer has such names. */
    static List<String> inputs(int count) {
        return count == 1
                ? List.of(INPUT)
                : IntStream.range(0, count).mapToObj(i -> INPUT + i).toList();
    }

    /**
     * A layer.
     *
     * @param facts of the layer, under a name that is unique in the whole model
     * @param value what it gives here: the layer's name, or another at one of several places
     */
    record Layer(
            String kerasName,
            LayerFacts facts,
            String value,
            List<String> inputs,
            boolean trainable,
            boolean isFurtherUse)
            implements ModelNode {
        public Layer {
            inputs = List.copyOf(inputs);
        }

        public LayerSpec spec() {
            return facts.layer();
        }

        @Override
        public List<String> outputs() {
            return List.of(value);
        }

        /** None at a further place. */
        public List<Variable> variables() {
            return isFurtherUse ? List.of() : facts.variables();
        }
    }

    /**
     * A model.
     *
     * @param given what Keras calls its InputLayers, and the shape of one sample of each
     * @param nodes at least one, each after all that it reads
     * @param outputs the values within it that it gives
     * @param inputs as many as are given
     */
    record Model(
            String kerasName,
            Kind kind,
            List<Graph.Input> given,
            List<ModelNode> nodes,
            List<String> outputs,
            List<String> inputs,
            boolean trainable,
            boolean isFurtherUse)
            implements ModelNode {
        public Model {
            given = List.copyOf(given);
            nodes = List.copyOf(nodes);
            outputs = List.copyOf(outputs);
            inputs = List.copyOf(inputs);
        }

        /** The only thing that an outermost model reads, or the largest of several. */
        Graph.Input input() {
            return given.stream()
                    .max(Comparator.comparingInt(input -> input.shape().size()))
                    .orElseThrow();
        }

        /** Whether it is a layer of Keras's around cells, not a model that somebody made. */
        public boolean isRnn() {
            return kind == Kind.CELL || kind == Kind.CELLS;
        }

        /** All layers of an outermost model in one graph. */
        public Graph graph() {
            List<Layer> layers = layers();
            Set<String> names = new HashSet<>();
            layers.forEach(layer -> names.add(layer.value()));
            List<Graph.Input> free = new ArrayList<>();
            Map<String, String> named = new HashMap<>();
            for (int i = 0; i < given.size(); i++) {
                String name = LayerNames.plain(given.get(i).name());
                while (!names.add(name)) {
                    name += "_";
                }
                free.add(new Graph.Input(name, given.get(i).shape()));
                named.put(inputs.get(i), name);
            }
            List<Graph.Node> wired = layers.stream()
                    .map(layer -> new Graph.Node(
                            layer.value(),
                            layer.spec(),
                            layer.inputs().stream()
                                    .map(read -> named.getOrDefault(read, read))
                                    .toList()))
                    .toList();
            Graph graph = new Graph(free, wired, outputs);
            return graph.isChain() ? Graph.chain(input().shape(), graph.layers()) : graph;
        }

        /** The shape of a value that a layer gives within it. */
        Shape shapeOf(String value) {
            return layers().stream()
                    .filter(layer -> layer.value().equals(value))
                    .map(layer -> layer.facts().output())
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** How a model says what follows what. */
    enum Kind {
        SEQUENTIAL,
        FUNCTIONAL,
        /** The only node is a model that is applied to each step; what stands in it is distributed over the steps here. */
        EACH_STEP,
        /** An RNN around one cell: the only node is the layer that walks with it. */
        CELL,
        /** An RNN around stacked cells: a layer for each, one after the other. */
        CELLS
    }

    /** The layers of this node and of all within it, at all their places, in the order of computation. */
    default List<Layer> layers() {
        List<Layer> layers = new ArrayList<>();
        switch (this) {
            case Layer layer -> layers.add(layer);
            case Model model -> model.nodes.forEach(node -> layers.addAll(node.layers()));
        }
        return layers;
    }
}
