package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The rest is held against the real Keras by CompositeTrainingTest. */
class OutputLossesTest {
    @Test
    void anOutputThatTheModelLacksIsNamedOnOneLineWhateverItsName() {
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(2))),
                List.of(
                        new Graph.Node(new LayerSpec.Dense("a", 2, Activation.LINEAR), List.of("x")),
                        new Graph.Node(new LayerSpec.Dense("b", 3, Activation.LINEAR), List.of("a"))),
                List.of("a", "b"));
        Json losses = JsonText.parse(
                "{\"no\\nsuch\\u001b[31m\": \"mse\"}", new Json.Document(Path.of("m.keras"), "config.json"));
        List<String> warnings = new ArrayList<>();

        assertThat(new OutputLosses(graph, one -> null, warnings::add).read(losses, null))
                .isNull();

        assertThat(warnings)
                .containsExactly(
                        "The losses of its outputs, {no?such?[31m:'mse'}, were left out: 'no?such?[31m' is none of"
                                + " the outputs a, b.");
    }
}
