package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is known of the layers of a graph, an autoencoder's or half of one, without computing anything.
 *
 * @param graph the layers and what each reads
 * @param layers the facts of each node's layer, in order
 */
public record ModelFacts(Graph graph, List<LayerFacts> layers) {
    public ModelFacts {
        layers = List.copyOf(layers);
    }

    /** @throws ShapeException naming the first layer that does not fit, what it needs, what it got and a way out */
    public static ModelFacts of(Shape input, List<LayerSpec> layers) {
        return of(Graph.chain(input, layers));
    }

    /** @throws ShapeException naming the first layer that does not fit, what it needs, what it got and a way out */
    public static ModelFacts of(Graph graph) {
        Map<String, Source> values = new HashMap<>();
        for (Graph.Input input : graph.inputs()) {
            String source = graph.inputs().size() == 1 ? "the input" : "input '" + input.name() + "'";
            values.put(input.name(), new Source(input.shape(), source, false));
        }
        Map<String, LayerFacts> byName = new HashMap<>();
        List<LayerFacts> facts = new ArrayList<>();
        for (Graph.Node node : graph.nodes()) {
            LayerSpec layer = node.layer();
            List<LayerInput> inputs = node.inputs().stream()
                    .map(name -> Objects.requireNonNull(values.get(name)).into(layer))
                    .toList();
            LayerFacts read = byName.get(node.inputs().getFirst());
            LayerFacts of = layer instanceof LayerSpec.State state && read != null
                    ? LayerFacts.ofState(state, inputs.getFirst().source(), read)
                    : LayerFacts.ofInputs(layer, inputs);
            byName.put(node.name(), of);
            facts.add(of.with(graph.variables()));
            boolean repeated = layer instanceof LayerSpec.RepeatVector;
            values.put(node.name(), new Source(of.output(), "'" + node.name() + "'", repeated));
        }
        requireSameVariables(graph, facts);
        return new ModelFacts(graph, facts);
    }

    /** Wherever a layer stands, its variables are the same. */
    private static void requireSameVariables(Graph graph, List<LayerFacts> facts) {
        Map<String, LayerFacts> first = new HashMap<>();
        for (int i = 0; i < facts.size(); i++) {
            LayerFacts here = facts.get(i);
            LayerFacts before = first.putIfAbsent(here.layer().name(), here);
            if (before != null && !before.variables().equals(here.variables())) {
                throw new ShapeException(LayerFacts.describe(here.layer()) + " is used again as '"
                        + graph.nodes().get(i).name() + "' on " + here.input() + ", but the weights that it has for "
                        + before.input() + " don't fit that. Give it inputs of one size, or use two layers.");
            }
        }
    }

    /** A value on its way to a layer. */
    private record Source(Shape shape, String name, boolean repeated) {
        LayerInput into(LayerSpec layer) {
            return new LayerInput(layer, shape, name, repeated);
        }
    }

    /** The shape of one sample. */
    public Shape input() {
        return graph.input();
    }

    /**
     * The shape of a value.
     *
     * @param value an input or a layer's output
     * @throws IllegalArgumentException if there is none of that name
     */
    public Shape shapeOf(String value) {
        for (Graph.Input input : graph.inputs()) {
            if (input.name().equals(value)) {
                return input.shape();
            }
        }
        for (int i = 0; i < layers.size(); i++) {
            if (graph.nodes().get(i).name().equals(value)) {
                return layers.get(i).output();
            }
        }
        throw new IllegalArgumentException("There is no value '" + value + "'");
    }

    /** The output shape of each layer. */
    public List<Shape> outputs() {
        return layers.stream().map(LayerFacts::output).toList();
    }

    /** What comes out at the end: the output's shape, or the input's if there is no layer. */
    public Shape output() {
        return shapeOf(graph.onlyOutput());
    }

    /** The facts of each layer once, at its first place: these have the model's variables. */
    public List<LayerFacts> distinct() {
        Set<String> seen = new HashSet<>();
        return layers.stream().filter(layer -> seen.add(layer.layer().name())).toList();
    }

    /** How many numbers all variables hold, moving statistics included, as Keras counts. */
    public long parameters() {
        return distinct().stream().mapToLong(LayerFacts::parameters).sum();
    }

    /** How many of them training changes by their gradient. */
    public long trainableParameters() {
        return distinct().stream().mapToLong(LayerFacts::trainableParameters).sum();
    }

    /** For one sample forward. */
    public long operations() {
        return layers.stream().mapToLong(layer -> layer.operations().total()).sum();
    }

    /**
     * Operations of the matrix products that training needs for one sample: forward, as many again for the gradient of
     * the weights, and as many for that of each layer's input, which layers that read the model's input do without. Activations,
     * normalisation, pooling and the optimizer are no products.
     */
    public long trainingProducts() {
        long forward = layers.stream()
                .mapToLong(layer -> layer.operations().products())
                .sum();
        Set<String> given = graph.inputs().stream().map(Graph.Input::name).collect(Collectors.toSet());
        long firstInputs = 0;
        for (int i = 0; i < layers.size(); i++) {
            boolean first = given.containsAll(graph.nodes().get(i).inputs());
            firstInputs += first ? layers.get(i).operations().input() : 0;
        }
        return 3 * forward - firstInputs;
    }
}
