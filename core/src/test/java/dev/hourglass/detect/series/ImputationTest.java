package dev.hourglass.detect.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SourceRows;
import dev.hourglass.evaluate.PatchReconstruction;
import dev.hourglass.evaluate.SeriesReconstruction;
import dev.hourglass.tensor.Shape;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class ImputationTest {
    private static final int ROWS = 500;
    private static final List<int[]> PIECES = List.of(new int[] {0, ROWS});
    /** Gives what it reads, and 1 more. */
    private static final PatchReconstruction.Model ADDS_ONE = (samples, from, count, into) -> {
        for (int i = 0; i < count; i++) {
            samples.copySample(from + i, into, i * 8);
        }
        for (int i = 0; i < count * 8; i++) {
            into[i]++;
        }
    };

    private static Imputation imputation() {
        float[] values = new float[ROWS * 2];
        FloatDataset rows = FloatDataset.of("series", Shape.of(2), values).withRows(SourceRows.plain(ROWS));
        FloatDataset windows = rows.cut(Cuts.windows(PIECES, 4, 2, true), LabelRule.MAJORITY, 0);
        return new Imputation(new SeriesReconstruction(ADDS_ONE, windows), PIECES);
    }

    private static float[] rows() {
        float[] rows = new float[ROWS * 2];
        for (int row = 0; row < ROWS; row++) {
            rows[2 * row] = row;
            rows[2 * row + 1] = -row;
        }
        return rows;
    }

    @Test
    void interpolationIsALineAndHoldsTheEnds() {
        boolean[] gaps = new boolean[ROWS * 2];
        for (int row : new int[] {0, 1, 10, 11, 12, ROWS - 1}) {
            gaps[2 * row] = true;
        }
        float[] spoiled = rows();
        for (int i = 0; i < gaps.length; i++) {
            spoiled[i] = gaps[i] ? Float.NaN : spoiled[i];
        }
        float[] expected = rows();
        expected[0] = 2;
        expected[2] = 2;
        expected[2 * ROWS - 2] = ROWS - 2;
        assertThat(imputation().interpolated(spoiled, gaps)).containsExactly(expected);
    }

    @Test
    void whatTheModelRebuildsGoesIntoGapsAloneFiveTimes() {
        boolean[] gaps = new boolean[ROWS * 2];
        gaps[2 * 20 + 1] = true;
        float[] expected = rows();
        expected[2 * 20 + 1] += Imputation.PASSES;
        assertThat(imputation().filled(rows(), gaps, done -> {})).containsExactly(expected);
    }

    @Test
    void ownGapsHaveTheLengthsOfRealOnesAndTouchNone() {
        boolean[] real = new boolean[ROWS * 2];
        for (int row = 50; row < 53; row++) {
            real[2 * row] = true;
        }
        real[2 * 90 + 1] = true;
        for (long seed = 0; seed < 20; seed++) {
            boolean[] own = imputation().ownGaps(real, seed);
            assertThat(own).as("seed %d", seed).containsExactly(imputation().ownGaps(real, seed));
            boolean[] both = real.clone();
            for (int i = 0; i < both.length; i++) {
                assertThat(own[i] && real[i]).isFalse();
                both[i] |= own[i];
            }
            List<int[]> lengths = imputation().lengths(both);
            assertThat(lengths).as("no two gaps touch, seed %d", seed).hasSize(2 + 40);
            assertThat(lengths).allSatisfy(gap -> assertThat(gap[1]).isEqualTo(gap[0] == 0 ? 3 : 1));
            assertThat(lengths.stream()
                            .max(Comparator.comparingInt(gap -> gap[1]))
                            .orElseThrow()[1])
                    .isEqualTo(3);
        }
    }

    @Test
    void withoutRealGapsThereAreNoOwnOnes() {
        assertThat(imputation().ownGaps(new boolean[ROWS * 2], 1)).doesNotContain(true);
    }
}
