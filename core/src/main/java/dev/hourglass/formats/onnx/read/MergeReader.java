package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Operators that make one value of several. */
final class MergeReader {
    private final Reading reading;

    MergeReader(Reading reading) {
        this.reading = reading;
    }

    View merge(OnnxNode node) {
        List<View> inputs = views(node);
        if (inputs.size() == 1) {
            return inputs.getFirst();
        }
        Optional<View> bothWays = bothWays(node, inputs, mode(node));
        if (bothWays.isPresent()) {
            return bothWays.get();
        }
        View first = inputs.getFirst();
        for (View other : inputs) {
            reading.require(
                    fit(other.dimensions(), first.dimensions()),
                    node,
                    "inputs of one shape, or of 1 along an axis",
                    Arrays.toString(first.dimensions()) + " and " + Arrays.toString(other.dimensions()));
        }
        String name = reading.name(node);
        LayerSpec layer = switch (node.operator()) {
            case "Add", "Sum" -> new LayerSpec.Add(name);
            case "Sub" -> new LayerSpec.Subtract(name);
            case "Mul" -> new LayerSpec.Multiply(name);
            case "Mean" -> new LayerSpec.Average(name);
            case "Max" -> new LayerSpec.Maximum(name);
            case "Min" -> new LayerSpec.Minimum(name);
            default ->
                throw reading.unsupported(node, "values that are added, multiplied or compared", node.operator(), "");
        };
        return merged(node, inputs, layer);
    }

    /** Whether each axis has one size, or in one of both 1. */
    private static boolean fit(int[] one, int[] other) {
        boolean fit = one.length == other.length;
        for (int axis = 0; fit && axis < one.length; axis++) {
            fit = one[axis] == other[axis] || one[axis] == 1 || other[axis] == 1;
        }
        return fit;
    }

    View concatenate(OnnxNode node) {
        List<View> inputs = views(node);
        View first = inputs.getFirst();
        int axis = reading.axis(node, node.whole("axis", 1), first.rank());
        if (inputs.size() == 1) {
            return first;
        }
        if (first.rank() == 3 && axis == 2) {
            Optional<View> bothWays = bothWays(node, inputs, LayerSpec.MergeMode.CONCAT);
            if (bothWays.isPresent()) {
                return bothWays.get();
            }
        }
        reading.require(!first.hasBatch(axis), node, "another axis than the batch", "axis " + axis);
        String name = reading.name(node);
        List<Integer> order = lying(first);
        return merged(node, inputs, new LayerSpec.Concatenate(name, order.indexOf(axis) + 1));
    }

    private List<View> views(OnnxNode node) {
        List<View> views = new ArrayList<>();
        for (int i = 0; i < node.inputs().size(); i++) {
            views.add(reading.view(node, i));
        }
        return views;
    }

    /** All in the order in which the first is stored. */
    private View merged(OnnxNode node, List<View> inputs, LayerSpec layer) {
        View first = inputs.getFirst();
        List<Integer> order = lying(first);
        List<View> alike = new ArrayList<>();
        for (View input : inputs) {
            boolean fits =
                    input.rank() == first.rank() && Reading.natural(input).equals(Reading.natural(first));
            reading.require(fits, node, "inputs whose axes mean the same", "others");
            alike.add(reading.inOrder(node, input, order, layer.name()));
        }
        Shape stored = reading.layers().add(layer, alike, Map.of());
        int batch = 0;
        while (!first.hasBatch(batch)) {
            batch++;
        }
        int[] axisOf = order.stream().mapToInt(Integer::intValue).toArray();
        return View.of(layer.name(), stored, axisOf, new View.Batch(first.batch(), batch, first.rank()));
    }

    /** The order of the axes in which a value lies, of those that are usual. */
    private static List<Integer> lying(View view) {
        List<Integer> natural = Reading.natural(view);
        if (view.rank() < 3 || !view.isBatch(0)) {
            return natural;
        }
        List<Integer> channelsLast = Reading.channelsLast(view);
        return liesIn(view, channelsLast) && !liesIn(view, natural) ? channelsLast : natural;
    }

    private static boolean liesIn(View view, List<Integer> axes) {
        List<Atom> order = new ArrayList<>();
        axes.forEach(axis -> order.addAll(view.axes().get(axis)));
        int[] sizes = axes.stream().mapToInt(view::size).toArray();
        return order.equals(view.order()) && Arrays.equals(sizes, view.stored().toArray());
    }

    // --- both ways of a sequence ---

    private static LayerSpec.MergeMode mode(OnnxNode node) {
        return switch (node.operator()) {
            case "Add", "Sum" -> LayerSpec.MergeMode.SUM;
            case "Mul" -> LayerSpec.MergeMode.MUL;
            default -> LayerSpec.MergeMode.AVE;
        };
    }

    /** Two recurrent layers over the same steps, one of which reads them from the end, merged: Keras's Bidirectional. */
    private Optional<View> bothWays(OnnxNode node, List<View> inputs, LayerSpec.MergeMode mode) {
        boolean merges = List.of("Concat", "Add", "Sum", "Mul", "Mean").contains(node.operator());
        if (!merges || inputs.size() != 2) {
            return Optional.empty();
        }
        Optional<LayerSpec.Recurrent> forward = recurrent(inputs.getFirst());
        Optional<LayerSpec.Recurrent> backward = recurrent(inputs.getLast());
        if (forward.isEmpty() || backward.isEmpty()) {
            return Optional.empty();
        }
        GraphBuilder layers = reading.layers();
        boolean both = forward.get().returnSequences()
                && backward.get().returnSequences()
                && !forward.get().recurrence().goBackwards()
                && backward.get().recurrence().goBackwards()
                // None has an order of one number.
                && inputs.getLast().order().stream().limit(1).anyMatch(Atom::isReversed)
                && haveInputsAlike(
                        layers.inputs(forward.get().name()),
                        layers.inputs(backward.get().name()));
        if (!both) {
            return Optional.empty();
        }
        return Optional.of(RecurrentReader.bidirectional(reading, node, inputs, mode));
    }

    /** The same sequence, and states to begin with for both or for none. */
    private static boolean haveInputsAlike(List<String> forward, List<String> backward) {
        return forward.getFirst().equals(backward.getFirst()) && (forward.size() > 1) == (backward.size() > 1);
    }

    private Optional<LayerSpec.Recurrent> recurrent(View view) {
        return reading.layers()
                .layer(view.layer())
                .filter(LayerSpec.Recurrent.class::isInstance)
                .map(LayerSpec.Recurrent.class::cast);
    }
}
