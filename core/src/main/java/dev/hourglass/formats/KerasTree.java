package dev.hourglass.formats;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Builds the tree of nodes that a model is written as. */
final class KerasTree {
    private KerasTree() {}

    static KerasNode.Model of(SavedModel model, ModelLayout layout) {
        return switch (layout) {
            case SEQUENTIAL -> chain(model.name(), KerasNode.Kind.SEQUENTIAL, model.input(), model.layers());
            case FUNCTIONAL -> chain(model.name(), KerasNode.Kind.FUNCTIONAL, model.input(), model.layers());
            case NESTED -> {
                SavedModel encoder = model.encoder();
                SavedModel decoder = model.decoder();
                yield new KerasNode.Model(
                        model.name(),
                        KerasNode.Kind.FUNCTIONAL,
                        model.input(),
                        List.of(
                                chain("encoder", KerasNode.Kind.FUNCTIONAL, encoder.input(), encoder.layers()),
                                chain("decoder", KerasNode.Kind.FUNCTIONAL, decoder.input(), decoder.layers())),
                        true);
            }
        };
    }

    private static KerasNode.Model chain(String name, KerasNode.Kind kind, Shape input, List<LayerSpec> layers) {
        List<Shape> outputs = ShapeInference.outputs(input, layers);
        List<KerasNode> nodes = new ArrayList<>();
        Shape in = input;
        for (int i = 0; i < layers.size(); i++) {
            LayerSpec layer = layers.get(i);
            nodes.add(new KerasNode.Layer(layer.name(), layer, in, true));
            in = outputs.get(i);
        }
        return new KerasNode.Model(name, kind, input, nodes, true);
    }
}
