package dev.hourglass.engine.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Loss;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LayerOpsTest {
    /** Taken from all steps at once, each would have a gradient as large as all of them. */
    @Test
    void layersStepByStepHoldAsManyNumbersAsThereAreStepsTimesHalvings() {
        // 8 times the steps, and 8 halvings instead of 5.
        assertThat(numbersOfTraining(256)).isLessThan(numbersOfTraining(32) * 8 * 8 / 5);
    }

    private static long numbersOfTraining(int steps) {
        Graph graph = Graph.chain(
                Shape.of(steps, 6),
                List.of(
                        new LayerSpec.Dense("before", 6, Activation.LINEAR),
                        new LayerSpec.TimeDistributed("each", new LayerSpec.BatchNormalization("in", 0.9f, 1e-3f))));
        Parameters parameters = Parameters.initialize(graph, new RandomSource(1));
        LogicalPlan plan = Autodiff.withLoss(
                LayerOps.forTraining(graph, parameters), List.of(OutputLoss.ofOnly(new Loss.MeanSquaredError())));
        return plan.ops().stream()
                .flatMap(op -> op.writes().stream())
                .mapToLong(tensor -> tensor.shape().size())
                .sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 8})
    void layersStepByStepGiveEachStepInItsPlace(int steps) {
        Graph graph = Graph.chain(
                Shape.of(steps, 3, 2, 1),
                List.of(new LayerSpec.TimeDistributed("each", new LayerSpec.Cropping2d("in", 1, 1, 0, 1))));
        float[] middles = new float[steps];
        try (ChainInference inference =
                ChainInference.of(graph, Parameters.initialize(graph, new RandomSource(1)), 1)) {
            inference.run((index, into, offset) -> fill(into, offset, steps), 0, 1, middles);
        }

        // Row 1 of 3 and column 0 of 2 of each step's six numbers.
        assertThat(middles)
                .containsExactly(IntStream.range(0, steps)
                        .mapToObj(step -> step * 6 + 2f)
                        .toArray(Float[]::new));
    }

    private static void fill(float[] into, int offset, int steps) {
        for (int i = 0; i < steps * 6; i++) {
            into[offset + i] = i;
        }
    }
}
