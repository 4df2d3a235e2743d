package dev.hourglass.engine.plan;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Merges of values whose shapes differ. */
final class MergeOps extends PartOps {
    /**
     * @param place that names begin with
     * @param add takes each operation and gives what it writes
     */
    MergeOps(String place, Function<Op.Layer, Tensor> add) {
        super(place, add);
    }

    /** Each value as often as the whole has it. */
    List<Tensor> alike(List<Tensor> read, Shape whole) {
        List<Tensor> alike = new ArrayList<>();
        for (int i = 0; i < read.size(); i++) {
            Tensor each = read.get(i);
            alike.add(each.shape().equals(whole) ? each : repeated("input" + (i + 1), each, whole));
        }
        return alike;
    }

    /** As a product of two matrices, the rows of the one and the columns of the other. */
    Op.Layer dot(LayerSpec.Dot layer, Tensor first, Tensor second, Tensor to) {
        Tensor left = rows("left", first, layer.firstOf(first.shape()), layer.normalize());
        Tensor right = rows("right", second, layer.secondOf(second.shape()), layer.normalize());
        Tensor product = product("product", left, permuted("right/turned", right, 2, 1));
        return new Op.Reshape(place(), product, to);
    }

    /** A row for each place, along the axis. */
    private Tensor rows(String of, Tensor from, int axis, boolean normalize) {
        int rank = from.shape().rank();
        int size = from.shape().dimension(axis);
        Tensor last = from;
        if (axis < rank - 1) {
            Integer[] order = IntStream.concat(
                            IntStream.rangeClosed(1, rank).filter(each -> each != axis + 1), IntStream.of(axis + 1))
                    .boxed()
                    .toArray(Integer[]::new);
            last = permuted(of + "/last", from, order);
        }
        Tensor rows = reshaped(of, last, Shape.of(from.shape().size() / size, size));
        if (!normalize) {
            return rows;
        }
        Op.BlockNorm norm = new Op.BlockNorm(Op.BlockNorm.Kind.LENGTH, 1, 1, true, 0, false, false);
        String normalized = of + "/normalized";
        return added(new Op.NormalizeSample(name(normalized), norm, 0, rows, tensor(normalized, rows.shape())));
    }
}
