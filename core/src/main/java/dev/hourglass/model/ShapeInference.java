package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Tells each layer's output shape, and where a chain of layers does not fit, why and what would. */
public final class ShapeInference {
    /** Of one kernel; what an array of Java holds, as in {@link Shape}. */
    private static final int MAX_WEIGHTS = Integer.MAX_VALUE - 64;

    private ShapeInference() {}

    /**
     * The output shape of each layer of a chain.
     *
     * @param input the shape of one sample
     * @throws ShapeException naming the first layer that does not fit, what it needs, what it got and a way out
     */
    public static List<Shape> outputs(Shape input, List<LayerSpec> layers) {
        List<Shape> shapes = new ArrayList<>();
        Shape shape = input;
        String source = "the input";
        for (LayerSpec layer : layers) {
            Shape in = shape;
            shape = output(layer, in, source);
            requireWeightsFit(layer, in, source);
            source = "'" + layer.name() + "'";
            shapes.add(shape);
        }
        return shapes;
    }

    static void requireReconstruction(String model, Shape input, List<LayerSpec> encoder, List<LayerSpec> decoder) {
        List<LayerSpec> chain = new ArrayList<>(encoder);
        chain.addAll(decoder);
        Shape end = outputs(input, chain).getLast();
        if (!end.equals(input)) {
            throw new ShapeException("Model '" + model + "' must end in the shape of its input " + input + ", but '"
                    + chain.getLast().name() + "' gives " + end + ". Change the decoder's last layers.");
        }
    }

    private static Shape output(LayerSpec layer, Shape in, String source) {
        return switch (layer) {
            case LayerSpec.Conv2d conv -> {
                requireImage(layer, in, source);
                yield Shape.of(
                        windows(
                                layer,
                                "height",
                                in.dimension(0),
                                conv.kernel().height(),
                                conv.stride().height(),
                                conv.padding(),
                                in,
                                source),
                        windows(
                                layer,
                                "width",
                                in.dimension(1),
                                conv.kernel().width(),
                                conv.stride().width(),
                                conv.padding(),
                                in,
                                source),
                        conv.filters());
            }
            case LayerSpec.Conv2dTranspose conv -> {
                requireImage(layer, in, source);
                yield Shape.of(
                        transposed(
                                in.dimension(0),
                                conv.kernel().height(),
                                conv.stride().height(),
                                conv.padding()),
                        transposed(
                                in.dimension(1),
                                conv.kernel().width(),
                                conv.stride().width(),
                                conv.padding()),
                        conv.filters());
            }
            case LayerSpec.BatchNormalization ignored -> in;
            case LayerSpec.MaxPooling2d pooling -> {
                requireImage(layer, in, source);
                yield Shape.of(
                        windows(
                                layer,
                                "height",
                                in.dimension(0),
                                pooling.pool().height(),
                                pooling.stride().height(),
                                pooling.padding(),
                                in,
                                source),
                        windows(
                                layer,
                                "width",
                                in.dimension(1),
                                pooling.pool().width(),
                                pooling.stride().width(),
                                pooling.padding(),
                                in,
                                source),
                        in.dimension(2));
            }
            case LayerSpec.UpSampling2d up -> {
                requireImage(layer, in, source);
                yield Shape.of(
                        Math.multiplyExact(in.dimension(0), up.size().height()),
                        Math.multiplyExact(in.dimension(1), up.size().width()),
                        in.dimension(2));
            }
            case LayerSpec.GlobalAveragePooling2d ignored -> {
                requireImage(layer, in, source);
                yield Shape.of(in.dimension(2));
            }
            case LayerSpec.Flatten ignored -> Shape.of(in.size());
            case LayerSpec.Reshape reshape -> {
                if (reshape.target().size() != in.size()) {
                    throw new ShapeException(
                            describe(layer) + " needs " + reshape.target().size() + " numbers for "
                                    + reshape.target() + ", got " + in + " = " + in.size() + " from " + source
                                    + ". Change the target or the layer before it.");
                }
                yield reshape.target();
            }
            case LayerSpec.Dense dense -> {
                int[] shape = in.toArray();
                shape[shape.length - 1] = dense.units();
                yield Shape.of(shape);
            }
            case LayerSpec.TimeDistributed distributed -> {
                requireSequence(layer, in, source);
                yield Shape.of(in.dimension(0), distributed.layer().units());
            }
            case LayerSpec.Dropout ignored -> in;
            case LayerSpec.ActivationLayer ignored -> in;
            case LayerSpec.LeakyRelu ignored -> in;
            case LayerSpec.RepeatVector repeat -> {
                if (in.rank() != 1) {
                    throw new ShapeException(
                            describe(layer) + " needs a vector [features], got " + in + " from " + source
                                    + ". Put Flatten before it, or let the LSTM before it return its last state only.");
                }
                yield Shape.of(repeat.steps(), in.dimension(0));
            }
            case LayerSpec.Lstm lstm -> {
                requireSequence(layer, in, source);
                yield lstm.returnSequences() ? Shape.of(in.dimension(0), lstm.units()) : Shape.of(lstm.units());
            }
        };
    }

