package dev.hourglass.formats.keras;

import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * In which order Keras has the layers of a functional model once it has loaded it, and so the order in which it finds
 * their weights: those that are farthest from the output first, and of these in the order in which it comes upon them
 * when it follows what each layer reads from the output back ({@code map_graph} in keras/src/ops/function.py).
 */
public final class KerasOrder {
    private final Map<String, Graph.Node> nodes = new HashMap<>();
    /** By layer, how many were come upon before it. */
    private final Map<String, Integer> found = new HashMap<>();
    /** Each after all that it reads, as they are done with on the way back. */
    private final List<Graph.Node> done = new ArrayList<>();

    private KerasOrder(Graph graph) {
        graph.nodes().forEach(node -> nodes.put(node.name(), node));
    }

    /** The nodes of a graph in that order. */
    public static List<Graph.Node> of(Graph graph) {
        return graph.isChain() ? graph.nodes() : new KerasOrder(graph).sorted(graph);
    }

    private List<Graph.Node> sorted(Graph graph) {
        graph.outputs().forEach(this::follow);
        Map<String, Integer> depths = new HashMap<>();
        Map<String, Integer> depthsOfLayers = new HashMap<>();
        for (Graph.Node node : done.reversed()) {
            // A layer that was come upon farther from the output is as far as that here.
            int depth = Math.max(
                    depths.getOrDefault(node.name(), 0),
                    depthsOfLayers.getOrDefault(node.layer().name(), 0));
            depths.put(node.name(), depth);
            depthsOfLayers.put(node.layer().name(), depth);
            // A state is a value of the layer that it reads, and no step farther from the output.
            int ofRead = node.layer() instanceof LayerSpec.State ? depth : depth + 1;
            node.inputs().forEach(read -> depths.merge(read, ofRead, Math::max));
        }
        List<Graph.Node> sorted = new ArrayList<>(done);
        sorted.sort(Comparator.comparingInt((Graph.Node node) -> -depths.getOrDefault(node.name(), 0))
                .thenComparingInt(node -> found.getOrDefault(layerOf(node), 0))
                .thenComparing(node -> node.layer() instanceof LayerSpec.State));
        return sorted;
    }

    /** Its own, or that of which it is a state. */
    private String layerOf(Graph.Node node) {
        return node.layer() instanceof LayerSpec.State
                ? Objects.requireNonNull(nodes.get(node.inputs().getFirst()))
                        .layer()
                        .name()
                : node.layer().name();
    }

    /** Depth first, each layer numbered before what it reads; a stack of one's own, since there may be many. */
    private void follow(String output) {
        Set<String> isDone = new HashSet<>();
        done.forEach(node -> isDone.add(node.name()));
        Deque<Graph.Node> open = new ArrayDeque<>();
        open(output, open);
        while (!open.isEmpty()) {
            Graph.Node node = open.peek();
            found.putIfAbsent(node.layer().name(), found.size());
            String awaited = isDone.contains(node.name())
                    ? null
                    : node.inputs().stream()
                            .filter(read -> nodes.containsKey(read) && !isDone.contains(read))
                            .findFirst()
                            .orElse(null);
            if (awaited != null) {
                open(awaited, open);
            } else {
                open.pop();
                if (isDone.add(node.name())) {
                    done.add(node);
                }
            }
        }
    }

    private void open(String value, Deque<Graph.Node> open) {
        Graph.Node node = nodes.get(value);
        if (node != null) {
            open.push(node);
        }
    }
}
