package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.interop.RandomGraphs;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that branch and merge, held against plain loops over doubles: outputs as they are, gradients by differences. */
final class GraphGradientIT {
    private static final int SAMPLES = 5;
    private static final double OUTPUT_TOLERANCE = 2e-5;
    private static final double GRADIENT_TOLERANCE = 3e-4;
    private static final int CHECKED = 6;

    /** A graph under a name. */
    record Case(String name, Graph graph) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> merges() {
        return Stream.of(
                        new LayerSpec.Add("merge"),
                        new LayerSpec.Multiply("merge"),
                        new LayerSpec.Average("merge"),
                        new LayerSpec.Maximum("merge"),
                        new LayerSpec.Minimum("merge"),
                        new LayerSpec.Concatenate("merge", -1))
                .flatMap(merge -> Stream.of(images(merge), sequences(merge), vectors(merge)));
    }

    static Stream<Case> shapes() {
        LayerSpec.Subtract subtract = new LayerSpec.Subtract("merge");
        return Stream.of(
                new Case("subtract", difference(subtract)),
                concatenatedAlong(1),
                concatenatedAlong(2),
                concatenatedAlong(-3),
                new Case("the same value twice", twice(new LayerSpec.Multiply("merge"))),
                new Case("a sum of a value with itself", twice(new LayerSpec.Add("merge"))),
                new Case("a value that is the output and is read", outputThatIsRead()));
    }

    static Stream<Case> attention() {
        return Stream.of(
                attended("self", new LayerSpec.MultiHeadAttention("merge", 2, 3), "a"),
                attended("wide self", new LayerSpec.MultiHeadAttention("merge", 3, 17, 5, 19, 0, false), "a"),
                attended("crossed", new LayerSpec.MultiHeadAttention("merge", 2, 4, 3, 5, 0, true), "a", "b"),
                attended("of three", new LayerSpec.MultiHeadAttention("merge", 1, 2), "a", "b", "c"),
                attended("key of its own", new LayerSpec.MultiHeadAttention("merge", 2, 2), "a", "a", "d"),
                attended("products", new LayerSpec.DotAttention("merge"), "a", "c"),
                attended("scaled products", new LayerSpec.DotAttention("merge", true, false, 0), "a", "b", "c"),
                attended("sums", new LayerSpec.DotAttention("merge", false, true, 0), "a", "c"),
                attended("scaled sums", new LayerSpec.DotAttention("merge", true, true, 0), "a"),
                attended("additive", new LayerSpec.AdditiveAttention("merge"), "a", "b", "c"),
                attended("causal self", new LayerSpec.MultiHeadAttention("merge", 2, 3).withCausal(true), "a"),
                attended(
                        "causal, fewer keys",
                        new LayerSpec.MultiHeadAttention("merge", 3, 5).withCausal(true),
                        "a",
                        "b"),
                attended("causal, more keys", new LayerSpec.DotAttention("merge").withCausal(true), "c", "a"),
                attended("causal sums", new LayerSpec.DotAttention("merge", true, true, 0, true), "a", "c"),
                attended("causal, additive", new LayerSpec.AdditiveAttention("merge", true, 0, true), "a", "b", "c"),
                attended("dot", new LayerSpec.Dot("merge", -1, -1, false), "a", "c"),
                attended("cosines", new LayerSpec.Dot("merge", 2, 2, true), "a", "c"),
                attended("dot of steps", new LayerSpec.Dot("merge", 1, 1, true), "b", "c"),
                attended("steps scaled", new LayerSpec.Multiply("merge"), "a", "gate"),
                attended("gate first", new LayerSpec.Subtract("merge"), "gate", "a"),
                attended("a vector at each step", new LayerSpec.Maximum("merge"), "a", "vector"),
                attended("both ways", new LayerSpec.Average("merge"), "gate", "vector"),
                attended("sums of three", new LayerSpec.Add("merge"), "vector", "a", "gate"),
                attended("additive, not scaled", new LayerSpec.AdditiveAttention("merge", false, 0), "c", "a"));
    }

