package dev.hourglass.model;

import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Layers and what each of them reads. Every input and every layer's output is a value with a name; a value may be read
 * by any number of layers, which is how a model branches.
 *
 * @param inputs what samples bring
 * @param nodes each after all whose values it reads
 * @param outputs names of the values that leave
 * @param variables what is said of the layers' variables; of other layers nothing is kept
 */
public record Graph(List<Input> inputs, List<Node> nodes, List<String> outputs, VariableSettings variables) {
    /** What the only input of a chain is called, where no layer has that name. */
    private static final String INPUT = "input";

    private static final int MOST_NAMED = 20;

    /**
     * A value that comes from outside.
     *
     * @param shape of one sample
     */
    public record Input(String name, Shape shape) {}

    /**
     * A layer at one of its places.
     *
     * @param name of the value that it gives here: the layer's own at one of its places, another at each further one
     * @param inputs names of the values that it reads, in the order in which they mean something to the layer
     */
    public record Node(String name, LayerSpec layer, List<String> inputs) {
        public Node {
            inputs = layer instanceof LayerSpec.Attending ? distinctEnds(inputs) : List.copyOf(inputs);
            if (inputs.isEmpty()) {
                throw new IllegalArgumentException("Layer '" + name + "' reads nothing; name its inputs");
            }
            if (layer instanceof LayerSpec.Walk walk && inputs.size() > 1) {
                requireStates(name, walk, inputs);
            } else if (inputs.size() > 1 && !(layer instanceof LayerSpec.Merge)) {
                throw new IllegalArgumentException("Layer '" + name + "' ("
                        + KerasClass.of(layer).kerasName() + ") reads one value, got " + inputs
                        + "; merge them first, with Add or Concatenate");
            }
        }

        private static void requireStates(String name, LayerSpec.Walk layer, List<String> inputs) {
            if (inputs.size() != 1 + layer.states().size()) {
                throw new IllegalArgumentException("Layer '" + name + "' ("
                        + KerasClass.of(layer).kerasName() + ") reads a sequence, or a sequence and "
                        + statesOf(layer) + " to begin with, got "
                        + inputs);
            }
        }

        private static String statesOf(LayerSpec.Walk layer) {
            if (layer instanceof LayerSpec.Bidirectional both) {
                int ofForward = both.forward().states().size();
                int ofBackward = both.backward().states().size();
                return (ofForward == 1 ? "a state" : "a state and a cell") + " of the way forward and "
                        + (ofBackward == 1 ? "a state" : "a state and a cell") + " of the way back";
            }
            return layer.states().size() == 1 ? "a state" : "its state and its cell";
        }

        /** A key that is the value, and a value that is the query, go without saying. */
        private static List<String> distinctEnds(List<String> inputs) {
            int count = inputs.size();
            while (count > 1 && inputs.get(count - 1).equals(inputs.get(count - 2))) {
                count--;
            }
            return List.copyOf(inputs.subList(0, count));
        }

        /** A layer at its only place, or at the first. */
        public Node(LayerSpec layer, List<String> inputs) {
            this(layer.name(), layer, inputs);
        }

        /** Whether the value has another name than the layer, because that gives one elsewhere as well. */
        public boolean isFurtherUse() {
            return !name.equals(layer.name());
        }
    }

    /**
     * @throws IllegalArgumentException if two values or two different layers have the same name, a layer reads what no
     *     value before it is, a layer leads to no output, or what a State reads has none
     */
    public Graph {
        inputs = List.copyOf(inputs);
        nodes = List.copyOf(nodes);
        outputs = List.copyOf(outputs);
        variables = variables.ofLayers(
                nodes.stream().map(node -> node.layer().name()).collect(Collectors.toSet()));
        if (inputs.isEmpty() || outputs.isEmpty()) {
            throw new IllegalArgumentException("A graph needs at least one input and one output");
        }
        requireWired(inputs, nodes, outputs);
        requireOneLayerOfAName(nodes);
        requireLayersWithStates(nodes);
    }

    /** Whose variables are Keras's defaults. */
    public Graph(List<Input> inputs, List<Node> nodes, List<String> outputs) {
        this(inputs, nodes, outputs, VariableSettings.NONE);
    }

