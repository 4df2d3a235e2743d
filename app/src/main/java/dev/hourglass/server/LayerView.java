package dev.hourglass.server;

import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.ShapeInference;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A layer as a page draws it.
 *
 * @param operations for one sample forward; a multiplication with an addition counts as two, an activation as one
 * @param settings for people
 */
record LayerView(
        String name,
        String type,
        String part,
        int[] outputShape,
        int parameters,
        int trainableParameters,
        long operations,
        long activationBytes,
        String settings) {
    static List<LayerView> of(AutoencoderSpec spec, Parameters parameters) {
        List<LayerSpec> layers = spec.layers();
        List<Shape> outputs = ShapeInference.outputs(spec.input(), layers);
        List<LayerView> views = new ArrayList<>();
        Shape in = spec.input();
        for (int i = 0; i < layers.size(); i++) {
            LayerSpec layer = layers.get(i);
            Shape out = outputs.get(i);
            int last = spec.encoder().size() - 1;
            views.add(new LayerView(
                    layer.name(),
                    ShapeInference.kerasClass(layer),
                    i < last ? "encoder" : i == last ? "waist" : "decoder",
                    out.toArray(),
                    count(parameters, layer, false),
                    count(parameters, layer, true),
                    operations(layer, in, out),
                    (long) Float.BYTES * out.size(),
                    settings(layer)));
            in = out;
        }
        return views;
    }

    /** For one sample forward, at least 1. */
    static long operations(AutoencoderSpec spec) {
        List<LayerSpec> layers = spec.layers();
        List<Shape> outputs = ShapeInference.outputs(spec.input(), layers);
        long operations = 1;
        Shape in = spec.input();
        for (int i = 0; i < layers.size(); i++) {
            operations += operations(layers.get(i), in, outputs.get(i));
            in = outputs.get(i);
        }
        return operations;
    }

    private static int count(Parameters parameters, LayerSpec layer, boolean trainable) {
        return parameters.list().stream()
                .filter(parameter -> parameter.layer().equals(layer.name()))
                .filter(parameter -> parameter.trainable() || !trainable)
                .mapToInt((Parameter parameter) -> parameter.shape().size())
                .sum();
    }

    private static long operations(LayerSpec layer, Shape in, Shape out) {
        long outputs = out.size();
        return switch (layer) {
            case LayerSpec.Conv2d conv ->
                2 * outputs * area(conv.kernel()) * in.dimension(-1) + activation(conv.activation(), outputs);
            case LayerSpec.Conv2dTranspose conv ->
                2L * in.size() * area(conv.kernel()) * conv.filters() + activation(conv.activation(), outputs);
            case LayerSpec.BatchNormalization norm -> 2 * outputs;
            case LayerSpec.MaxPooling2d pool -> outputs * area(pool.pool());
            case LayerSpec.UpSampling2d up -> 0;
            case LayerSpec.GlobalAveragePooling2d average -> in.size();
            case LayerSpec.Flatten flatten -> 0;
            case LayerSpec.Reshape reshape -> 0;
            case LayerSpec.Dense dense -> dense(dense, in, outputs);
            case LayerSpec.TimeDistributed each -> dense(each.layer(), in, outputs);
            case LayerSpec.Dropout drop -> 0;
            case LayerSpec.ActivationLayer function -> activation(function.activation(), outputs);
            case LayerSpec.LeakyRelu relu -> outputs;
            case LayerSpec.RepeatVector repeat -> 0;
            // Four gates of two products a step, then five activations and four operations a unit.
            case LayerSpec.Lstm lstm -> {
                long steps = in.dimension(0);
                yield steps * (2L * (in.dimension(1) + lstm.units()) * 4 * lstm.units() + 9L * lstm.units());
            }
        };
    }

    private static long dense(LayerSpec.Dense dense, Shape in, long outputs) {
        return 2 * outputs * in.dimension(-1) + activation(dense.activation(), outputs);
    }

    private static long activation(Activation activation, long outputs) {
        return activation == Activation.LINEAR ? 0 : outputs;
    }

    private static long area(Size2 size) {
        return (long) size.height() * size.width();
    }

    private static String settings(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Conv2d conv ->
                convolution(conv.kernel(), conv.stride(), conv.filters(), conv.activation(), conv.padding());
            case LayerSpec.Conv2dTranspose conv ->
                convolution(conv.kernel(), conv.stride(), conv.filters(), conv.activation(), conv.padding());
            case LayerSpec.BatchNormalization norm -> "momentum " + norm.momentum() + ", epsilon " + norm.epsilon();
            case LayerSpec.MaxPooling2d pool ->
                times(pool.pool()) + strided(pool.stride()) + ", padding "
                        + lower(pool.padding().name());
            case LayerSpec.UpSampling2d up -> times(up.size());
            case LayerSpec.GlobalAveragePooling2d average -> "the mean of each channel";
            case LayerSpec.Flatten flatten -> "";
            case LayerSpec.Reshape reshape -> "to " + reshape.target();
            case LayerSpec.Dense dense -> dense(dense);
            case LayerSpec.TimeDistributed each -> dense(each.layer()) + ", at each step";
            case LayerSpec.Dropout drop -> "rate " + drop.rate();
            case LayerSpec.ActivationLayer function ->
                lower(function.activation().name());
            case LayerSpec.LeakyRelu relu -> "slope " + relu.negativeSlope();
            case LayerSpec.RepeatVector repeat -> repeat.steps() + " steps";
            case LayerSpec.Lstm lstm ->
                lstm.units() + " units, " + (lstm.returnSequences() ? "every step" : "the last step");
        };
    }

    private static String convolution(Size2 kernel, Size2 stride, int filters, Activation activation, Padding padding) {
        return times(kernel) + strided(stride) + ", " + filters + (filters == 1 ? " filter, " : " filters, ")
                + lower(activation.name()) + ", padding " + lower(padding.name());
    }

    private static String dense(LayerSpec.Dense dense) {
        return dense.units()
                + (dense.units() == 1 ? " unit, " : " units, ")
                + lower(dense.activation().name());
    }

    private static String times(Size2 size) {
        return size.height() + "×" + size.width();
    }

    private static String strided(Size2 stride) {
        return stride.height() == 1 && stride.width() == 1 ? "" : ", stride " + times(stride);
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
