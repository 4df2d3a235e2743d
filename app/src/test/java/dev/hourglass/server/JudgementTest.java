package dev.hourglass.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** The expected numbers are those of scikit-learn's roc_auc_score and average_precision_score. */
class JudgementTest {
    private static final float[] ERRORS = {0.1f, 0.4f, 0.35f, 0.8f};
    private static final boolean[] ANOMALOUS = {false, false, true, true};

    @Test
    void aThresholdFlagsWhatIsAboveIt() {
        Judgement judgement = new Judgement(ERRORS, ANOMALOUS);
        Judgement.Threshold at = judgement.at(0.35f);
        assertThat(at.flagged()).isEqualTo(2);
        assertThat(at.truePositives()).isEqualTo(1);
        assertThat(at.precision()).isEqualTo(0.5);
        assertThat(at.recall()).isEqualTo(0.5);
        assertThat(at.f1()).isEqualTo(0.5);
    }

    @Test
    void areasAreThoseOfScikitLearn() {
        Judgement judgement = new Judgement(ERRORS, ANOMALOUS);
        assertThat(judgement.rocAuc()).isCloseTo(0.75, within(1e-12));
        assertThat(judgement.averagePrecision()).isCloseTo(0.8333333333, within(1e-9));
    }

    @Test
    void tiesCountHalf() {
        Judgement judgement = new Judgement(new float[] {1, 1, 1, 1}, new boolean[] {true, false, true, false});
        assertThat(judgement.rocAuc()).isEqualTo(0.5);
        assertThat(judgement.averagePrecision()).isEqualTo(0.5);
    }

    @Test
    void everySampleIsInTheHistogram() {
        Judgement.Histogram histogram = new Judgement(ERRORS, ANOMALOUS).histogram(4);
        assertThat(histogram.counts()).containsExactly(1, 1, 1, 1);
        assertThat(histogram.anomalousCounts()).containsExactly(0, 1, 0, 1);
        assertThat(histogram.edges()).hasSize(5);
    }

    @Test
    void nobodyKnowsPrecisionWithoutTruth() {
        Judgement judgement = new Judgement(ERRORS, null);
        assertThat(judgement.at(0.2).precision()).isNull();
        assertThat(judgement.rocAuc()).isNull();
        assertThat(judgement.percentile(0.5)).isCloseTo(0.35, within(1e-6));
    }
}
