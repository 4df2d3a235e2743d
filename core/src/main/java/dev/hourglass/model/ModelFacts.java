package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a chain of layers, an autoencoder's or half of one, without computing anything.
 *
 * @param input the shape of one sample
 * @param layers the facts of each layer, in order
 */
public record ModelFacts(Shape input, List<LayerFacts> layers) {
    public ModelFacts {
        layers = List.copyOf(layers);
    }

    /** @throws ShapeException naming the first layer that does not fit, what it needs, what it got and a way out */
    public static ModelFacts of(Shape input, List<LayerSpec> layers) {
        List<LayerFacts> facts = new ArrayList<>();
        Shape shape = input;
        String source = "the input";
        boolean repeated = false;
        for (LayerSpec layer : layers) {
            LayerFacts of = LayerFacts.of(new LayerInput(layer, shape, source, repeated));
            facts.add(of);
            shape = of.output();
            source = "'" + layer.name() + "'";
            repeated = layer instanceof LayerSpec.RepeatVector;
        }
        return new ModelFacts(input, facts);
    }

    /** The output shape of each layer. */
    public List<Shape> outputs() {
        return layers.stream().map(LayerFacts::output).toList();
    }

    /** What comes out at the end: the last layer's output, or the input if there is no layer. */
    public Shape output() {
        return layers.isEmpty() ? input : layers.getLast().output();
    }

    /** How many numbers all variables hold, moving statistics included, as Keras counts. */
    public long parameters() {
        return layers.stream().mapToLong(LayerFacts::parameters).sum();
    }

    /** How many of them training changes by their gradient. */
    public long trainableParameters() {
        return layers.stream().mapToLong(LayerFacts::trainableParameters).sum();
    }

    /** For one sample forward. */
    public long operations() {
        return layers.stream().mapToLong(layer -> layer.operations().total()).sum();
    }

    /**
     * Operations of the matrix products that training needs for one sample: forward, as many again for the gradient of
     * the weights, and as many for that of each layer's input, which the first layer does without. Activations,
     * normalisation, pooling and the optimizer are no products.
     */
    public long trainingProducts() {
        long forward = layers.stream()
                .mapToLong(layer -> layer.operations().products())
                .sum();
        long firstInput = layers.isEmpty() ? 0 : layers.getFirst().operations().input();
        return 3 * forward - firstInput;
    }
}
