package dev.hourglass.server;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.model.Variable;
import dev.hourglass.tensor.Shape;
import java.util.List;

/** How many numbers a model's variables hold, told without making them. */
final class ParameterCount {
    private ParameterCount() {}

    /** Moving statistics included, as Keras counts. */
    static int of(AutoencoderSpec spec) {
        List<LayerSpec> layers = spec.layers();
        List<Shape> outputs = ShapeInference.outputs(spec.input(), layers);
        int count = 0;
        for (int i = 0; i < layers.size(); i++) {
            Shape in = i == 0 ? spec.input() : outputs.get(i - 1);
            for (Variable variable : Variable.of(layers.get(i), in)) {
                count += variable.shape().size();
            }
        }
        return count;
    }
}
