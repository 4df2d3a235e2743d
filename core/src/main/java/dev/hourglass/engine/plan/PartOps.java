package dev.hourglass.engine.plan;

import dev.hourglass.model.Size3;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.function.Function;

/** The parts that a layer of several operations is made of, named after its place. */
abstract class PartOps {
    private final String place;
    private final Function<Op.Layer, Tensor> add;

    /**
     * @param place that names begin with
     * @param add takes each operation and gives what it writes
     */
    PartOps(String place, Function<Op.Layer, Tensor> add) {
        this.place = place;
        this.add = add;
    }

    final String place() {
        return place;
    }

    final Tensor added(Op.Layer op) {
        return add.apply(op);
    }

    final Tensor dense(String of, int kernel, Tensor from, int units, boolean bias) {
        Shape shape = Shape.of(from.shape().dimension(0), units);
        return added(new Op.Dense(name(of), kernel, from, Nonlinearity.LINEAR, tensor(of, shape), bias));
    }

    final Tensor product(String of, Tensor left, Tensor right) {
        int[] shape = left.shape().toArray();
        shape[shape.length - 1] = right.channels();
        return added(new Op.Product(name(of), left, right, tensor(of, Shape.of(shape))));
    }

    final Tensor permuted(String of, Tensor from, Integer... axes) {
        List<Integer> order = List.of(axes);
        Shape shape = Shape.of(order.stream()
                .mapToInt(axis -> from.shape().dimension(axis - 1))
                .toArray());
        return added(new Op.Permute(name(of), order, from, tensor(of, shape)));
    }

    final Tensor reshaped(String of, Tensor from, Shape shape) {
        return added(new Op.Reshape(name(of), from, tensor(of, shape)));
    }

    final String name(String of) {
        return place + "/" + of;
    }

    final Tensor tensor(String of, Shape shape) {
        return new Tensor(name(of) + "/output", shape);
    }

    /** With 1 along an axis, or without its first axes, as often as another shape has it. */
    final Tensor repeated(String of, Tensor from, Shape to) {
        int rank = to.rank();
        int missing = rank - from.shape().rank();
        Tensor result = from;
        int behind = 1;
        for (int axis = rank - 1; axis >= 0; axis--) {
            int times = to.dimension(axis);
            boolean once = axis < missing || from.shape().dimension(axis - missing) == 1;
            if (once && times > 1) {
                int before = result.shape().size() / behind;
                Tensor one = reshaped(of + "/once" + axis, result, Shape.of(before, 1, 1, behind));
                String each = of + "/each" + axis;
                result = added(new Op.RepeatAxes(
                        name(each), new Size3(1, times, 1), one, tensor(each, Shape.of(before, times, 1, behind))));
            }
            behind *= times;
        }
        return reshaped(of + "/all", result, to);
    }
}
