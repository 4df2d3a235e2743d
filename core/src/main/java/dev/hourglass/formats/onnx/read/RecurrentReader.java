package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.onnx.read.graph.OnnxNode;
import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Recurrence;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** LSTM, GRU and RNN, in one direction or both. */
final class RecurrentReader {
    /** Of the operators: the first of the states that it begins with, and what cuts off from it. */
    private static final int STATE = 5;

    private static final int PEEPHOLES = 7;

    private final Reading reading;

    RecurrentReader(Reading reading) {
        this.reading = reading;
    }

    /** @param places in the operator's kernel where each of Keras's gates lies */
    private record Gates(int[] places) {
        static Gates of(OnnxNode node) {
            return new Gates(
                    switch (node.operator()) {
                        case "LSTM" -> new int[] {0, 2, 3, 1}; // i o f c; Keras has i f c o
                        case "GRU" -> new int[] {0, 1, 2};
                        default -> new int[] {0};
                    });
        }

        int count() {
            return places.length;
        }
    }

    void read(OnnxNode node) {
        View input = reading.view(node, 0);
        Constant kernel = reading.constant(node, 1, "the kernel");
        Constant recurrent = reading.constant(node, 2, "the recurrent kernel");
        Gates gates = Gates.of(node);
        boolean batchFirst = node.whole("layout", 0) == 1;
        int steps = batchFirst ? 1 : 0;
        int batch = batchFirst ? 0 : 1;
        if (input.rank() != 3 || !input.isBatch(batch)) {
            throw reading.unsupported(
                    node,
                    "an input [steps, batch, features]" + (batchFirst ? " with the batch first" : ""),
                    "one with " + input.rank() + " axes and the batch elsewhere",
                    "Export the model with the batch as a free dimension.");
        }
        int units = recurrent.rank() == 3 ? recurrent.dimensions()[2] : 0;
        int directions = kernel.rank() == 3 ? kernel.dimensions()[0] : 0;
        int features = input.size(2);
        boolean fits = units > 0
                && (directions == 1 || directions == 2)
                && kernel.dimensions()[1] == gates.count() * units
                && kernel.dimensions()[2] == features
                && recurrent.dimensions()[0] == directions
                && recurrent.dimensions()[1] == gates.count() * units
                && node.whole("hidden_size", units) == units;
        if (!fits) {
            throw reading.corrupt(
                    node,
                    "kernels of " + features + " features and hidden_size " + node.whole("hidden_size", units),
                    Arrays.toString(kernel.dimensions()) + " and " + Arrays.toString(recurrent.dimensions()));
        }
        requirePlain(node, input.size(steps));
        boolean all = reading.isRead(node, 0);
        boolean last = reading.isRead(node, 1);
        boolean cell = reading.isRead(node, 2);
        String name = reading.name(node);
        View sequence = reading.layers()
                .arrange(input, List.of(input.axes().get(steps), input.axes().get(2)), name);
        String direction = node.text("direction", "forward");
        List<View> begins = new ArrayList<>(List.of(sequence));
        begins.addAll(states(node, new Width(units, directions, batchFirst), name));
        Ways ways = new Ways(node, gates, units, kernel, recurrent);
        LayerSpec layer;
        Map<String, float[]> weights = new HashMap<>();
        if (directions == 2) {
            reading.require(direction.equals("bidirectional"), node, "direction bidirectional", direction);
            LayerSpec.Recurrent forward = layer(ways, name + "_forward", 0, all);
            LayerSpec.Recurrent backward = layer(ways, name + "_backward", 1, all);
            weights(ways, forward, 0).forEach((variable, values) -> weights.put("forward_" + variable, values));
            weights(ways, backward, 1).forEach((variable, values) -> weights.put("backward_" + variable, values));
            layer = new LayerSpec.Bidirectional(name, forward, backward, LayerSpec.MergeMode.CONCAT);
        } else {
            LayerSpec.Recurrent one = layer(ways, name, 0, all);
            weights.putAll(weights(ways, one, 0));
            layer = one;
        }
        Shape stored = reading.layers().add(layer, begins, weights);
        Given given = new Given(layer, stored, input, batchFirst);
        give(node, given, all, last);
        if (cell && directions == 2) {
            reading.give(node, 2, lastOfBoth(given, LayerSpec.State.Which.CELL, LayerSpec.State.Which.BACKWARD_CELL));
        } else if (cell) {
            String state = reading.layers().name(name + "_cell");
            Shape read =
                    reading.layers().addState(new LayerSpec.State(state, LayerSpec.State.Which.CELL), layer.name());
            reading.give(node, 2, lastState(given, state, read));
        }
    }

