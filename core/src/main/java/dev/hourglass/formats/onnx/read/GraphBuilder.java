package dev.hourglass.formats.onnx.read;

import dev.hourglass.formats.keras.LayerNames;
import dev.hourglass.formats.onnx.read.graph.Bounds;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerFacts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Variable;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts layers and their weights together, in the order in which the operators come. */
final class GraphBuilder {
    private final List<Graph.Input> inputs;
    private final Bounds bounds;
    private final Map<String, Built> layers = new LinkedHashMap<>();
    private final LayerNames names = new LayerNames();
    /** What was laid out anew already: the layer and the order, and what gives it. */
    private final Map<String, View> arranged = new HashMap<>();

    /**
     * A layer at its place.
     *
     * @param weights by the variable's name
     */
    private record Built(LayerFacts facts, List<String> inputs, Map<String, float[]> weights) {
        LayerSpec layer() {
            return facts.layer();
        }
    }

    /** @param inputs with names of their own */
    GraphBuilder(List<Graph.Input> inputs, Bounds bounds) {
        this.inputs = List.copyOf(inputs);
        this.bounds = bounds;
        inputs.forEach(input -> names.unique(input.name(), ""));
    }

    /** A name that no other layer has, as near to a text as Hourglass's names come. */
    String name(String text) {
        return names.unique(text, "onnx");
    }

    /**
     * Adds a layer.
     *
     * @param weights by the variable's name, in Keras's layout
     * @return the shape of what it gives
     * @throws ShapeException if it can't read that, or has other variables
     */
    Shape add(LayerSpec layer, List<View> inputs, Map<String, float[]> weights) {
        List<LayerFacts.Source> sources = inputs.stream()
                .map(view -> new LayerFacts.Source("'" + view.layer() + "'", view.stored()))
                .toList();
        LayerFacts facts = LayerFacts.ofSources(layer, sources);
        for (Variable variable : facts.variables()) {
            float[] values = weights.get(variable.name());
            if (values == null || values.length != variable.shape().size()) {
                throw new ShapeException("variable " + variable.name() + " needs "
                        + variable.shape().size() + " numbers for " + variable.shape() + ", got "
                        + (values == null ? "none" : values.length));
            }
        }
        bounds.countLayer(inputs.size(), size(weights));
        layers.put(
                layer.name(), new Built(facts, inputs.stream().map(View::layer).toList(), weights));
        return facts.output();
    }

    private static long size(Map<String, float[]> weights) {
        return weights.values().stream().mapToLong(values -> values.length).sum();
    }

    /** Adds a layer by the names of what it reads. */
    Shape addReading(LayerSpec layer, List<String> inputs, Map<String, float[]> weights) {
        List<LayerFacts.Source> sources = inputs.stream()
                .map(name -> new LayerFacts.Source("'" + name + "'", output(name)))
                .toList();
        LayerFacts facts = LayerFacts.ofSources(layer, sources);
        bounds.countLayer(inputs.size(), size(weights));
        layers.put(layer.name(), new Built(facts, inputs, weights));
        return facts.output();
    }

    /** Adds what reads a state of a recurrent layer. */
    Shape addState(LayerSpec.State state, String of) {
        LayerFacts facts = LayerFacts.ofState(
                state, "'" + of + "'", Objects.requireNonNull(layers.get(of)).facts());
        bounds.countLayer(1, 0);
        layers.put(state.name(), new Built(facts, List.of(of), Map.of()));
        return facts.output();
    }

    Optional<LayerSpec> layer(String name) {
        return Optional.ofNullable(layers.get(name)).map(Built::layer);
    }

    List<String> inputs(String name) {
        return Objects.requireNonNull(layers.get(name)).inputs();
    }

    float @Nullable [] weights(String layer, String variable) {
        return Objects.requireNonNull(layers.get(layer)).weights().get(variable);
    }

    /** Puts another layer of the same name and the same shapes in a layer's place. */
    void replace(LayerSpec layer, Map<String, float[]> weights) {
        Built old = Objects.requireNonNull(layers.get(layer.name()));
        LayerFacts facts = LayerFacts.of(layer, old.facts().input());
        layers.put(layer.name(), new Built(facts, old.inputs(), weights));
    }