    /** Attention to what has masked steps, of query, value and key; and behind other attention, which takes masks off. */
    static Stream<Case> maskedAttention() {
        LayerSpec heads = new LayerSpec.MultiHeadAttention("h", 2, 3);
        LayerSpec dot = new LayerSpec.DotAttention("d", true, false, 0);
        LayerSpec norm = new LayerSpec.LayerNormalization("n");
        return Stream.of(
                masked("heads", node(heads, "a")),
                masked("odd heads", node(new LayerSpec.MultiHeadAttention("h", 3, 17, 5, 19, 0, false), "a")),
                masked("causal heads", node(new LayerSpec.MultiHeadAttention("h", 1, 4).withCausal(true), "a")),
                masked("a value with a mask", node(heads, "b", "a")),
                masked("a query with a mask", node(heads, "a", "b")),
                masked("products", node(dot, "a")),
                masked("products of a query with a mask", node(dot, "a", "b")),
                masked("products of a value with a mask", node(dot, "b", "a")),
                masked("products, causal", node(dot, "a"), node(dot("later").withCausal(true), "d", "a")),
                masked("sums", node(new LayerSpec.DotAttention("d", true, true, 0), "a")),
                masked("additive", node(new LayerSpec.AdditiveAttention("d", true, 0, true), "a", "a", "m")),
                masked("one after the other", node(heads, "a"), node(norm, "h"), node(dot, "n")),
                masked(
                        "added to what is normalized",
                        node(norm, "a"),
                        node(heads, "n"),
                        node(new LayerSpec.Add("s"), "a", "h"),
                        node(dot, "s")),
                masked(
                        "added to what was attended to",
                        node(heads, "a"),
                        node(new LayerSpec.Add("s"), "a", "h"),
                        node(new LayerSpec.Lstm("l", 3, true), "s"),
                        node(dot("behind"), "s"),
                        node(dot("of_states"), "l")),
                masked(
                        "flat",
                        node(heads, "a"),
                        node(dot, "h"),
                        node(new LayerSpec.Flatten("flat"), "d"),
                        node(dense("last", 2, Activation.TANH), "flat")));
    }

    private static LayerSpec.DotAttention dot(String name) {
        return new LayerSpec.DotAttention(name);
    }

    /** Of x (7 steps of 6) that has masked ones, a of 6 that has the mask, and b (4 of 6) that has none. */
    private static Case masked(String name, Graph.Node... nodes) {
        List<Graph.Node> all = new ArrayList<>(List.of(
                node(new LayerSpec.Masking("m", -0.5f), "x"),
                node(dense("a", 6, Activation.TANH), "m"),
                node(new LayerSpec.Cropping1d("short", 1, 2), "x"),
                node(dense("b", 6, Activation.TANH), "short")));
        all.addAll(List.of(nodes));
        all.removeIf(of -> all.stream().noneMatch(other -> other.inputs().contains(of.name()))
                && !of.name().equals(all.getLast().name()));
        all.removeIf(of -> of.name().equals("short")
                && all.stream().noneMatch(other -> other.inputs().contains("short")));
        return new Case(
                "masked " + name,
                Graph.of(
                        List.of(new Graph.Input("x", Shape.of(7, 6))),
                        all,
                        List.of(all.getLast().name())));
    }

    static Stream<Case> tables() {
        return Stream.of(Shape.of(6), Shape.of(7, 3), Shape.of(2, 3, 4))
                .map(shape -> new Case(
                        "rows for " + shape,
                        Graph.of(
                                List.of(new Graph.Input("x", shape)),
                                List.of(
                                        node(new LayerSpec.Rescaling("far", 1e12f, 0), "x"),
                                        node(new LayerSpec.ActivationLayer("whole", Activation.HARD_SIGMOID), "far"),
                                        node(new LayerSpec.Embedding("table", 3, 19), "whole"),
                                        node(new LayerSpec.Embedding("other", 2, 19), "whole"),
                                        node(new LayerSpec.Multiply("both"), "table", "other"),
                                        node(dense("last", 2, Activation.TANH), "both")),
                                List.of("last"))));
    }

