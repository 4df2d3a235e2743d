package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class QuantilesTest {
    @RepeatedTest(10)
    void countingFindsTheBitsThatSortingFinds(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        int count = random.nextInt(1, 300);
        double[] numbers = random.doubles(count, -1, 1)
                .map(x -> random.nextInt(5) == 0 ? Math.copySign(0, x) : x * Math.pow(10, random.nextInt(-300, 300)))
                .toArray();
        Scaling.Rows rows = taker -> {
            for (double number : numbers) {
                taker.accept(new double[] {7, number});
                taker.accept(new double[] {7, Double.NaN});
            }
        };

        Quantiles counted = Quantiles.of(1, 2, 2, count, rows);

        Arrays.sort(numbers);
        assertThat(counted).as("seed %d", seed).isEqualTo(Quantiles.of(numbers));
    }

    /** By {@code numpy.percentile([0, 1, 3, 7, 20], [0, 25, 50, 75, 100])} and of the first four. */
    @Test
    void quartilesAreNumPys() {
        assertThat(Quantiles.of(new double[] {0, 1, 3, 7, 20})).isEqualTo(new Quantiles(0, 1, 3, 7, 20));
        assertThat(Quantiles.of(new double[] {0, 1, 3, 7})).isEqualTo(new Quantiles(0, 0.75, 2, 4, 7));
    }
}
