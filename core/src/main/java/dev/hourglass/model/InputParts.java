package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A model of several inputs as an autoencoder of one: a sample is the numbers of all inputs in a row, which layers cut into
 * the parts that the others read. What rebuilds the parts is laid in a row again. That row is the reconstruction, and each
 * part's own output leaves as well, so that each has a loss of its own.
 */
public final class InputParts {
    /** What the layer is called that gives the reconstruction, where no other has that name. */
    public static final String JOINED = "joined";

    private final Set<String> names = new HashSet<>();
    private final List<Graph.Node> nodes = new ArrayList<>();

    private InputParts(Graph graph) {
        graph.inputs().forEach(input -> names.add(input.name()));
        graph.nodes().forEach(node -> {
            names.add(node.name());
            names.add(node.layer().name());
        });
    }

    /**
     * The autoencoder of one input that computes what a model of several does, with the same layers and variables.
     *
     * @param graph with at least two inputs
     * @param outputs for each input, in their order, the value that rebuilds it
     * @param waist the layer that gives the code
     * @throws ShapeException if an output has another shape than the input that it is to rebuild
     */
    public static AutoencoderSpec joined(String name, Graph graph, List<String> outputs, String waist) {
        return new AutoencoderSpec(name, new InputParts(graph).joined(name, graph, outputs), waist);
    }

