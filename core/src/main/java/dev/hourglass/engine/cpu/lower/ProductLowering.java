package dev.hourglass.engine.cpu.lower;

import dev.hourglass.engine.cpu.step.Step;
import dev.hourglass.engine.cpu.step.Value;
import dev.hourglass.engine.plan.Op;
import dev.hourglass.engine.plan.Tensor;
import dev.hourglass.model.ChannelOrder;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Matrix products of two values; of images whose rows are blocks. */
final class ProductLowering {
    private final Draft draft;
    /** Both factors of an operation, for the way back. */
    private final Map<Op.Product, Factors> factors = new HashMap<>();

    private record Factors(Value left, Value right) {}

    ProductLowering(Draft draft) {
        this.draft = draft;
    }

    Value forward(Op.Product op) {
        Value left = draft.readTerm(op, 0, Layouts.natural(op.left()));
        Value right = draft.readTerm(op, 1, Layouts.natural(op.right()));
        factors.put(op, new Factors(left, right));
        Value output = new Value(op.to().name(), Layouts.natural(op.to()));
        draft.add(new Step.MatrixProduct(left, right, output));
        return output;
    }

    /** By the left one the gradient times the right one turned; by the right one the left one turned times the gradient. */
    void gradient(Op.Product op, Op.Gradient gradient, Value ofOutput) {
        Factors of = Objects.requireNonNull(factors.get(op), "An operation goes forward before it goes back");
        for (Op.Share share : gradient.shares()) {
            Value result = new Value(share.gradient().name(), Layouts.natural(share.gradient()));
            if (share.input() == 0) {
                draft.add(new Step.MatrixProduct(ofOutput, turned(op, of.right()), result));
            } else {
                draft.add(new Step.TurnedProduct(of.left(), ofOutput, result));
            }
            draft.give(op, share, result);
        }
    }

    private Value turned(Op.Product op, Value right) {
        Tensor tensor = op.right();
        int rank = tensor.shape().rank();
        List<Integer> axes = new ArrayList<>(ChannelOrder.inOrder(rank));
        Collections.swap(axes, rank - 2, rank - 1);
        int[] sizes = axes.stream()
                .mapToInt(axis -> tensor.shape().dimension(axis - 1))
                .toArray();
        Tensor turned = new Tensor(op.layer() + "/right/turned", Shape.of(sizes));
        Value value = new Value(turned.name(), Layouts.natural(turned));
        draft.add(new Step.Permute(right, tensor.shape(), axes, value));
        return value;
    }
}
