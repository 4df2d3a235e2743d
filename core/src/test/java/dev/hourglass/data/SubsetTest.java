package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SubsetTest {
    private static FloatDataset numbers(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = i;
        }
        return FloatDataset.of("numbers", Shape.of(1), values)
                .withLabels(IntStream.range(0, count).toArray(), List.of());
    }

    @Test
    void samplesAreThoseOfTheWholeInItsOrder() {
        Subset subset = Subset.drawn(numbers(100), 30, 7);

        assertThat(subset.size()).isEqualTo(30);
        assertThat(subset.isPart()).isTrue();
        float[] sample = new float[1];
        for (int i = 0; i < 30; i++) {
            subset.copySample(i, sample, 0);
            assertThat(sample[0]).isEqualTo(subset.index(i));
            assertThat(subset.label(i)).isEqualTo(subset.index(i));
            assertThat(i == 0 || subset.index(i) > subset.index(i - 1)).isTrue();
        }
        assertThat(Subset.drawn(numbers(100), 30, 7).sha256()).isEqualTo(subset.sha256());
        assertThat(Subset.drawn(numbers(100), 30, 8).sha256()).isNotEqualTo(subset.sha256());
    }

    @Test
    void aSubsetOfFewIsTheWhole() {
        Subset subset = Subset.drawn(numbers(5), 30, 7);

        assertThat(subset.isPart()).isFalse();
        assertThat(IntStream.range(0, 5).map(subset::index)).containsExactly(0, 1, 2, 3, 4);
    }

    @Test
    void eachSampleIsAsLikelyAsAnyOther() {
        int[] counts = new int[10];
        FloatDataset data = numbers(10);
        for (int seed = 0; seed < 2_000; seed++) {
            Subset subset = Subset.drawn(data, 3, seed);
            for (int i = 0; i < 3; i++) {
                counts[subset.index(i)]++;
            }
        }

        // 600 each, give or take 20.5.
        assertThat(Arrays.stream(counts).boxed())
                .allSatisfy(count -> assertThat(count).isBetween(500, 700));
    }
}
