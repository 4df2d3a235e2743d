package dev.hourglass.engine.cpu.ops.losses;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.tensor.Kernels;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LogitCrossentropyTest {
    private static final int BEFORE = 3;
    private static final int TARGETS_BEFORE = 2;

    @ParameterizedTest
    @CsvSource({"1, 0", "17, 0.1", "512, 0", "513, 0.1", "1100, 0.25"})
    void lossesAndSlopesAreTheSameBitsInPlaceAndFromEitherTwinAcrossItsPieces(int count, float smoothing) {
        RandomGenerator random = new SplittableRandom(7);
        float[] logits = new float[BEFORE + count];
        float[] targets = new float[TARGETS_BEFORE + count];
        for (int j = 0; j < count; j++) {
            logits[BEFORE + j] = (random.nextFloat() - 0.5f) * (j % 7 == 0 ? 400 : 20);
            targets[TARGETS_BEFORE + j] = random.nextFloat();
        }
        float[] expected = new float[BEFORE + count];
        double loss = new LogitCrossentropy(smoothing, Kernels.plain())
                .add(logits, BEFORE, targets, TARGETS_BEFORE, expected, BEFORE, count, 0.3f);

        for (Kernels kernels : new Kernels[] {Kernels.plain(), Kernels.best()}) {
            float[] inPlace = logits.clone();
            double again = new LogitCrossentropy(smoothing, kernels)
                    .add(inPlace, BEFORE, targets, TARGETS_BEFORE, inPlace, BEFORE, count, 0.3f);
            assertThat(again).isEqualTo(loss);
            assertThat(inPlace).isEqualTo(expected);
        }
    }
}
