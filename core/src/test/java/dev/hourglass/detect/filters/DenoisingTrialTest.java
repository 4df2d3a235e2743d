package dev.hourglass.detect.filters;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class DenoisingTrialTest {
    private static final Shape IMAGE = Shape.of(16, 16, 1);
    private static final SampleSimilarity SIMILARITY = SampleSimilarity.ofImages(IMAGE, Normalization.NONE);

    private static float[] clean() {
        float[] clean = new float[IMAGE.size()];
        for (int i = 0; i < clean.length; i++) {
            clean[i] = (float) (0.5 + 0.3 * Math.sin(Math.floorDiv(i, 16) * 0.4) * Math.cos(i % 16 * 0.3));
        }
        return clean;
    }

    private static float[] noisy() {
        RandomGenerator random = new RandomSource(1).stream("test", 0);
        float[] noisy = clean();
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] += (float) (0.1 * random.nextGaussian());
        }
        return noisy;
    }

    @Test
    void eachKindOfFilterHasItsBestStrengthAndTheBestComesFirst() {
        DenoisingTrial trial = new DenoisingTrial(NoiseFilter.all());
        trial.add(clean(), noisy(), noisy(), IMAGE, SIMILARITY);
        DenoisingTrial.Outcome outcome = trial.outcome();

        assertThat(outcome.samples()).isEqualTo(1);
        assertThat(outcome.model()).as("a model that does nothing").isEqualTo(outcome.noisy());
        assertThat(outcome.noisy().psnrDecibels()).isCloseTo(20, within(1.0));
        assertThat(outcome.filters())
                .extracting(filtered -> filtered.filter().kind())
                .containsExactlyInAnyOrder("median", "Gaussian", "wavelet", "non-local means");
        double before = Double.POSITIVE_INFINITY;
        for (DenoisingTrial.Filtered filtered : outcome.filters()) {
            double psnr = filtered.quality().psnrDecibels();
            assertThat(psnr)
                    .isLessThanOrEqualTo(before)
                    .isGreaterThan(outcome.noisy().psnrDecibels());
            before = psnr;
            for (NoiseFilter other : NoiseFilter.all()) {
                if (other.kind().equals(filtered.filter().kind())) {
                    DenoisingTrial alone = new DenoisingTrial(List.of(other));
                    alone.add(clean(), noisy(), noisy(), IMAGE, SIMILARITY);
                    assertThat(alone.outcome().filters().getFirst().quality().psnrDecibels())
                            .isLessThanOrEqualTo(psnr);
                }
            }
        }
    }

    @Test
    void whatIsPerfectHasAHundredDecibels() {
        DenoisingTrial trial = new DenoisingTrial(List.of());
        trial.add(clean(), noisy(), clean(), IMAGE, SIMILARITY);
        assertThat(trial.outcome().model().psnrDecibels()).isEqualTo(100);
        assertThat(trial.outcome().model().ssim()).isCloseTo(1.0, within(1e-9));
    }

    @Test
    void withoutSamplesThereIsNoOutcome() {
        assertThatThrownBy(() -> new DenoisingTrial(List.of()).outcome()).hasMessage("no sample was added");
    }
}
