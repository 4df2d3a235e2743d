package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePairs;
import dev.hourglass.engine.Samples;
import dev.hourglass.tensor.Shape;
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
        assertThat(InputNoise.none().over(HALVES, Shape.of(SIZE), 7, "training", 1))
                .isSameAs(HALVES);
    }

    @Test
    void blurSmoothsAlongStepsAndLeavesFeaturesApart() {
        Shape series = Shape.of(7, 2);
        Samples impulse = (index, into, offset) -> into[offset + 6] = 1; // step 3, the first feature
        float[] blurred = new float[14];
        new InputNoise.Blur(1).over(impulse, series, 7, "training", 1).copySample(0, blurred, 0);
        double whole = 1 + 2 * (Math.exp(-0.5) + Math.exp(-2) + Math.exp(-4.5) + Math.exp(-8));
        // The Gaussian goes on where the series is mirrored: step 0 has what would be at step -1 as well.
        double[] expected = {
            Math.exp(-4.5) + Math.exp(-8), Math.exp(-2), Math.exp(-0.5), 1, Math.exp(-0.5), Math.exp(-2)
        };
        for (int step = 0; step < expected.length; step++) {
            assertThat(blurred[2 * step]).isCloseTo((float) (expected[step] / whole), within(1e-6f));
            assertThat(blurred[2 * step + 1]).isZero();
        }
        assertThatThrownBy(() -> new InputNoise.Blur(0)).hasMessage("sigma must be > 0 and <= 100, got 0.0");
    }

    @Test
    void ofPairsTheNoisyOneIsReadAndTheCleanOneLearned() {
        Dataset clean = TinyTraining.TRAINING;
        String toItself = trained(clean);
        assertThat(trained(new SamplePairs(clean, clean))).isEqualTo(toItself);
        Dataset other = TinyTraining.samples("noisy", clean.size());
        assertThat(trained(new SamplePairs(clean, other)))
                .isNotEqualTo(toItself)
                .isNotEqualTo(trained(new SamplePairs(other, clean)))
                .isNotEqualTo(trained(other));
    }

    @Test
    void trainingWithNoiseLearnsFromSpoiledInputsAndTheSameSeedGivesTheSameWeights() {
        TrainOptions clean = TinyTraining.OPTIONS.withEpochs(3);
        TrainOptions noisy = clean.withNoise(InputNoise.Gaussian.of(0.2f));
        String once = trained(noisy);
        assertThat(trained(noisy.withThreads(3))).isEqualTo(once);
        assertThat(trained(clean)).isNotEqualTo(once);
    }

    private static String trained(Dataset training) {
        return Trainer.train(TinyTraining.SPEC, training, TinyTraining.VALIDATION, TinyTraining.OPTIONS, event -> {})
                .model()
                .parameters()
                .sha256();
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
        noise.over(HALVES, Shape.of(SIZE), 7, "training", epoch).copySample(sample, drawn, 0);
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
