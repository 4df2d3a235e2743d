package dev.hourglass.formats.onnx.read;

import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What can be put into the weights of a layer whose output is linear in them. */
final class Linear {
    private Linear() {}

    /**
     * A layer's kernel times a number and its bias likewise, with another number added; false where it is no layer for that.
     */
    static boolean rescale(GraphBuilder layers, String name, double scale, double shift) {
        Optional<LayerSpec> layer = layers.layer(name).filter(Linear::isLinear);
        if (layer.isEmpty() || (shift != 0 && !hasBias(layer.get()))) {
            return false;
        }
        Map<String, float[]> weights = new HashMap<>();
        layers.weights(name).forEach((variable, values) -> {
            float[] scaled = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                scaled[i] = (float) (values[i] * scale + (variable.equals("bias") ? shift : 0));
            }
            weights.put(variable, scaled);
        });
        layers.replace(layer.get(), weights);
        return true;
    }

    /** Adds a bias to a layer that has none, or to the one that it has; false where it is no layer for that. */
    static boolean addBias(GraphBuilder layers, String name, float[] bias) {
        Optional<LayerSpec> layer = layers.layer(name).filter(Linear::isLinear);
        if (layer.isEmpty() || filters(layer.get()) != bias.length) {
            return false;
        }
        Map<String, float[]> weights = new HashMap<>(layers.weights(name));
        float[] sum = bias.clone();
        float[] before = weights.get("bias");
        for (int i = 0; before != null && i < sum.length; i++) {
            sum[i] += before[i];
        }
        weights.put("bias", sum);
        layers.replace(withBias(layer.get()), weights);
        return true;
    }

    private static boolean isLinear(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> l.activation() == Activation.LINEAR;
            case LayerSpec.Convolution l -> l.activation() == Activation.LINEAR;
            case LayerSpec.VolumeConvolution l -> l.activation() == Activation.LINEAR;
            case LayerSpec.Conv1d l -> l.activation() == Activation.LINEAR;
            case LayerSpec.Conv1dTranspose l -> l.activation() == Activation.LINEAR;
            default -> false;
        };
    }

    private static boolean hasBias(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> l.useBias();
            case LayerSpec.Convolution l -> l.useBias();
            case LayerSpec.VolumeConvolution l -> l.useBias();
            case LayerSpec.Conv1d l -> l.useBias();
            case LayerSpec.Conv1dTranspose l -> l.useBias();
            default -> false;
        };
    }

    private static int filters(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> l.units();
            case LayerSpec.Convolution l -> l.filters();
            case LayerSpec.VolumeConvolution l -> l.filters();
            case LayerSpec.Conv1d l -> l.filters();
            case LayerSpec.Conv1dTranspose l -> l.filters();
            default -> 0;
        };
    }

    private static LayerSpec withBias(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> new LayerSpec.Dense(l.name(), l.units(), l.activation(), true);
            case LayerSpec.Conv2d l -> l.withBias(true);
            case LayerSpec.Conv1d l -> l.withBias(true);
            case LayerSpec.Conv2dTranspose l ->
                new LayerSpec.Conv2dTranspose(
                        l.name(), l.filters(), l.kernel(), l.stride(), l.padding(), l.activation(), true);
            case LayerSpec.Conv1dTranspose l ->
                new LayerSpec.Conv1dTranspose(
                        l.name(), l.filters(), l.kernel(), l.stride(), l.padding(), l.activation(), true);
            case LayerSpec.Conv3d l ->
                new LayerSpec.Conv3d(
                        l.name(), l.filters(), l.kernel(), l.stride(), l.padding(), l.activation(), l.groups(), true);
            case LayerSpec.Conv3dTranspose l ->
                new LayerSpec.Conv3dTranspose(
                        l.name(), l.filters(), l.kernel(), l.stride(), l.padding(), l.activation(), true);
            default -> layer;
        };
    }
}
