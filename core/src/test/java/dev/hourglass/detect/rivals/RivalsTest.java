package dev.hourglass.detect.rivals;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.Points;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RivalsTest {
    private static final int FEATURES = 6;
    private static final Points TRAIN = points("train");
    private static final Points TEST = points("test");
    private static final Points EQUAL = Points.of(new float[] {1, 2, 1, 2, 1, 2}, 2);

    /** Of scikit-learn and pandas; {@code interop/make_rival_goldens.py} writes it. */
    private static double[] golden(String name) {
        return GoldenNumbers.read("/dev/hourglass/detect/rival-golden.txt", name);
    }

    private static Points points(String name) {
        double[] numbers = golden(name);
        float[] values = new float[numbers.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) numbers[i];
        }
        return Points.of(values, FEATURES);
    }

    private static void assertClose(double[] actual, double[] expected, double relative) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(actual[i])
                    .as("score %d", i)
                    .isCloseTo(expected[i], within(relative * Math.max(1e-6, expected[i])));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.8", "0.99"})
    void principalComponentsScoreAsScikitLearnsDo(String share) {
        double explained = Double.parseDouble(share);

        PcaReconstruction error = PcaReconstruction.fit(TRAIN, explained, 1);
        PcaMahalanobis distance = PcaMahalanobis.fit(TRAIN, explained, 1);

        int components = (int) golden("pca-" + share + "-count")[0];
        assertThat(error.components()).isEqualTo(components);
        assertThat(distance.components()).isEqualTo(components);
        assertClose(error.score(TEST), golden("pca-" + share + "-error"), 1e-9);
        assertClose(distance.score(TEST), golden("pca-" + share + "-mahalanobis"), 1e-9);
    }

    @Test
    void neighboursAreAsFarAsScikitLearnsAndNoSampleIsItsOwn() {
        NeighbourDistance rival = NeighbourDistance.fit(TRAIN, 5, 2);

        // Distances are summed in 32 bits.
        assertClose(rival.score(TEST), golden("neighbours"), 1e-6);
        assertClose(rival.trainingScores(), golden("neighbours-training"), 1e-6);
    }

    @Test
    void zeroReconstructionIsTheMeanSquare() {
        assertClose(ZeroReconstruction.fit(TRAIN).score(TEST), golden("zero"), 1e-12);
    }

    @Test
    void rollingZScoresArePandas() {
        double[] series = golden("series");
        double[][] rows = new double[series.length / 2][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = new double[] {series[2 * i], series[2 * i + 1]};
        }

        assertClose(new RollingZScore(20).score(rows), golden("z"), 1e-8);
    }

    @Test
    void whatNeverChangedHasNoDeviationAndAnyChangeIsFarAway() {
        double[][] rows = {{0.1}, {0.1}, {0.1}, {0.1}, {0.1}, {0.1}, {0.1000001}, {0.1}};

        assertThat(new RollingZScore(3).score(rows)).startsWith(0, 0, 0, 0, 0, 0, RollingZScore.MOST);
    }

    @Test
    void aRowIsScoredWithoutThoseThatFollow() {
        double[][] rows = {{1}, {4}, {2}, {8}, {5}, {7}};
        double[] whole = new RollingZScore(3).score(rows);
        double[][] changed = {{1}, {4}, {2}, {8}, {-90}, {90}};

        assertThat(new RollingZScore(3).score(changed)).startsWith(whole[0], whole[1], whole[2], whole[3]);
    }

    @Test
    void equalTrainingSamplesLeaveTheDistanceToThemButNoMahalanobisDistance() {
        Points other = Points.of(new float[] {1, 2, 4, 6}, 2);

        assertThat(PcaReconstruction.fit(EQUAL, 0.9, 1).score(other)).containsExactly(0, (9.0 + 16) / 2);
        assertThat(NeighbourDistance.fit(EQUAL, 5, 1).score(other)).containsExactly(0, 5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PcaMahalanobis.fit(EQUAL, 0.9, 1))
                .withMessage(
                        "Mahalanobis distances need training samples that differ, got 3 equal ones. Take other data,"
                                + " or the error of a reconstruction.");
    }

    @Test
    void settingsThatCantBeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NeighbourDistance.fit(Points.of(new float[] {1}, 1), 5, 1))
                .withMessageContaining("two training samples or more, got 1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> NeighbourDistance.fit(TRAIN, 0, 1))
                .withMessage("neighbours must be >= 1, got 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PcaReconstruction.fit(TRAIN, 0, 1))
                .withMessageContaining("above 0 and at most 1, got 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RollingZScore(1))
                .withMessage("steps must be >= 2, got 1");
    }

    @Test
    void aGivenNumberOfComponentsIsKept() {
        assertThat(PcaReconstruction.ofComponents(TRAIN, 2, 1).components()).isEqualTo(2);
        assertThat(PcaReconstruction.ofComponents(EQUAL, 2, 1).components()).isZero();
    }
}
