package dev.hourglass.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class OutliersTest {
    /** Quartiles of the logarithms are those of 2 and 32, so the fence is at 32 * 16^1.5 = 2048. */
    @Test
    void areAboveTheUpperQuartileByOneAndAHalfOfTheQuartilesDistance() {
        double[] errors = {1, 2, 8, 32, 2047};
        assertThat(Outliers.of(errors, 0.5).samples()).isEmpty();

        errors[4] = 2049;
        assertThat(Outliers.of(errors, 0.5).samples()).singleElement().satisfies(sample -> {
            assertThat(sample.index()).isEqualTo(4);
            assertThat(sample.error()).isCloseTo(2049 / 8.0, within(1e-9));
        });
    }

    @Test
    void ofNormallyDistributedLogarithmsOneIn287IsAboveTheFence() {
        RandomGenerator random = new RandomSource(11).stream("outliers", 0);
        double[] errors = new double[200_000];
        Arrays.setAll(errors, i -> Math.exp(random.nextGaussian()));

        // 1 - Phi(0.6745 + 1.5 * 1.349) = 0.00349
        assertThat(Outliers.of(errors, 0.5).samples().size() / 200_000.0).isCloseTo(0.00349, within(0.0004));
    }

    @Test
    void theWorstComeFirstAndThoseBeyondTheShareAreSpared() {
        double[] errors = new double[100];
        Arrays.setAll(errors, i -> 1 + i / 100.0);
        errors[3] = 50;
        errors[70] = 90;
        errors[20] = 70;
        Outliers found = Outliers.of(errors, 0.02);

        assertThat(found.samples()).extracting(Outliers.Sample::index).containsExactly(70, 20);
        assertThat(found.spared()).isEqualTo(1);
        assertThat(found.kept()[70]).isFalse();
        assertThat(found.kept()[3]).isTrue();
    }

    @Test
    void errorsOfNothingAreNoOutliers() {
        assertThat(Outliers.of(new double[10], 0.5).samples()).isEmpty();
    }
}