    /** Of a (7 steps of 6), b (4 of 9), c (4 of 6) and d (7 of 4), a as a recurrent layer gives it. */
    private static Case attended(String name, LayerSpec.Merge layer, String... read) {
        List<Graph.Node> nodes = new ArrayList<>(List.of(
                node(new LayerSpec.Lstm("a", 6, true), "x"),
                node(new LayerSpec.Cropping1d("short", 1, 2), "x"),
                node(dense("b", 9, Activation.TANH), "short"),
                node(dense("c", 6, Activation.TANH), "short"),
                node(dense("d", 4, Activation.TANH), "x"),
                node(dense("gate", 1, Activation.SIGMOID), "x"),
                node(new LayerSpec.Lstm("vector", 6, false), "x"),
                node(layer, read),
                node(dense("last", 3, Activation.LINEAR), "merge")));
        List<String> needed = new ArrayList<>(List.of(read));
        needed.addAll(List.of("merge", "last"));
        if (needed.contains("b") || needed.contains("c")) {
            needed.add("short");
        }
        nodes.removeIf(node -> !needed.contains(node.name()));
        return new Case(name, Graph.of(List.of(new Graph.Input("x", Shape.of(7, 3))), nodes, List.of("last")));
    }

    static Stream<Case> random() {
        return RandomGraphs.of(new RandomSource(21), 40).map(spec -> new Case(spec.name(), spec.graph()));
    }