    /**
     * The same, but for what is said of the variables of its layers; of others nothing is kept.
     *
     * @throws dev.hourglass.tensor.ShapeException if a layer has no such variable, or it has another shape
     */
    public Graph with(VariableSettings settings) {
        Graph graph = new Graph(inputs, nodes, outputs, settings);
        ModelFacts.of(graph);
        return graph;
    }

    /** Layers with the same name are the same layer, at several places: it has its variables once. */
    private static void requireOneLayerOfAName(List<Node> nodes) {
        Map<String, LayerSpec> layers = new HashMap<>();
        for (Node node : nodes) {
            LayerSpec other = layers.putIfAbsent(node.layer().name(), node.layer());
            if (other != null && !other.equals(node.layer())) {
                throw new IllegalArgumentException(
                        "Two layers or inputs are named '" + node.layer().name() + "'; give one another name");
            }
        }
        for (Node node : nodes) {
            if (node.isFurtherUse() && layers.containsKey(node.name())) {
                throw new IllegalArgumentException("A further use of layer '"
                        + node.layer().name() + "' is named as layer '" + node.name() + "' is; give it another name");
            }
        }
    }

    private static void requireLayersWithStates(List<Node> nodes) {
        Map<String, LayerSpec> layers = new HashMap<>();
        for (Node node : nodes) {
            layers.put(node.name(), node.layer());
            if (node.layer() instanceof LayerSpec.State state) {
                String read = node.inputs().getFirst();
                boolean hasIt = layers.get(read) instanceof LayerSpec.Walk walk
                        && walk.states().contains(state.which());
                if (!hasIt) {
                    String needed = switch (state.which()) {
                        case HIDDEN -> "LSTM, GRU, SimpleRNN, ConvLSTM or Bidirectional";
                        case CELL -> "LSTM, ConvLSTM or Bidirectional of LSTMs";
                        case BACKWARD_HIDDEN -> "Bidirectional";
                        case BACKWARD_CELL -> "Bidirectional whose way back is an LSTM";
                    };
                    throw new IllegalArgumentException("Layer '" + node.name() + "' (State "
                            + state.which().name().toLowerCase(Locale.ROOT) + ") reads the state of a layer, but '"
                            + read
                            + "' is no " + needed + "; let it read one");
                }
            }
        }
    }

    private static void requireWired(List<Input> inputs, List<Node> nodes, List<String> outputs) {
        Set<String> all = nodes.stream().map(Node::name).collect(Collectors.toSet());
        Set<String> written = new HashSet<>();
        inputs.forEach(input -> written.add(input.name()));
        for (Node node : nodes) {
            for (String read : node.inputs()) {
                if (!written.contains(read)) {
                    throw new IllegalArgumentException("Layer '" + node.name() + "' reads '" + read + "', which is "
                            + (all.contains(read)
                                    ? "not computed before it; put that layer first, and let no layers run in a circle"
                                    : "no layer and no input; there are " + some(written)));
                }
            }
            if (!written.add(node.name())) {
                throw new IllegalArgumentException(
                        "Two layers or inputs are named '" + node.name() + "'; give one another name");
            }
        }
        for (String output : outputs) {
            if (!written.contains(output)) {
                throw new IllegalArgumentException("Output '" + output + "' is no layer; there are " + some(written));
            }
        }
        Set<String> needed = new HashSet<>(outputs);
        for (Node node : nodes.reversed()) {
            if (!needed.contains(node.name())) {
                throw new IllegalArgumentException(
                        "Layer '" + node.name() + "' leads to no output; let another layer read it, or leave it out");
            }
            needed.addAll(node.inputs());
        }
    }

    /** So many names that a line holds them. */
    private static String some(Set<String> names) {
        String first = names.stream().sorted().limit(MOST_NAMED).collect(Collectors.joining(", "));
        return names.size() > MOST_NAMED ? first + ", ..." : first;
    }

