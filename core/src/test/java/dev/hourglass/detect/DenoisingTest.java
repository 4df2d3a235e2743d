package dev.hourglass.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class DenoisingTest {
    private static final Shape IMAGE = Shape.of(16, 16, 1);
    private static final FloatDataset IMAGES = images();

    private static FloatDataset images() {
        float[] values = new float[3 * IMAGE.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.5 + 0.4 * Math.sin(0.3 * i));
        }
        return FloatDataset.of("waves", IMAGE, values);
    }

    private static Denoising denoising(UnaryOperator<float[]> denoiser, long seed) {
        return new Denoising(IMAGES, denoiser, SampleSimilarity.ofImages(IMAGE, Normalization.NONE), seed);
    }

    @Test
    void whoChangesNothingGainsNothing() {
        DenoisingGain gain = denoising(float[]::clone, 1).sample(0, 0.2).gain();

        assertThat(gain.psnrGainDecibels()).isZero();
        assertThat(gain.ssimGain()).isZero();
    }

    @Test
    void halfTheNoiseIsSixDecibelsLess() {
        float[] clean = new float[IMAGE.size()];
        IMAGES.copySample(1, clean, 0);
        UnaryOperator<float[]> halves = noisy -> {
            float[] half = noisy.clone();
            for (int i = 0; i < half.length; i++) {
                half[i] = (half[i] + clean[i]) / 2;
            }
            return half;
        };

        DenoisingGain gain = denoising(halves, 1).sample(1, 0.2).gain();

        assertThat(gain.psnrGainDecibels()).isCloseTo(20 * Math.log10(2), within(1e-4));
        assertThat(gain.ssimGain()).isPositive();
    }

    @Test
    void theNoiseHasTheDeviationThatWasAskedFor() {
        Denoising.DenoisedSample sample = denoising(float[]::clone, 5).sample(2, 0.2);

        double squares = 0;
        for (int i = 0; i < IMAGE.size(); i++) {
            squares += Math.pow(sample.noisy()[i] - sample.clean()[i], 2);
        }
        assertThat(Math.sqrt(squares / IMAGE.size())).isCloseTo(0.2, within(0.03));
    }

    @Test
    void theSameSeedGivesTheSameNoise() {
        float[] first = denoising(float[]::clone, 5).sample(2, 0.2).noisy();

        assertThat(denoising(float[]::clone, 5).sample(2, 0.2).noisy()).isEqualTo(first);
        assertThat(denoising(float[]::clone, 6).sample(2, 0.2).noisy()).isNotEqualTo(first);
        assertThat(denoising(float[]::clone, 5).sample(1, 0.2).noisy()).isNotEqualTo(first);
    }

    @Test
    void levelsAreMeansOverSamples() {
        Denoising denoising = denoising(float[]::clone, 5);
        int[] done = {0};

        List<DenoisingGain> levels = denoising.levels(2, count -> done[0] = count);

        assertThat(levels).hasSize(Denoising.levelCount());
        assertThat(done[0]).isEqualTo(20);
        double first = Objects.requireNonNull(denoising.sample(0, 0.1).gain().noisyPsnrDecibels());
        double second = Objects.requireNonNull(denoising.sample(1, 0.1).gain().noisyPsnrDecibels());
        assertThat(levels.get(1).noise()).isEqualTo(0.1);
        assertThat(levels.get(1).noisyPsnrDecibels()).isCloseTo((first + second) / 2, within(1e-12));
        assertThat(levels)
                .extracting(DenoisingGain::noisyPsnrDecibels)
                .isSortedAccordingTo((a, b) -> Double.compare(b, a));
    }

    @Test
    void withoutNoiseThereIsNoPsnrAndNoGain() {
        DenoisingGain gain = denoising(float[]::clone, 5).sample(0, 0).gain();

        assertThat(gain.noisyPsnrDecibels()).isNull();
        assertThat(gain.psnrGainDecibels()).isNull();
        assertThat(gain.noisySsim()).isCloseTo(1, within(1e-12));
    }

    @Test
    void whatIsNoImageHasNoSsim() {
        FloatDataset series = FloatDataset.of("series", Shape.of(4), new float[] {0, 2, 4, 6, 1, 1, 1, 1});
        Denoising denoising = new Denoising(series, float[]::clone, SampleSimilarity.ofSignals(series), 1);

        assertThat(denoising.similarity().range()).isEqualTo(6);
        assertThat(denoising.sample(0, 0.1).gain().noisySsim()).isNull();
        assertThat(denoising.levels(2, done -> {}).getFirst().ssimGain()).isNull();
    }

    @Test
    void stopsWhenItIsInterrupted() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> denoising(float[]::clone, 5).levels(2, done -> {}))
                .isInstanceOf(InterruptedComputationException.class)
                .hasMessage("Denoising was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }
}
