package dev.hourglass.formats;

import dev.hourglass.model.Graph;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names that files give to the values of layers that stand at several places. A file has the places of a layer in
 * order and no name for each, so the first has the layer's name here and the second {@code NAME_use2}.
 */
final class UseNumbers {
    private UseNumbers() {}

    /**
     * The same graph with such names.
     *
     * @param inFile its nodes, in the order in which a file has them
     */
    static Graph of(Graph graph, List<Graph.Node> inFile) {
        Set<String> taken = new HashSet<>();
        graph.layers().forEach(layer -> taken.add(layer.name()));
        graph.inputs().forEach(input -> taken.add(input.name()));
        Map<String, Integer> uses = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        for (Graph.Node node : inFile) {
            String layer = node.layer().name();
            int use = uses.merge(layer, 1, Integer::sum);
            String name = use == 1 ? layer : layer + "_use" + use;
            for (int next = use + 1; use > 1 && !taken.add(name); next++) {
                name = layer + "_use" + next;
            }
            names.put(node.name(), name);
        }
        graph.inputs().forEach(input -> names.put(input.name(), input.name()));
        return new Graph(
                graph.inputs(),
                graph.nodes().stream()
                        .map(node -> new Graph.Node(
                                renamed(node.name(), names), node.layer(), renamed(node.inputs(), names)))
                        .toList(),
                renamed(graph.outputs(), names),
                graph.variables());
    }

    private static List<String> renamed(List<String> values, Map<String, String> names) {
        return values.stream().map(value -> renamed(value, names)).toList();
    }

    private static String renamed(String value, Map<String, String> names) {
        return names.getOrDefault(value, value);
    }
}
