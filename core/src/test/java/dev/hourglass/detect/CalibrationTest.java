package dev.hourglass.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CalibrationTest {
    private static final RandomSource RANDOM = new RandomSource(18);
    /** 1 to 100, out of order. */
    private static final double[] HUNDRED =
            IntStream.range(0, 100).mapToDouble(i -> i * 37 % 100 + 1).toArray();

    /** Of numpy and scipy; {@code interop/make_threshold_goldens.py} writes it. */
    private static double[] golden(String name) {
        return GoldenNumbers.read("/dev/hourglass/detect/threshold-golden.txt", name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"heavy", "exponential", "bounded", "few"})
    void tailsAreThoseOfScipy(String name) {
        double[] expected = golden(name + "-tail");
        double[] exceeded = golden(name + "-exceeded");

        GeneralizedPareto tail = GeneralizedPareto.fit(golden(name + "-excesses"));

        assertThat(tail.shape()).isCloseTo(expected[0], within(1e-6));
        assertThat(tail.scale() / expected[1]).isCloseTo(1, within(1e-6));
        assertThat(tail.exceededBy(0.5) / exceeded[0]).isCloseTo(1, within(1e-6));
        assertThat(tail.exceededBy(0.01) / exceeded[1]).isCloseTo(1, within(1e-6));
        assertThat(tail.exceededBy(1e-4) / exceeded[2]).isCloseTo(1, within(1e-5));
    }

    @Test
    void aTailWithoutShapeIsExponential() {
        assertThat(new GeneralizedPareto(0, 2).exceededBy(Math.exp(-3))).isCloseTo(6, within(1e-12));
        assertThat(new GeneralizedPareto(1e-9, 2).exceededBy(Math.exp(-3))).isCloseTo(6, within(1e-7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.5", "0.99", "0.999"})
    void quantilesAndTheirIntervalsAreThoseOfNumpyAndScipy(String share) {
        double[] expected = golden("quantile-" + share);

        CalibratedThreshold found =
                Calibration.fit(new ThresholdRule.Quantile(Double.parseDouble(share)), golden("scores"), RANDOM);

        assertThat(found.threshold()).isCloseTo(expected[0], within(1e-12));
        assertThat(found.low()).isEqualTo(expected[1]);
        assertThat(found.high()).isEqualTo(expected[2]);
        assertThat(found.interval()).isEqualTo("95 % by order statistics");
        assertThat(found.scores()).isEqualTo(1500);
    }

    @Test
    void deviationsAreThoseOfNumpy() {
        CalibratedThreshold found = Calibration.fit(new ThresholdRule.MeanDeviations(3), golden("scores"), RANDOM);

        assertThat(found.threshold()).isCloseTo(golden("deviations-3")[0], within(1e-12));
        assertThat(found.low()).isBetween(2.8, found.threshold());
        assertThat(found.high()).isBetween(found.threshold(), 3.4);
    }

    @Test
    void peaksOverThresholdReachBeyondTheLargestScoreAsScipySays() {
        double[] scores = golden("scores");

        CalibratedThreshold found = Calibration.fit(new ThresholdRule.PeaksOverThreshold(1e-4, 0.05), scores, RANDOM);

        assertThat(found.threshold()).isCloseTo(golden("peaks")[0], within(1e-5));
        assertThat(found.low()).isLessThan(found.threshold());
        assertThat(found.high()).isGreaterThan(found.threshold());
    }

    @Test
    void aFalseAlarmRateIsKeptOnTheCalibrationItself() {
        CalibratedThreshold found = Calibration.fit(new ThresholdRule.FalseAlarmRate(0.03), HUNDRED, RANDOM);

        assertThat(found.threshold()).isEqualTo(97);
        assertThat(found.note()).isEmpty();
    }

    @Test
    void tooFewScoresForARateAreSaid() {
        CalibratedThreshold found = Calibration.fit(new ThresholdRule.FalseAlarmRate(0.001), HUNDRED, RANDOM);

        assertThat(found.threshold()).isEqualTo(100);
        assertThat(found.high()).isEqualTo(Double.POSITIVE_INFINITY);
        assertThat(found.note())
                .startsWith("100 scores are too few for a rate of 0.001")
                .contains("Take 1,000,");
    }

    @Test
    void aConformalThresholdFlagsWhatHasASmallPValue() {
        ConformalPValues values = ConformalPValues.of(HUNDRED);
        double threshold = Calibration.fit(new ThresholdRule.Conformal(0.05), HUNDRED, RANDOM)
                .threshold();

        for (double score = 80; score < 102; score += 0.5) {
            assertThat(score > threshold).as("%s", score).isEqualTo(values.of(score) <= 0.05);
        }
        assertThat(values.of(101)).isEqualTo(1.0 / 101);
        assertThat(values.of(0)).isEqualTo(1);
    }

    /** The guarantee is over calibrations, so many are drawn. */
    @Test
    void conformalThresholdsFlagNoMoreThanTheirLevelOnAverage() {
        RandomGenerator random = RANDOM.stream("guarantee", 0);
        double flagged = 0;
        int rounds = 2000;
        for (int round = 0; round < rounds; round++) {
            double[] normal = random.doubles(39).map(v -> v * v).toArray();
            double threshold = Calibration.fit(new ThresholdRule.Conformal(0.05), normal, RANDOM)
                    .threshold();
            // Of squares of uniform numbers, this share lies above.
            flagged += 1 - Math.sqrt(threshold);
        }

        assertThat(flagged / rounds).isCloseTo(0.05, within(0.004));
    }

    @Test
    void aCostIsTheLeastThatAnyThresholdHas() {
        RandomGenerator random = RANDOM.stream("cost", 0);
        double[] scores = random.doubles(300).map(v -> Math.round(v * 40)).toArray();
        boolean[] anomalous = new boolean[300];
        Arrays.setAll(scores, i -> {
            anomalous[i] = i % 5 == 0;
            return scores[i] + (anomalous[i] ? 15 : 0);
        });
        ThresholdRule.Cost rule = new ThresholdRule.Cost(3, 1);

        CalibratedThreshold found = Calibration.fit(rule, scores, anomalous, RANDOM);

        double cost = cost(scores, anomalous, found.threshold());
        for (double other : scores) {
            assertThat(cost).isLessThanOrEqualTo(cost(scores, anomalous, other));
        }
        assertThat(found.threshold()).isBetween(found.low(), found.high());
    }

    private static double cost(double[] scores, boolean[] anomalous, double threshold) {
        double cost = 0;
        for (int i = 0; i < scores.length; i++) {
            cost += anomalous[i] ? (scores[i] > threshold ? 0 : 3) : scores[i] > threshold ? 1 : 0;
        }
        return cost;
    }

    @Test
    void theSameSeedGivesTheSameInterval() {
        ThresholdRule.MeanDeviations rule = new ThresholdRule.MeanDeviations(2);

        assertThat(Calibration.fit(rule, HUNDRED, RANDOM)).isEqualTo(Calibration.fit(rule, HUNDRED, RANDOM));
    }

    @Test
    void dataThatCannotGiveAThresholdAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.fit(new ThresholdRule.Quantile(0.9), new double[0], RANDOM))
                .withMessage("a threshold needs scores of normal data, got none");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> Calibration.fit(new ThresholdRule.Quantile(0.9), new double[] {1, Double.NaN}, RANDOM))
                .withMessageContaining("that of sample 1 is NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.fit(new ThresholdRule.Conformal(0.005), HUNDRED, RANDOM))
                .withMessage(
                        "a conformal level of 0.005 needs at least 199 scores of normal data, got 100. Hold out more, or"
                                + " take a quantile.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.fit(new ThresholdRule.PeaksOverThreshold(0.001, 0.02), HUNDRED, RANDOM))
                .withMessageStartingWith("peaks over threshold needs at least 550 scores");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calibration.fit(
                        new ThresholdRule.Cost(1, 1), new double[] {1, 2}, new boolean[] {true, true}, RANDOM))
                .withMessageStartingWith("a cost needs both normal and anomalous scores, got 0 and 2.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> GeneralizedPareto.fit(new double[] {1, 1, 1}))
                .withMessageContaining("not all equal");
    }

    @Test
    void rulesSayWhatTheyNeed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ThresholdRule.Quantile(1))
                .withMessage("a quantile's share must be above 0 and below 1, got 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ThresholdRule.PeaksOverThreshold(0.05, 0.02))
                .withMessageContaining("below the share of peaks, 0.02, got 0.05");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new ThresholdRule.Cost(0, 1))
                .withMessageContaining("> 0");
    }
}
