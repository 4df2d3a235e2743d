package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.Samples;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class InputNoiseTest {
    private static final int SIZE = 20_000;
    private static final Samples HALVES = (index, into, offset) -> Arrays.fill(into, offset, offset + SIZE, 0.5f);

    @Test
    void gaussianNoiseHasItsMeanAndDeviation() {
        float[] noisy = drawn(InputNoise.Gaussian.of(0.3f), 1, 0);
        assertThat(mean(noisy)).isCloseTo(0.5, within(0.01));
        double squares = 0;
        for (float number : noisy) {
            squares += (number - 0.5) * (number - 0.5);
        }
        assertThat(Math.sqrt(squares / SIZE)).isCloseTo(0.3, within(0.01));
        for (float number : drawn(new InputNoise.Gaussian(0.3f, 0, 1), 1, 0)) {
            assertThat(number).isBetween(0f, 1f);
        }
    }

    @Test
    void saltAndPepperHitAsManyAsTheRateSaysHalfOfThemEach() {
        float[] noisy = drawn(new InputNoise.SaltAndPepper(0.2f, -1, 2), 1, 0);
        assertThat(count(noisy, -1)).isCloseTo(SIZE / 10, within(150));
        assertThat(count(noisy, 2)).isCloseTo(SIZE / 10, within(150));
        assertThat(count(noisy, 0.5f)).isCloseTo(SIZE * 8 / 10, within(250));
    }

    @Test
    void maskingSetsAsManyAsTheRateSays() {
        float[] noisy = drawn(new InputNoise.Masking(0.3f, -2), 1, 0);
        assertThat(count(noisy, -2)).isCloseTo(SIZE * 3 / 10, within(250));
        assertThat(count(drawn(new InputNoise.Masking(1, 0), 1, 0), 0)).isEqualTo(SIZE);
    }

    @Test
    void noiseDependsOnSeedEpochAndSampleAlone() {
        InputNoise noise = new InputNoise.Masking(0.5f, 0);
        assertThat(drawn(noise, 1, 3)).containsExactly(drawn(noise, 1, 3)).isNotEqualTo(drawn(noise, 2, 3));
        assertThat(drawn(noise, 1, 3)).isNotEqualTo(drawn(noise, 1, 4));
        assertThat(InputNoise.none().over(HALVES, SIZE, 7, "training", 1)).isSameAs(HALVES);
    }

    @Test
    void trainingWithNoiseLearnsFromSpoiledInputsAndTheSameSeedGivesTheSameWeights() {
        TrainOptions clean = TinyTraining.OPTIONS.withEpochs(3);
        TrainOptions noisy = clean.withNoise(InputNoise.Gaussian.of(0.2f));
        String once = trained(noisy);
        assertThat(trained(noisy.withThreads(3))).isEqualTo(once);
        assertThat(trained(clean)).isNotEqualTo(once);
    }

    private static String trained(TrainOptions options) {
        return Trainer.train(TinyTraining.SPEC, TinyTraining.TRAINING, TinyTraining.VALIDATION, options, event -> {})
                .model()
                .parameters()
                .sha256();
    }

    @Test
    void whatCanNotBeIsSaid() {
        assertThatThrownBy(() -> InputNoise.Gaussian.of(0)).hasMessage("stddev must be > 0, got 0.0");
        assertThatThrownBy(() -> new InputNoise.Masking(1.5f, 0)).hasMessage("rate must be > 0 and <= 1, got 1.5");
        assertThatThrownBy(() -> new InputNoise.SaltAndPepper(0.1f, 1, 0))
                .hasMessageContaining("low must be below high");
    }

    private static float[] drawn(InputNoise noise, int epoch, int sample) {
        float[] drawn = new float[SIZE];
        noise.over(HALVES, SIZE, 7, "training", epoch).copySample(sample, drawn, 0);
        return drawn;
    }

    private static double mean(float[] numbers) {
        double sum = 0;
        for (float number : numbers) {
            sum += number;
        }
        return sum / numbers.length;
    }

    private static int count(float[] numbers, float value) {
        int count = 0;
        for (float number : numbers) {
            count += number == value ? 1 : 0;
        }
        return count;
    }
}
