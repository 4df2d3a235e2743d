package dev.hourglass.engine.cpu.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Axis;
import dev.hourglass.engine.cpu.layout.PackedMatrix.Part;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class RowBlocksTest {
    private final Kernels kernels = Kernels.best();

    @Test
    void blocksPackEachFormAsItIsPackedWholeAndHoldEachWeightOnce() {
        for (int[] size : new int[][] {{784, 400}, {400, 784}, {1000, 17}, {20, 5000}, {129, 128}}) {
            Parameter kernel = dense(size[0], size[1], true);
            PackedMatrix forward = form(kernel);
            List<PackedMatrix> forms = List.of(forward, forward.exchanged());
            Placement placement = new Placement(forms);
            float[] inBlocks = new float[placement.size()];
            int end = 0;
            for (RowBlocks.Block block : RowBlocks.of(forms, placement, Parameters.of(List.of(kernel)))) {
                assertThat(block.from()).isEqualTo(end);
                end = block.to();
                // Another block's weights are not read.
                float[] alone = new float[kernel.values().length];
                System.arraycopy(kernel.values(), block.from(), alone, block.from(), block.to() - block.from());
                block.slices()
                        .forEach(slice -> slice.matrix().pack(alone, inBlocks, slice.offset(), slice.part(), kernels));
            }
            assertThat(end).isEqualTo(kernel.values().length);

            float[] whole = new float[placement.size()];
            for (PackedMatrix form : forms) {
                Part all = new Part(0, form.rows().perGroup(), 0, form.panels());
                form.pack(kernel.values(), whole, placement.offset(form), all, kernels);
            }
            assertThat(Arrays.mismatch(inBlocks, whole))
                    .as("first difference in %d x %d", size[0], size[1])
                    .isEqualTo(-1);
        }
    }

    @Test
    void weightsThatAreFewOrNotTrainedHaveNone() {
        assertThat(blocks(dense(128, 128, true))).isNotEmpty();
        assertThat(blocks(dense(128, 127, true))).isEmpty();
        assertThat(blocks(dense(128, 128, false))).isEmpty();
        assertThat(blocks(dense(1 << 14, 1, true))).as("rows of one weight").isEmpty();
        PackedMatrix form = new PackedMatrix("scale", 0, Axis.of(1, 1), Axis.of(1, 1));
        Parameters scalar = Parameters.of(List.of(numbered(Shape.of(), true)));
        assertThat(RowBlocks.of(List.of(form), new Placement(List.of(form)), scalar))
                .isEmpty();
    }

    @Test
    void aKernelWithSeveralTapsHasNone() {
        Parameter kernel = numbered(Shape.of(3, 3, 64, 64), true);
        Axis taps = new Axis(Axis.inOrder(9), 64, 64, 64 * 64, 64);
        PackedMatrix form = new PackedMatrix("kernel", 0, taps, Axis.of(64, 1));
        assertThat(RowBlocks.of(List.of(form), new Placement(List.of(form)), Parameters.of(List.of(kernel))))
                .isEmpty();
    }

    @Test
    void weightsThatOneFormHoldsInPartHaveNone() {
        Parameter kernel = dense(128, 256, true);
        PackedMatrix whole = form(kernel);
        PackedMatrix part = new PackedMatrix("part", 0, Axis.of(128, 256), Axis.of(128, 1));
        List<PackedMatrix> forms = List.of(whole, part);
        assertThat(RowBlocks.of(forms, new Placement(forms), Parameters.of(List.of(kernel))))
                .isEmpty();
    }

    private static List<RowBlocks.Block> blocks(Parameter kernel) {
        List<PackedMatrix> forms = List.of(form(kernel));
        return RowBlocks.of(forms, new Placement(forms), Parameters.of(List.of(kernel)));
    }

    private static PackedMatrix form(Parameter kernel) {
        int in = kernel.shape().dimension(0);
        int out = kernel.shape().dimension(1);
        return new PackedMatrix("kernel", 0, Axis.of(in, out), Axis.of(out, 1));
    }

    private static Parameter dense(int in, int out, boolean trainable) {
        return numbered(Shape.of(in, out), trainable);
    }

    private static Parameter numbered(Shape shape, boolean trainable) {
        float[] values = new float[shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = i + 1;
        }
        return new Parameter("layer", "kernel", shape, trainable, values);
    }
}