    /** Each layer reads the one before it. */
    public static Graph chain(Shape input, List<LayerSpec> layers) {
        Set<String> names = layers.stream().map(LayerSpec::name).collect(Collectors.toSet());
        String before = INPUT;
        while (names.contains(before)) {
            before += "_";
        }
        Input first = new Input(before, input);
        List<Node> nodes = new ArrayList<>();
        for (LayerSpec layer : layers) {
            nodes.add(new Node(layer, List.of(before)));
            before = layer.name();
        }
        return new Graph(List.of(first), nodes, List.of(before));
    }

    /**
     * Of nodes in any order.
     *
     * @throws IllegalArgumentException as the constructor's, or if layers read each other in a circle
     */
    public static Graph of(List<Input> inputs, List<Node> nodes, List<String> outputs) {
        return new Graph(inputs, sorted(inputs, nodes), outputs);
    }

    /** In an order in which each finds what it reads, and else as they were. */
    private static List<Node> sorted(List<Input> inputs, List<Node> nodes) {
        Map<String, List<Integer>> readers = new HashMap<>();
        int[] missing = new int[nodes.size()];
        Set<String> given = inputs.stream().map(Input::name).collect(Collectors.toSet());
        Set<String> names = nodes.stream().map(Node::name).collect(Collectors.toSet());
        Queue<Integer> ready = new PriorityQueue<>();
        for (int i = 0; i < missing.length; i++) {
            Set<String> awaited = new HashSet<>(nodes.get(i).inputs());
            // What nobody gives is told by the constructor.
            awaited.removeIf(read -> given.contains(read) || !names.contains(read));
            for (String read : awaited) {
                readers.computeIfAbsent(read, ignored -> new ArrayList<>()).add(i);
            }
            missing[i] = awaited.size();
            if (awaited.isEmpty()) {
                ready.add(i);
            }
        }
        List<Node> sorted = new ArrayList<>();
        while (!ready.isEmpty()) {
            Node next = nodes.get(ready.remove());
            sorted.add(next);
            for (int reader : readers.getOrDefault(next.name(), List.of())) {
                if (--missing[reader] == 0) {
                    ready.add(reader);
                }
            }
        }
        if (sorted.size() < nodes.size()) {
            List<Node> circle = new ArrayList<>(nodes);
            circle.removeAll(new HashSet<>(sorted));
            throw new IllegalArgumentException("Layer '" + circle.getFirst().name() + "' reads "
                    + circle.getFirst().inputs() + ", which wait for it in turn; let no layers run in a circle");
        }
        return sorted;
    }

    /** The shape of a sample. Of several inputs it is their numbers in a row, in their order: {@code [n]}. */
    public Shape input() {
        return inputs.size() == 1
                ? inputs.getFirst().shape()
                : Shape.of(
                        inputs.stream().mapToInt(input -> input.shape().size()).reduce(0, Math::addExact));
    }

    /** @throws IllegalStateException if there are several */
    public Input onlyInput() {
        if (inputs.size() != 1) {
            throw new IllegalStateException("The graph has " + inputs.size() + " inputs");
        }
        return inputs.getFirst();
    }

    /** @throws IllegalStateException if there are several */
    public String onlyOutput() {
        if (outputs.size() != 1) {
            throw new IllegalStateException("The graph has " + outputs.size() + " outputs");
        }
        return outputs.getFirst();
    }

    /** The layers, each once, in the order of their first places. */
    public List<LayerSpec> layers() {
        return nodes.stream().map(Node::layer).distinct().toList();
    }

    /** The names of the values that a layer gives, one for each of its places. */
    public List<String> uses(String layer) {
        return nodes.stream()
                .filter(node -> node.layer().name().equals(layer))
                .map(Node::name)
                .toList();
    }

    /** Whether a layer is used at several places. */
    public boolean sharesLayers() {
        return layers().size() < nodes.size();
    }

    /** Whether each layer reads the one before it alone, and stands at one place. */
    public boolean isChain() {
        if (inputs.size() != 1 || outputs.size() != 1) {
            return false;
        }
        String before = inputs.getFirst().name();
        for (Node node : nodes) {
            if (!node.inputs().equals(List.of(before)) || node.isFurtherUse()) {
                return false;
            }
            before = node.name();
        }
        return outputs.getFirst().equals(before);
    }

