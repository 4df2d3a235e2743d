package dev.hourglass.formats.keras;

import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** Builds the tree of nodes that a model is written as. */
public final class ModelTree {
    private ModelTree() {}

    public static ModelNode.Model of(SavedModel model, ModelLayout layout) {
        return switch (layout) {
            case SEQUENTIAL -> chain(model.name(), ModelNode.Kind.SEQUENTIAL, model.input(), model.layers());
            case FUNCTIONAL -> chain(model.name(), ModelNode.Kind.FUNCTIONAL, model.input(), model.layers());
            case NESTED -> {
                SavedModel encoder = model.encoder();
                SavedModel decoder = model.decoder();
                yield new ModelNode.Model(
                        model.name(),
                        ModelNode.Kind.FUNCTIONAL,
                        model.input(),
                        List.of(
                                chain("encoder", ModelNode.Kind.FUNCTIONAL, encoder.input(), encoder.layers()),
                                chain("decoder", ModelNode.Kind.FUNCTIONAL, decoder.input(), decoder.layers())),
                        true);
            }
        };
    }

    private static ModelNode.Model chain(String name, ModelNode.Kind kind, Shape input, List<LayerSpec> layers) {
        List<Shape> outputs = ShapeInference.outputs(input, layers);
        List<ModelNode> nodes = new ArrayList<>();
        Shape in = input;
        for (int i = 0; i < layers.size(); i++) {
            LayerSpec layer = layers.get(i);
            nodes.add(new ModelNode.Layer(layer.name(), layer, in, true));
            in = outputs.get(i);
        }
        return new ModelNode.Model(name, kind, input, nodes, true);
    }
}
