package dev.hourglass.lab.board;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class LogisticThresholdTest {
    /**
     * With scikit-learn 1.9: {@code r = LogisticRegression(C=1, tol=1e-13, solver='newton-cholesky').fit((log(s) - m) / d, labels)},
     * then {@code exp(m - d * r.intercept_ / r.coef_)}, where m and d are mean and deviation of {@code log(s)}.
     */
    @Test
    void isWhereScikitLearnsRegressionGivesHalf() {
        assertThat(LogisticThreshold.of(
                        new double[] {0.5, 0.7, 0.9, 1.1, 1.3, 2.5, 0.8}, new double[] {2.0, 3.5, 1.2, 8.0}))
                .isCloseTo(2.278594774973727, within(1e-9));
        assertThat(LogisticThreshold.of(new double[] {0.1, 0.2, 0.3}, new double[] {5, 6}))
                .isCloseTo(1.5178247432572605, within(1e-9));
    }

    @Test
    void nothingIsFlaggedWhereAnomaliesScoreLower() {
        assertThat(LogisticThreshold.of(new double[] {5, 6, 7}, new double[] {1, 2}))
                .isInfinite();
    }
}
