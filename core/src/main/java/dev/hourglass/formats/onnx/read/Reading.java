package dev.hourglass.formats.onnx.read;

import dev.hourglass.files.Excerpt;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.onnx.read.graph.Bounds;
import dev.hourglass.formats.onnx.read.graph.ExternalData;
import dev.hourglass.formats.onnx.read.graph.OnnxGraph;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.formats.onnx.read.graph.StoredTensor;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A graph while it is read: what each value is so far, and the layers that have come of the operators. */
final class Reading {
    private final OnnxGraph graph;
    private final GraphBuilder layers;
    private final AttentionProjections attentions;
    private final ExternalData external;
    private final Bounds bounds;
    private final Map<String, Operand> operands = new HashMap<>();
    /** How often each value is read, by nodes and as an output. */
    private final Map<String, Integer> reads = new HashMap<>();
    /** What is read other than as the rows of a table. */
    private final Set<String> valuesRead = new HashSet<>();
    /** Of values that are another look at a value, which one. */
    private final Map<String, String> lookAt = new HashMap<>();
    /** The layer that gives what the file knows by a name of a value or a node. */
    private final Map<String, String> layerOf = new LinkedHashMap<>();

    Reading(OnnxGraph graph, GraphBuilder layers, ExternalData external, Bounds bounds) {
        this.graph = graph;
        this.layers = layers;
        this.attentions = new AttentionProjections(layers);
        this.external = external;
        this.bounds = bounds;
        graph.nodes().forEach(node -> node.inputs().forEach(input -> reads.merge(input, 1, Integer::sum)));
        graph.outputs().forEach(output -> reads.merge(output.name(), 1, Integer::sum));
        for (OnnxNode node : graph.nodes()) {
            for (int i = 0; i < node.inputs().size(); i++) {
                if (i != 1 || !node.operator().equals("Gather")) {
                    valuesRead.add(node.inputs().get(i));
                }
            }
        }
        graph.outputs().forEach(output -> valuesRead.add(output.name()));
    }

    GraphBuilder layers() {
        return layers;
    }

    AttentionProjections attentions() {
        return attentions;
    }

    Bounds bounds() {
        return bounds;
    }

    long operatorSet() {
        return graph.operatorSet();
    }

    /** The names that the file has for layers' values, for the waist. */
    Map<String, String> layerNames() {
        return layerOf;
    }

    boolean isRead(OnnxNode node, int output) {
        return node.hasOutput(output) && reads.getOrDefault(node.outputs().get(output), 0) > 0;
    }

    /** Whether a value tells rows of tables and nothing else. */
    boolean isIndex(OnnxNode node) {
        return node.hasOutput(0) && !valuesRead.contains(node.outputs().getFirst());
    }

    void give(OnnxNode node, Operand value) {
        give(node, 0, value);
    }

    void give(OnnxNode node, int output, Operand value) {
        if (!node.hasOutput(output)) {
            return;
        }
        String name = node.outputs().get(output);
        operands.put(name, value);
        if (value instanceof View view) {
            layerOf.put(name, view.layer());
            if (!node.name().isEmpty()) {
                layerOf.put(node.name(), view.layer());
            }
            if (node.hasInput(0)
                    && operands.get(node.inputs().getFirst()) instanceof View from
                    && from.layer().equals(view.layer())) {
                lookAt.put(name, node.inputs().getFirst());
            }
        }
    }

    /** A layer gives another value from now on: the names of the old one are no longer its. */
    void changed(String layer) {
        layerOf.values().removeIf(layer::equals);
    }

    void giveInput(String name, View value) {
        operands.put(name, value);
    }

    Operand output(String name) {
        return named(name, "output '" + Excerpt.of(name, 80) + "'");
    }

    Operand operand(OnnxNode node, int index) {
        if (!node.hasInput(index)) {
            throw bounds.refuse("an input " + index + " of " + node.describe(), "none");
        }
        return named(node.inputs().get(index), node.describe());
    }

    private Operand named(String name, String reader) {
        Operand known = operands.get(name);
        if (known != null) {
            return known;
        }
        StoredTensor stored = graph.constants().get(name);
        if (stored == null) {
            throw bounds.refuse(
                    "that " + reader + " reads what a node before it gives", "'" + Excerpt.of(name, 80) + "'");
        }
        return stored(stored);
    }

    /** What the file stores by a name, if it does. */
    Optional<Constant> initial(String name) {
        return Optional.ofNullable(graph.constants().get(name)).map(this::stored);
    }