    private record Width(int units, int directions, boolean batchFirst) {}

    /** What a layer begins with: none for zeros, else the state and, of an LSTM, the cell. */
    private List<View> states(OnnxNode node, Width width, String name) {
        List<View> states = new ArrayList<>();
        boolean zeros = true;
        int count = node.operator().equals("LSTM") ? 2 : 1;
        for (int i = STATE; i < STATE + count; i++) {
            if (node.hasInput(i) && reading.operand(node, i) instanceof Constant constant) {
                zeros &= constant.size() == 0 || constant.uniform() == 0;
            } else if (node.hasInput(i)) {
                states.add(reading.view(node, i));
            }
        }
        if (states.isEmpty() && zeros) {
            return states;
        }
        reading.require(
                states.size() == count,
                node,
                "an initial state of zeros, or one that layers give" + (count > 1 ? ", with its cell" : ""),
                "another");
        int batch = width.batchFirst() ? 0 : 1;
        List<View> begins = new ArrayList<>();
        for (int way = 0; way < width.directions(); way++) {
            for (View state : states) {
                boolean fits = state.rank() == 3
                        && state.isBatch(batch)
                        && state.size(1 - batch) == width.directions()
                        && state.size(2) == width.units();
                reading.require(
                        fits,
                        node,
                        "an initial state of " + width.units() + " numbers a sample"
                                + (width.directions() > 1 ? " and direction" : ""),
                        Arrays.toString(state.dimensions()));
                begins.add(
                        width.directions() == 1
                                ? reading.layers()
                                        .arrange(state, List.of(state.axes().get(2)), name)
                                : ofWay(state, way, 1 - batch, name));
            }
        }
        return begins;
    }

    /** One direction's numbers of a state of both. */
    private View ofWay(View state, int way, int directions, String name) {
        View both = reading.layers()
                .arrange(
                        state,
                        List.of(state.axes().get(directions), state.axes().get(2)),
                        name);
        GraphBuilder layers = reading.layers();
        String crop = layers.name(name + (way == 0 ? "_forward_state" : "_backward_state"));
        Shape one = layers.add(new LayerSpec.Cropping1d(crop, way, 1 - way), List.of(both), Map.of());
        List<List<Atom>> axes = new ArrayList<>(state.axes());
        axes.set(directions, List.of());
        View cropped = new View(crop, one, state.axes().get(2), axes);
        return layers.arrange(cropped, List.of(state.axes().get(2)), name);
    }

    /** What the weights of a node are, a direction each. */
    private record Ways(OnnxNode node, Gates gates, int units, Constant kernel, Constant recurrent) {}

    private void requirePlain(OnnxNode node, int steps) {
        if (node.hasInput(4)) {
            double lengths = reading.constant(node, 4, "the lengths").uniform();
            reading.require(lengths == steps, node, "sequences of " + steps + " steps", "others");
        }
        if (node.hasInput(PEEPHOLES)) {
            boolean none = reading.operand(node, PEEPHOLES) instanceof Constant weights
                    && (weights.size() == 0 || weights.uniform() == 0);
            reading.require(none, node, "no peepholes", "them");
        }
        reading.require(!node.attributes().containsKey("clip"), node, "no clip", "one");
        reading.require(node.whole("input_forget", 0) == 0, node, "input_forget 0", "1");
    }

