package dev.hourglass.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScoreEvaluationTest {
    /** Of scikit-learn; {@code interop/make_detect_golden.py} writes it. */
    private static final String GOLDEN = "/dev/hourglass/detect/detect-golden.txt";

    private static final float[] SCORES = {0.1f, 0.4f, 0.35f, 0.8f};
    private static final boolean[] ANOMALOUS = {false, false, true, true};

    private static ScoreEvaluation golden(String name) {
        double[] truth = GoldenNumbers.read(GOLDEN, name + "-anomalous");
        boolean[] anomalous = new boolean[truth.length];
        for (int i = 0; i < truth.length; i++) {
            anomalous[i] = truth[i] == 1;
        }
        return ScoreEvaluation.of(GoldenNumbers.readFloats(GOLDEN, name + "-scores"), anomalous);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rare", "ties", "many"})
    void areasAreThoseOfScikitLearn(String name) {
        ScoreEvaluation evaluation = golden(name);

        assertThat(evaluation.rocAuc())
                .hasValueCloseTo(GoldenNumbers.read(GOLDEN, name + "-roc-auc")[0], within(1e-12));
        assertThat(evaluation.averagePrecision())
                .hasValueCloseTo(GoldenNumbers.read(GOLDEN, name + "-average-precision")[0], within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rare", "ties", "many"})
    void precisionRecallAndF1AreThoseOfScikitLearn(String name) {
        ScoreEvaluation evaluation = golden(name);
        double[] thresholds = GoldenNumbers.read(GOLDEN, name + "-thresholds");
        double[] expected = GoldenNumbers.read(GOLDEN, name + "-at");

        for (int i = 0; i < thresholds.length; i++) {
            ThresholdMetrics at = evaluation.at(thresholds[i]);
            assertThat(at.precision()).isCloseTo(expected[3 * i], within(1e-12));
            assertThat(at.recall()).isCloseTo(expected[3 * i + 1], within(1e-12));
            assertThat(at.f1()).isCloseTo(expected[3 * i + 2], within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rare", "ties", "many"})
    void theBestThresholdIsTheOneThatScikitLearnFinds(String name) {
        double[] best = GoldenNumbers.read(GOLDEN, name + "-best");
        ThresholdMetrics found = golden(name).bestByF1().orElseThrow();

        assertThat(found.f1()).isCloseTo(best[0], within(1e-12));
        assertThat(found.threshold()).isEqualTo(best[1]);
    }

    @ParameterizedTest
    @ValueSource(strings = {"rare", "ties", "many"})
    void percentilesAreThoseOfNumpy(String name) {
        ScoreEvaluation evaluation = golden(name);
        double[] expected = GoldenNumbers.read(GOLDEN, name + "-percentiles");
        double[] shares = {0.01, 0.5, 0.9, 0.95, 0.99};

        for (int i = 0; i < shares.length; i++) {
            assertThat(evaluation.percentile(shares[i])).isEqualTo(expected[i]);
        }
    }

    @Test
    void aThresholdFlagsWhatIsAboveIt() {
        ThresholdMetrics at = ScoreEvaluation.of(SCORES, ANOMALOUS).at(0.35f);

        assertThat(at).isEqualTo(new ThresholdMetrics(0.35f, 2, 1, 0.5, 0.5, 0.5));
    }

    @Test
    void tiesCountHalf() {
        ScoreEvaluation evaluation =
                ScoreEvaluation.of(new float[] {1, 1, 1, 1}, new boolean[] {true, false, true, false});

        assertThat(evaluation.rocAuc()).hasValue(0.5);
        assertThat(evaluation.averagePrecision()).hasValue(0.5);
    }

    @Test
    void thresholdsRiseFromAlmostAllFlaggedToNone() {
        assertThat(ScoreEvaluation.of(SCORES, ANOMALOUS).thresholds())
                .extracting(ThresholdMetrics::flagged)
                .containsExactly(3, 2, 1, 0);
    }

    @Test
    void everySampleIsInTheHistogram() {
        ScoreHistogram histogram = ScoreEvaluation.of(SCORES, ANOMALOUS).histogram(4);

        assertThat(histogram.counts()).containsExactly(1, 1, 1, 1);
        assertThat(histogram.anomalousCounts()).containsExactly(0, 1, 0, 1);
        assertThat(histogram.edges()).containsExactly(0, 0.8f / 4, 0.8f / 2, 0.8f * 0.75, 0.8f);
    }

    @Test
    void nobodyKnowsPrecisionWithoutTruth() {
        ScoreEvaluation evaluation = ScoreEvaluation.of(SCORES);

        assertThat(evaluation.at(0.2)).isEqualTo(new ThresholdMetrics(0.2, 3, null, null, null, null));
        assertThat(evaluation.rocAuc()).isEmpty();
        assertThat(evaluation.averagePrecision()).isEmpty();
        assertThat(evaluation.bestByF1()).isEmpty();
        assertThat(evaluation.percentile(0.5)).isEqualTo(0.35f);
        assertThat(evaluation.histogram(2).anomalousCounts()).isNull();
    }

    @Test
    void withoutAnomaliesNothingIsThereToBeFound() {
        ScoreEvaluation evaluation = ScoreEvaluation.of(SCORES, new boolean[4]);

        assertThat(evaluation.rocAuc()).isEmpty();
        assertThat(evaluation.averagePrecision()).isEmpty();
        assertThat(evaluation.bestByF1()).isEmpty();
        assertThat(evaluation.at(0.5)).isEqualTo(new ThresholdMetrics(0.5, 1, 0, 0.0, null, 0.0));
    }

    @Test
    void whatCannotBeRankedIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScoreEvaluation.of(new float[] {0, Float.NaN}))
                .withMessage("scores must be finite, but that of sample 1 is NaN. Correct or drop the sample, or take a"
                        + " model whose training did not diverge.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScoreEvaluation.of(new float[] {Float.NEGATIVE_INFINITY, 0}))
                .withMessageContaining("sample 0 is -Infinity");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScoreEvaluation.of(new float[0]))
                .withMessage("scores must be of at least one sample, got none");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScoreEvaluation.of(SCORES, new boolean[3]))
                .withMessageContaining("got 4 scores and 3 truths");
    }
}
