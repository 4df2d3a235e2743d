package dev.hourglass.evaluate.latent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.Points;
import org.junit.jupiter.api.Test;

class LatentDirectionsTest {
    /** Of scikit-learn's PCA; {@code interop/make_detect_golden.py} writes it. */
    private static final String GOLDEN = "/dev/hourglass/detect/detect-golden.txt";

    private static final Points CODES = Points.of(GoldenNumbers.readFloats(GOLDEN, "codes"), 4);

    @Test
    void directionsAreThePrincipalComponentsOfScikitLearn() {
        double[] mean = GoldenNumbers.read(GOLDEN, "codes-mean");
        double[] shares = GoldenNumbers.read(GOLDEN, "codes-variance-shares");
        double[] deviations = GoldenNumbers.read(GOLDEN, "codes-deviations");
        double[] vectors = GoldenNumbers.read(GOLDEN, "codes-vectors");
        double[] extents = GoldenNumbers.read(GOLDEN, "codes-extents");

        LatentDirections found = LatentDirections.of(CODES, 3, 2);

        assertThat(found.directions()).hasSize(3);
        for (int i = 0; i < 4; i++) {
            assertThat(found.mean()[i]).isCloseTo((float) mean[i], within(1e-6f));
        }
        for (int k = 0; k < 3; k++) {
            LatentDirections.Direction direction = found.directions().get(k);
            // A direction may point either way.
            float sign = Math.signum(direction.vector()[0]) * (float) Math.signum(vectors[4 * k]);
            for (int i = 0; i < 4; i++) {
                assertThat(sign * direction.vector()[i]).isCloseTo((float) vectors[4 * k + i], within(1e-5f));
            }
            assertThat(direction.varianceShare()).isCloseTo(shares[k], within(1e-6));
            assertThat(direction.standardDeviation()).isCloseTo(deviations[k], within(1e-6));
            assertThat(direction.minimum()).isCloseTo(sign > 0 ? extents[2 * k] : -extents[2 * k + 1], within(1e-5));
            assertThat(direction.maximum()).isCloseTo(sign > 0 ? extents[2 * k + 1] : -extents[2 * k], within(1e-5));
        }
    }

    @Test
    void thereAreNoMoreDirectionsThanNumbers() {
        assertThat(LatentDirections.of(CODES, 8, 1).directions()).hasSize(4);
    }

    @Test
    void codesThatAreAllTheSameHaveNoVariance() {
        Points same = Points.of(new float[] {1, 2, 1, 2, 1, 2}, 2);

        assertThat(LatentDirections.of(same, 2, 1).directions())
                .allSatisfy(direction -> assertThat(direction.varianceShare()).isZero());
    }
}