    /** Puts a layer at its place, or at that of the layer of its name; what it reads must be before that. */
    void put(LayerSpec layer, List<String> inputs, Map<String, float[]> weights) {
        List<LayerFacts.Source> sources = inputs.stream()
                .map(name -> new LayerFacts.Source("'" + name + "'", output(name)))
                .toList();
        bounds.reserve(size(weights) * Float.BYTES, "the weights of all layers");
        layers.put(layer.name(), new Built(LayerFacts.ofSources(layer, sources), inputs, weights));
    }

    /** The shape of what a layer reads. */
    Shape input(String layer) {
        return Objects.requireNonNull(layers.get(layer)).facts().input();
    }

    /** The shape of what a layer or an input gives. */
    Shape output(String name) {
        Built built = layers.get(name);
        return built != null
                ? built.facts().output()
                : inputs.stream()
                        .filter(input -> input.name().equals(name))
                        .findFirst()
                        .orElseThrow()
                        .shape();
    }

    /** Of each value that leads to outputs, which layers read it. */
    Map<String, List<String>> readers(Set<String> outputs) {
        Set<String> needed = new HashSet<>(outputs);
        Map<String, List<String>> readers = new HashMap<>();
        outputs.forEach(output -> readers.put(output, new ArrayList<>()));
        for (Map.Entry<String, Built> entry : List.copyOf(layers.entrySet()).reversed()) {
            if (needed.contains(entry.getKey())) {
                for (String read : Set.copyOf(entry.getValue().inputs())) {
                    needed.add(read);
                    readers.computeIfAbsent(read, name -> new ArrayList<>()).add(entry.getKey());
                }
            }
        }
        return readers;
    }

    Map<String, float[]> weights(String layer) {
        return Objects.requireNonNull(layers.get(layer)).weights();
    }

    /** Lets a layer apply an activation; false if it has one, or is of a kind that has none. */
    boolean activate(String name, Activation activation) {
        Built built = layers.get(name);
        LayerSpec other = built == null ? null : activated(built.layer(), activation);
        if (built == null || other == null) {
            return false;
        }
        replace(other, built.weights());
        return true;
    }

    private static @Nullable LayerSpec activated(LayerSpec layer, Activation activation) {
        return switch (layer) {
            case LayerSpec.Conv1d l -> l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            case LayerSpec.Conv2d l -> l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            case LayerSpec.Conv3d l -> l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            case LayerSpec.Conv1dTranspose l ->
                l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            case LayerSpec.Conv2dTranspose l ->
                l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            case LayerSpec.Conv3dTranspose l ->
                l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            case LayerSpec.Dense l -> l.activation() == Activation.LINEAR ? l.withActivation(activation) : null;
            default -> null;
        };
    }

    /**
     * A value with its numbers stored in another order, by layers that do no more than that; none where they lie so.
     *
     * @param wanted the dimensions, each of atoms; all of the value's but the batch
     * @param reader the layer that asks for it, which gives the names
     */
    View arrange(View view, List<List<Atom>> wanted, String reader) {
        List<Atom> order = new ArrayList<>();
        wanted.forEach(order::addAll);
        if (order.stream().anyMatch(Atom::isReversed)) {
            throw new ShapeException("it needs steps in their order, and gets them from the last to the first");
        }
        Shape shape = Shape.of(wanted.stream().mapToInt(View::product).toArray());
        if (order.equals(view.order()) && shape.equals(view.stored())) {
            return view;
        }
        List<Integer> places =
                order.stream().map(atom -> view.order().indexOf(atom)).toList();
        String key = view.layer() + places + atomSizes(view) + shape;
        View known = arranged.get(key);
        if (known == null) {
            known = laidOut(view, order, shape, reader);
            arranged.put(key, known);
        }
        return new View(known.layer(), shape, order, view.axes());
    }

    private static List<Integer> atomSizes(View view) {
        return view.order().stream().map(Atom::size).toList();
    }

    private View laidOut(View view, List<Atom> order, Shape shape, String reader) {
        View moved = view;
        if (!order.equals(view.order())) {
            Optional<List<Integer>> whole = permutation(view, order, shape);
            List<Integer> axes = whole.orElseGet(ArrayList::new);
            View split = view;
            if (whole.isEmpty()) {
                List<List<Atom>> runs = runs(view.order(), order);
                List<List<Atom>> stored = new ArrayList<>(runs);
                stored.sort((one, other) -> Integer.compare(
                        view.order().indexOf(one.getFirst()), view.order().indexOf(other.getFirst())));
                runs.forEach(run -> axes.add(stored.indexOf(run) + 1));
                int[] dimensions = stored.stream().mapToInt(View::product).toArray();
                split = reshaped(view, Shape.of(dimensions), reader);
            }
            LayerSpec permute = new LayerSpec.Permute(name(reader + "_permute"), axes);
            Shape to = add(permute, List.of(split), Map.of());
            moved = new View(permute.name(), to, order, view.axes());
        }
        return reshaped(moved, shape, reader);
    }

