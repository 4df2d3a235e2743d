package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.List;

/** Tells each layer's output shape, and where a chain of layers does not fit, why and what would. */
public final class ShapeInference {
    private ShapeInference() {}

    /**
     * The output shape of each layer of a chain.
     *
     * @param input the shape of one sample
     * @throws ShapeException naming the first layer that does not fit, what it needs, what it got and a way out
     */
    public static List<Shape> outputs(Shape input, List<LayerSpec> layers) {
        return ModelFacts.of(input, layers).outputs();
    }

    static void requireReconstruction(String model, ModelFacts facts) {
        String output = facts.graph().outputs().getFirst();
        if (!facts.shapeOf(output).equals(facts.input())) {
            throw new ShapeException("Model '" + model + "' must end in the shape of its input " + facts.input()
                    + ", but '" + output + "' gives " + facts.shapeOf(output)
                    + ". Change the decoder's last layers"
                    + (facts.graph().outputs().size() == 1 ? "." : ", or put the output that rebuilds first."));
        }
    }
}
