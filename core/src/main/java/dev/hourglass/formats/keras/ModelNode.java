package dev.hourglass.formats.keras;

import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Variable;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** What stands at one place of a Keras model's chain: a layer, or another model. */
sealed interface ModelNode {
    /** As Keras knows it, any text. */
    String kerasName();

    /** Whether Keras trains it. */
    boolean trainable();

    /**
     * A layer.
     *
     * @param spec under a name that is unique in the whole model
     * @param input the shape that it reads
     */
    record Layer(String kerasName, LayerSpec spec, Shape input, boolean trainable) implements ModelNode {
        List<Variable> variables() {
            return LayerFacts.of(spec, input).variables();
        }
    }

    /**
     * A model.
     *
     * @param input the shape of one sample
     * @param nodes at least one
     */
    record Model(String kerasName, Kind kind, Shape input, List<ModelNode> nodes, boolean trainable)
            implements ModelNode {
        public Model {
            nodes = List.copyOf(nodes);
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