    Constant stored(StoredTensor tensor) {
        Constant numbers = tensor.numbers(external, bounds);
        bounds.countRead(numbers.size());
        return numbers;
    }

    /** @param what such as {@code the kernel} */
    Constant constant(OnnxNode node, int index, String what) {
        return switch (operand(node, index)) {
            case Constant constant -> constant;
            case View ignored ->
                throw unsupported(
                        node, what + " as a constant", "one that is computed", "Export the model with its weights.");
            case Scores ignored ->
                throw unsupported(
                        node, what + " as a constant", "one that is computed", "Export the model with its weights.");
            case Scaled ignored ->
                throw unsupported(
                        node, what + " as a constant", "one that is computed", "Export the model with its weights.");
        };
    }

    Optional<Constant> optional(OnnxNode node, int index, String what) {
        return node.hasInput(index) ? Optional.of(constant(node, index, what)) : Optional.empty();
    }

    /** A value that a layer gives. */
    View view(OnnxNode node, int index) {
        return switch (operand(node, index)) {
            case View view -> view;
            case Constant ignored ->
                throw unsupported(
                        node, "a value that comes from the model's input", "a constant", "Leave the constant out.");
            case Scaled scaled -> absorbed(scaled, node, index);
            case Scores ignored ->
                throw unsupported(
                        node,
                        "a value that a layer gives",
                        "a product of two values, which is known within attention alone",
                        "Write attention as softmax(scale * Q K') V.");
        };
    }

    /** A scaling behind a layer that is linear goes into its weights, another one becomes a layer. */
    private View absorbed(Scaled scaled, OnnxNode node, int index) {
        View view = scaled.view();
        if (!Float.isFinite((float) scaled.scale()) || !Float.isFinite((float) scaled.shift())) {
            throw unsupported(
                    node,
                    "values that are scaled and shifted by finite numbers",
                    scaled.scale() + " and " + scaled.shift(),
                    "Scale the data instead.");
        }
        if (scaled.isPlain()
                && isOnlyReader(node.inputs().get(index))
                && Linear.rescale(layers, view.layer(), scaled.scale(), scaled.shift())) {
            changed(view.layer());
            operands.put(node.inputs().get(index), view);
            return view;
        }
        if (scaled.isPlain()) {
            String name = layers.name(name(node) + "_rescaling");
            View rescaled = pointwise(
                    node, new LayerSpec.Rescaling(name, (float) scaled.scale(), (float) scaled.shift()), view);
            operands.put(node.inputs().get(index), rescaled);
            return rescaled;
        }
        throw unsupported(
                node,
                "inputs that a layer gives",
                switch (scaled.function()) {
                    case Scaled.Function.ErrorFunction ignored ->
                        "an error function, which is known as a part of GELU alone";
                    case Scaled.Function.Magnitude ignored -> "a magnitude, which is known as a part of softsign alone";
                    case Scaled.Function.Below ignored -> "a largest value of 0, which is known within ReLU alone";
                    case Scaled.Function.Norm ignored -> "a length, by which a value is divided alone";
                    case Scaled.Function.Identity ignored -> throw new AssertionError("a scaling is a layer");
                },
                "Export the model with the whole function.");
    }

    /** Whether nothing else reads a value, nor what it is another look at. */
    boolean isOnlyReader(String name) {
        @Nullable String value = name;
        while (value != null) {
            if (reads.getOrDefault(value, 0) != 1) {
                return false;
            }
            value = lookAt.get(value);
        }
        return true;
    }

    /** Notes that a value goes on from another one, without a layer of its own. */
    void goesOn(OnnxNode node, String from) {
        if (node.hasOutput(0)) {
            lookAt.put(node.outputs().getFirst(), from);
        }
    }

    /** Whether nothing that a layer gives is below 0, so that zeros around it are never the largest. */
    boolean isAtLeastZero(String layer) {
        return layers.layer(layer)
                .map(found -> switch (found) {
                    case LayerSpec.Convolution l -> isAtLeastZero(l.activation());
                    case LayerSpec.Dense l -> isAtLeastZero(l.activation());
                    case LayerSpec.Conv1d l -> isAtLeastZero(l.activation());
                    case LayerSpec.ActivationLayer l -> isAtLeastZero(l.activation());
                    case LayerSpec.Relu l -> l.negativeSlope() == 0;
                    default -> false;
                })
                .orElse(false);
    }

