package dev.hourglass.engine.cpu.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Nonlinearity;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

final class FoldUpSamplingTest {
    private static final Tensor SMALL = new Tensor("input", Shape.of(4, 4, 2));
    private static final Tensor LARGE = new Tensor("up/output", Shape.of(8, 8, 2));
    private static final Tensor OUTPUT = new Tensor("conv/output", Shape.of(8, 8, 3));
    private static final Op.UpSample UP = new Op.UpSample("up", Size2.square(2), SMALL, LARGE);
    private static final Op.Kernel THREE = kernel(3, 1, Padding.SAME);

    @Test
    void theConvolutionReadsTheSmallImage() {
        assertThat(new FoldUpSampling().apply(plan(UP, convolution(LARGE, THREE), OUTPUT)))
                .isEqualTo(plan(convolution(SMALL, THREE.overRepeated(2)), OUTPUT));
    }

    @Test
    void whatAnotherReadsAsWellIsMade() {
        Tensor average = new Tensor("average/output", Shape.of(2));
        LogicalPlan plan = new LogicalPlan(
                List.of(new Op.Input(SMALL), UP, convolution(LARGE, THREE), new Op.Average("average", LARGE, average)),
                OUTPUT);
        assertThat(new FoldUpSampling().apply(plan)).isEqualTo(plan);
    }

    @Test
    void otherKernelsAndSizesAreLeftAlone() {
        for (Op.Kernel other :
                List.of(kernel(2, 1, Padding.SAME), kernel(3, 2, Padding.SAME), kernel(3, 1, Padding.VALID))) {
            LogicalPlan plan = plan(UP, convolution(LARGE, other), OUTPUT);
            assertThat(new FoldUpSampling().apply(plan)).as("%s", other).isEqualTo(plan);
        }
        Op.UpSample wide = new Op.UpSample("up", new Size2(2, 3), SMALL, LARGE);
        LogicalPlan plan = plan(wide, convolution(LARGE, THREE), OUTPUT);
        assertThat(new FoldUpSampling().apply(plan)).isEqualTo(plan);
    }

    private static LogicalPlan plan(Op first, Op second, Tensor prediction) {
        return new LogicalPlan(List.of(new Op.Input(SMALL), first, second), prediction);
    }

    private static LogicalPlan plan(Op only, Tensor prediction) {
        return new LogicalPlan(List.of(new Op.Input(SMALL), only), prediction);
    }

    private static Op convolution(Tensor from, Op.Kernel kernel) {
        return new Op.Convolution("conv", 0, from, kernel, Nonlinearity.LINEAR, OUTPUT);
    }

    private static Op.Kernel kernel(int side, int stride, Padding padding) {
        return new Op.Kernel(Size2.square(side), Size2.square(stride), padding, false, 1);
    }
}