    /** The part that computes some values from the inputs. */
    public Graph upTo(List<String> values) {
        Set<String> needed = ancestors(values);
        return new Graph(
                inputs.stream().filter(input -> needed.contains(input.name())).toList(),
                nodes.stream().filter(node -> needed.contains(node.name())).toList(),
                values,
                variables);
    }

    /** The same, with all nodes first that a value is computed by; the value's own is the last of these. */
    public Graph encoderFirst(String waist) {
        Set<String> encoding = ancestors(List.of(waist));
        List<Node> sorted = new ArrayList<>();
        nodes.stream().filter(node -> encoding.contains(node.name())).forEach(sorted::add);
        nodes.stream().filter(node -> !encoding.contains(node.name())).forEach(sorted::add);
        return new Graph(inputs, sorted, outputs, variables);
    }

    /**
     * The values that go around another one: it is not computed from what reads them, but from them, or beside them.
     *
     * @param waist name of a layer
     * @return inputs and layers, other than the waist, from which the waist is computed and that are read by what is not;
     *     of a layer of which only a state is read behind the waist, that state
     */
    public List<String> bypass(String waist) {
        Set<String> encoding = ancestors(List.of(waist));
        Set<String> around = new LinkedHashSet<>();
        nodes.stream()
                .filter(node -> !encoding.contains(node.name()) && !(node.layer() instanceof LayerSpec.State))
                .flatMap(node -> node.inputs().stream())
                .filter(read -> encoding.contains(read) || isInput(read))
                .forEach(around::add);
        outputs.stream().filter(encoding::contains).forEach(around::add);
        around.remove(waist);
        // A state is more than what leaves its layer, so it goes around even where that is the waist.
        nodes.stream()
                .filter(node -> !encoding.contains(node.name()) && node.layer() instanceof LayerSpec.State)
                .filter(node -> encoding.contains(node.inputs().getFirst()))
                .map(Node::name)
                .forEach(around::add);
        return List.copyOf(around);
    }

    private boolean isInput(String value) {
        return inputs.stream().anyMatch(input -> input.name().equals(value));
    }

    /**
     * What is computed from one value alone.
     *
     * @param value that nothing {@linkplain #bypass goes around}
     * @param shape of the value
     */
    public Graph after(String value, Shape shape) {
        Set<String> before = ancestors(List.of(value));
        List<Node> rest =
                nodes.stream().filter(node -> !before.contains(node.name())).toList();
        Graph part = new Graph(List.of(new Input(value, shape)), rest, outputs, variables);
        return part.isChain() ? chain(shape, part.layers()).with(variables) : part;
    }

    /**
     * The same as it is in use: what is sampled in training is its mean, and what only its variance is told from is left
     * out.
     */
    public Graph inUse() {
        Map<String, String> means = new HashMap<>();
        List<Node> rest = new ArrayList<>();
        for (Node node : nodes) {
            List<String> read = node.inputs().stream()
                    .map(input -> means.getOrDefault(input, input))
                    .toList();
            if (node.layer() instanceof LayerSpec.Sampling) {
                means.put(node.name(), read.getFirst());
            } else {
                rest.add(new Node(node.name(), node.layer(), read));
            }
        }
        if (means.isEmpty()) {
            return this;
        }
        List<String> left = outputs.stream()
                .map(output -> means.getOrDefault(output, output))
                .toList();
        Set<String> needed = new HashSet<>(left);
        for (Node node : rest.reversed()) {
            if (needed.contains(node.name())) {
                needed.addAll(node.inputs());
            }
        }
        return new Graph(
                inputs,
                rest.stream().filter(node -> needed.contains(node.name())).toList(),
                left,
                variables);
    }

    /** The values from which some values are computed, and these themselves. */
    Set<String> ancestors(Collection<String> values) {
        Set<String> needed = new HashSet<>(values);
        for (Node node : nodes.reversed()) {
            if (needed.contains(node.name())) {
                needed.addAll(node.inputs());
            }
        }
        return needed;
    }
}
