package dev.hourglass.detect.rivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.Subset;
import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.evaluate.Points;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RivalDetectorTest {
    private static final int STEPS = 5;
    private static final DetectionOptions PLAIN = DetectionOptions.defaults()
            .withErrors(DetectionOptions.Errors.SQUARED)
            .withSmoothing(new Smoothing.MovingAverage(1));

    /** Two channels that go together, but for noise. */
    private static FloatDataset windows(int rows, long seed, int stride, int spikeAt) {
        Random random = new Random(seed);
        float[] values = new float[2 * rows];
        for (int row = 0; row < rows; row++) {
            double wave = Math.sin(row / 4.0);
            values[2 * row] = (float) (wave + 0.1 * random.nextGaussian());
            values[2 * row + 1] = (float) (-wave + 0.1 * random.nextGaussian());
        }
        if (spikeAt >= 0) {
            values[2 * spikeAt + 1] += 6;
        }
        return FloatDataset.of("waves", Shape.of(2), values)
                .withRows(SourceRows.plain(rows))
                .windows(STEPS, stride);
    }

    private static RivalDetector fit(RivalKind kind, DetectionOptions options, int stride) {
        return RivalDetector.fit(
                kind, windows(600, 1, stride, -1), windows(400, 2, stride, -1), options, new RandomSource(3), 2);
    }

    /** Of windows that don't overlap, each row has the score of its window, which is held against scikit-learn's elsewhere. */
    @Test
    void windowsHaveTheScoresOfTheRivalsOverTheThreshold() {
        FloatDataset samples = windows(100, 4, STEPS, 42);
        Points points = Points.of(samples);
        Points training = Points.of(windows(600, 1, STEPS, -1));

        for (RivalKind kind : RivalKind.suiting(false)) {
            RivalDetector rival = fit(kind, PLAIN, STEPS);
            double[] expected = switch (kind) {
                case PCA_ERROR -> PcaReconstruction.fit(training, 0.9, 1).score(points);
                case PCA_MAHALANOBIS -> PcaMahalanobis.fit(training, 0.9, 1).score(points);
                case NEIGHBOURS -> NeighbourDistance.fit(training, 5, 1).score(points);
                case ROLLING_Z_SCORE -> throw new AssertionError(kind);
            };
            StepScores scores = rival.score(samples, done -> {});
            double[] each = rival.scoreSamples(samples, done -> {});
            for (int window = 0; window < samples.size(); window++) {
                double mean = Arrays.stream(scores.scores(), window * STEPS, (window + 1) * STEPS)
                        .average()
                        .orElseThrow();
                double score = expected[window] / rival.threshold().threshold();
                assertThat(mean).as("%s, window %d", kind, window).isCloseTo(score, within(1e-4 * (1 + score)));
                assertThat(each[window]).as("%s, sample %d", kind, window).isCloseTo(score, within(1e-4 * (1 + score)));
            }
        }
    }

    @ParameterizedTest
    @EnumSource(RivalKind.class)
    void atMostTheWantedShareOfNormalRowsIsFlagged(RivalKind kind) {
        DetectionOptions options = DetectionOptions.defaults().withRule(new ThresholdRule.FalseAlarmRate(0.02));
        RivalDetector rival = fit(kind, options, 1);

        double[] scores = rival.score(windows(400, 2, 1, -1), done -> {}).scores();

        assertThat(scores).hasSize(400);
        assertThat(Arrays.stream(scores).filter(score -> score > 1).count()).isEqualTo(8);
    }

    @ParameterizedTest
    @EnumSource(RivalKind.class)
    void aSpikeHasTheHighestScore(RivalKind kind) {
        StepScores scores = fit(kind, PLAIN, 1).score(windows(200, 5, 1, 150), done -> {});

        int highest = 0;
        for (int row = 0; row < 200; row++) {
            highest = scores.score(row) > scores.score(highest) ? row : highest;
        }
        assertThat(highest).isBetween(150 - STEPS, 150 + STEPS);
        assertThat(scores.score(highest)).isGreaterThan(1.5);
    }

    @Test
    void causalScoresOfARowDoNotChangeWithThoseThatFollow() {
        DetectionOptions causal = PLAIN.withOverlap(Overlap.CAUSAL);
        for (RivalKind kind : RivalKind.values()) {
            RivalDetector rival = fit(kind, causal, 1);
            double[] without = rival.score(windows(200, 5, 1, -1), done -> {}).scores();
            double[] with = rival.score(windows(200, 5, 1, 150), done -> {}).scores();

            assertThat(Arrays.copyOf(with, 150)).as(kind.words()).isEqualTo(Arrays.copyOf(without, 150));
            assertThat(with[150]).as(kind.words()).isGreaterThan(without[150]);
        }
    }

    @Test
    void thoseThatNothingVariesInAreRefused() {
        FloatDataset flat = FloatDataset.of("flat", Shape.of(2), new float[200])
                .withRows(SourceRows.plain(100))
                .windows(STEPS, 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> RivalDetector.fit(RivalKind.NEIGHBOURS, flat, flat, PLAIN, new RandomSource(1), 1))
                .withMessageContaining("its threshold would be 0.0");
    }

    @Test
    void ofManySamplesThoseAtEqualDistancesAreTaken() {
        FloatDataset many = windows(9_000, 6, 1, -1);

        RivalDetector rival =
                RivalDetector.fit(RivalKind.PCA_ERROR, many, windows(400, 2, 1, -1), PLAIN, new RandomSource(3), 1);

        assertThat(rival.fitted()).isEqualTo(4_000);
        assertThat(Subset.spread(many, 4).index(3)).isEqualTo(3 * many.size() / 4);
    }
}
