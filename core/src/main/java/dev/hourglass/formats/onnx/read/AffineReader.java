package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.Scaled.Function;
import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/** Values times a constant, or plus one: a number, or numbers along some axes, such as one for each channel. */
final class AffineReader {
    private final Reading reading;

    AffineReader(Reading reading) {
        this.reading = reading;
    }

    /** Whether one of two inputs is a constant and the other is not. */
    boolean isWithConstant(OnnxNode node) {
        return reading.operand(node, 0) instanceof Constant != reading.operand(node, 1) instanceof Constant;
    }

    Operand withConstant(OnnxNode node) {
        boolean first = reading.operand(node, 0) instanceof Constant;
        Constant constant = reading.constant(node, first ? 0 : 1, "one of both");
        int index = first ? 1 : 0;
        double value = constant.uniform();
        if (node.operator().equals("Add") && constant.rank() > 0 && addsBias(node, index, constant)) {
            return reading.view(node, index);
        }
        if (!Double.isNaN(value) && (constant.size() == 1 || !enlarges(node, index, constant))) {
            return affine(node, index, value, first);
        }
        return along(node, index, constant, first);
    }

    /** Whether there are more of a constant than of what it is added to or multiplies. */
    private boolean enlarges(OnnxNode node, int index, Constant constant) {
        int[] dimensions = switch (reading.operand(node, index)) {
            case View view -> view.dimensions();
            case Scaled scaled -> scaled.view().dimensions();
            case Constant other -> other.dimensions();
            case Scores scores -> scores.dimensions();
        };
        int before = dimensions.length - constant.rank();
        return before < 0
                || IntStream.range(0, constant.rank())
                        .anyMatch(axis -> constant.dimensions()[axis] != 1
                                && constant.dimensions()[axis] != dimensions[before + axis]);
    }

    // --- one number ---

    private Operand affine(OnnxNode node, int index, double value, boolean constantFirst) {
        Operand operand = reading.operand(node, index);
        Scaled before = operand instanceof Scaled scaled
                ? scaled
                : new Scaled(reading.view(node, index), 1, 0, Function.IDENTITY);
        Scaled after = switch (node.operator()) {
            case "Add" -> plus(before, value);
            case "Sub" -> constantFirst ? plus(times(before, -1), value) : plus(before, -value);
            case "Mul" -> times(before, value);
            case "Div" -> {
                reading.require(!constantFirst && value != 0, node, "a division by a number other than 0", "another");
                yield times(before, 1 / value);
            }
            default -> throw reading.unsupported(node, "Add, Sub, Mul or Div of a constant", node.operator(), "");
        };
        boolean none = after.scale() == 1 && after.shift() == 0 && after.isPlain();
        if (operand instanceof View && !none) {
            reading.goesOn(node, node.inputs().get(index));
        }
        return none ? after.view() : after;
    }

    private static Scaled plus(Scaled value, double more) {
        return new Scaled(value.view(), value.scale(), value.shift() + more, value.function());
    }

    private static Scaled times(Scaled value, double factor) {
        return new Scaled(value.view(), value.scale() * factor, value.shift() * factor, value.function());
    }

    // --- numbers along axes ---

    /** Whether a constant lies along the last dimension as it is stored, and becomes the bias of the layer before. */
    private boolean addsBias(OnnxNode node, int index, Constant constant) {
        return reading.operand(node, index) instanceof View from
                && Axes.of(from, constant)
                        .filter(axes -> axes.areLastOf(from))
                        .filter(axes -> putInto(node, index, from, axes, 1))
                        .isPresent();
    }

    /** Adds numbers to the bias of the layer that gives a value, where nothing else reads that. */
    private boolean putInto(OnnxNode node, int index, View from, Axes axes, double sign) {
        boolean isBias = reading.isOnlyReader(node.inputs().get(index))
                && Linear.addBias(reading.layers(), from.layer(), axes.floats(number -> sign * number));
        if (isBias) {
            reading.changed(from.layer());
        }
        return isBias;
    }

