package dev.hourglass.engine.cpu.layout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Part;
import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PackedMatrixTest {
    private static final int INPUTS = 21;

    private final Kernels kernels = Kernels.best();

    @Test
    void whatIsPackedComesBackWhateverWasThere() {
        for (int outputs : new int[] {1, 15, 16, 17, 32, 40, 50}) {
            PackedMatrix kernel = new PackedMatrix("kernel", 0, Axis.of(INPUTS, outputs), Axis.of(outputs, 1));
            for (PackedMatrix matrix : List.of(kernel, kernel.exchanged())) {
                float[] values = numbers(INPUTS * outputs);
                float[] packed = new float[matrix.size() + 3];
                Part all = new Part(0, matrix.rows().perGroup(), 0, matrix.panels());
                matrix.pack(values, packed, 3, all, kernels);
                assertThat(matrix.holdsEachOnce(values.length)).isTrue();

                float[] replaced = new float[values.length];
                Arrays.fill(replaced, 7);
                matrix.unpack(packed, 3, replaced, all, kernels);
                assertThat(replaced).containsExactly(values);

                float[] added = values.clone();
                matrix.addUnpacked(packed, 3, added, all, kernels);
                for (int i = 0; i < added.length; i++) {
                    assertThat(added[i]).isEqualTo(2 * values[i]);
                }
            }
        }
    }

    @Test
    void aPlaceThatIsMadeOfTwoNumbersHoldsNeitherOnce() {
        Axis twoFromThree = new Axis(List.of(new int[] {0, 1}, new int[] {2}), 1, 1, 4, 0);
        PackedMatrix folded = new PackedMatrix("kernel", 0, twoFromThree, Axis.of(4, 1));
        assertThat(folded.holdsEachOnce(12)).isFalse();

        float[] packed = new float[folded.size()];
        folded.pack(numbers(12), packed, 0, new Part(0, 1, 0, 1), kernels);
        assertThat(packed).startsWith(0 + 4, 1 + 5, 2 + 6, 3 + 7).contains(8, 9, 10, 11);
    }

    @Test
    void aParameterOfWhichThereIsOnlyAPartIsNotHeldWhole() {
        PackedMatrix part = new PackedMatrix("kernel", 0, Axis.of(INPUTS, 8), Axis.of(8, 1));
        assertThat(part.holdsEachOnce(INPUTS * 9)).isFalse();
        PackedMatrix again = new PackedMatrix(
                "kernel", 0, new Axis(List.of(new int[] {0}, new int[] {0}), 1, 1, 8, 0), Axis.of(8, 1));
        assertThat(again.holdsEachOnce(16)).isFalse();
    }

    /** 0, 1, 2... */
    private static float[] numbers(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = i;
        }
        return numbers;
    }
}