    private Graph joined(String name, Graph graph, List<String> rebuilding) {
        ModelFacts facts = ModelFacts.of(graph);
        Graph.Input row = new Graph.Input(free("input"), graph.input());
        cut(row, graph.inputs());
        nodes.addAll(graph.nodes());
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < rebuilding.size(); i++) {
            Graph.Input part = graph.inputs().get(i);
            Shape shape = facts.shapeOf(rebuilding.get(i));
            if (!shape.equals(part.shape())) {
                throw new ShapeException("Output '" + rebuilding.get(i) + "' of model '" + name + "' gives " + shape
                        + ", but is to rebuild '" + part.name() + "' " + part.shape() + ". Change its last layers.");
            }
            rows.add(shape.rank() == 1 ? rebuilding.get(i) : inRow(rebuilding.get(i)));
        }
        String whole = free(JOINED);
        nodes.add(new Graph.Node(new LayerSpec.Concatenate(whole, 1), rows));
        List<String> outputs = new ArrayList<>(List.of(whole));
        outputs.addAll(rebuilding);
        graph.outputs().stream().filter(output -> !outputs.contains(output)).forEach(outputs::add);
        return new Graph(List.of(row), nodes, outputs, graph.variables());
    }

    /** Each part under the name of the input that it is. */
    private void cut(Graph.Input row, List<Graph.Input> parts) {
        int size = row.shape().size();
        String column = free(row.name() + "_column");
        nodes.add(new Graph.Node(new LayerSpec.Reshape(column, Shape.of(size, 1)), List.of(row.name())));
        int offset = 0;
        for (Graph.Input part : parts) {
            int end = offset + part.shape().size();
            String cut = free(part.name() + "_part");
            nodes.add(new Graph.Node(new LayerSpec.Cropping1d(cut, offset, size - end), List.of(column)));
            nodes.add(new Graph.Node(new LayerSpec.Reshape(part.name(), part.shape()), List.of(cut)));
            offset = end;
        }
    }

    private String inRow(String output) {
        String row = free(output + "_row");
        nodes.add(new Graph.Node(new LayerSpec.Flatten(row), List.of(output)));
        return row;
    }

    private String free(String wanted) {
        String name = wanted;
        while (!names.add(name)) {
            name += "_";
        }
        return name;
    }

    /**
     * What {@link #joined(String, Graph, List, String) joined} began with: the same layers, read by inputs of their own, the
     * outputs that rebuild these first, in their order.
     *
     * @return empty if the model reads no row that is cut into parts, or gives none that consists of what rebuilds them
     */
    public static Optional<Graph> apart(AutoencoderSpec spec) {
        Graph graph = spec.graph();
        List<Graph.Node> cutting = cutting(graph);
        List<Graph.Node> parts = cutting.stream()
                .filter(node -> node.layer() instanceof LayerSpec.Reshape)
                .skip(1)
                .toList();
        List<String> rows = joined(graph, spec.reconstruction());
        if (parts.size() < 2 || rows.size() != parts.size()) {
            return Optional.empty();
        }
        List<Graph.Input> inputs = parts.stream()
                .map(part -> new Graph.Input(part.name(), ((LayerSpec.Reshape) part.layer()).target()))
                .toList();
        List<String> rebuilding = rows.stream()
                .map(row -> graph.outputs().contains(row) ? row : inRow(graph, row))
                .toList();
        Set<String> gone = new HashSet<>(Set.of(spec.reconstruction()));
        cutting.forEach(node -> gone.add(node.name()));
        rows.stream().filter(row -> !rebuilding.contains(row)).forEach(gone::add);
        List<Graph.Node> rest = graph.nodes().stream()
                .filter(node -> !gone.contains(node.name()))
                .toList();
        List<String> outputs = new ArrayList<>(rebuilding);
        graph.outputs().stream()
                .filter(output -> !outputs.contains(output) && !gone.contains(output))
                .forEach(outputs::add);
        return Optional.of(new Graph(inputs, rest, outputs, graph.variables()));
    }

    /** What {@link #cut} has put in front of the other layers; none where that was not done. */
    private static List<Graph.Node> cutting(Graph graph) {
        List<Graph.Node> nodes = graph.nodes();
        int size = graph.input().size();
        boolean begins = graph.inputs().size() == 1
                && graph.input().rank() == 1
                && nodes.getFirst().layer() instanceof LayerSpec.Reshape column
                && column.target().equals(Shape.of(size, 1))
                && nodes.getFirst().inputs().equals(List.of(graph.onlyInput().name()));
        int offset = 0;
        int end = 1;
        while (begins && offset < size && end + 1 < nodes.size()) {
            boolean cuts = nodes.get(end).layer() instanceof LayerSpec.Cropping1d crop
                    && crop.before() == offset
                    && nodes.get(end).inputs().equals(List.of(nodes.getFirst().name()))
                    && nodes.get(end + 1).layer() instanceof LayerSpec.Reshape part
                    && part.target().size() == size - offset - crop.after()
                    && nodes.get(end + 1).inputs().equals(List.of(nodes.get(end).name()));
            if (!cuts) {
                return List.of();
            }
            offset += ((LayerSpec.Reshape) nodes.get(end + 1).layer()).target().size();
            end += 2;
        }
        return begins && offset == size ? nodes.subList(0, end) : List.of();
    }

    /**
     * Which numbers of a sample an output rebuilds, where the reconstruction is several outputs in a row: from where on, as many
     * as the output has.
     *
     * @param output the name of one of the graph's outputs
     * @return empty if it is no part of the reconstruction
     */
    public static OptionalInt offset(AutoencoderSpec spec, String output) {
        Graph graph = spec.graph();
        ModelFacts facts = spec.facts();
        int offset = 0;
        for (String row : joined(graph, spec.reconstruction())) {
            if (row.equals(output) || inRow(graph, row).equals(output)) {
                return OptionalInt.of(offset);
            }
            offset += facts.shapeOf(row).size();
        }
        return OptionalInt.empty();
    }

    /** The values that the reconstruction consists of; none where it is no row of several. */
    private static List<String> joined(Graph graph, String reconstruction) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(reconstruction))
                .filter(node -> node.layer() instanceof LayerSpec.Concatenate)
                .filter(node -> graph.input().rank() == 1)
                .findFirst()
                .map(Graph.Node::inputs)
                .orElse(List.of());
    }

    /** What is laid in a row, or the row itself. */
    private static String inRow(Graph graph, String row) {
        return graph.nodes().stream()
                .filter(node -> node.name().equals(row) && node.layer() instanceof LayerSpec.Flatten)
                .findFirst()
                .map(node -> node.inputs().getFirst())
                .orElse(row);
    }
}
