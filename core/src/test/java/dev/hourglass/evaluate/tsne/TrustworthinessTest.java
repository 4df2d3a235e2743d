package dev.hourglass.evaluate.tsne;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.evaluate.GoldenNumbers;
import dev.hourglass.evaluate.Points;
import org.junit.jupiter.api.Test;

class TrustworthinessTest {
    private static final Points POINTS = Points.of(GoldenNumbers.readFloats("tsne-golden.txt", "points"), 6);
    private static final Points PICTURE = Points.of(GoldenNumbers.readFloats("tsne-golden.txt", "picture"), 2);

    @Test
    void isScikitLearns() {
        double[] expected = GoldenNumbers.read("tsne-golden.txt", "trustworthiness");

        assertThat(Trustworthiness.of(POINTS, PICTURE, 1, 2)).isEqualTo(expected[0], within(1e-12));
        assertThat(Trustworthiness.of(POINTS, PICTURE, 5, 1)).isEqualTo(expected[1], within(1e-12));
        assertThat(Trustworthiness.of(POINTS, PICTURE, 12, 3)).isEqualTo(expected[2], within(1e-12));
    }

    @Test
    void aPictureThatKeepsEveryNeighbourIsTrustedWhole() {
        assertThat(Trustworthiness.of(POINTS, POINTS, 5, 2)).isEqualTo(1);
    }

    @Test
    void countsHowFarDownTheListAFalseNeighbourStands() {
        // On the line 0 1 2 3 4 5 6, the picture swaps the ends: 0's neighbour is 5, the fifth of the list, and so on.
        Points line = Points.of(new float[] {0, 1.01f, 2.03f, 3.06f, 4.1f, 5.15f, 6.21f}, 1);
        Points swapped = Points.of(new float[] {6.21f, 1.01f, 2.03f, 3.06f, 4.1f, 5.15f, 0}, 1);

        // 0 -> 5: rank 5; 5 -> 4: 1; 6 -> 1: rank 5; 1 -> 6?: nearest of 1.01 are 0 (6) at 1.01 and 2.03 at 1.02.
        // 1 -> 6: rank 6; the rest keep theirs. Excess 4 + 4 + 5 = 13 of n k (2n - 3k - 1) / 2 = 35.
        assertThat(Trustworthiness.of(line, swapped, 1, 1)).isEqualTo(1 - 13.0 / 35, within(1e-12));
    }

    @Test
    void refusesPicturesOfOtherPointsAndTooManyNeighbours() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trustworthiness.of(POINTS, Points.of(new float[10], 2), 1, 1))
                .withMessage(
                        "Trustworthiness compares the same points twice, got 130 in the space and 5 in the picture");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Trustworthiness.of(POINTS, PICTURE, 65, 1))
                .withMessage("Trustworthiness needs neighbours >= 1 and below half the 130 points, got 65");
    }
}
