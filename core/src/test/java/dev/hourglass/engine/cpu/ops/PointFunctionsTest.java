package dev.hourglass.engine.cpu.ops;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.plan.PointFunction;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class PointFunctionsTest {
    /**
     * Where a bias starts as 0 and nothing else arrives, as in the gaps of a strided Conv2DTranspose, values are exactly at
     * the threshold. The slopes are those that Keras has on TensorFlow.
     */
    @Test
    void theSlopeOfReluAtItsKinksIsThatOfKeras() {
        assertThat(slopes(new PointFunction.Relu(0.97f, 0, 1.43f), 0, -1, 0.25f, 1.43f, 2))
                .containsExactly(0, 0.97f, 1, 1, 0);
        assertThat(slopes(new PointFunction.Relu(0.97f, 0.5f, 1.43f), 0.5f, -1, 0.25f, 0.75f, 2))
                .containsExactly(0, 0.97f, 0.97f, 1, 0);
    }

    /** {@code keras.activations.selu} and {@code elu} on TensorFlow, at 0 and next to it. */
    @Test
    void theSlopeOfSeluAtZeroIsThatAboveItAndOfEluThatBelow() {
        assertThat(slopes(PointFunction.SELU, 0, 1e-6f)).containsExactly(1.050701f, 1.050701f);
        assertThat(slopes(new PointFunction.Elu(0.5f, 1), 0, 1e-6f)).containsExactly(0.5f, 1);
        assertThat(slopes(new PointFunction.Elu(1.5f, 1), 0, 1e-6f)).containsExactly(1.5f, 1);
    }

    private static float[] slopes(PointFunction function, float... values) {
        float[] slopes = new float[values.length];
        Arrays.fill(slopes, 1);
        float[] scratch = new float[PointFunctions.BLOCK];
        new PointFunctions(Kernels.best()).gradient(function, values, 0, slopes, 0, values.length, scratch);
        return slopes;
    }
}
