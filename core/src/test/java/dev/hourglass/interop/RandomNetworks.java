package dev.hourglass.interop;

import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Masks;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Recurrence;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Draws small autoencoders of all layers there are: they branch and merge, some layers stand at several places, steps are
 * masked, values go around the waist, some models give more than one output. The classes of layers are dealt out to the models in turn, so that a
 * few dozen models have them all; the same seed draws the same ones.
 */
public final class RandomNetworks {
    private static final int CODE = 4;
    /** Of the classes, to each model. */
    private static final int DEALT = 4;

    private final RandomGenerator random;
    private final RandomLayers layers;
    private final Graph.Input input;
    private final List<Graph.Node> nodes = new ArrayList<>();
    private final Map<String, Shape> values = new LinkedHashMap<>();
    private final Set<String> unread = new HashSet<>();

    private RandomNetworks(RandomGenerator random, Shape shape) {
        this.random = random;
        layers = new RandomLayers(random);
        input = new Graph.Input("input", shape);
        values.put("input", shape);
    }

    /** @param count how many, named {@code network_0} and so on */
    public static List<ModelCase> of(RandomSource source, int count) {
        List<KerasClass> deck = new ArrayList<>(List.of(KerasClass.values()));
        // By themselves, with the first ones: one card more would draw all networks anew.
        List<KerasClass> withFirst = List.of(KerasClass.NORMALIZATION, KerasClass.RMS_NORMALIZATION);
        deck.removeAll(withFirst);
        deck.remove(KerasClass.VECTOR_QUANTIZER);
        Collections.shuffle(deck, Random.from(source.stream("random-networks", 0)));
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    List<KerasClass> dealt = new ArrayList<>(IntStream.range(0, DEALT)
                            .mapToObj(k -> deck.get((i * DEALT + k) % deck.size()))
                            .toList());
                    if (i == 0) {
                        dealt.addAll(withFirst);
                    }
                    if (i == 1) {
                        dealt.add(KerasClass.VECTOR_QUANTIZER);
                    }
                    return draw(source.stream("random-network", i), "network_" + i, dealt);
                })
                .toList();
    }

    private static ModelCase draw(RandomGenerator random, String name, List<KerasClass> dealt) {
        List<Shape> shapes = new ArrayList<>(List.of(
                Shape.of(2 + random.nextInt(5), 2 + random.nextInt(5), 1 + random.nextInt(3)),
                Shape.of(3 + random.nextInt(4), 1 + random.nextInt(4)),
                Shape.of(2 + random.nextInt(3), 2 + random.nextInt(3), 2 + random.nextInt(3), 1 + random.nextInt(2)),
                Shape.of(3 + random.nextInt(8))));
        Collections.shuffle(shapes, Random.from(random));
        if (dealt.contains(KerasClass.MASKING)) {
            shapes.sort((one, other) -> Math.abs(one.rank() - 2) - Math.abs(other.rank() - 2));
        }
        for (Shape shape : shapes) {
            RandomNetworks network = new RandomNetworks(random, shape);
            if (network.place(dealt)) {
                return network.closed(name);
            }
        }
        throw new IllegalStateException("No value fits " + dealt);
    }

    /** Masking first, on what samples bring; false if a class fits no value. */
    private boolean place(List<KerasClass> dealt) {
        List<KerasClass> order = new ArrayList<>(dealt);
        if (order.remove(KerasClass.MASKING)) {
            order.addFirst(KerasClass.MASKING);
        }
        for (KerasClass kind : order) {
            if (!place(kind)) {
                return false;
            }
            standAgain();
        }
        return true;
    }

    private boolean place(KerasClass kind) {
        String name = "n" + nodes.size();
        if (kind == KerasClass.STATE) {
            return placeState();
        }
        if (kind == KerasClass.EMBEDDING) {
            add(new LayerSpec.Rescaling(name + "_far", 1e12f, 0), "input");
            add(new LayerSpec.ActivationLayer(name + "_whole", Activation.HARD_SIGMOID), name + "_far");
            return place(kind, name, name + "_whole");
        }
        List<String> all = new ArrayList<>(values.keySet());
        Collections.shuffle(all, Random.from(random));
        for (String from : all) {
            if (place(kind, name, from)) {
                return true;
            }
        }
        for (String from : all) {
            int size = shapeOf(from).size();
            for (Shape shape : List.of(Shape.of(size, 1), Shape.of(size, 1, 1), Shape.of(size, 1, 1, 1))) {
                String laidOut = "shaped" + nodes.size();
                if (add(new Graph.Node(new LayerSpec.Reshape(laidOut, shape), List.of(from)))
                        && place(kind, name, laidOut)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean place(KerasClass kind, String name, String from) {
        int count = count(kind);
        List<String> inputs = new ArrayList<>(List.of(from));
        List<String> alike = values.keySet().stream()
                .filter(other -> shapeOf(other).equals(shapeOf(from)))
                .toList();
        for (int i = 1; i < count; i++) {
            inputs.add(alike.get(random.nextInt(alike.size())));
        }
        Optional<LayerSpec> layer = layers.draw(kind, name, shapeOf(from), count);
        return layer.isPresent() && add(new Graph.Node(layer.get(), inputs));
    }

    /** Of a layer that carries states, which is added where there is none; then another begins with it or with all of them. */
    private boolean placeState() {
        if (nodes.stream().noneMatch(node -> node.layer() instanceof LayerSpec.Walk) && !place(KerasClass.LSTM)) {
            return false;
        }
        Graph.Node of = nodes.stream()
                .filter(node -> node.layer() instanceof LayerSpec.Walk)
                .toList()
                .getLast();
        LayerSpec.Walk layer = (LayerSpec.Walk) of.layer();
        LayerSpec.State.Which which =
                layer.states().get(random.nextInt(layer.states().size()));
        String name = "n" + nodes.size();
        add(new LayerSpec.State(name, which), of.name());
        switch (layer) {
            case LayerSpec.Recurrent l -> addGru(l.units(), name, of);
            case LayerSpec.Bidirectional both -> addGru(both.wayOf(which).units(), name, of);
            case LayerSpec.ConvolutionalLstm l -> addAnother(l, name, of);
        }
        return true;
    }

    private void addGru(int units, String state, Graph.Node of) {
        LayerSpec gru = new LayerSpec.Gru(
                state + "_begun", units, random.nextBoolean(), Recurrence.DEFAULT, random.nextBoolean());
        add(gru, of.inputs().getFirst(), state);
    }

    /** On what the first one reads, so that its states are as large. */
    private void addAnother(LayerSpec.ConvolutionalLstm layer, String state, Graph.Node of) {
        String name = state + "_begun";
        LayerSpec another = switch (layer) {
            case LayerSpec.ConvLstm1d l ->
                new LayerSpec.ConvLstm1d(
                        name,
                        l.filters(),
                        l.kernel(),
                        l.stride(),
                        l.padding(),
                        l.dilation(),
                        random.nextBoolean(),
                        l.recurrence());
            case LayerSpec.ConvLstm2d l ->
                new LayerSpec.ConvLstm2d(
                        name,
                        l.filters(),
                        l.kernel(),
                        l.stride(),
                        l.padding(),
                        l.dilation(),
                        random.nextBoolean(),
                        l.recurrence());
        };
        add(another, of.inputs().getFirst(), state, state);
    }

    /** How many values a layer of a class reads. */
    private int count(KerasClass kind) {
        return switch (kind) {
            case ADD, MULTIPLY, AVERAGE, MAXIMUM, MINIMUM, CONCATENATE -> 2 + random.nextInt(2);
            case SUBTRACT, SAMPLING, DOT -> 2;
            case MULTI_HEAD_ATTENTION, ATTENTION, ADDITIVE_ATTENTION -> 1 + random.nextInt(3);
            default -> 1;
        };
    }

    /** Often, the last layer once more where another value has the shape that it reads. */
    private void standAgain() {
        Graph.Node last = nodes.getLast();
        boolean mayReadAny = last.inputs().size() == 1 && !(last.layer() instanceof LayerSpec.Embedding);
        if (!mayReadAny || random.nextInt(3) > 0) {
            return;
        }
        List<String> alike = values.keySet().stream()
                .filter(other -> !last.inputs().contains(other)
                        && shapeOf(other).equals(shapeOf(last.inputs().getFirst())))
                .toList();
        if (!alike.isEmpty()) {
            String other = alike.get(random.nextInt(alike.size()));
            add(new Graph.Node(last.name() + "_again", last.layer(), List.of(other)));
        }
    }

    private ModelCase closed(String name) {
        List<String> ends = values.keySet().stream().filter(unread::contains).toList();
        add(new LayerSpec.Dense("code", CODE, Activation.TANH), gathered("ends", ends));
        List<String> before = List.copyOf(values.keySet());
        String last = "code";
        if (random.nextInt(3) == 0) {
            last = gathered("around", List.of("code", before.get(random.nextInt(before.size() - 1))));
        }
        add(new LayerSpec.Dense("wide", input.shape().size(), Activation.SIGMOID), last);
        String rebuilt = "wide";
        if (input.shape().rank() > 1) {
            rebuilt = "rebuilt";
            add(new LayerSpec.Reshape(rebuilt, input.shape()), "wide");
        }
        AutoencoderSpec spec = new AutoencoderSpec(name, new Graph(List.of(input), nodes, List.of(rebuilt)), "code");
        boolean several = random.nextInt(3) == 0;
        return ModelCase.withFurther(
                "network", spec, several ? List.of(before.get(1 + random.nextInt(before.size() - 1))) : List.of());
    }

    private Shape shapeOf(String value) {
        return Objects.requireNonNull(values.get(value));
    }

    /** The numbers of all of them in one row; of steps that are masked, what a recurrent layer makes of them. */
    private String gathered(String name, List<String> ends) {
        List<String> flat = new ArrayList<>();
        for (String end : ends) {
            String row = end;
            if (shapeOf(row).rank() > 1 && isMasked(row)) {
                add(new LayerSpec.SimpleRnn(name + "_last_of_" + row, 2, false, Recurrence.DEFAULT), row);
                row = name + "_last_of_" + row;
            }
            if (shapeOf(row).rank() > 1) {
                add(new LayerSpec.Flatten(name + "_" + row), row);
                row = name + "_" + row;
            }
            flat.add(row);
        }
        if (flat.size() == 1) {
            return flat.getFirst();
        }
        add(new LayerSpec.Concatenate(name, -1), flat.toArray(String[]::new));
        return name;
    }

    private boolean isMasked(String value) {
        return Masks.of(upTo(value)).of(value).isPresent();
    }

    private void add(LayerSpec layer, String... from) {
        if (!add(new Graph.Node(layer, List.of(from)))) {
            throw new IllegalStateException(layer + " doesn't read " + Arrays.toString(from));
        }
    }

    /** Whether the value can be computed; if not, nothing is added. */
    private boolean add(Graph.Node node) {
        nodes.add(node);
        try {
            Shape output = ModelFacts.of(upTo(node.name())).output();
            // With those beside it: an attention takes the mask off what others read.
            var ignored = Masks.of(new Graph(List.of(input), nodes, List.copyOf(unreadWith(node))));
            values.put(node.name(), output);
        } catch (IllegalArgumentException e) {
            nodes.removeLast();
            return false;
        }
        unread.retainAll(unreadWith(node));
        unread.add(node.name());
        return true;
    }

    private Set<String> unreadWith(Graph.Node node) {
        Set<String> ends = new TreeSet<>(unread);
        ends.removeAll(node.inputs());
        ends.add(node.name());
        return ends;
    }

    /** A value with all that it is computed from. */
    private Graph upTo(String value) {
        Set<String> needed = new HashSet<>(List.of(value));
        List<Graph.Node> kept = new ArrayList<>();
        for (Graph.Node node : nodes.reversed()) {
            if (needed.contains(node.name())) {
                needed.addAll(node.inputs());
                kept.addFirst(node);
            }
        }
        return new Graph(List.of(input), kept, List.of(value));
    }
}
