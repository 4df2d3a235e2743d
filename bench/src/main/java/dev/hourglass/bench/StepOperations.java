package dev.hourglass.bench;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.tensor.Shape;
import java.util.List;

/**
 * How many multiplications and additions the matrix products of a training step need for one sample: two for each
 * weight and each place where it is used, forward, and as many again for the gradient of the weights and for that of
 * the layer's input, which the first layer does without. So it is three times forward less the first layer's input.
 * Not counted is what need not be done: the first step of an LSTM has no state to multiply, and a repeated vector's
 * projection is the same at every step. Nor is what is no product: activations, normalisation, pooling, Adam.
 */
final class StepOperations {
    /**
     * @param input operations of the products with the layer's input
     * @param state those with an LSTM's own state
     */
    private record Forward(long input, long state) {}

    private StepOperations() {}

    static long perSample(AutoencoderSpec spec) {
        List<LayerSpec> layers = spec.layers();
        List<Shape> outputs = ShapeInference.outputs(spec.input(), layers);
        long total = 0;
        Shape in = spec.input();
        for (int i = 0; i < layers.size(); i++) {
            boolean repeated = i > 0 && layers.get(i - 1) instanceof LayerSpec.RepeatVector;
            Forward forward = forward(layers.get(i), in, outputs.get(i), repeated);
            total += 3 * (forward.input + forward.state) - (i == 0 ? forward.input : 0);
            in = outputs.get(i);
        }
        return total;
    }

    private static Forward forward(LayerSpec layer, Shape in, Shape out, boolean repeated) {
        long features = in.dimension(-1);
        return switch (layer) {
            case LayerSpec.Conv2d conv ->
                product(
                        (long) out.size()
                                * conv.kernel().height()
                                * conv.kernel().width(),
                        features);
            case LayerSpec.Conv2dTranspose conv ->
                product(
                        (long) in.size()
                                * conv.kernel().height()
                                * conv.kernel().width(),
                        conv.filters());
            case LayerSpec.Dense dense -> product(in.size(), dense.units());
            case LayerSpec.TimeDistributed distributed ->
                product(in.size(), distributed.layer().units());
            case LayerSpec.Lstm lstm -> {
                long gates = 4L * lstm.units();
                long steps = in.dimension(0);
                yield new Forward(
                        2 * (repeated ? 1 : steps) * features * gates, 2 * (steps - 1) * lstm.units() * gates);
            }
            case LayerSpec.BatchNormalization ignored -> NOTHING;
            case LayerSpec.MaxPooling2d ignored -> NOTHING;
            case LayerSpec.UpSampling2d ignored -> NOTHING;
            case LayerSpec.GlobalAveragePooling2d ignored -> NOTHING;
            case LayerSpec.Flatten ignored -> NOTHING;
            case LayerSpec.Reshape ignored -> NOTHING;
            case LayerSpec.Dropout ignored -> NOTHING;
            case LayerSpec.ActivationLayer ignored -> NOTHING;
            case LayerSpec.LeakyRelu ignored -> NOTHING;
            case LayerSpec.RepeatVector ignored -> NOTHING;
        };
    }

    private static final Forward NOTHING = new Forward(0, 0);

    private static Forward product(long places, long width) {
        return new Forward(2 * places * width, 0);
    }
}
