package dev.hourglass.formats.keras.weights;

import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What files call the states of layers that walk through a sequence. There a state is one of the values that a layer gives and has no name of
 * its own: it is {@code LAYER_cell} here, or {@code LAYER_hidden}, or the layer's own value where that is its last state alone.
 */
public final class StateNames {
    private StateNames() {}

    /** Such as {@code encoder_cell}. */
    public static String of(String layer, LayerSpec.State.Which which) {
        return layer + "_" + which.name().toLowerCase(Locale.ROOT);
    }

    /** Whether a state is what leaves the layer anyway. */
    public static boolean isOutput(LayerSpec.Walk layer, LayerSpec.State.Which which) {
        return which == LayerSpec.State.Which.HIDDEN
                && !layer.returnSequences()
                && !(layer instanceof LayerSpec.Bidirectional);
    }

    /** By each state's name in a graph, that of the value which it is in a file. */
    public static Map<String, String> inFile(Graph graph) {
        Map<String, LayerSpec> layers = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        for (Graph.Node node : graph.nodes()) {
            layers.put(node.name(), node.layer());
            if (node.layer() instanceof LayerSpec.State state) {
                String of = node.inputs().getFirst();
                boolean isOutput = Objects.requireNonNull(layers.get(of)) instanceof LayerSpec.Walk layer
                        && isOutput(layer, state.which());
                names.put(node.name(), isOutput ? of : of(of, state.which()));
            }
        }
        return names;
    }

    /**
     * A graph without states but those that a file has, under the names that they have there.
     *
     * @param names of the graph's states, from {@link #inFile}
     */
    public static Graph named(Graph graph, Map<String, String> names) {
        Map<String, Graph.Node> nodes = new HashMap<>();
        List<Graph.Node> named = new ArrayList<>();
        for (Graph.Node node : graph.nodes()) {
            List<String> read = node.inputs().stream()
                    .map(input -> names.getOrDefault(input, input))
                    .toList();
            String name = names.getOrDefault(node.name(), node.name());
            LayerSpec layer = node.layer() instanceof LayerSpec.State state
                    ? new LayerSpec.State(name, state.which())
                    : node.layer();
            if (!(layer instanceof LayerSpec.State && nodes.containsKey(name))) {
                Graph.Node as = new Graph.Node(name, layer, read);
                nodes.put(name, as);
                named.add(as);
            }
        }
        List<String> outputs = graph.outputs().stream()
                .map(output -> names.getOrDefault(output, output))
                .toList();
        return new Graph(graph.inputs(), named, outputs, graph.variables());
    }
}
