package dev.hourglass.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.LayerSpec.State.Which;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** In a file a state has no name of its own; a model whose states have others is written all the same. */
class StateFilesTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void statesMayHaveAnyNames(String extension) throws IOException {
        Graph read = throughFile(translator(true), "code", extension);
        assertThat(read.nodes())
                .extracting(Graph.Node::name)
                .containsExactlyInAnyOrder(
                        "enc", "enc_hidden", "enc_cell", "code", "short", "long", "wide", "dec", "output");
    }

    /** It is the layer's own value there, and nothing is called by the state's name. */
    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void theLastStateOfALayerThatGivesNoOtherIsItsOwnValue(String extension) throws IOException {
        Graph read = throughFile(translator(false), "code", extension);
        assertThat(read.nodes())
                .extracting(Graph.Node::name)
                .containsExactlyInAnyOrder("enc", "enc_cell", "code", "short", "long", "wide", "dec", "output");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void aStateMayBeTheCode(String extension) throws IOException {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(5, 3))),
                List.of(
                        new Graph.Node(new LayerSpec.Lstm("enc", 2, true), List.of("input")),
                        new Graph.Node(new LayerSpec.State("end", Which.HIDDEN), List.of("enc")),
                        new Graph.Node(new LayerSpec.Dense("wide", 15, Activation.LINEAR), List.of("end")),
                        new Graph.Node(new LayerSpec.Reshape("output", Shape.of(5, 3)), List.of("wide"))),
                List.of("output"));
        throughFile(graph, "end", extension);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void theStatesOfBothWaysComeBack(String extension) throws IOException {
        LayerSpec.Lstm lstm = new LayerSpec.Lstm("one", 2, false);
        LayerSpec both = new LayerSpec.Bidirectional("enc", lstm, lstm.reversed("two"), LayerSpec.MergeMode.CONCAT);
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(5, 3))),
                List.of(
                        new Graph.Node(both, List.of("input")),
                        new Graph.Node(new LayerSpec.State("h", Which.HIDDEN), List.of("enc")),
                        new Graph.Node(new LayerSpec.State("back", Which.BACKWARD_CELL), List.of("enc")),
                        new Graph.Node(new LayerSpec.Concatenate("code", -1), List.of("enc", "h", "back")),
                        new Graph.Node(new LayerSpec.Dense("wide", 15, Activation.LINEAR), List.of("code")),
                        new Graph.Node(new LayerSpec.Reshape("output", Shape.of(5, 3)), List.of("wide"))),
                List.of("output"));
        Graph read = throughFile(graph, "code", extension);
        assertThat(read.nodes())
                .extracting(Graph.Node::name)
                .containsExactlyInAnyOrder("enc", "enc_hidden", "enc_backward_cell", "code", "wide", "output");
    }

    /** Two names for one state are one value of a file. */
    @Test
    void aStateThatIsTakenTwiceIsOne() {
        Graph graph = new Graph(
                List.of(new Graph.Input("input", Shape.of(5, 3))),
                List.of(
                        new Graph.Node(new LayerSpec.Lstm("enc", 2, true), List.of("input")),
                        new Graph.Node(new LayerSpec.State("one", Which.CELL), List.of("enc")),
                        new Graph.Node(new LayerSpec.State("two", Which.CELL), List.of("enc")),
                        new Graph.Node(new LayerSpec.Concatenate("both", -1), List.of("one", "two"))),
                List.of("both"));
        SavedModel named = saved(graph, "one").namedAsInFiles();
        assertThat(named.graph().nodes()).extracting(Graph.Node::name).containsExactly("enc", "enc_cell", "both");
        assertThat(named.graph().nodes().getLast().inputs()).containsExactly("enc_cell", "enc_cell");
    }

    /** @param sequences whether the encoder gives all steps, of which the code takes the last */
    private static Graph translator(boolean sequences) {
        List<Graph.Node> nodes = new ArrayList<>();
        nodes.add(new Graph.Node(new LayerSpec.Lstm("enc", 4, sequences), List.of("input")));
        nodes.add(new Graph.Node(new LayerSpec.State("last", Which.HIDDEN), List.of("enc")));
        nodes.add(new Graph.Node(new LayerSpec.State("memory", Which.CELL), List.of("enc")));
        nodes.add(new Graph.Node(new LayerSpec.Concatenate("code", -1), List.of("last", "memory")));
        nodes.add(new Graph.Node(new LayerSpec.Dense("short", 6, Activation.TANH), List.of("code")));
        nodes.add(new Graph.Node(new LayerSpec.Dense("long", 6, Activation.LINEAR), List.of("code")));
        nodes.add(new Graph.Node(new LayerSpec.RepeatVector("wide", 5), List.of("code")));
        nodes.add(new Graph.Node(new LayerSpec.Lstm("dec", 6, true), List.of("wide", "short", "long")));
        nodes.add(new Graph.Node(
                new LayerSpec.TimeDistributed("output", new LayerSpec.Dense("numbers", 3, Activation.LINEAR)),
                List.of("dec")));
        return new Graph(List.of(new Graph.Input("input", Shape.of(5, 3))), nodes, List.of("output"));
    }

    private Graph throughFile(Graph graph, String code, String extension) throws IOException {
        SavedModel model = saved(graph, code);
        Path file = folder.resolve("model." + extension);
        ModelFile.write(model, file);
        SavedModel read = ModelFile.read(file);

        assertThat(outputs(read)).containsExactly(outputs(model));
        assertThat(ModelFile.goldenDifference(file)).hasValue(0);
        assertThat(read.code()).isEqualTo(model.code());
        assertThat(outputs(read.encoder())).containsExactly(outputs(model.encoder()));
        return read.graph();
    }

    private static SavedModel saved(Graph graph, String code) {
        Graph ordered = graph.encoderFirst(code);
        int layers = ordered.upTo(List.of(code)).nodes().size();
        return new SavedModel(
                "translator",
                ordered,
                Parameters.initialize(ordered, new RandomSource(3)),
                Normalization.NONE,
                new Waist(layers, Waist.Source.STORED),
                null,
                null,
                Map.of(),
                List.of());
    }

    private static float[] outputs(SavedModel model) {
        float[] samples = new float[2 * 15];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = (float) Math.sin(i);
        }
        float[] outputs = new float[2 * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run((index, into, at) -> System.arraycopy(samples, index * 15, into, at, 15), 0, 2, outputs);
        }
        return outputs;
    }
}
