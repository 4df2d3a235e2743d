package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import java.util.List;

/**
 * One variable that a layer has, described; a {@link Parameter} is a variable with its values.
 *
 * @param name in Keras, such as {@code kernel} or {@code moving_mean}
 * @param shape in Keras's layout
 * @param trainable false for moving statistics
 */
public record Variable(String name, Shape shape, boolean trainable) {
    /**
     * The variables of a layer in Keras's order, the trainable ones first; empty for a layer that learns nothing.
     *
     * @param in the shape that the layer reads, which {@link ShapeInference} has found to fit
     */
    public static List<Variable> of(LayerSpec layer, Shape in) {
        int features = in.dimension(-1);
        return switch (layer) {
            case LayerSpec.Conv2d conv ->
                kernelAndBias(
                        Shape.of(conv.kernel().height(), conv.kernel().width(), features, conv.filters()),
                        conv.filters());
            case LayerSpec.Conv2dTranspose conv ->
                kernelAndBias(
                        Shape.of(conv.kernel().height(), conv.kernel().width(), conv.filters(), features),
                        conv.filters());
            case LayerSpec.BatchNormalization ignored -> {
                Shape channels = Shape.of(features);
                yield List.of(
                        new Variable("gamma", channels, true),
                        new Variable("beta", channels, true),
                        new Variable("moving_mean", channels, false),
                        new Variable("moving_variance", channels, false));
            }
            case LayerSpec.Dense dense -> kernelAndBias(Shape.of(features, dense.units()), dense.units());
            case LayerSpec.TimeDistributed distributed -> of(distributed.layer(), in);
            case LayerSpec.Lstm lstm -> {
                int gates = 4 * lstm.units();
                yield List.of(
                        new Variable("kernel", Shape.of(features, gates), true),
                        new Variable("recurrent_kernel", Shape.of(lstm.units(), gates), true),
                        new Variable("bias", Shape.of(gates), true));
            }
            case LayerSpec.MaxPooling2d ignored -> List.of();
            case LayerSpec.UpSampling2d ignored -> List.of();
            case LayerSpec.GlobalAveragePooling2d ignored -> List.of();
            case LayerSpec.Flatten ignored -> List.of();
            case LayerSpec.Reshape ignored -> List.of();
            case LayerSpec.Dropout ignored -> List.of();
            case LayerSpec.ActivationLayer ignored -> List.of();
            case LayerSpec.LeakyRelu ignored -> List.of();
            case LayerSpec.RepeatVector ignored -> List.of();
        };
    }

    private static List<Variable> kernelAndBias(Shape kernel, int outputs) {
        return List.of(new Variable("kernel", kernel, true), new Variable("bias", Shape.of(outputs), true));
    }
}