    /**
     * The stored dimensions in the order of atoms, counted from 1; empty if one would be torn apart. Those of 1 go where the
     * wanted shape has a 1.
     */
    private static Optional<List<Integer>> permutation(View view, List<Atom> order, Shape wanted) {
        List<Integer> moved = new ArrayList<>();
        List<Integer> units = new ArrayList<>();
        int place = 0;
        for (int i = 0; i < view.stored().rank(); i++) {
            if (view.stored().dimension(i) == 1) {
                units.add(i + 1);
            }
        }
        List<List<Atom>> dimensions = dimensions(view);
        while (place < order.size()) {
            Atom next = order.get(place);
            int dimension = 0;
            while (!dimensions.get(dimension).contains(next)) {
                dimension++;
            }
            List<Atom> atoms = dimensions.get(dimension);
            int end = place + atoms.size();
            if (end > order.size() || !order.subList(place, end).equals(atoms)) {
                return Optional.empty();
            }
            moved.add(dimension + 1);
            place = end;
        }
        for (int i = 0; i < wanted.rank() && !units.isEmpty(); i++) {
            if (wanted.dimension(i) == 1 && i <= moved.size()) {
                moved.add(i, units.removeFirst());
            }
        }
        moved.addAll(units);
        return Optional.of(moved);
    }

    /** The atoms of each stored dimension. */
    private static List<List<Atom>> dimensions(View view) {
        List<List<Atom>> dimensions = new ArrayList<>();
        int next = 0;
        for (int size : view.stored().toArray()) {
            List<Atom> atoms = new ArrayList<>();
            for (int open = size; open > 1; open /= atoms.getLast().size()) {
                atoms.add(view.order().get(next++));
            }
            dimensions.add(atoms);
        }
        return dimensions;
    }

    /** Atoms that lie side by side in both orders, in the order that is wanted. */
    private static List<List<Atom>> runs(List<Atom> from, List<Atom> to) {
        List<List<Atom>> runs = new ArrayList<>();
        int before = -2;
        for (Atom atom : to) {
            int place = from.indexOf(atom);
            if (place != before + 1) {
                runs.add(new ArrayList<>());
            }
            runs.getLast().add(atom);
            before = place;
        }
        return runs;
    }

    private View reshaped(View view, Shape shape, String reader) {
        if (view.stored().equals(shape)) {
            return view;
        }
        LayerSpec layer = shape.rank() == 1
                ? new LayerSpec.Flatten(name(reader + "_flatten"))
                : new LayerSpec.Reshape(name(reader + "_reshape"), shape);
        add(layer, List.of(view), Map.of());
        return new View(layer.name(), shape, view.order(), view.axes());
    }

    /** What leads to some values; the layers and inputs that nothing reads are left out. */
    Graph graph(List<String> outputs) {
        Set<String> needed = new HashSet<>(outputs);
        List<Graph.Node> nodes = new ArrayList<>();
        for (Map.Entry<String, Built> entry : List.copyOf(layers.entrySet()).reversed()) {
            if (needed.contains(entry.getKey())) {
                needed.addAll(entry.getValue().inputs());
                nodes.addFirst(new Graph.Node(
                        entry.getValue().layer(), entry.getValue().inputs()));
            }
        }
        List<Graph.Input> read =
                inputs.stream().filter(input -> needed.contains(input.name())).toList();
        return new Graph(read, nodes, outputs);
    }

    /** Of the graph's layers, in Keras's order. */
    Parameters parameters(Graph graph) {
        List<Parameter> all = new ArrayList<>();
        for (LayerSpec layer : graph.layers()) {
            Built built = Objects.requireNonNull(layers.get(layer.name()));
            for (Variable variable : built.facts().variables()) {
                all.add(new Parameter(
                        layer.name(),
                        variable.name(),
                        variable.shape(),
                        variable.trainable(),
                        Objects.requireNonNull(built.weights().get(variable.name()))));
            }
        }
        return Parameters.of(all);
    }
}
