package dev.hourglass.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class SmoothedErrorsTest {
    /** Rebuilds all as zeros, so that a sample is its own error, up to its sign. */
    private static final Reconstruction NOTHING = (from, count, into) -> Arrays.fill(into, 0);

    private static float[] rebuilt(Dataset data, double deviation) {
        float[] into = new float[data.size() * data.sampleShape().size()];
        SmoothedErrors.of(NOTHING, data, deviation).rebuild(0, data.size(), into);
        return into;
    }

    @Test
    void errorsOfAPictureAreSmoothedAsScipyDoes() {
        float[] pixels = {0, 0, 0, -2, 0, 1, 0, 0, 0, 0, 0, 0};
        Dataset picture = FloatDataset.of("picture", Shape.of(3, 4, 1), pixels);
        // scipy.ndimage.gaussian_filter(pixels.reshape(3, 4), 1.0)
        double[] smooth = {
            0.08160946,
            0.04454965,
            -0.30764753,
            -0.80424502,
            0.11791264,
            0.12990169,
            -0.07648006,
            -0.35571989,
            0.08704142,
            0.11207801,
            0.03444154,
            -0.06344193
        };

        float[] rebuilt = rebuilt(picture, 1);

        for (int i = 0; i < pixels.length; i++) {
            assertThat((double) pixels[i] - rebuilt[i]).isCloseTo(smooth[i], within());
        }
        double expected = Arrays.stream(smooth).map(e -> e * e).average().orElseThrow();
        double[] scores =
                SampleScores.of(SmoothedErrors.of(NOTHING, picture, 1), picture, new StepErrors.Squared(), done -> {});
        assertThat(scores).hasSize(1);
        assertThat(scores[0]).isCloseTo(expected, within());
    }

    @Test
    void channelsOfAWindowAreSmoothedByThemselves() {
        float[] steps = {1, 0, 0, 0, 0, 3, 0, 0};
        // scipy.ndimage.gaussian_filter(steps.reshape(4, 2), (1.0, 0))
        double[] smooth = {
            0.64091492, 0.17526897, 0.29596257, 0.72671732, 0.05842299, 1.21012599, 0.00469952, 0.88788772
        };

        float[] rebuilt = rebuilt(FloatDataset.of("window", Shape.of(4, 2), steps), 1);

        for (int i = 0; i < steps.length; i++) {
            assertThat((double) steps[i] - rebuilt[i]).isCloseTo(smooth[i], within());
        }
    }

    private static Offset<Double> within() {
        return Offset.offset(1e-6);
    }

    @Test
    void anEdgeBesideItsPlaceCountsLessThanSomethingThatIsMissing() {
        float[] moved = new float[20];
        moved[9] = 1;
        moved[10] = -1;
        float[] missing = new float[20];
        missing[9] = 1;
        missing[10] = 1;
        float[] both = Arrays.copyOf(moved, 40);
        System.arraycopy(missing, 0, both, 20, 20);
        Dataset data = FloatDataset.of("two", Shape.of(20, 1), both);

        double[] plain = SampleScores.of(NOTHING, data, new StepErrors.Squared(), done -> {});
        double[] smooth =
                SampleScores.of(SmoothedErrors.of(NOTHING, data, 2), data, new StepErrors.Squared(), done -> {});

        assertThat(plain[0]).isEqualTo(plain[1]);
        assertThat(smooth[1]).isGreaterThan(10 * smooth[0]);
    }

    @Test
    void aDetectorIsCalibratedByTheErrorsThatItScores() {
        float[] noise = new float[200 * 9];
        Random random = new Random(3);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = (float) random.nextGaussian();
        }
        Dataset pictures = FloatDataset.of("pictures", Shape.of(3, 3, 1), noise);
        DetectionOptions options =
                DetectionOptions.ofSamples().withErrorBlur(1).withRule(new ThresholdRule.Quantile(0.9));

        Detection detection = Detector.calibrate(NOTHING, pictures, options, "noise", new RandomSource(1), done -> {});

        double[] scores = SampleScores.of(
                SmoothedErrors.of(NOTHING, pictures, 1), pictures, new StepErrors.Squared(), done -> {});
        assertThat(detection.errorBlur()).isEqualTo(1);
        assertThat(detection.options().errorBlur()).isEqualTo(1);
        assertThat(detection.scoring()).isEqualTo("squared errors of a sample smoothed by 1.0 pixels");
        assertThat(Arrays.stream(scores)
                        .filter(score -> score > detection.threshold().threshold())
                        .count())
                .isEqualTo(20);
    }

    @Test
    void whatHasNoNeighboursIsNotSmoothed() {
        Dataset rows = FloatDataset.of("rows", Shape.of(3), new float[30]);

        assertThatThrownBy(() -> Detector.calibrate(
                        NOTHING,
                        rows,
                        DetectionOptions.ofSamples().withErrorBlur(1),
                        "rows",
                        new RandomSource(1),
                        done -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("errors can be smoothed within pictures, or windows of several steps, but rows has samples"
                        + " [3]. Leave smoothing errors out.");
        assertThatThrownBy(() -> DetectionOptions.ofSamples().withErrorBlur(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("errors are smoothed by 0 to 100 pixels or steps, got NaN");
    }
}
