package dev.hourglass.evaluate.tsne;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Workers;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepulsionTest {
    /** Sparse points feel little but the interpolation's error nearby; dense ones average it out. */
    @ParameterizedTest
    @CsvSource({"1e-4, 1e-5", "0.3, 1e-4", "4, 0.02", "30, 0.05", "60, 0.05"})
    void agreesWithTheSumOverAllPairs(float deviation, double tolerance) {
        int points = 700;
        float[] positions = positions(points, deviation);
        double[] exact = new double[2 * points];
        double pairs = 0;
        double squares = 0;
        for (int i = 0; i < points; i++) {
            for (int j = 0; j < points; j++) {
                double dx = (double) positions[2 * i] - positions[2 * j];
                double dy = (double) positions[2 * i + 1] - positions[2 * j + 1];
                double similarity = 1 / (1 + dx * dx + dy * dy);
                pairs += i == j ? 0 : similarity;
                exact[2 * i] += dx * similarity * similarity;
                exact[2 * i + 1] += dy * similarity * similarity;
            }
            squares += exact[2 * i] * exact[2 * i] + exact[2 * i + 1] * exact[2 * i + 1];
        }

        try (Workers workers = Workers.of(2)) {
            Repulsion repulsion = new Repulsion(points, workers);
            double sum = repulsion.update(positions);
            assertThat(sum).isEqualTo(pairs, within(1e-2 * pairs));

            double errors = 0;
            float[] force = new float[2];
            for (int i = 0; i < points; i++) {
                repulsion.force(positions[2 * i], positions[2 * i + 1], force);
                errors += square(force[0] - exact[2 * i]) + square(force[1] - exact[2 * i + 1]);
            }
            assertThat(Math.sqrt(errors / squares))
                    .as("relative error of the forces")
                    .isLessThan(tolerance);
        }
    }

    @Test
    void aPointExertsNoForceOnItselfAndPairsPushEachOtherApartEqually() {
        try (Workers workers = Workers.of(1)) {
            Repulsion repulsion = new Repulsion(2, workers);
            float[] apart = {0.1f, 5, 1.3f, 5.2f};
            repulsion.update(apart);
            float[] first = new float[2];
            float[] second = new float[2];
            repulsion.force(apart[0], apart[1], first);
            repulsion.force(apart[2], apart[3], second);
            double root = 1 + 1.2 * 1.2 + 0.2 * 0.2;
            assertThat(first[0]).isEqualTo((float) (-1.2 / (root * root)), within(2e-3f));
            assertThat(first[1]).isEqualTo((float) (-0.2 / (root * root)), within(2e-3f));
            assertThat(second[0]).isEqualTo(-first[0], within(1e-6f));
            assertThat(second[1]).isEqualTo(-first[1], within(1e-6f));

            float[] together = {3, 4, 3, 4};
            assertThat(repulsion.update(together)).isEqualTo(2, within(0.05));
            repulsion.force(3, 4, first);
            assertThat(first).containsExactly(new float[] {0, 0}, within(1e-5f));
        }
    }

    @Test
    void oneFarPointMakesTheGridCoarseNotLarge() {
        float[] positions = positions(50, 1);
        positions[0] = 1e6f;
        try (Workers workers = Workers.of(1)) {
            Repulsion repulsion = new Repulsion(50, workers);
            assertThat(repulsion.update(positions)).isFinite().isPositive();
            float[] force = new float[2];
            repulsion.force(positions[2], positions[3], force);
            assertThat(force[0]).isFinite();
            assertThat(force[1]).isFinite();
        }
    }

    private static double square(double value) {
        return value * value;
    }

    private static float[] positions(int points, float deviation) {
        RandomGenerator random = new RandomSource(points).stream("positions", 0);
        float[] positions = new float[2 * points];
        for (int i = 0; i < positions.length; i++) {
            positions[i] = (float) (deviation * random.nextGaussian()) + 7;
        }
        return positions;
    }
}
