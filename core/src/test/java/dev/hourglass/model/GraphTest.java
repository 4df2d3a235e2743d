package dev.hourglass.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphTest {
    private static final Graph.Input INPUT = new Graph.Input("x", Shape.of(4));

    @Test
    void nodesInAnyOrderAreSortedSoThatEachFindsWhatItReads() {
        Graph graph =
                Graph.of(List.of(INPUT), List.of(add("c", "b", "a"), dense("b", "a"), dense("a", "x")), List.of("c"));
        assertThat(graph.nodes()).extracting(Graph.Node::name).containsExactly("a", "b", "c");
        assertThat(graph.isChain()).isFalse();
    }

    @Test
    void aMillionLayersAreSortedWithoutRecursion() {
        List<Graph.Node> nodes = new ArrayList<>();
        for (int i = 0; i < 1_000_000; i++) {
            nodes.add(dense("n" + i, i == 0 ? "x" : "n" + (i - 1)));
        }
        Collections.reverse(nodes);
        Graph graph = Graph.of(List.of(INPUT), nodes, List.of("n999999"));
        assertThat(graph.nodes().getFirst().name()).isEqualTo("n0");
        assertThat(graph.isChain()).isTrue();
    }

    @Test
    void refusesLayersThatWaitForEachOtherOrForThemselves() {
        assertThatThrownBy(() -> Graph.of(List.of(INPUT), List.of(dense("a", "b"), dense("b", "a")), List.of("b")))
                .hasMessage("Layer 'a' reads [b], which wait for it in turn; let no layers run in a circle");
        assertThatThrownBy(() -> Graph.of(List.of(INPUT), List.of(dense("a", "a")), List.of("a")))
                .hasMessage("Layer 'a' reads [a], which wait for it in turn; let no layers run in a circle");
    }

    @Test
    void refusesWhatIsNotThereTwiceThereOrLeadsNowhere() {
        assertThatThrownBy(() -> new Graph(List.of(INPUT), List.of(dense("a", "y")), List.of("a")))
                .hasMessage("Layer 'a' reads 'y', which is no layer and no input; there are x");
        assertThatThrownBy(() -> new Graph(List.of(INPUT), List.of(dense("a", "x"), dense("a", "x")), List.of("a")))
                .hasMessage("Two layers or inputs are named 'a'; give one another name");
        // The same node twice.
        assertThatThrownBy(() -> Graph.of(
                        List.of(INPUT), List.of(dense("b", "a"), dense("a", "x"), dense("b", "a")), List.of("b")))
                .hasMessage("Two layers or inputs are named 'b'; give one another name");
        assertThatThrownBy(() -> new Graph(List.of(INPUT), List.of(dense("a", "x"), dense("b", "x")), List.of("a")))
                .hasMessage("Layer 'b' leads to no output; let another layer read it, or leave it out");
        assertThatThrownBy(() -> new Graph.Node(dense("a", "x").layer(), List.of("x", "y")))
                .hasMessage("Layer 'a' (Dense) reads one value, got [x, y]; merge them first, with Add or Concatenate");
    }

    @Test
    void statesAreThoseOfRecurrentLayersAlone() {
        Graph.Input steps = new Graph.Input("x", Shape.of(3, 4));
        Graph.Node dense = dense("a", "x");
        Graph.Node gru = node(new LayerSpec.Gru("g", 4, true, Recurrence.DEFAULT, true), "x");
        Graph.Node lstm = node(new LayerSpec.Lstm("l", 4, true), "x");
        Graph.Node hidden = node(new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN), "a");
        Graph.Node cell = node(new LayerSpec.State("c", LayerSpec.State.Which.CELL), "g");

        assertThatThrownBy(() -> new Graph(List.of(steps), List.of(dense, hidden), List.of("h")))
                .hasMessage("Layer 'h' (State hidden) reads the state of a layer, but 'a' is no LSTM, GRU, SimpleRNN,"
                        + " ConvLSTM or Bidirectional; let it read one");
        assertThatThrownBy(() -> new Graph(List.of(steps), List.of(gru, cell), List.of("c")))
                .hasMessage("Layer 'c' (State cell) reads the state of a layer, but 'g' is no LSTM, ConvLSTM"
                        + " or Bidirectional of LSTMs; let it read one");
        LayerSpec.Gru one = new LayerSpec.Gru("f", 4, true, Recurrence.DEFAULT, true);
        LayerSpec both = new LayerSpec.Bidirectional("b", one, one.reversed("k"), LayerSpec.MergeMode.SUM);
        Graph.Node back = node(new LayerSpec.State("c", LayerSpec.State.Which.BACKWARD_CELL), "b");
        assertThatThrownBy(() -> new Graph(List.of(steps), List.of(node(both, "x"), back), List.of("c")))
                .hasMessage(
                        "Layer 'c' (State backward_cell) reads the state of a layer, but 'b' is no Bidirectional whose"
                                + " way back is an LSTM; let it read one");
        assertThatThrownBy(() -> node(both, "x", "h"))
                .hasMessage(
                        "Layer 'b' (Bidirectional) reads a sequence, or a sequence and a state of the way forward and a"
                                + " state of the way back to begin with, got [x, h]");
        assertThatThrownBy(() -> node(lstm.layer(), "x", "h"))
                .hasMessage("Layer 'l' (LSTM) reads a sequence, or a sequence and its state and its cell to begin with,"
                        + " got [x, h]");
        assertThatThrownBy(() -> node(gru.layer(), "x", "h", "c"))
                .hasMessage("Layer 'g' (GRU) reads a sequence, or a sequence and a state to begin with, got [x, h, c]");
    }

    @Test
    void statesToBeginWithHaveTheLayersUnits() {
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(3, 4))),
                List.of(
                        node(new LayerSpec.Flatten("f"), "x"),
                        node(new LayerSpec.Gru("g", 5, true, Recurrence.DEFAULT, true), "x", "f")),
                List.of("g"));
        assertThatThrownBy(() -> ModelFacts.of(graph))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Layer 'g' (GRU 5) begins with states [5], got [12] from 'f'. Give it as many numbers as it"
                        + " has units.");
    }

    @Test
    void statesOfConvolutionsAreAsLargeAsAStepOfWhatLeavesThem() {
        LayerSpec film = new LayerSpec.ConvLstm2d("l", 2, Size2.square(3), Padding.SAME, true);
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(3, 5, 4, 1))),
                List.of(
                        node(film, "x"),
                        node(new LayerSpec.State("c", LayerSpec.State.Which.CELL), "l"),
                        node(new LayerSpec.ConvLstm2d("m", 3, Size2.square(3), Padding.SAME, false), "x", "c", "c")),
                List.of("m"));
        assertThatThrownBy(() -> ModelFacts.of(graph))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "Layer 'm' (ConvLSTM2D 3x3, same) begins with states [5, 4, 3], got [5, 4, 2] from 'c'. Give it"
                                + " states as large as what leaves it at a step.");
    }

    /** Of the encoder's layer the code is what leaves it, and its cell is more. */
    @Test
    void aStateThatIsReadBehindTheWaistGoesAroundItEvenIfItIsOneOfTheWaist() {
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(3, 4))),
                List.of(
                        node(new LayerSpec.Lstm("code", 6, false), "x"),
                        node(new LayerSpec.State("h", LayerSpec.State.Which.HIDDEN), "code"),
                        node(new LayerSpec.State("c", LayerSpec.State.Which.CELL), "code"),
                        node(new LayerSpec.RepeatVector("r", 3), "code"),
                        node(new LayerSpec.Lstm("d", 6, true), "r", "h", "c"),
                        node(new LayerSpec.Dense("y", 4, Activation.LINEAR), "d")),
                List.of("y"));
        AutoencoderSpec spec = new AutoencoderSpec("model", graph, "code");
        assertThat(spec.bypass()).containsExactly("h", "c");
        assertThat(spec.bypassSize()).isEqualTo(12);
        assertThat(new AutoencoderSpec("model", graph, "h").bypass()).containsExactly("code", "c");
        assertThatThrownBy(spec::decoderGraph)
                .isInstanceOf(BypassException.class)
                .hasMessageContaining("12 that go around it (h, c)");
    }

    @Test
    void refusesShapesThatDoNotMerge() {
        Graph graph = new Graph(
                List.of(INPUT),
                List.of(
                        new Graph.Node(new LayerSpec.Dense("a", 3, Activation.LINEAR), List.of("x")),
                        add("b", "a", "x")),
                List.of("b"));
        assertThatThrownBy(() -> ModelFacts.of(graph))
                .isInstanceOf(ShapeException.class)
                .hasMessage("Layer 'b' (Add) needs inputs of one shape, got [3] from 'a' and [4] from the input. Bring"
                        + " them to the same shape, or use Concatenate.");
        Graph single = new Graph(List.of(INPUT), List.of(add("b", "x")), List.of("b"));
        assertThatThrownBy(() -> ModelFacts.of(single))
                .hasMessage("Layer 'b' (Add) needs at least 2 inputs, got 1 ([4] from the input). Name the layers that"
                        + " it merges, such as inputs: [a, b].");
    }

    @Test
    void theEncoderIsAllThatTheWaistIsComputedFrom() {
        Graph graph = Graph.of(
                List.of(INPUT),
                List.of(
                        dense("a", "x"),
                        dense("around", "a"),
                        dense("code", "a"),
                        dense("b", "code"),
                        add("end", "b", "around")),
                List.of("end"));
        AutoencoderSpec spec = new AutoencoderSpec("m", graph, "code");
        assertThat(spec.encoder()).extracting(LayerSpec::name).containsExactly("a", "code");
        assertThat(spec.decoder()).extracting(LayerSpec::name).containsExactly("around", "b", "end");
        assertThat(spec.bypass()).containsExactly("a");
        assertThat(spec.bypassSize()).isEqualTo(4);
        assertThatThrownBy(spec::decoderGraph).isInstanceOf(BypassException.class);
    }

    @Test
    void nothingGoesAroundTheWaistOfAChain() {
        AutoencoderSpec spec = Presets.mnistCnn("cnn");
        assertThat(spec.bypass()).isEmpty();
        assertThat(spec.compressionRatio()).isEqualTo(2);
        assertThat(spec.decoderGraph()).isEqualTo(Graph.chain(spec.latent(), spec.decoder()));
        assertThat(spec.encoderGraph()).isEqualTo(Graph.chain(spec.input(), spec.encoder()));
    }

    @Test
    void theUnetsSayHowManyNumbersGoAroundTheWaist() {
        assertThat(Presets.mnistUnet("unet").bypassSize()).isEqualTo(28 * 28 * 16 + 14 * 14 * 32);
        assertThat(Presets.mnistUnet("unet").compressionRatio()).isNaN();
        assertThat(Presets.cifar10Unet("unet").latentSize()).isEqualTo(1024);
        assertThat(Presets.cifar10Residual("residual").bypass()).isEmpty();
    }

    private static Graph.Node dense(String name, String input) {
        return new Graph.Node(new LayerSpec.Dense(name, 4, Activation.LINEAR), List.of(input));
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    private static Graph.Node add(String name, String... inputs) {
        return new Graph.Node(new LayerSpec.Add(name), List.of(inputs));
    }
}
