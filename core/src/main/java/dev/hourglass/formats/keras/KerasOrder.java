package dev.hourglass.formats.keras;

import dev.hourglass.model.Graph;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * In which order Keras has the layers of a functional model once it has loaded it, and so the order in which it finds
 * their weights: those that are farthest from the output first, and of these in the order in which it comes upon them
 * when it follows what each layer reads from the output back ({@code map_graph} in keras/src/ops/function.py).
 */
public final class KerasOrder {
    private final Map<String, Graph.Node> nodes = new HashMap<>();
    private final Map<String, Integer> found = new HashMap<>();
    private final Map<String, Integer> depths = new HashMap<>();

    private KerasOrder(Graph graph) {
        graph.nodes().forEach(node -> nodes.put(node.name(), node));
    }

    /** The nodes of a graph in that order. */
    public static List<Graph.Node> of(Graph graph) {
        return graph.isChain() ? graph.nodes() : new KerasOrder(graph).sorted(graph);
    }

    private List<Graph.Node> sorted(Graph graph) {
        number(graph.onlyOutput());
        depths.put(graph.onlyOutput(), 0);
        for (Graph.Node node : graph.nodes().reversed()) {
            int above = 1 + depths.getOrDefault(node.name(), 0);
            node.inputs().forEach(read -> depths.merge(read, above, Math::max));
        }
        List<Graph.Node> sorted = new ArrayList<>(graph.nodes());
        sorted.sort(Comparator.comparingInt((Graph.Node node) -> -depths.getOrDefault(node.name(), 0))
                .thenComparingInt(node -> found.getOrDefault(node.name(), 0)));
        return sorted;
    }

    /** Depth first, each layer before what it reads; a stack of one's own, since there may be many. */
    private void number(String output) {
        Deque<String> open = new ArrayDeque<>(List.of(output));
        while (!open.isEmpty()) {
            String name = open.pop();
            Graph.Node node = nodes.get(name);
            if (node != null && found.putIfAbsent(name, found.size()) == null) {
                node.inputs().reversed().forEach(open::push);
            }
        }
    }
}
