package dev.hourglass.engine.plan;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A computation as a graph: operations in an order in which each finds written what it reads. A tensor is written once,
 * may have any number of readers, and nothing is said of where it lies.
 *
 * @param predictions what the model puts out: one, or several of a graph with several outputs
 * @param mask which steps of the only prediction count, or null where all do
 */
public record LogicalPlan(
        List<Op> ops, List<Tensor> predictions, @Nullable Tensor mask) {
    /** All steps count. */
    public LogicalPlan(List<Op> ops, Tensor prediction) {
        this(ops, List.of(prediction), null);
    }

    /** @throws IllegalArgumentException if a tensor is written twice, or read before it is written */
    public LogicalPlan {
        ops = List.copyOf(ops);
        predictions = List.copyOf(predictions);
        Set<String> written = new HashSet<>();
        for (Op op : ops) {
            for (Tensor tensor : op.reads()) {
                require(written.contains(tensor.name()), tensor, "is read before it is written");
            }
            for (Tensor tensor : op.writes()) {
                require(written.add(tensor.name()), tensor, "is written twice");
            }
        }
        for (Tensor prediction : predictions) {
            require(written.contains(prediction.name()), prediction, "is the prediction, but nothing writes it");
        }
    }

    private static void require(boolean condition, Tensor tensor, String what) {
        if (!condition) {
            throw new IllegalArgumentException("Tensor '" + tensor.name() + "' " + what);
        }
    }

    /** Whether it leaves the model. */
    public boolean isPrediction(Tensor tensor) {
        return predictions.contains(tensor);
    }

    /** The operations of layers, in order. */
    public Stream<Op.Layer> layers() {
        return ops.stream().filter(Op.Layer.class::isInstance).map(Op.Layer.class::cast);
    }

    /** For each tensor the layers that read it; none for one that no layer reads. */
    public Map<Tensor, List<Op.Layer>> readers() {
        Map<Tensor, List<Op.Layer>> readers = new HashMap<>();
        layers().forEach(layer -> layer.reads()
                .forEach(tensor -> readers.merge(
                        tensor,
                        List.of(layer),
                        (before, next) ->
                                Stream.concat(before.stream(), next.stream()).toList())));
        return readers;
    }

    /** The layer that alone needs a tensor, or null where there are several, or none, or the tensor is the prediction. */
    public Op.@Nullable Layer onlyReader(Tensor tensor) {
        List<Op.Layer> all = readers().getOrDefault(tensor, List.of());
        return all.size() == 1 && !isPrediction(tensor) ? all.getFirst() : null;
    }

    /** The tensors that depend on parameters, so that a gradient has to reach them. */
    public Set<Tensor> learned() {
        Set<Tensor> learned = new HashSet<>();
        layers().filter(layer -> layer.learns() || layer.reads().stream().anyMatch(learned::contains))
                .forEach(layer -> learned.addAll(layer.results()));
        return learned;
    }
}
