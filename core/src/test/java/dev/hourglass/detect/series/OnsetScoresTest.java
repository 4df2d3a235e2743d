package dev.hourglass.detect.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.Points;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** From the scores of windows to those that say the beginning of an anomaly once. */
class OnsetScoresTest {
    private static final double[][] SERIES = {{3}, {5}, {4}, {5.3}, {5.4}, {2.8}, {9}, {9}};

    /** Of scipy and pandas; {@code interop/make_rival_goldens.py} writes it. */
    private static double[] golden(String name) {
        return GoldenNumbers.read("/dev/hourglass/detect/rival-golden.txt", name);
    }

    @Test
    void likelihoodsAreTailsOfNormalLawsOfTheAveragesBefore() {
        double[] likelihoods = new AnomalyLikelihood(5, 100, 30, 20).apply(golden("scores"));

        assertThat(likelihoods).containsExactly(golden("likelihood"), within(1e-10));
    }

    @Test
    void tailsAreScipysIncludingThinOnes() {
        double[] places = golden("normal-places");
        double[] tails = golden("normal-tails");

        for (int i = 0; i < places.length; i++) {
            assertThat(GaussianTail.above(places[i]) / tails[i]).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void likelihoodsDontKnowLaterScores() {
        double[] scores = golden("scores");
        double[] whole = AnomalyLikelihood.after(20).apply(scores);
        double[] changed = scores.clone();
        Arrays.fill(changed, 300, changed.length, 1);

        assertThat(Arrays.copyOf(AnomalyLikelihood.after(20).apply(changed), 300))
                .isEqualTo(Arrays.copyOf(whole, 300));
    }

    @Test
    void afterADetectionTheNextRowsAreSilentAndThenItMaySpeakAgain() {
        double[] scores = {0.1, 0.8, 0.9, 0.3, 0.95, 0.2, 0.5};

        assertThat(new Mute(0.8, 2).apply(scores)).containsExactly(0.1, 0.8, 0, 0, 0.95, 0, 0);
        assertThat(new Mute(0.8, 0).apply(scores)).isEqualTo(scores);
    }

    @Test
    void aRowBeyondTheRangeSoFarAndItsMarginHasScoreOne() {
        double[] none = new double[SERIES.length];

        assertThat(new RangeRule(0.2).apply(none, SERIES)).containsExactly(0, 1, 0, 0, 0, 0, 1, 0);
        assertThat(new RangeRule(0).apply(none, SERIES)).containsExactly(0, 1, 0, 1, 1, 1, 1, 0);
    }

    @Test
    void errorsAreScaledSoThatTheUsualOneIsAHalf() {
        ErrorScale scale = ErrorScale.fit(new double[] {0, 1, 2, 3, 4}, 0.875);

        assertThat(scale.usual()).isEqualTo(3.5); // numpy.quantile([0, 1, 2, 3, 4], 0.875)
        assertThat(scale.apply(new double[] {0, 3.5, 7})).containsExactly(0, 0.5, 2.0 / 3);
        assertThat(ErrorScale.fit(new double[] {0, 0}, 0.99).apply(new double[] {0, 1e-9}))
                .containsExactly(0, 1);
        assertThat(ErrorScale.larger(new double[] {1, 2}, new double[] {2, 1})).containsExactly(2, 2);
    }

    @Test
    void windowsEndAtTheirRowsAndScoresGoToTheEndOrTheMiddle() {
        TrailingWindows windows = new TrailingWindows(3);
        Points cut = windows.cut(new double[][] {{1, 10}, {2, 20}, {3, 30}, {4, 40}, {5, 50}}, 1, 5);

        assertThat(cut.toArray()).containsExactly(2, 20, 3, 30, 4, 40, 3, 30, 4, 40, 5, 50);
        assertThat(windows.atLastRows(new double[] {7, 8})).containsExactly(0, 0, 7, 8);
        assertThat(windows.atMiddleRows(new double[] {7, 8})).containsExactly(7, 7, 8, 8);
        assertThat(new TrailingWindows(4).atMiddleRows(new double[] {7, 8})).containsExactly(7, 7, 7, 8, 8);
    }

    @Test
    void standardizationLearnsFromTrainingRowsAloneAndLeavesConstantsAtZero() {
        double[][] rows = {{1, 0.1}, {3, 0.1}, {5, 0.1}, {100, 0.4}};

        Standardization fitted = Standardization.fit(rows, 0, 3);

        assertThat(fitted.means()[0]).isEqualTo(3);
        assertThat(fitted.deviations()[0]).isCloseTo(Math.sqrt(8.0 / 3), within(1e-15));
        assertThat(fitted.deviations()[1]).isEqualTo(1);
        assertThat(fitted.apply(rows)[3][0]).isCloseTo(97 / Math.sqrt(8.0 / 3), within(1e-12));
        assertThat(fitted.apply(rows)[3][1]).isCloseTo(0.3, within(1e-12));
    }

    @Test
    void whatCantBeIsRefusedWithTheWayOut() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TrailingWindows(4).cut(SERIES, 0, 3))
                .withMessage(
                        "a window of 4 steps needs as many rows, got 3. Choose shorter windows or a longer series.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RangeRule(0).apply(new double[2], SERIES))
                .withMessage("Each row needs a score, got 2 scores and 8 rows. Take the rows that were scored.");
        assertThatIllegalArgumentException().isThrownBy(() -> new RangeRule(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> new Mute(Double.NaN, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AnomalyLikelihood(0, 2, 1, 0))
                .withMessage("average must be >= 1, got 0");
        assertThatIllegalArgumentException().isThrownBy(() -> ErrorScale.fit(new double[0], 0.5));
    }
}