    /** Three branches of 9 channels, which is no multiple of what a vector holds, on a side of 5. */
    private static Case images(LayerSpec merge) {
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(5, 5, 3))),
                List.of(
                        node(conv("a", 9, Activation.TANH), "x"),
                        node(conv("b", 9, Activation.RELU), "a"),
                        node(norm("c"), "b"),
                        node(merge, "a", "b", "c"),
                        node(conv("last", 2, Activation.SIGMOID), "merge")),
                List.of("last"));
        return new Case(merge.getClass().getSimpleName() + " of images", graph);
    }

    private static Case sequences(LayerSpec merge) {
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(7, 3))),
                List.of(
                        node(new LayerSpec.Lstm("a", 6, true), "x"),
                        node(new LayerSpec.Lstm("b", 6, true), "a"),
                        node(merge, "a", "b"),
                        node(new LayerSpec.Lstm("last", 4, true), "merge")),
                List.of("last"));
        return new Case(merge.getClass().getSimpleName() + " of sequences", graph);
    }

    private static Case vectors(LayerSpec merge) {
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(11))),
                List.of(
                        node(dense("a", 11, Activation.TANH), "x"),
                        node(merge, "x", "a"),
                        node(dense("last", 3, Activation.LINEAR), "merge")),
                List.of("last"));
        return new Case(merge.getClass().getSimpleName() + " of vectors", graph);
    }

    private static Graph difference(LayerSpec merge) {
        return Graph.of(
                List.of(new Graph.Input("x", Shape.of(4, 4, 2))),
                List.of(
                        node(conv("a", 5, Activation.TANH), "x"),
                        node(conv("b", 5, Activation.TANH), "a"),
                        node(merge, "b", "a")),
                List.of("merge"));
    }

    private static Case concatenatedAlong(int axis) {
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(4, 6, 3))),
                List.of(
                        node(conv("a", 7, Activation.TANH), "x"),
                        node(conv("b", 7, Activation.TANH), "a"),
                        node(new LayerSpec.Concatenate("merge", axis), "a", "b", "a"),
                        node(conv("last", 3, Activation.LINEAR), "merge")),
                List.of("last"));
        return new Case("concatenated along " + axis, graph);
    }

    private static Graph twice(LayerSpec merge) {
        return Graph.of(
                List.of(new Graph.Input("x", Shape.of(6))),
                List.of(
                        node(dense("a", 5, Activation.TANH), "x"),
                        node(merge, "a", "a"),
                        node(dense("last", 2, Activation.LINEAR), "merge")),
                List.of("last"));
    }

    /** The output is that of a layer in the midst, to which what follows is added. */
    private static Graph outputThatIsRead() {
        return Graph.of(
                List.of(new Graph.Input("x", Shape.of(6, 6, 2))),
                List.of(
                        node(conv("a", 4, Activation.SIGMOID), "x"),
                        node(conv("b", 4, Activation.TANH), "a"),
                        node(new LayerSpec.Add("last"), "a", "b")),
                List.of("last"));
    }

    /** Layers at several places: in a row, side by side, on inputs of other sizes, in every way in which gradients are summed. */
    static Stream<Case> shared() {
        LayerSpec.Dense dense = new LayerSpec.Dense("a", 6, Activation.TANH);
        LayerSpec.Dense large = new LayerSpec.Dense("a", 150, Activation.TANH);
        LayerSpec conv = conv("a", 4, Activation.TANH);
        LayerSpec wide = conv("a", 32, Activation.RELU);
        LayerSpec lstm = new LayerSpec.Lstm("a", 5, true);
        LayerSpec gru = new LayerSpec.Gru("a", 5, true, Recurrence.DEFAULT, true);
        LayerSpec both = new LayerSpec.Bidirectional(
                "a",
                new LayerSpec.Lstm("f", 5, true),
                new LayerSpec.Lstm("b", 5, true, Recurrence.DEFAULT.withGoBackwards(true)),
                LayerSpec.MergeMode.SUM);
        return Stream.of(
                shared(
                        "dense in a row",
                        Shape.of(6),
                        node(dense, "x"),
                        again("a2", dense, "a"),
                        again("a3", dense, "a2")),
                shared(
                        "dense side by side and in a row",
                        Shape.of(6),
                        node(dense, "x"),
                        again("a2", dense, "a"),
                        node(new LayerSpec.Add("m"), "a", "a2"),
                        again("a3", dense, "m")),
                shared(
                        "dense of more weights than a chunk computes",
                        Shape.of(150),
                        node(large, "x"),
                        again("a2", large, "a")),
                shared("convolution in a row", Shape.of(6, 5, 4), node(conv, "x"), again("a2", conv, "a")),
                shared("convolution by tiles", Shape.of(16, 16, 32), node(wide, "x"), again("a2", wide, "a")),
                shared(
                        "convolution on two sizes",
                        Shape.of(8, 8, 4),
                        node(conv, "x"),
                        node(new LayerSpec.MaxPooling2d("p", Size2.square(2), Size2.square(2), Padding.SAME), "a"),
                        again("a2", conv, "p"),
                        node(new LayerSpec.UpSampling2d("u", Size2.square(2)), "a2"),
                        node(new LayerSpec.Concatenate("m", -1), "u", "a")),
                shared(
                        "normalization",
                        Shape.of(6, 5, 4),
                        node(norm("n"), "x"),
                        node(conv, "n"),
                        again("n2", norm("n"), "a")),
                shared(
                        "normalization that is wanted",
                        Shape.of(6, 5, 4),
                        node(conv, "x"),
                        node(norm("n"), "a"),
                        again("n2", norm("n"), "n"),
                        again("a2", conv, "n2")),
                shared("lstm", Shape.of(4, 5), node(lstm, "x"), again("a2", lstm, "a")),
                shared("gru", Shape.of(4, 5), node(gru, "x"), again("a2", gru, "a")),
                shared("bidirectional", Shape.of(4, 5), node(both, "x"), again("a2", both, "a")),
                shared(
                        "prelu",
                        Shape.of(6),
                        node(dense, "x"),
                        node(new LayerSpec.PRelu("r", List.of()), "a"),
                        again("a2", dense, "r"),
                        again("r2", new LayerSpec.PRelu("r", List.of()), "a2")));
    }

    /** Recurrent layers that begin with states, and what reads those with which others end. */
    static Stream<Case> states() {
        Recurrence usual = Recurrence.DEFAULT;
        Recurrence backwards = usual.withGoBackwards(true);
        Recurrence relu = usual.withActivation(Activation.RELU).withUseBias(false);
        Recurrence softplus = usual.withActivation(Activation.SOFTPLUS).withRecurrentActivation(Activation.SILU);
        LayerSpec.State hidden = new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN);
        LayerSpec.State cell = new LayerSpec.State("c", LayerSpec.State.Which.CELL);
        List<Case> cases = new ArrayList<>();
        for (Recurrence recurrence : List.of(usual, backwards, relu, softplus)) {
            for (boolean masked : new boolean[] {false, true}) {
                for (boolean sequences : new boolean[] {false, true}) {
                    // The larger ones fill more than a panel.
                    boolean large = sequences && recurrence.equals(masked ? relu : usual);
                    for (int units : large ? new int[] {3, 34} : new int[] {3}) {
                        String name = recurrence + (masked ? " masked" : "") + (sequences ? " " : " last ") + units;
                        LayerSpec front = masked ? new LayerSpec.Masking("m", -0.5f) : dense("m", 2, Activation.TANH);
                        cases.add(states(
                                "lstm " + name,
                                node(front, "x"),
                                node(new LayerSpec.Lstm("a", units, sequences, recurrence), "m"),
                                node(hidden, "a"),
                                node(cell, "a"),
                                node(new LayerSpec.Lstm("b", units, sequences, recurrence), "x", "c", "h")));
                        cases.add(states(
                                "lstm of a cell alone " + name,
                                node(front, "x"),
                                node(new LayerSpec.Lstm("a", units, sequences, recurrence), "m"),
                                node(cell, "a"),
                                node(new LayerSpec.SimpleRnn("b", units, sequences, recurrence), "x", "c")));
                        cases.add(states(
                                "gru " + name,
                                node(front, "x"),
                                node(new LayerSpec.Gru("a", units, sequences, recurrence, true), "m"),
                                node(hidden, "a"),
                                node(new LayerSpec.Gru("b", units, true, recurrence, false), "x", "h"),
                                node(new LayerSpec.State("h2", LayerSpec.State.Which.HIDDEN), "b"),
                                node(new LayerSpec.Gru("b2", units, sequences, recurrence, true), "b", "h2")));
                    }
                }
            }
        }
        cases.add(states(
                "a vector at each step, and states of dense layers",
                node(new LayerSpec.Flatten("f"), "x"),
                node(dense("code", 4, Activation.TANH), "f"),
                node(dense("h0", 34, Activation.TANH), "code"),
                node(dense("c0", 34, Activation.LINEAR), "code"),
                node(new LayerSpec.RepeatVector("r", 7), "code"),
                node(new LayerSpec.Lstm("a", 34, true, backwards), "r", "h0", "c0"),
                node(hidden, "a"),
                node(new LayerSpec.RepeatVector("r2", 1), "code"),
                node(new LayerSpec.Gru("b", 34, true, usual, true), "r2", "h")));
        cases.add(states(
                "a layer at two places",
                node(new LayerSpec.Lstm("a", 5, true), "x"),
                node(hidden, "a"),
                node(cell, "a"),
                new Graph.Node("a2", new LayerSpec.Lstm("a", 5, true), List.of("x", "h", "c")),
                node(new LayerSpec.State("c2", LayerSpec.State.Which.CELL), "a2"),
                node(new LayerSpec.Add("sum"), "c2", "c")));
        return cases.stream();
    }

    /** Layers both ways and convolutional LSTMs, which begin with states and of which states are read. */
    static Stream<Case> statesOfMore() {
        Recurrence usual = Recurrence.DEFAULT;
        Recurrence softplus = usual.withActivation(Activation.SOFTPLUS).withRecurrentActivation(Activation.SILU);
        LayerSpec.State hidden = new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN);
        LayerSpec.State cell = new LayerSpec.State("c", LayerSpec.State.Which.CELL);
        LayerSpec.State backHidden = new LayerSpec.State("bh", LayerSpec.State.Which.BACKWARD_HIDDEN);
        LayerSpec.State backCell = new LayerSpec.State("bc", LayerSpec.State.Which.BACKWARD_CELL);
        List<Case> cases = new ArrayList<>();
        for (LayerSpec.MergeMode mode : LayerSpec.MergeMode.values()) {
            for (boolean masked : new boolean[] {false, true}) {
                for (boolean sequences : new boolean[] {false, true}) {
                    String name = mode + (masked ? " masked" : "") + (sequences ? " sequences" : " last");
                    LayerSpec front = masked ? new LayerSpec.Masking("m", -0.5f) : dense("m", 2, Activation.TANH);
                    int units = mode == LayerSpec.MergeMode.SUM && sequences ? 34 : 3;
                    LayerSpec.Lstm lstm = new LayerSpec.Lstm("f", units, sequences);
                    LayerSpec.Lstm other = new LayerSpec.Lstm("f", units, sequences, softplus);
                    cases.add(states(
                            "lstm both ways " + name,
                            node(front, "x"),
                            node(new LayerSpec.Bidirectional("a", lstm, lstm.reversed("k"), mode), "m"),
                            node(hidden, "a"),
                            node(cell, "a"),
                            node(backHidden, "a"),
                            node(backCell, "a"),
                            node(
                                    new LayerSpec.Bidirectional("b", other, other.reversed("k"), mode),
                                    "x",
                                    "bc",
                                    "h",
                                    "c",
                                    "bh")));
                    LayerSpec.Gru gru = new LayerSpec.Gru("f", units, sequences, usual, !masked);
                    LayerSpec.Recurrent simple = new LayerSpec.SimpleRnn("k", units, sequences, usual).reversed("k");
                    cases.add(states(
                            "two kinds, of which one state is read " + name,
                            node(front, "x"),
                            node(new LayerSpec.Bidirectional("a", gru, simple, mode), "m"),
                            node(backHidden, "a"),
                            node(new LayerSpec.Dense("d", units, Activation.TANH), "bh"),
                            node(new LayerSpec.Bidirectional("b", gru, simple, mode), "x", "d", "bh")));
                }
            }
        }
        Recurrence back = softplus.withGoBackwards(true).withUseBias(false);
        for (boolean sequences : new boolean[] {false, true}) {
            for (Recurrence recurrence : List.of(usual, back)) {
                String name = recurrence + (sequences ? " sequences" : " last");
                LayerSpec first = new LayerSpec.ConvLstm2d(
                        "a", 3, new Size2(2, 3), LayerSpec.ONE, Padding.SAME, LayerSpec.ONE, sequences, recurrence);
                LayerSpec second = new LayerSpec.ConvLstm2d(
                        "b", 3, new Size2(3, 1), LayerSpec.ONE, Padding.SAME, LayerSpec.ONE, sequences, recurrence);
                cases.add(shared(
                        "convolutional lstm " + name,
                        Shape.of(3, 4, 3, 2),
                        node(first, "x"),
                        node(hidden, "a"),
                        node(cell, "a"),
                        node(second, "x", "c", "h")));
                cases.add(shared(
                        "convolutional lstm, the cell alone " + name,
                        Shape.of(3, 4, 3, 2),
                        node(first, "x"),
                        node(cell, "a"),
                        node(
                                new LayerSpec.Conv2d(
                                        "d", 3, Size2.square(1), LayerSpec.ONE, Padding.SAME, Activation.TANH),
                                "c"),
                        node(second, "x", "d", "c")));
                cases.add(shared(
                        "over rows " + name,
                        Shape.of(4, 5, 1),
                        node(new LayerSpec.ConvLstm1d("a", 17, 3, 1, Padding.SAME, 1, sequences, recurrence), "x"),
                        node(hidden, "a"),
                        node(cell, "a"),
                        node(
                                new LayerSpec.ConvLstm1d("b", 17, 2, 1, Padding.SAME, 1, !sequences, recurrence),
                                "x",
                                "h",
                                "c")));
            }
        }
        return cases.stream();
    }

    private static Case states(String name, Graph.Node... nodes) {
        return shared(name, Shape.of(4, 2), nodes);
    }

    private static Case shared(String name, Shape input, Graph.Node... nodes) {
        return new Case(
                name,
                Graph.of(
                        List.of(new Graph.Input("x", input)), List.of(nodes), List.of(nodes[nodes.length - 1].name())));
    }

    private static Graph.Node again(String name, LayerSpec layer, String input) {
        return new Graph.Node(name, layer, List.of(input));
    }

    @ParameterizedTest
    @MethodSource({
        "merges",
        "attention",
        "maskedAttention",
        "tables",
        "shapes",
        "random",
        "shared",
        "states",
        "statesOfMore"
    })
    void outputsAndGradientsAreThoseOfTheReference(Case tested) {
        Graph graph = tested.graph();
        Parameters parameters = scattered(graph);
        ReferenceNetwork reference = new ReferenceNetwork(graph, parameters);
        float[] inputs = numbers("inputs", SAMPLES * graph.input().size());
        maskSome(graph, inputs);
        int outputSize = dev.hourglass.model.ModelFacts.of(graph).output().size();
        float[] targets = numbers("targets", SAMPLES * outputSize);
        double[] inputsExactly = ReferenceNetwork.toDoubles(inputs);
        double[] targetsExactly = ReferenceNetwork.toDoubles(targets);

        try (ChainInference inference = ChainInference.of(graph, parameters, 2)) {
            float[] outputs = new float[targets.length];
            inference.run(samples(inputs), 0, SAMPLES, outputs);
            checkClose(outputs, reference.forward(inputsExactly, SAMPLES, false));
        }
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT, SAMPLES, 1);
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, 2)) {
            for (int twice = 0; twice < 2; twice++) { // the second finds what the first has left in the buffers
                double loss = session.computeGradients(
                        samples(inputs),
                        samples(targets),
                        IntStream.range(0, SAMPLES).toArray(),
                        0,
                        SAMPLES);
                assertThat(loss)
                        .isEqualTo(
                                reference.meanSquaredError(inputsExactly, targetsExactly, SAMPLES, true),
                                within(2e-5 * loss));
            }
            checkGradients(parameters.list(), session, reference, inputsExactly, targetsExactly);
        }
    }

    /** Where there is a mask: the first steps, the last ones, or all of a sample. */
    private static void maskSome(Graph graph, float[] inputs) {
        if (graph.layers().getFirst() instanceof LayerSpec.Masking masking) {
            int size = graph.input().size();
            int features = graph.input().dimension(1);
            Arrays.fill(inputs, 0, 2 * features, masking.maskValue());
            Arrays.fill(inputs, 2 * size - features, 2 * size, masking.maskValue());
            Arrays.fill(inputs, 2 * size, 3 * size, masking.maskValue());
        }
    }

    /** Among equals a maximum gives its gradient to the first, as TensorFlow does. */
    @Test
    void amongEqualsTheFirstGetsTheGradientOfAMaximum() {
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(3))),
                List.of(
                        node(dense("a", 3, Activation.LINEAR), "x"),
                        node(dense("b", 3, Activation.LINEAR), "x"),
                        node(new LayerSpec.Maximum("merge"), "a", "b")),
                List.of("merge"));
        Parameters parameters = Parameters.initialize(graph, new RandomSource(1));
        System.arraycopy(
                parameters.list().get(0).values(), 0, parameters.list().get(2).values(), 0, 9);
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT, 1, 1);
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, 1)) {
            session.computeGradients(
                    samples(new float[] {1, 2, 3}), samples(new float[] {9, 9, 9}), new int[] {0}, 0, 1);

            assertThat(session.gradient(1)).doesNotContain(0);
            assertThat(session.gradient(3)).containsOnly(0);
        }
    }

    @Test
    void theCodeIsWhatTheWaistHoldsAndADecoderAloneIsRefusedWhereSkipsGoAroundIt() {
        Graph graph = Graph.of(
                List.of(new Graph.Input("x", Shape.of(4, 4, 1))),
                List.of(
                        node(conv("a", 3, Activation.TANH), "x"),
                        node(new LayerSpec.MaxPooling2d("code", Size2.square(2), Size2.square(2), Padding.SAME), "a"),
                        node(new LayerSpec.UpSampling2d("up", Size2.square(2)), "code"),
                        node(new LayerSpec.Concatenate("skip", -1), "up", "a"),
                        node(conv("last", 1, Activation.SIGMOID), "skip")),
                List.of("last"));
        AutoencoderSpec spec = new AutoencoderSpec("unet", graph, "code");
        Parameters parameters = scattered(graph);
        float[] inputs = numbers("inputs", SAMPLES * 16);

        try (Inference inference = Inference.of(new Autoencoder(spec, parameters, Normalization.NONE), 1)) {
            float[] codes = new float[SAMPLES * 12];
            inference.encode(samples(inputs), 0, SAMPLES, codes);
            ReferenceNetwork encoder = new ReferenceNetwork(graph.upTo(List.of("code")), parameters);
            checkClose(codes, encoder.forward(ReferenceNetwork.toDoubles(inputs), SAMPLES, false));

            org.assertj.core.api.Assertions.assertThatThrownBy(
                            () -> inference.decode(codes, SAMPLES, new float[SAMPLES * 16]))
                    .isInstanceOf(dev.hourglass.model.BypassException.class)
                    .hasMessage("Model 'unet' rebuilds a sample from 12 numbers at the waist 'code' and 48 that go"
                            + " around it (a), so decoding a code alone is not possible. Use reconstruction, or a"
                            + " model without skips.");
        }
    }

    private static void checkClose(float[] actual, double[] expected) {
        double scale = Arrays.stream(expected).map(Math::abs).max().orElse(0);
        assertThat(actual).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) actual[i]).as("output[%d]", i).isEqualTo(expected[i], within(OUTPUT_TOLERANCE * scale));
        }
    }

    private static void checkGradients(
            List<Parameter> parameters,
            TrainingSession session,
            ReferenceNetwork reference,
            double[] inputs,
            double[] targets) {
        RandomGenerator random = new RandomSource(9).stream("indices", 0);
        double largest = 0;
        for (int p = 0; p < parameters.size(); p++) {
            for (float value : session.gradient(p)) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        assertThat(largest).as("largest gradient").isPositive();
        for (int p = 0; p < parameters.size(); p++) {
            Parameter parameter = parameters.get(p);
            if (!parameter.trainable()) {
                continue;
            }
            int[] indices = random.ints(CHECKED, 0, parameter.shape().size()).toArray();
            double[] expected = reference.gradient(p, indices, inputs, targets, SAMPLES);
            for (int i = 0; i < indices.length; i++) {
                if (!Double.isNaN(expected[i])) {
                    assertThat((double) session.gradient(p)[indices[i]])
                            .as("gradient of %s[%d], largest %.3g", parameter.path(), indices[i], largest)
                            .isEqualTo(expected[i], within(GRADIENT_TOLERANCE * largest));
                }
            }
        }
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    private static LayerSpec conv(String name, int filters, Activation activation) {
        return new LayerSpec.Conv2d(name, filters, Size2.square(3), Size2.square(1), Padding.SAME, activation);
    }

    private static LayerSpec norm(String name) {
        return new LayerSpec.BatchNormalization(name, 0.9f, 1e-3f);
    }

    private static LayerSpec dense(String name, int units, Activation activation) {
        return new LayerSpec.Dense(name, units, activation);
    }

    /** Initial parameters moved off the values that hide mistakes. */
    private static Parameters scattered(Graph graph) {
        RandomSource source = new RandomSource(11);
        List<Parameter> moved = new ArrayList<>();
        for (Parameter parameter : Parameters.initialize(graph, source).list()) {
            RandomGenerator random = source.stream("scatter/" + parameter.path(), 0);
            for (int i = 0; i < parameter.values().length; i++) {
                boolean isKernel = parameter.name().endsWith("kernel");
                parameter.values()[i] += isKernel ? 0 : 0.3f * random.nextFloat();
            }
            moved.add(parameter);
        }
        return Parameters.of(moved);
    }

    private static float[] numbers(String purpose, int count) {
        RandomGenerator random = new RandomSource(3).stream(purpose, count);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    private static Samples samples(float[] numbers) {
        int size = numbers.length / (numbers.length <= 9 ? 1 : SAMPLES);
        return (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);
    }
}
