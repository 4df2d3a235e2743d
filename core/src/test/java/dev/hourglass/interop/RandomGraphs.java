package dev.hourglass.interop;

import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Draws small autoencoders that branch and merge; the same seed draws the same ones. What nobody has read is brought
 * together before the waist, and half of them have a value that goes around it.
 */
public final class RandomGraphs {
    private static final int CODE = 4;
    private static final List<Activation> ACTIVATIONS = List.of(Activation.LINEAR, Activation.RELU, Activation.TANH);

    private final RandomGenerator random;
    private final Graph.Input input;
    private final List<Graph.Node> nodes = new ArrayList<>();
    private final Map<String, Shape> values = new LinkedHashMap<>();
    private final Set<String> unread = new HashSet<>();

    private RandomGraphs(RandomGenerator random) {
        this.random = random;
        boolean isImage = random.nextInt(3) > 0;
        Shape shape = isImage
                ? Shape.of(2 * (1 + random.nextInt(3)), 2 * (1 + random.nextInt(3)), 1 + random.nextInt(3))
                : Shape.of(2 + random.nextInt(5), 1 + random.nextInt(4));
        input = new Graph.Input("input", shape);
        values.put("input", shape);
    }

    /** @param count how many, named {@code graph_0} and so on */
    public static Stream<AutoencoderSpec> of(RandomSource source, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new RandomGraphs(source.stream("random-graph", i)).draw("graph_" + i));
    }

    private AutoencoderSpec draw(String name) {
        int count = 3 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            drawNode("n" + i);
        }
        List<String> ends = values.keySet().stream().filter(unread::contains).toList();
        add(new LayerSpec.Dense("code", CODE, Activation.TANH), gathered("ends", ends));
        List<String> before = List.copyOf(values.keySet());
        String last = "code";
        if (random.nextBoolean()) {
            String around = before.get(random.nextInt(before.size() - 1));
            last = gathered("around", List.of("code", around));
        }
        add(new LayerSpec.Dense("wide", input.shape().size(), Activation.SIGMOID), last);
        add(new LayerSpec.Reshape("rebuilt", input.shape()), "wide");
        return new AutoencoderSpec(name, new Graph(List.of(input), nodes, List.of("rebuilt")), "code");
    }

    private Shape shapeOf(String value) {
        return Objects.requireNonNull(values.get(value));
    }

    /** The numbers of all of them in one row. */
    private String gathered(String name, List<String> ends) {
        List<String> flat = new ArrayList<>();
        for (String end : ends) {
            if (shapeOf(end).rank() == 1) {
                flat.add(end);
            } else {
                add(new LayerSpec.Flatten(name + "_" + end), end);
                flat.add(name + "_" + end);
            }
        }
        if (flat.size() > 1) {
            add(new LayerSpec.Concatenate(name, -1), flat.toArray(String[]::new));
            return name;
        }
        return flat.getFirst();
    }

    private void drawNode(String name) {
        List<String> all = List.copyOf(values.keySet());
        String from = all.get(random.nextInt(all.size()));
        List<String> alike = all.stream()
                .filter(other -> shapeOf(other).equals(shapeOf(from)))
                .toList();
        if (shapeOf(from).rank() == 2 && random.nextInt(4) == 0) {
            String value = alike.get(random.nextInt(alike.size()));
            add(drawAttention(name), random.nextBoolean() ? new String[] {from} : new String[] {from, value});
        } else if (alike.size() > 1 && random.nextBoolean()) {
            add(drawMerge(name), from, alike.get(random.nextInt(alike.size())));
        } else {
            add(drawLayer(name, shapeOf(from)), from);
        }
    }

    private LayerSpec drawMerge(String name) {
        return switch (random.nextInt(8)) {
            case 0 -> new LayerSpec.Add(name);
            case 1 -> new LayerSpec.Subtract(name);
            case 2 -> new LayerSpec.Multiply(name);
            case 3 -> new LayerSpec.Average(name);
            case 4 -> new LayerSpec.Maximum(name);
            case 5 -> new LayerSpec.Minimum(name);
            default -> new LayerSpec.Concatenate(name, random.nextBoolean() ? -1 : 1);
        };
    }

    private LayerSpec drawAttention(String name) {
        return switch (random.nextInt(4)) {
            case 0 -> new LayerSpec.DotAttention(name, random.nextBoolean(), random.nextBoolean(), 0);
            case 1 -> new LayerSpec.AdditiveAttention(name, random.nextBoolean(), 0);
            default -> new LayerSpec.MultiHeadAttention(name, 1 + random.nextInt(3), 1 + random.nextInt(4));
        };
    }

    /** Mostly such that keep the shape, so that there is something to merge. */
    private LayerSpec drawLayer(String name, Shape in) {
        Activation activation = ACTIVATIONS.get(random.nextInt(ACTIVATIONS.size()));
        int features = 2 + random.nextInt(2);
        boolean isImage = in.rank() == 3;
        return switch (random.nextInt(isImage ? 9 : 5)) {
            case 0 -> new LayerSpec.BatchNormalization(name, 0.9f, 0.01f);
            case 1 -> new LayerSpec.ActivationLayer(name, activation);
            case 2, 3 ->
                isImage
                        ? new LayerSpec.LeakyRelu(name, 0.25f)
                        : in.rank() == 2
                                ? new LayerSpec.Lstm(name, features, true)
                                : new LayerSpec.Dense(name, features, activation);
            case 4 -> new LayerSpec.Dense(name, features, activation);
            case 5 -> new LayerSpec.MaxPooling2d(name, Size2.square(2), Size2.square(2), Padding.SAME);
            case 6 -> new LayerSpec.UpSampling2d(name, Size2.square(2));
            case 7 ->
                new LayerSpec.Conv2dTranspose(
                        name, features, Size2.square(3), Size2.square(1), Padding.SAME, activation);
            default -> new LayerSpec.Conv2d(name, features, Size2.square(3), Size2.square(1), Padding.SAME, activation);
        };
    }

    private void add(LayerSpec layer, String... from) {
        Graph.Node node = new Graph.Node(layer, List.of(from));
        nodes.add(node);
        unread.removeAll(node.inputs());
        unread.add(node.name());
        Graph soFar = new Graph(List.of(input), nodesUpTo(node), List.of(node.name()));
        values.put(node.name(), ModelFacts.of(soFar).output());
    }

    /** The last node with all that it is computed from. */
    private List<Graph.Node> nodesUpTo(Graph.Node last) {
        Set<String> needed = new HashSet<>(last.inputs());
        List<Graph.Node> kept = new ArrayList<>(List.of(last));
        for (Graph.Node node : nodes.subList(0, nodes.size() - 1).reversed()) {
            if (needed.contains(node.name())) {
                needed.addAll(node.inputs());
                kept.addFirst(node);
            }
        }
        return kept;
    }
}
