package dev.hourglass.detect.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepScoresTest {
    private static final String GOLDEN = "/dev/hourglass/detect/step-score-golden.txt";

    /** Two channels of four rows, 0 everywhere, as windows of three rows. */
    private static final FloatDataset WINDOWS = FloatDataset.of("zeros", Shape.of(2), new float[8])
            .withRows(SourceRows.plain(4))
            .windows(3, 1);

    /** Window w has an error of w + 1 in channel 0 and of 3 in channel 1, at all steps. */
    private static final Reconstruction MODEL = (from, count, into) -> {
        for (int sample = 0; sample < count; sample++) {
            for (int i = 0; i < 6; i++) {
                into[sample * 6 + i] = i % 2 == 0 ? from + sample + 1 : 3;
            }
        }
    };

    @ParameterizedTest
    @CsvSource({"MEAN, 5, 5.75, 6.5", "MEDIAN, 5, 5.75, 6.5", "LAST, 5, 6.5, 6.5"})
    void aRowHasTheSquaredErrorsOfAllItsWindows(Overlap overlap, double first, double both, double last) {
        StepScores scores = StepScores.of(MODEL, WINDOWS, new StepErrors.Squared(), overlap);

        assertThat(scores.scores()).containsExactly(first, both, both, last);
        assertThat(scores.part(0, 0)).isEqualTo(0.5);
        assertThat(scores.part(0, 1)).isEqualTo(4.5);
        assertThat(scores.channels()).isEqualTo(2);
    }

    @Test
    void ofCausalScoresARowHasThatOfTheWindowThatEndsWithIt() {
        StepScores scores = StepScores.of(MODEL, WINDOWS, new StepErrors.Squared(), Overlap.CAUSAL);

        assertThat(scores.scores()).containsExactly(Double.NaN, Double.NaN, 5, 6.5);
        assertThat(scores.part(3, 0)).isEqualTo(2);
        assertThat(scores.part(1, 0)).isNaN();
    }

    @Test
    void absoluteErrorsAreMeantOverChannels() {
        StepScores scores = StepScores.of(MODEL, WINDOWS, new StepErrors.Absolute(), Overlap.LAST);

        assertThat(scores.scores()).containsExactly(2, 2.5, 2.5, 2.5);
    }

    @Test
    void whitenedErrorsAreThoseOfNumpy() {
        double[] normal = GoldenNumbers.read(GOLDEN, "normal");
        double[] errors = GoldenNumbers.read(GOLDEN, "errors");
        double[] expected = GoldenNumbers.read(GOLDEN, "parts");
        double[][] steps = new double[normal.length / 3][3];
        for (int i = 0; i < normal.length; i++) {
            steps[i / 3][i % 3] = normal[i];
        }
        StepErrors.Mahalanobis whitened = StepErrors.Mahalanobis.fit(steps);
        double[] parts = new double[3];

        for (int step = 0; step < errors.length / 3; step++) {
            whitened.parts(new double[] {errors[3 * step], errors[3 * step + 1], errors[3 * step + 2]}, parts);
            for (int i = 0; i < 3; i++) {
                assertThat(parts[i]).as("step %d, channel %d", step, i).isCloseTo(expected[3 * step + i], within(1e-9));
            }
        }
    }

    @Test
    void whiteningByAModelIsThatByItsErrors() {
        double[] normal = GoldenNumbers.read(GOLDEN, "normal");
        double[][] steps = new double[38 * 3][3];
        for (int i = 0; i < steps.length * 3; i++) {
            steps[i / 3][i % 3] = (float) normal[i / 9 * 3 + i % 9];
        }
        FloatDataset windows = FloatDataset.of("zeros", Shape.of(3), new float[40 * 3])
                .withRows(SourceRows.plain(40))
                .windows(3, 1);
        Reconstruction model = (from, count, into) -> {
            for (int i = 0; i < count * 9; i++) {
                into[i] = (float) normal[(from + i / 9) * 3 + i % 9];
            }
        };
        double[] expected = new double[3];
        double[] parts = new double[3];

        StepErrors.Mahalanobis.fit(steps).parts(new double[] {1, -2, 3}, expected);
        StepErrors.Mahalanobis.fit(model, windows).parts(new double[] {1, -2, 3}, parts);

        assertThat(parts).containsExactly(expected, within(1e-12));
    }

    @Test
    void smoothingIsThatOfPandas() {
        double[] scores = GoldenNumbers.read(GOLDEN, "scores");

        assertThat(new Smoothing.MovingAverage(4).apply(scores))
                .containsExactly(GoldenNumbers.read(GOLDEN, "rolling-4"), within(1e-12));
        assertThat(new Smoothing.Exponential(0.3).apply(scores))
                .containsExactly(GoldenNumbers.read(GOLDEN, "ewm-0.3"), within(1e-12));
    }

    @Test
    void smoothingStartsAnewAfterAGapAndInEachPiece() {
        double gap = Double.NaN;

        assertThat(new Smoothing.MovingAverage(2).apply(new double[] {2, 4, gap, 8, 10}))
                .containsExactly(2, 3, gap, 8, 9);
        assertThat(new Smoothing.Exponential(0.5).apply(new double[] {2, 4, gap, 8, 10}))
                .containsExactly(2, 3, gap, 8, 9);
        assertThat(scores(twoSeries(), 2, 4, 8, 10)
                        .smoothed(new Smoothing.MovingAverage(3))
                        .scores())
                .containsExactly(2, 3, 8, 9);
    }

    /** One channel has a quarter of each score, the other the rest. */
    private static StepScores scores(SourceRows rows, double... scores) {
        float[] parts = new float[2 * scores.length];
        for (int i = 0; i < scores.length; i++) {
            parts[2 * i] = (float) (scores[i] / 4);
            parts[2 * i + 1] = (float) (scores[i] * 3 / 4);
        }
        return StepScores.of(rows, scores, parts);
    }

    private static StepScores scores(double... scores) {
        return scores(SourceRows.plain(scores.length), scores);
    }

    /** Two series of two rows each. */
    private static SourceRows twoSeries() {
        return new SourceRows(
                4,
                List.of(),
                null,
                new int[] {0, 0, 1, 1},
                List.of("a", "b"),
                SourceRows.Keys.USUAL,
                new int[] {0, 1, 2, 3},
                List.of(new int[] {0, 2}, new int[] {2, 4}));
    }

    private static List<List<Integer>> found(StepScores scores, EventOptions options) {
        return AnomalyEvent.find(scores, options).stream()
                .map(event -> List.of(event.first(), event.last()))
                .toList();
    }

    @Test
    void overAThresholdTheThresholdIsOne() {
        StepScores scores = scores(1, 2, 4).over(2);

        assertThat(scores.scores()).containsExactly(0.5, 1, 2);
        assertThat(scores.part(2, 1)).isEqualTo(1.5);
        // What is at the threshold is not above it.
        assertThat(found(scores, EventOptions.defaults())).containsExactly(List.of(2, 2));
    }

    @Test
    void anEventHasItsPeakAndWhoIsToBlame() {
        AnomalyEvent event = AnomalyEvent.find(scores(0, 2, 8, 8, 4, 0), EventOptions.defaults())
                .getFirst();

        assertThat(event)
                .isEqualTo(new AnomalyEvent(
                        1, 4, 2, 8, List.of(new AnomalyEvent.Blame(1, 0.75), new AnomalyEvent.Blame(0, 0.25))));
        assertThat(event.rows()).isEqualTo(4);
    }

    @Test
    void anEventLastsUntilTheLowerLimitAndStartsOnlyAboveTheUpper() {
        StepScores scores = scores(0.9, 1.2, 0.9, 1.2, 0.5, 0.9, 0.2);

        assertThat(found(scores, EventOptions.defaults())).containsExactly(List.of(1, 1), List.of(3, 3));
        assertThat(found(scores, EventOptions.defaults().withEnd(0.8))).containsExactly(List.of(1, 3));
    }

    @Test
    void nearEventsBecomeOneBeforeShortOnesAreDropped() {
        StepScores scores = scores(2, 0, 0, 2, 0, 0, 0, 2);
        EventOptions merging = EventOptions.defaults().withMergeGap(2);

        assertThat(found(scores, merging)).containsExactly(List.of(0, 3), List.of(7, 7));
        assertThat(found(scores, merging.withLeastRows(2))).containsExactly(List.of(0, 3));
        assertThat(found(scores, EventOptions.defaults().withLeastRows(2))).isEmpty();
    }

    @Test
    void noEventGoesOverAGapOrIntoAnotherPiece() {
        EventOptions merging = EventOptions.defaults().withMergeGap(5);

        assertThat(found(scores(2, 2, Double.NaN, 2), merging)).containsExactly(List.of(0, 1), List.of(3, 3));
        assertThat(found(scores(twoSeries(), 2, 2, 2, 0), merging)).containsExactly(List.of(0, 1), List.of(2, 2));
    }

    @Test
    void whatCannotBeScoredIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StepScores.of(
                        MODEL,
                        FloatDataset.of("codes", Shape.of(3, 2), new float[12]),
                        new StepErrors.Squared(),
                        Overlap.MEAN))
                .withMessageStartingWith(
                        "scores by step need windows of a series, but codes has samples without rows.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> scores(1, 2).over(0))
                .withMessageStartingWith("a threshold must be finite and > 0 to divide by, got 0.0.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StepErrors.Mahalanobis.fit(new double[][] {{1, 2}, {3, 4}}))
                .withMessageStartingWith("whitening errors of 2 channels needs more steps than that, got 2.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StepErrors.Mahalanobis.fit(new double[][] {{1, 1}, {1, 1}, {1, 1}}))
                .withMessageStartingWith("errors that are all alike can't be whitened.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StepErrors.Mahalanobis.fit(new double[][] {{1}, {2}, {3}})
                        .parts(new double[2], new double[2]))
                .withMessageStartingWith("errors of 2 channels can't be whitened by those of 1.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventOptions.defaults().withEnd(1.5))
                .withMessageContaining("got 1.5 and 1.0");
    }

    /** Channel 1 has a spike in one row; what it spoils around is channel 0's, in more rows and all in all more. */
    @Test
    void aSpikeIsBlamedOnItsChannelNotOnWhatItSpoilsAround() {
        int rows = 40;
        double[] scores = new double[rows];
        float[] parts = new float[2 * rows];
        for (int row = 0; row < rows; row++) {
            parts[2 * row] = 3;
            parts[2 * row + 1] = row == 20 ? 50 : 0;
            scores[row] = parts[2 * row] + parts[2 * row + 1];
        }

        AnomalyEvent event = AnomalyEvent.find(
                        StepScores.of(SourceRows.plain(rows), scores, parts), EventOptions.defaults())
                .getFirst();

        assertThat(event.rows()).isEqualTo(rows);
        assertThat(event.blame().getFirst().channel()).isEqualTo(1);
        // 50 * 53^2 of 53^3 + 39 * 3^3.
        assertThat(event.blame().getFirst().share()).isEqualTo(50.0 * 53 * 53 / (53.0 * 53 * 53 + 39 * 27));
    }

    @Test
    void anEventBeginsAndEndsAtRowsThatAreOddByThemselves() {
        float[] least = {0, 0, 0.1f, 5, 6, 0.2f, 7, 0, 0.3f, 0, 0, 0};
        double[] high = {0, 2, 2, 2, 9, 9, 9, 9, 9, 2, 0, 2};
        StepScores scores = StepScores.of(SourceRows.plain(12), high, new float[12], least);

        assertThat(found(scores, EventOptions.defaults())).containsExactly(List.of(1, 9), List.of(11, 11));
        // The last event has no odd row: then it stays as it is.
        assertThat(found(scores.withEdge(1), EventOptions.defaults())).containsExactly(List.of(3, 6), List.of(11, 11));
        // Smoothing lets scores rise late.
        assertThat(found(scores.withEdge(1), new EventOptions(8, 8, 0, 1))).containsExactly(List.of(3, 6));
        assertThat(found(scores.withEdge(1).over(0.5), EventOptions.defaults()))
                .containsExactly(List.of(3, 6), List.of(11, 11));
        assertThat(found(scores.withEdge(1), EventOptions.defaults().withLeastRows(5)))
                .isEmpty();
    }

    /** A row beside a spike is rebuilt well by a window without the spike, so its lowest score is low; the spike's is not. */
    @Test
    void theLowestScoreOfARowIsThatOfTheWindowWhichRebuildsItBest() {
        int rows = 12;
        float[] values = new float[rows];
        values[6] = 3;
        FloatDataset windows = FloatDataset.of("spike", Shape.of(1), values)
                .withRows(SourceRows.plain(rows))
                .windows(4, 1);
        // Rebuilds the mean of a window at each of its steps.
        Reconstruction mean = (from, count, into) -> {
            float[] sample = new float[4];
            for (int i = 0; i < count; i++) {
                windows.copySample(from + i, sample, 0);
                float sum = sample[0] + sample[1] + sample[2] + sample[3];
                Arrays.fill(into, 4 * i, 4 * i + 4, sum / 4);
            }
        };
        StepScores scores = StepScores.of(mean, windows, new StepErrors.Squared(), Overlap.MEAN);

        assertThat(scores.score(5)).isPositive();
        assertThat(scores.least()).containsExactly(0, 0, 0, 0, 0, 0, 2.25f * 2.25f, 0, 0, 0, 0, 0);
        assertThat(found(scores.withEdge(1).over(0.1), EventOptions.defaults())).containsExactly(List.of(6, 6));
        assertThat(found(scores.over(0.1), EventOptions.defaults())).containsExactly(List.of(3, 9));
    }
}