    private LayerSpec.Recurrent layer(Ways ways, String name, int way, boolean all) {
        OnnxNode node = ways.node();
        boolean backwards = way == 1 || node.text("direction", "forward").equals("reverse");
        List<Activation> functions = functions(node, way);
        boolean useBias = node.hasInput(3);
        if (node.operator().equals("LSTM")) {
            reading.require(
                    functions.get(1) == functions.get(2),
                    node,
                    "the same function for the cell and the output",
                    functions.get(1).kerasName() + " and " + functions.get(2).kerasName());
        }
        Activation activation = functions.getLast();
        Recurrence recurrence = Recurrence.DEFAULT
                .withActivation(activation)
                .withUseBias(useBias)
                .withGoBackwards(backwards);
        return switch (node.operator()) {
            case "LSTM" ->
                new LayerSpec.Lstm(name, ways.units(), all, recurrence.withRecurrentActivation(functions.getFirst()));
            case "GRU" ->
                new LayerSpec.Gru(
                        name,
                        ways.units(),
                        all,
                        recurrence.withRecurrentActivation(functions.getFirst()),
                        node.whole("linear_before_reset", 0) != 0);
            default -> new LayerSpec.SimpleRnn(name, ways.units(), all, recurrence);
        };
    }

    private List<Activation> functions(OnnxNode node, int way) {
        List<String> usual = switch (node.operator()) {
            case "LSTM" -> List.of("Sigmoid", "Tanh", "Tanh");
            case "GRU" -> List.of("Sigmoid", "Tanh");
            default -> List.of("Tanh");
        };
        List<String> names = node.texts("activations", List.of());
        int count = usual.size();
        if (names.isEmpty()) {
            return usual.stream().map(name -> function(node, name, 0, 0)).toList();
        }
        int directions = node.text("direction", "forward").equals("bidirectional") ? 2 : 1;
        if (names.size() != count * directions) {
            throw reading.corrupt(node, count * directions + " activations", Integer.toString(names.size()));
        }
        List<Activation> functions = new ArrayList<>();
        int alphas = 0;
        int betas = 0;
        for (String name : names) {
            boolean hasAlpha = List.of("Affine", "LeakyRelu", "ThresholdedRelu", "ScaledTanh", "HardSigmoid", "Elu")
                    .contains(name);
            boolean hasBeta = List.of("Affine", "ScaledTanh", "HardSigmoid").contains(name);
            float alpha = hasAlpha && alphas < node.reals("activation_alpha").size()
                    ? node.reals("activation_alpha").get(alphas++)
                    : usualAlpha(name);
            float beta = hasBeta && betas < node.reals("activation_beta").size()
                    ? node.reals("activation_beta").get(betas++)
                    : name.equals("HardSigmoid") ? 0.5f : 0;
            functions.add(function(node, name, alpha, beta));
        }
        return functions.subList(way * count, (way + 1) * count);
    }

    private static float usualAlpha(String name) {
        return switch (name) {
            case "LeakyRelu" -> 0.01f;
            case "HardSigmoid" -> 0.2f;
            default -> 1;
        };
    }

    private Activation function(OnnxNode node, String name, float alpha, float beta) {
        List<Float> parameters = List.of(alpha, beta);
        for (Known known : KNOWN) {
            if (known.operator().equals(name) && known.isNear(parameters)) {
                return known.activation();
            }
        }
        throw reading.unsupported(
                node, "activations that Keras has for recurrent layers", name + " (" + alpha + ", " + beta + ")", "");
    }

    /**
     * A function of the recurrent operators.
     *
     * @param parameters alpha and beta; empty where it has none
     */
    private record Known(String operator, Activation activation, List<Float> parameters) {
        boolean isNear(List<Float> others) {
            for (int i = 0; i < parameters.size(); i++) {
                if (Math.abs(parameters.get(i) - others.get(i)) > 1e-6) {
                    return false;
                }
            }
            return true;
        }
    }

    private static final List<Known> KNOWN = List.of(
            new Known("Sigmoid", Activation.SIGMOID, List.of()),
            new Known("Tanh", Activation.TANH, List.of()),
            new Known("Relu", Activation.RELU, List.of()),
            new Known("Softplus", Activation.SOFTPLUS, List.of()),
            new Known("Softsign", Activation.SOFTSIGN, List.of()),
            new Known("Affine", Activation.LINEAR, List.of(1f, 0f)),
            new Known("LeakyRelu", Activation.LEAKY_RELU, List.of(0.2f)),
            new Known("Elu", Activation.ELU, List.of(1f)),
            new Known("HardSigmoid", Activation.HARD_SIGMOID_KERAS2, List.of(0.2f, 0.5f)),
            new Known("HardSigmoid", Activation.HARD_SIGMOID, List.of(1f / 6, 0.5f)));