    /** A kernel is one array. */
    private static void requireWeightsFit(LayerSpec layer, Shape in, String source) {
        // In double, which cannot overflow.
        double features = in.dimension(-1);
        double weights = switch (layer) {
            case LayerSpec.Conv2d conv ->
                features
                        * conv.filters()
                        * conv.kernel().height()
                        * conv.kernel().width();
            case LayerSpec.Conv2dTranspose conv ->
                features
                        * conv.filters()
                        * conv.kernel().height()
                        * conv.kernel().width();
            case LayerSpec.Dense dense -> features * dense.units();
            case LayerSpec.TimeDistributed distributed ->
                features * distributed.layer().units();
            case LayerSpec.Lstm lstm -> 4.0 * lstm.units() * Math.max(features, lstm.units());
            case LayerSpec.BatchNormalization ignored -> features;
            case LayerSpec.MaxPooling2d ignored -> 0;
            case LayerSpec.UpSampling2d ignored -> 0;
            case LayerSpec.GlobalAveragePooling2d ignored -> 0;
            case LayerSpec.Flatten ignored -> 0;
            case LayerSpec.Reshape ignored -> 0;
            case LayerSpec.Dropout ignored -> 0;
            case LayerSpec.ActivationLayer ignored -> 0;
            case LayerSpec.LeakyRelu ignored -> 0;
            case LayerSpec.RepeatVector ignored -> 0;
        };
        if (weights > MAX_WEIGHTS) {
            throw new ShapeException(String.format(
                    Locale.ROOT,
                    "%s on %s from %s needs %,.0f weights, at most %,d fit. Use fewer units or filters.",
                    describe(layer),
                    in,
                    source,
                    weights,
                    MAX_WEIGHTS));
        }
    }

    private static int windows(
            LayerSpec layer, String axis, int in, int window, int stride, Padding padding, Shape shape, String source) {
        if (padding == Padding.SAME) {
            return Math.ceilDiv(in, stride);
        }
        if (in < window) {
            throw new ShapeException(describe(layer) + " with padding 'valid' needs " + axis + " >= " + window
                    + ", got " + shape + " from " + source + ". Use padding 'same' or drop a pooling layer.");
        }
        return (in - window) / stride + 1;
    }

    private static int transposed(int in, int window, int stride, Padding padding) {
        int out = Math.multiplyExact(in, stride);
        return padding == Padding.SAME ? out : Math.addExact(out, Math.max(window - stride, 0));
    }

    private static void requireImage(LayerSpec layer, Shape in, String source) {
        if (in.rank() != 3) {
            String advice = in.rank() == 2
                    ? "Put Reshape before it, or use layers for sequences (LSTM, TimeDistributed)."
                    : "Put Reshape before it.";
            throw new ShapeException(describe(layer) + " needs an image [height, width, channels], got " + in + " from "
                    + source + ". " + advice);
        }
    }

    private static void requireSequence(LayerSpec layer, Shape in, String source) {
        if (in.rank() != 2) {
            String advice = in.rank() == 1
                    ? "Put RepeatVector before it, or let the LSTM before it return sequences."
                    : "Put Reshape before it.";
            throw new ShapeException(describe(layer) + " needs a sequence [steps, features], got " + in + " from "
                    + source + ". " + advice);
        }
    }

    private static String describe(LayerSpec layer) {
        String settings = switch (layer) {
            case LayerSpec.Conv2d conv -> " " + conv.kernel() + ", " + lower(conv.padding());
            case LayerSpec.Conv2dTranspose conv -> " " + conv.kernel() + ", " + lower(conv.padding());
            case LayerSpec.MaxPooling2d pooling -> " " + pooling.pool() + ", " + lower(pooling.padding());
            case LayerSpec.UpSampling2d up -> " " + up.size();
            case LayerSpec.Dense dense -> " " + dense.units();
            case LayerSpec.TimeDistributed distributed ->
                " Dense " + distributed.layer().units();
            case LayerSpec.Lstm lstm -> " " + lstm.units();
            case LayerSpec.RepeatVector repeat -> " " + repeat.steps();
            case LayerSpec.Reshape reshape -> " " + reshape.target();
            case LayerSpec.BatchNormalization ignored -> "";
            case LayerSpec.GlobalAveragePooling2d ignored -> "";
            case LayerSpec.Flatten ignored -> "";
            case LayerSpec.Dropout ignored -> "";
            case LayerSpec.ActivationLayer ignored -> "";
            case LayerSpec.LeakyRelu ignored -> "";
        };
        return "Layer '" + layer.name() + "' (" + kerasClass(layer) + settings + ")";
    }

    /** The class a Keras user knows the layer by, such as {@code Conv2D}. */
    public static String kerasClass(LayerSpec layer) {
        return switch (layer) {
            case LayerSpec.Conv2d ignored -> "Conv2D";
            case LayerSpec.Conv2dTranspose ignored -> "Conv2DTranspose";
            case LayerSpec.BatchNormalization ignored -> "BatchNormalization";
            case LayerSpec.MaxPooling2d ignored -> "MaxPooling2D";
            case LayerSpec.UpSampling2d ignored -> "UpSampling2D";
            case LayerSpec.GlobalAveragePooling2d ignored -> "GlobalAveragePooling2D";
            case LayerSpec.Flatten ignored -> "Flatten";
            case LayerSpec.Reshape ignored -> "Reshape";
            case LayerSpec.Dense ignored -> "Dense";
            case LayerSpec.TimeDistributed ignored -> "TimeDistributed";
            case LayerSpec.Dropout ignored -> "Dropout";
            case LayerSpec.ActivationLayer ignored -> "Activation";
            case LayerSpec.LeakyRelu ignored -> "LeakyReLU";
            case LayerSpec.RepeatVector ignored -> "RepeatVector";
            case LayerSpec.Lstm ignored -> "LSTM";
        };
    }

    private static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
