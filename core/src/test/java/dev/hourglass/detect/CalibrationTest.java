package dev.hourglass.detect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.tensor.RandomSource;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
        assertThat(found.isLargestScore()).isFalse();
        assertThat(found.note()).isEmpty();
    }

    @Test
    void tooFewScoresForARateAreSaid() {
        CalibratedThreshold found = Calibration.fit(new ThresholdRule.FalseAlarmRate(0.001), HUNDRED, RANDOM);

        assertThat(found.threshold()).isEqualTo(100);
        assertThat(found.isLargestScore()).isTrue();
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

    /** As {@code scipy.stats.nbinom.ppf} gives them: {@code ppf(0.025, k + 0.5, 0.5)} and {@code ppf(0.975, k + 0.5, 0.5)}. */
    @ParameterizedTest
    @CsvSource({"0, 0, 3", "1, 0, 6", "2.5, 0, 9", "10, 3, 21", "100, 74, 130"})
    void predictedCountsAreThoseOfScipy(double seen, int low, int high) {
        assertThat(PredictedCounts.of(seen, 0.025)).containsExactly(low, high);
    }

    @Test
    void scoresAboveTheThresholdThatLieTogetherCountOnce() {
        double[] scores = new double[1000];
        Arrays.setAll(scores, row -> row / 1e6);
        Arrays.fill(scores, 300, 306, 2);
        Arrays.fill(scores, 700, 704, 3);

        CalibratedThreshold found = Calibration.fit(new ThresholdRule.FalseAlarmRate(0.01), scores, 20, RANDOM);

        assertThat(found.threshold()).isEqualTo(0.000999);
        assertThat(found.note())
                .isEqualTo(
                        "The 10 normal rows above the threshold lie in 2 runs: of as many other normal rows 0.0 to 6.0 %"
                                + " may be above it.");
        assertThat(found.interval()).isEqualTo("95 % by order statistics, as of 200 independent scores");
        assertThat(found.high()).isEqualTo(Double.POSITIVE_INFINITY);
        // With a distance of 1 each row counts for itself.
        assertThat(Calibration.fit(new ThresholdRule.FalseAlarmRate(0.01), scores, 1, RANDOM))
                .isEqualTo(Calibration.fit(new ThresholdRule.FalseAlarmRate(0.01), scores, RANDOM));
    }

    /**
     * Of stationary series that remember about {@code memory} rows; seeds are fixed. With 50 rows, 4,000 say as much as some dozens
     * of independent ones, whose hundredth largest is no good guess: more is flagged then, and the note says that it may be.
     */
    @ParameterizedTest
    @CsvSource({"1, 0.0125", "10, 0.0125", "50, 0.02"})
    void aboutTheShareAskedForIsFlaggedOfNewNormalRowsAndMostlyWhatTheNoteSays(int memory, double most) {
        int series = 100;
        double flagged = 0;
        int within = 0;
        for (int i = 0; i < series; i++) {
            RandomGenerator random = RANDOM.stream("stationary", memory * 1000 + i);
            double[] all = stationary(random, 8000, memory);
            CalibratedThreshold found = Calibration.fit(
                    new ThresholdRule.FalseAlarmRate(0.01), Arrays.copyOf(all, 4000), 2 * memory, RANDOM);
            double share = Arrays.stream(all, 4000, 8000)
                            .filter(score -> score > found.threshold())
                            .count()
                    / 4000.0;
            flagged += share;
            double[] said = said(found.note());
            within += share >= said[0] && share <= said[1] ? 1 : 0;
        }

        assertThat(flagged / series).isBetween(0.008, most);
        assertThat(within).isGreaterThanOrEqualTo(85);
    }

    /** Squares of an autoregressive process of order 1. */
    private static double[] stationary(RandomGenerator random, int rows, int memory) {
        double kept = Math.exp(-1.0 / memory);
        double[] scores = new double[rows];
        double state = random.nextGaussian() / Math.sqrt(1 - kept * kept);
        for (int row = 0; row < rows; row++) {
            state = kept * state + random.nextGaussian();
            scores[row] = state * state;
        }
        return scores;
    }

    /** The shares of a note, which ends in such as {@code 0.0 to 5.1 % may be above it.} */
    private static double[] said(String note) {
        Matcher matcher = Pattern.compile("rows (\\S+) to (\\S+) % may").matcher(note);
        return matcher.find()
                ? new double[] {Double.parseDouble(matcher.group(1)) / 100, Double.parseDouble(matcher.group(2)) / 100}
                : new double[] {0.005, 0.016};
    }
}