    private Map<String, float[]> weights(Ways ways, LayerSpec.Recurrent layer, int way) {
        Map<String, float[]> weights = new HashMap<>();
        weights.put("kernel", gateKernel(ways, ways.kernel(), way));
        weights.put("recurrent_kernel", gateKernel(ways, ways.recurrent(), way));
        if (layer.recurrence().useBias()) {
            boolean two = layer instanceof LayerSpec.Gru gru && gru.resetAfter();
            weights.put("bias", gateBias(ways, way, two));
        }
        return weights;
    }

    /** {@code [directions, gates * units, rows]} becomes {@code [rows, gates * units]}. */
    private static float[] gateKernel(Ways ways, Constant kernel, int way) {
        int units = ways.units();
        int columns = ways.gates().count() * units;
        int rows = kernel.dimensions()[2];
        float[] values = new float[rows * columns];
        for (int gate = 0; gate < ways.gates().count(); gate++) {
            int from = ways.gates().places()[gate];
            for (int unit = 0; unit < units; unit++) {
                int source = (way * columns + from * units + unit) * rows;
                for (int row = 0; row < rows; row++) {
                    values[row * columns + gate * units + unit] = (float) kernel.numbers()[source + row];
                }
            }
        }
        return values;
    }

    /** ONNX has a bias of the input and one of the state, which Keras has as one but in a GRU that resets afterwards. */
    private float[] gateBias(Ways ways, int way, boolean two) {
        Constant bias = reading.constant(ways.node(), 3, "the bias");
        int units = ways.units();
        int columns = ways.gates().count() * units;
        if (bias.rank() != 2
                || bias.dimensions()[0] != ways.kernel().dimensions()[0]
                || bias.dimensions()[1] != 2 * columns) {
            throw reading.corrupt(
                    ways.node(),
                    "a bias of " + 2 * columns + " numbers a direction",
                    Arrays.toString(bias.dimensions()));
        }
        float[] values = new float[two ? 2 * columns : columns];
        for (int gate = 0; gate < ways.gates().count(); gate++) {
            int from = way * 2 * columns + ways.gates().places()[gate] * units;
            for (int unit = 0; unit < units; unit++) {
                double ofInput = bias.numbers()[from + unit];
                double ofState = bias.numbers()[from + columns + unit];
                int to = gate * units + unit;
                if (two) {
                    values[to] = (float) ofInput;
                    values[columns + to] = (float) ofState;
                } else {
                    values[to] = (float) (ofInput + ofState);
                }
            }
        }
        return values;
    }

    private record Given(LayerSpec layer, Shape stored, View input, boolean batchFirst) {}

    /** All states as {@code [steps, directions, batch, units]}, the last ones as {@code [directions, batch, units]}. */
    private void give(OnnxNode node, Given given, boolean all, boolean last) {
        Atom batch = given.input().batch();
        boolean both = given.layer() instanceof LayerSpec.Bidirectional;
        int width = given.stored().dimension(-1);
        List<Atom> directions = both ? List.of(Atom.of(2)) : List.of();
        int units = both ? width / 2 : width;
        List<Atom> unit = units == 1 ? List.of() : List.of(Atom.of(units));
        if (!all) {
            View state = new View(
                    given.layer().name(),
                    given.stored(),
                    joined(directions, unit),
                    given.batchFirst()
                            ? List.of(List.of(batch), directions, unit)
                            : List.of(directions, List.of(batch), unit));
            if (last) {
                reading.give(node, 1, state);
            }
            return;
        }
        int steps = given.stored().dimension(0);
        boolean backwards = given.layer() instanceof LayerSpec.Recurrent one
                && one.recurrence().goBackwards();
        Atom time = backwards ? Atom.of(steps).turned() : Atom.of(steps);
        List<Atom> times = steps == 1 ? List.of() : List.of(time);
        View states = new View(
                given.layer().name(),
                given.stored(),
                joined(times, joined(directions, unit)),
                given.batchFirst()
                        ? List.of(List.of(batch), times, directions, unit)
                        : List.of(times, directions, List.of(batch), unit));
        reading.give(node, 0, states);
        if (last && both) {
            reading.give(
                    node, 1, lastOfBoth(given, LayerSpec.State.Which.HIDDEN, LayerSpec.State.Which.BACKWARD_HIDDEN));
        } else if (last) {
            // Stored in the order of computation, so the last is the last.
            String name = reading.layers().name(given.layer().name() + "_last");
            LayerSpec crop = new LayerSpec.Cropping1d(name, steps - 1, 0);
            Shape one = reading.layers().add(crop, List.of(states), Map.of());
            reading.give(node, 1, lastState(given, name, one));
        }
    }

