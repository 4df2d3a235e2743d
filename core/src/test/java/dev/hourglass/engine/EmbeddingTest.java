package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingTest {
    private static final Graph TABLE = Graph.chain(Shape.of(3), List.of(new LayerSpec.Embedding("table", 4, 2)));

    @Test
    void eachNumberGetsItsRow() {
        Parameters parameters = Parameters.initialize(TABLE, new RandomSource(1));
        float[] rows = parameters.get("table", "embeddings").values();

        assertThat(infer(parameters, new float[] {3, 0, 3, 1, 2, 0}))
                .containsExactly(
                        rows[6], rows[7], rows[0], rows[1], rows[6], rows[7], rows[2], rows[3], rows[4], rows[5],
                        rows[0], rows[1]);
    }

    @ParameterizedTest
    @ValueSource(floats = {-1, 4, 0.5f, Float.NaN, 1e20f})
    void whatHasNoRowIsNamed(float number) {
        Parameters parameters = Parameters.initialize(TABLE, new RandomSource(1));

        assertThatThrownBy(() -> infer(parameters, new float[] {0, 1, 2, 3, number, 0}))
                .isInstanceOf(UnknownNumberException.class)
                .hasMessage("Layer 'table' (Embedding) needs whole numbers from 0 to 3, got " + number
                        + ". Give it the numbers as they are, without any scaling.");
    }

    private static float[] infer(Parameters parameters, float[] inputs) {
        float[] outputs = new float[inputs.length * 2];
        try (ChainInference inference = ChainInference.of(TABLE, parameters, 2)) {
            inference.run(
                    (sample, into, at) -> System.arraycopy(inputs, sample * 3, into, at, 3),
                    0,
                    inputs.length / 3,
                    outputs);
        }
        return outputs;
    }
}
