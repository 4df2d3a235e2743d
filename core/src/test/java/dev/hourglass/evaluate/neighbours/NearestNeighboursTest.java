package dev.hourglass.evaluate.neighbours;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Workers;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestNeighboursTest {
    @ParameterizedTest
    @CsvSource({"2, 1, 1", "7, 3, 6", "300, 2, 5", "1025, 7, 40", "2200, 5, 3"})
    void findsWhatSortingAllDistancesFinds(int count, int dimensions, int perPoint) {
        Points points = points(count, dimensions);

        NearestNeighbours found = find(points, perPoint, 2);

        for (int i = 0; i < count; i += Math.max(1, count / 50)) {
            int point = i;
            int[] expected = IntStream.range(0, count)
                    .filter(j -> j != point)
                    .boxed()
                    .sorted(Comparator.comparingDouble((Integer j) -> squaredDistance(points, point, j)))
                    .limit(perPoint)
                    .mapToInt(Integer::intValue)
                    .toArray();
            for (int k = 0; k < perPoint; k++) {
                assertThat(found.index(i, k)).as("point %d, rank %d", i, k).isEqualTo(expected[k]);
                assertThat((double) found.squaredDistance(i, k))
                        .isCloseTo(
                                squaredDistance(points, i, expected[k]),
                                org.assertj.core.data.Percentage.withPercentage(1e-3));
            }
        }
    }

    @Test
    void ofPointsEquallyFarTheFirstIsNearestAndAPointIsNotItsOwnNeighbour() {
        Points same = Points.of(new float[2 * 100], 2);

        NearestNeighbours found = find(same, 3, 1);

        assertThat(IntStream.range(0, 3).map(k -> found.index(0, k))).containsExactly(1, 2, 3);
        assertThat(IntStream.range(0, 3).map(k -> found.index(1, k))).containsExactly(0, 2, 3);
        assertThat(IntStream.range(0, 3).map(k -> found.index(99, k))).containsExactly(0, 1, 2);
        assertThat(found.squaredDistance(99, 2)).isZero();
    }

    @Test
    void closePointsFarFromTheOriginAreToldApart() {
        Points points = Points.of(new float[] {4000, 4000.002f, 4000.005f, 4000.01f}, 1);

        NearestNeighbours found = find(points, 1, 1);

        assertThat(IntStream.range(0, 4).map(i -> found.index(i, 0))).containsExactly(1, 0, 1, 2);
    }

    @Test
    void stopsWhenTheThreadIsInterrupted() {
        Thread.currentThread().interrupt();
        try {
            assertThatThrownBy(() -> find(points(300, 2), 3, 2))
                    .isInstanceOf(InterruptedComputationException.class)
                    .hasMessage("The search for nearest neighbours was interrupted");
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static NearestNeighbours find(Points points, int perPoint, int threads) {
        try (Workers workers = Workers.of(threads)) {
            return NearestNeighbours.find(points, perPoint, workers);
        }
    }

    private static double squaredDistance(Points points, int a, int b) {
        double sum = 0;
        for (int d = 0; d < points.dimensions(); d++) {
            double difference = (double) points.get(a, d) - points.get(b, d);
            sum += difference * difference;
        }
        return sum;
    }

    private static Points points(int count, int dimensions) {
        RandomGenerator random = new RandomSource(count).stream("points", dimensions);
        float[] values = new float[count * dimensions];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Points.of(values, dimensions);
    }
}