    /** A state behind the last step of either direction, side by side as the last outputs lie. */
    private View lastOfBoth(Given given, LayerSpec.State.Which forward, LayerSpec.State.Which backward) {
        List<View> states = new ArrayList<>();
        for (LayerSpec.State.Which which : List.of(forward, backward)) {
            String name = reading.layers()
                    .name(given.layer().name() + "_" + which.name().toLowerCase(Locale.ROOT));
            Shape stored = reading.layers()
                    .addState(new LayerSpec.State(name, which), given.layer().name());
            states.add(new View(name, stored, List.of(), List.of()));
        }
        String beside = reading.layers().name(given.layer().name() + "_states");
        Shape stored = reading.layers().add(new LayerSpec.Concatenate(beside, 1), states, Map.of());
        return both(given, beside, stored);
    }

    /** Numbers of both directions, {@code [directions, batch, units]}. */
    private static View both(Given given, String layer, Shape stored) {
        int units = stored.dimension(-1) / 2;
        List<Atom> directions = List.of(Atom.of(2));
        List<Atom> unit = units == 1 ? List.of() : List.of(Atom.of(units));
        List<Atom> batch = List.of(given.input().batch());
        return new View(
                layer,
                stored,
                joined(directions, unit),
                given.batchFirst() ? List.of(batch, directions, unit) : List.of(directions, batch, unit));
    }

    /** What a layer gives of the last step of one direction. */
    private static View lastState(Given given, String layer, Shape stored) {
        int width = stored.dimension(-1);
        List<Atom> unit = width == 1 ? List.of() : List.of(Atom.of(width));
        List<Atom> batch = List.of(given.input().batch());
        return new View(
                layer,
                stored,
                unit,
                given.batchFirst() ? List.of(batch, List.of(), unit) : List.of(List.of(), batch, unit));
    }

    private static List<Atom> joined(List<Atom> first, List<Atom> second) {
        List<Atom> all = new ArrayList<>(first);
        all.addAll(second);
        return all;
    }

    /**
     * Two layers as one.
     *
     * @param inputs the states of the layer that reads forwards, then those of the other, both {@code [.., .., units]}
     */
    static View bidirectional(Reading reading, OnnxNode node, List<View> inputs, LayerSpec.MergeMode mode) {
        GraphBuilder layers = reading.layers();
        LayerSpec.Recurrent forward =
                (LayerSpec.Recurrent) layers.layer(inputs.getFirst().layer()).orElseThrow();
        LayerSpec.Recurrent backward =
                (LayerSpec.Recurrent) layers.layer(inputs.getLast().layer()).orElseThrow();
        Map<String, float[]> weights = new HashMap<>();
        layers.weights(forward.name()).forEach((variable, values) -> weights.put("forward_" + variable, values));
        layers.weights(backward.name()).forEach((variable, values) -> weights.put("backward_" + variable, values));
        String name = reading.name(node);
        LayerSpec layer = new LayerSpec.Bidirectional(name, forward, backward, mode);
        List<String> read = new ArrayList<>(layers.inputs(forward.name()));
        read.addAll(layers.inputs(backward.name()).stream().skip(1).toList());
        Shape stored = layers.addReading(layer, read, weights);
        View first = inputs.getFirst();
        List<Atom> times = first.axes().stream()
                .flatMap(List::stream)
                .filter(atom -> !atom.isBatch() && first.order().indexOf(atom) == 0)
                .toList();
        int width = stored.dimension(-1);
        List<Atom> unit = width == 1 ? List.of() : List.of(Atom.of(width));
        List<List<Atom>> axes = new ArrayList<>(first.axes());
        axes.set(axes.size() - 1, unit);
        List<Atom> steps = stored.dimension(0) == 1 ? List.of() : times;
        return new View(name, stored, joined(steps, unit), axes);
    }
}