    /**
     * The axes along which a constant's numbers differ.
     *
     * @param atoms of these axes, in the order in which they are stored
     * @param numbers one for each place along them, in that order
     */
    private record Axes(List<Atom> atoms, Constant numbers) {
        /** Empty where the constant has other sizes. */
        static Optional<Axes> of(View from, Constant constant) {
            int before = from.rank() - constant.rank();
            List<Integer> varying = new ArrayList<>();
            for (int axis = 0; axis < constant.rank(); axis++) {
                if (constant.dimensions()[axis] > 1) {
                    varying.add(axis);
                    boolean fits = before + axis >= 0
                            && !from.hasBatch(before + axis)
                            && from.size(before + axis) == constant.dimensions()[axis];
                    if (!fits) {
                        return Optional.empty();
                    }
                }
            }
            varying.sort(Comparator.comparingInt(
                    axis -> from.order().indexOf(from.axes().get(before + axis).getFirst())));
            List<Atom> atoms = new ArrayList<>();
            varying.forEach(axis -> atoms.addAll(from.axes().get(before + axis)));
            int[] squeezed = Arrays.stream(constant.dimensions())
                    .filter(size -> size > 1)
                    .toArray();
            int[] places = varying.stream().sorted().mapToInt(Integer::intValue).toArray();
            int[] order = varying.stream()
                    .mapToInt(axis -> Arrays.binarySearch(places, axis))
                    .toArray();
            return Optional.of(new Axes(atoms, constant.reshaped(squeezed).transposed(order)));
        }

        boolean areLastOf(View view) {
            int before = view.order().size() - atoms.size();
            return before >= 0
                    && view.order().subList(before, view.order().size()).equals(atoms)
                    && numbers.size() == view.stored().dimension(-1);
        }

        float[] floats(DoubleUnaryOperator function) {
            float[] floats = new float[numbers.size()];
            for (int i = 0; i < floats.length; i++) {
                floats[i] = (float) function.applyAsDouble(numbers.numbers()[i]);
            }
            return floats;
        }
    }

    private View along(OnnxNode node, int index, Constant constant, boolean constantFirst) {
        View from = reading.view(node, index);
        Axes axes = Axes.of(from, constant)
                .orElseThrow(() -> reading.unsupported(
                        node,
                        "a number as the constant, or one for each place along axes of "
                                + Arrays.toString(from.dimensions()) + " other than the batch",
                        Arrays.toString(constant.dimensions()),
                        "Scale the data instead, or put it into the weights of a layer."));
        return switch (node.operator()) {
            case "Add" -> plus(node, index, axes, 1);
            case "Sub" ->
                constantFirst
                        ? channelwise(node, from, axes, axes.floats(number -> -1), axes.floats(number -> number))
                        : plus(node, index, axes, -1);
            case "Mul" -> times(node, index, axes, axes.floats(number -> number));
            case "Div" -> {
                boolean isDivisor = !constantFirst
                        && Arrays.stream(axes.numbers().numbers()).allMatch(number -> number != 0);
                reading.require(isDivisor, node, "a division by numbers other than 0", "another");
                yield times(node, index, axes, axes.floats(number -> 1 / number));
            }
            default -> throw reading.unsupported(node, "Add, Sub, Mul or Div of a constant", node.operator(), "");
        };
    }

    private View plus(OnnxNode node, int index, Axes axes, double sign) {
        View from = reading.view(node, index);
        return axes.areLastOf(from) && putInto(node, index, from, axes, sign)
                ? from
                : channelwise(node, from, axes, axes.floats(number -> 1), axes.floats(number -> sign * number));
    }

    private View times(OnnxNode node, int index, Axes axes, float[] factors) {
        View from = reading.view(node, index);
        if (axes.areLastOf(from)
                && reading.isOnlyReader(node.inputs().get(index))
                && Linear.rescale(reading.layers(), from.layer(), factors)) {
            reading.changed(from.layer());
            return from;
        }
        return channelwise(node, from, axes, factors, new float[0]);
    }

    /** By a convolution of each channel by itself, over one place at a time. */
    private View channelwise(OnnxNode node, View from, Axes axes, float[] scale, float[] shift) {
        String name = reading.name(node);
        List<Atom> others = new ArrayList<>(from.order());
        others.removeAll(axes.atoms());
        boolean image = axes.areLastOf(from) && from.stored().rank() == 3;
        View places = image ? from : reading.layers().arrange(from, List.of(others, axes.atoms()), name);
        boolean useBias = shift.length > 0;
        LayerSpec layer = image
                ? new LayerSpec.DepthwiseConv2d(
                                name, new Size2(1, 1), new Size2(1, 1), Padding.VALID, Activation.LINEAR)
                        .withBias(useBias)
                : new LayerSpec.DepthwiseConv1d(name, 1, 1, Padding.VALID, 1, Activation.LINEAR, 1, useBias);
        Map<String, float[]> weights = new HashMap<>(Map.of("kernel", scale));
        if (useBias) {
            weights.put("bias", shift);
        }
        Shape stored = reading.layers().add(layer, List.of(places), weights);
        View scaled = new View(name, stored, places.order(), from.axes());
        // What was one row is no sequence of one step.
        return from.stored().rank() == 1 ? reading.layers().arrange(scaled, List.of(axes.atoms()), name) : scaled;
    }
}
