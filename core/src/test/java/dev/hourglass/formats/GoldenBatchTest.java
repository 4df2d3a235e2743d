package dev.hourglass.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which numbers a model is proved on. */
class GoldenBatchTest {
    private static final LayerSpec.Embedding TABLE = new LayerSpec.Embedding("table", 4, 2);

    @Test
    void aTableGetsNumbersThatItKnowsWhateverPassesThemOn() {
        for (LayerSpec before : List.of(
                new LayerSpec.ActivationLayer("before", Activation.LINEAR),
                new LayerSpec.Dropout("before", 0.5f),
                new LayerSpec.Masking("before", 0),
                new LayerSpec.Reshape("before", Shape.of(5, 40)))) {
            assertThat(drawn(Graph.chain(Shape.of(40, 5), List.of(before, TABLE))))
                    .as(before.toString())
                    .containsOnly(0, 1, 2, 3);
        }
    }

    @Test
    void aTableGetsNumbersThatItKnowsAtEachStep() {
        assertThat(drawn(Graph.chain(Shape.of(40, 5), List.of(new LayerSpec.TimeDistributed("steps", TABLE)))))
                .containsOnly(0, 1, 2, 3);
    }

    @Test
    void aTableGetsNumbersThatItKnowsFromInputsSideBySide() {
        Graph graph = new Graph(
                List.of(new Graph.Input("one", Shape.of(40)), new Graph.Input("other", Shape.of(30))),
                List.of(
                        new Graph.Node(new LayerSpec.Concatenate("both", -1), List.of("one", "other")),
                        new Graph.Node(TABLE, List.of("both"))),
                List.of("table"));
        assertThat(drawn(graph)).hasSize(140).containsOnly(0, 1, 2, 3);
    }

    /** 255 times any number but 0 is in no row. */
    @Test
    void aTableBehindOtherNumbersGetsZeros() {
        assertThat(drawn(Graph.chain(Shape.of(40), List.of(new LayerSpec.Rescaling("pixels", 255, 0), TABLE))))
                .containsOnly(0);
    }

    /** Of whole numbers a step makes halves at 0, and of fractions ones. */
    @Test
    void aTableBehindAStepGetsFractions() {
        float[] drawn = drawn(Graph.chain(
                Shape.of(40),
                List.of(
                        new LayerSpec.Rescaling("far", 1e12f, 0),
                        new LayerSpec.ActivationLayer("whole", Activation.HARD_SIGMOID),
                        TABLE)));
        for (float number : drawn) {
            assertThat(number).isStrictlyBetween(0f, 1f);
        }
    }

    private static float[] drawn(Graph graph) {
        Parameters parameters = Parameters.initialize(graph, new RandomSource(1));
        SavedModel model = new SavedModel(
                "m", graph, parameters, Normalization.NONE, Waist.UNKNOWN, null, null, Map.of(), List.of());
        return GoldenBatch.of(model).inputs();
    }
}
