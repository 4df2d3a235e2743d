package dev.hourglass.engine.cpu.fuse;

import dev.hourglass.engine.cpu.layout.Folding;
import dev.hourglass.engine.plan.LogicalPlan;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A convolution computes on the image before the upsampling before it; the large image is never made ({@link Folding}).
 *
 * <p>Precondition: the upsampling is by two along both axes; its result is read by that convolution alone and is not
 * the prediction; the convolution has stride 1, padding 'same' and a kernel of odd sides.
 */
final class FoldUpSampling implements Rule<LogicalPlan> {
    private static final Size2 SCALE = Size2.square(Folding.SCALE);

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        Map<Op.Layer, Op.UpSample> folds = new HashMap<>();
        for (Op op : plan.ops()) {
            if (op instanceof Op.UpSample up
                    && up.size().equals(SCALE)
                    && plan.onlyReader(up.to()) instanceof Op.Convolution convolution
                    && slidesOverEachPixel(convolution.kernel())) {
                folds.put(convolution, up);
            }
        }
        List<Op> ops = plan.ops().stream()
                .filter(op -> !folds.containsValue(op))
                .map(op -> op instanceof Op.Convolution convolution && folds.containsKey(convolution)
                        ? folded(convolution, folds.get(convolution))
                        : op)
                .toList();
        return new LogicalPlan(ops, plan.predictions(), plan.mask());
    }

    private static Op folded(Op.Convolution convolution, Op.UpSample up) {
        return new Op.Convolution(
                convolution.layer(),
                convolution.parameters(),
                up.from(),
                convolution.kernel().overRepeated(Folding.SCALE),
                convolution.after(),
                convolution.to(),
                convolution.bias());
    }

    private static boolean slidesOverEachPixel(Op.Kernel kernel) {
        return kernel.upSampling() == 1
                && kernel.stride().equals(Size2.square(1))
                && kernel.padding() == Padding.SAME
                && kernel.dilation().equals(Size2.square(1))
                && kernel.size().height() % 2 == 1
                && kernel.size().width() % 2 == 1;
    }
}
