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

    @Test
    void aRangeKeepsItsPlacesInTheSeries() {
        FloatDataset windows = FloatDataset.of("rows", Shape.of(1), new float[20])
                .withRows(SourceRows.plain(20))
                .windows(4, 2);

        Subset range = Subset.range(windows, 3, 6);

        assertThat(range.size()).isEqualTo(3);
        assertThat(range.index(2)).isEqualTo(5);
        SamplePlaces places = range.places().orElseThrow();
        assertThat(places.size()).isEqualTo(3);
        assertThat(places.start(0)).isEqualTo(6);
        assertThat(places.rows().count()).isEqualTo(20);
        assertThat(range.limit(2).places().orElseThrow().size()).isEqualTo(2);
        assertThat(Subset.drawn(windows, 3, 1).places()).isEmpty();
    }

    @Test
    void thoseAtEqualDistancesAreSpreadOverTheWhole() {
        assertThat(IntStream.range(0, 4).map(Subset.spread(numbers(100), 4)::index))
                .containsExactly(0, 25, 50, 75);
        assertThat(Subset.spread(numbers(3), 4).isPart()).isFalse();
    }
}