    private static boolean isAtLeastZero(Activation activation) {
        return activation == Activation.RELU || activation == Activation.SIGMOID || activation == Activation.RELU6;
    }

    /** A name for the layer that a node becomes. */
    String name(OnnxNode node) {
        return layers.name(plainName(node));
    }

    /**
     * {@code /encoder/encoder.0/Conv} is {@code encoder/encoder.0}; our own {@code enc_conv1/channels_first} is
     * {@code enc_conv1}.
     */
    static String plainName(OnnxNode node) {
        String label = node.label();
        String text = label.startsWith("/") ? label.substring(1) : label;
        int slash = text.lastIndexOf('/');
        boolean isOperator = slash > 0 && text.substring(slash + 1).matches(node.operator() + "(_[0-9a-z]+)?");
        String plain = isOperator ? text.substring(0, slash) : text;
        return plain.isEmpty() ? node.operator() : plain;
    }

    /** A value that a layer makes of another, with the same axes. */
    View pointwise(OnnxNode node, LayerSpec layer, View from) {
        return pointwise(node, layer, from, Map.of());
    }

    View pointwise(OnnxNode node, LayerSpec layer, View from, Map<String, float[]> weights) {
        layers.add(layer, List.of(from), weights);
        return new View(layer.name(), from.stored(), from.order(), from.axes());
    }

    /** The axes other than the batch, in the graph's order. */
    static List<Integer> natural(View view) {
        return IntStream.range(0, view.rank())
                .filter(axis -> !view.hasBatch(axis))
                .boxed()
                .toList();
    }

    /** The axes of an image, channels last. */
    static List<Integer> channelsLast(View view) {
        List<Integer> axes = new ArrayList<>();
        for (int axis = 2; axis < view.rank(); axis++) {
            axes.add(axis);
        }
        axes.add(1);
        return axes;
    }

    /** The value stored in the order of some axes: all but the batch, which must be one of its own. */
    View inOrder(OnnxNode node, View view, List<Integer> axes, String reader) {
        if (axes.size() != view.rank() - 1
                || axes.stream().mapToInt(axis -> view.axes().get(axis).size()).sum()
                        != view.order().size()) {
            throw unsupported(
                    node,
                    "a value whose batch is an axis of its own",
                    "one whose batch is merged with another",
                    "Keep the batch apart, such as by Flatten with axis 1.");
        }
        return layers.arrange(view, axes.stream().map(view.axes()::get).toList(), reader);
    }

    /** An image, sequence or volume channels last. */
    View channelsLast(OnnxNode node, View view, String reader) {
        if (view.rank() < 3 || !view.isBatch(0)) {
            throw unsupported(
                    node,
                    "an input [batch, channels, ...]",
                    view.rank() + " axes" + (view.rank() > 0 && view.isBatch(0) ? "" : " with another one first"),
                    "Lay the axes out anew before it.");
        }
        return inOrder(node, view, channelsLast(view), reader);
    }

    /** What is stored as an image, sequence or volume channels last, seen channels first. */
    static View ofChannelsLast(String layer, Shape stored, View from) {
        int rank = from.rank();
        int[] axisOf =
                IntStream.range(0, rank - 1).map(i -> i == rank - 2 ? 1 : i + 2).toArray();
        return View.of(layer, stored, axisOf, new View.Batch(from.batch(), 0, rank));
    }

    /** An axis as it is counted from the front. */
    int axis(OnnxNode node, long axis, int rank) {
        long fromFront = axis < 0 ? axis + rank : axis;
        if (fromFront < 0 || fromFront >= rank) {
            throw bounds.refuse(
                    "an axis of -" + rank + " to " + (rank - 1) + " in " + node.describe(), Long.toString(axis));
        }
        return (int) fromFront;
    }

    UnsupportedModelException unsupported(OnnxNode node, String expected, String found, String wayOut) {
        return new UnsupportedModelException(bounds.file() + ", " + node.describe() + ": expected " + expected
                + ", found " + found + (wayOut.isEmpty() ? "." : ". " + wayOut));
    }

    void require(boolean isSo, OnnxNode node, String expected, String found) {
        if (!isSo) {
            throw unsupported(node, expected, found, "");
        }
    }

    CorruptFileException corrupt(OnnxNode node, String expected, String found) {
        return bounds.refuse(expected + " in " + node.describe(), found);
    }
}
