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

    /** Each of what a layer gives times a number of its own, by kernel and bias; false where it is no layer for that. */
    static boolean rescale(GraphBuilder layers, String name, float[] scales) {
        Optional<LayerSpec> layer = layers.layer(channelwise(layers, name)).filter(Linear::isLinear);
        if (layer.isEmpty() || filters(layers, layer.get()) != scales.length) {
            return false;
        }
        Map<String, float[]> weights = new HashMap<>();
        int behind =
                isTransposed(layer.get()) ? layers.input(layer.get().name()).dimension(-1) : 1;
        layers.weights(layer.get().name()).forEach((variable, values) -> {
            float[] scaled = new float[values.length];
            int run = variable.equals("kernel") ? behind : 1;
            for (int i = 0; i < values.length; i++) {
                scaled[i] = values[i] * scales[i / run % scales.length];
            }
            weights.put(variable, scaled);
        });
        layers.replace(layer.get(), weights);
        return true;
    }

    /** Of a row that was seen as a sequence of one step to be scaled, what scales it. */
    private static String channelwise(GraphBuilder layers, String name) {
        boolean isRow = layers.layer(name)
                .filter(layer -> layer instanceof LayerSpec.Flatten
                        && layers.layer(layers.inputs(name).getFirst())
                                .filter(LayerSpec.DepthwiseConv1d.class::isInstance)
                                .isPresent())
                .isPresent();
        return isRow ? layers.inputs(name).getFirst() : name;
    }

    /** Adds a bias to a layer that has none, or to the one that it has; false where it is no layer for that. */
    static boolean addBias(GraphBuilder layers, String name, float[] bias) {
        Optional<LayerSpec> layer = layers.layer(channelwise(layers, name)).filter(Linear::isLinear);
        if (layer.isEmpty() || filters(layers, layer.get()) != bias.length) {
            return false;
        }
        Map<String, float[]> weights = new HashMap<>(layers.weights(layer.get().name()));
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
            case LayerSpec.DepthwiseConv2d l -> l.activation() == Activation.LINEAR && l.depthMultiplier() == 1;
            case LayerSpec.DepthwiseConv1d l -> l.activation() == Activation.LINEAR && l.depthMultiplier() == 1;
            default -> false;
        };
    }

    /** Whether the kernel has the channels of the input behind the filters. */
    private static boolean isTransposed(LayerSpec layer) {
        return layer instanceof LayerSpec.Conv1dTranspose
                || layer instanceof LayerSpec.Conv2dTranspose
                || layer instanceof LayerSpec.Conv3dTranspose;
    }

    private static boolean hasBias(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> l.useBias();
            case LayerSpec.Convolution l -> l.useBias();
            case LayerSpec.VolumeConvolution l -> l.useBias();
            case LayerSpec.Conv1d l -> l.useBias();
            case LayerSpec.Conv1dTranspose l -> l.useBias();
            case LayerSpec.DepthwiseConv2d l -> l.useBias();
            case LayerSpec.DepthwiseConv1d l -> l.useBias();
            default -> false;
        };
    }

    private static int filters(GraphBuilder layers, LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> l.units();
            case LayerSpec.Convolution l -> l.filters();
            case LayerSpec.VolumeConvolution l -> l.filters();
            case LayerSpec.Conv1d l -> l.filters();
            case LayerSpec.Conv1dTranspose l -> l.filters();
            case LayerSpec.DepthwiseConv2d l -> layers.output(l.name()).dimension(-1);
            case LayerSpec.DepthwiseConv1d l -> layers.output(l.name()).dimension(-1);
            default -> 0;
        };
    }

    private static LayerSpec withBias(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Dense l -> new LayerSpec.Dense(l.name(), l.units(), l.activation(), true);
            case LayerSpec.Conv2d l -> l.withBias(true);
            case LayerSpec.Conv1d l -> l.withBias(true);
            case LayerSpec.DepthwiseConv2d l -> l.withBias(true);
            case LayerSpec.DepthwiseConv1d l ->
                new LayerSpec.DepthwiseConv1d(
                        l.name(), l.kernel(), l.stride(), l.padding(), 1, l.activation(), l.dilation(), true);
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
