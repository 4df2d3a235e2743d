package dev.hourglass.detect.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.RandomSource;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PairedDifferenceTest {
    private static final RandomSource RANDOM = new RandomSource(7);

    /** Twenty anomalies of five rows, 100 rows apart. */
    private static final Labels TRUTH = Labels.of(
            IntStream.range(0, 20)
                    .mapToObj(i -> new Segment(100 * i + 50, 100 * i + 54))
                    .toList(),
            2_000);

    /** Finds the first so many, and flags as many other rows. */
    private static boolean[] flags(int found, int wrong) {
        boolean[] flags = new boolean[TRUTH.rows()];
        for (int i = 0; i < found; i++) {
            flags[100 * i + 52] = true;
        }
        for (int i = 0; i < wrong; i++) {
            flags[100 * i + 10] = true;
        }
        return flags;
    }

    @Test
    void theDifferenceIsThatOfEventF1() {
        boolean[] one = flags(18, 2);
        boolean[] other = flags(9, 6);

        PairedDifference difference = PairedDifference.ofEvents(TRUTH, one, other, RANDOM);

        assertThat(difference.difference()).isCloseTo(EventF1.at(TRUTH, one) - EventF1.at(TRUTH, other), within(1e-12));
        assertThat(difference.low()).isLessThan(difference.difference());
        assertThat(difference.high()).isGreaterThan(difference.difference());
        assertThat(difference.isClear()).isTrue();
        assertThat(difference.anomalies()).isEqualTo(20);
        assertThat(PairedDifference.ofEvents(TRUTH, other, one, RANDOM).difference())
                .isEqualTo(-difference.difference());
    }

    /** Recall alone: without wrong rows the spread is that of a binomial distribution, 1.96 * sqrt(0.5 * 0.5 / 20) of recall. */
    @Test
    void theIntervalIsAsWideAsTheBinomialDistributionSays() {
        boolean[] half = flags(10, 0);
        boolean[] none = new boolean[TRUTH.rows()];

        PairedDifference difference = PairedDifference.ofEvents(TRUTH, half, none, RANDOM);

        // Event F1 of precision 1 is 2 r / (1 + r).
        double low = 0.5 - 1.96 * Math.sqrt(0.25 / 20);
        double high = 0.5 + 1.96 * Math.sqrt(0.25 / 20);
        assertThat(difference.low()).isCloseTo(2 * low / (1 + low), within(0.06));
        assertThat(difference.high()).isCloseTo(2 * high / (1 + high), within(0.06));
    }

    @Test
    void equalDetectorsDifferInNoDraw() {
        assertThat(PairedDifference.ofEvents(TRUTH, flags(5, 3), flags(5, 3), RANDOM))
                .isEqualTo(new PairedDifference(0, 0, 0, 20));
    }

    @Test
    void nothingIsDrawnFromOneAnomaly() {
        Labels one = Labels.of(List.of(new Segment(3, 5)), 10);

        PairedDifference difference = PairedDifference.ofEvents(one, one.flags(), new boolean[10], RANDOM);

        assertThat(difference.difference()).isCloseTo(1, within(1e-12));
        assertThat(difference.low()).isNaN();
        assertThat(difference.isClear()).isFalse();
    }

    @Test
    void ofSamplesItIsThatOfF1() {
        Random random = new Random(5);
        boolean[] truth = new boolean[400];
        boolean[] one = new boolean[400];
        boolean[] other = new boolean[400];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = i % 10 == 0;
            one[i] = truth[i] ? random.nextDouble() < 0.8 : random.nextDouble() < 0.05;
            other[i] = truth[i] ? random.nextDouble() < 0.5 : random.nextDouble() < 0.05;
        }
        Labels labels = Labels.of(truth);

        PairedDifference difference = PairedDifference.ofSamples(labels, one, other, RANDOM);

        assertThat(difference.difference())
                .isCloseTo(
                        Confusion.of(labels, one).f1()
                                - Confusion.of(labels, other).f1(),
                        within(1e-12));
        assertThat(difference.low()).isLessThan(difference.difference());
        assertThat(difference.high()).isGreaterThan(difference.difference());
    }

    @Test
    void withoutAnAnomalyThereIsNoDifference() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        PairedDifference.ofEvents(Labels.of(new boolean[5]), new boolean[5], new boolean[5], RANDOM))
                .withMessageContaining("needs an anomaly");
    }
}
