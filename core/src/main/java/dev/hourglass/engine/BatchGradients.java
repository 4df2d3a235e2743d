package dev.hourglass.engine;

import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The gradients of large dense layers, each summed over the whole batch in one product once all chunks are done. Where
 * weights outnumber what a chunk computes, a sum for each chunk would cost more to clear, write and add up than the
 * product itself. The tasks are parts of the weights, so threads have work, and each weight's sum goes over the samples
 * in order.
 */
final class BatchGradients {
    private record Product(Memory.Buffer from, Memory.Buffer gradient, Kernels.TransposedProduct kernel) {}

    private final Map<PackedMatrix, Product> products = new HashMap<>();
    private final Placement placement;
    private final float[] sums;

    BatchGradients(List<Step.ConvolveGradient> steps, Memory memory, Kernels kernels) {
        placement =
                new Placement(steps.stream().map(Step.ConvolveGradient::weights).toList());
        sums = new float[placement.size()];
        for (Step.ConvolveGradient step : steps) {
            Memory.Buffer from = memory.buffer(step.from());
            Memory.Buffer gradient = memory.buffer(step.gradient());
            int panel = step.weights().panel();
            products.put(
                    step.weights(),
                    new Product(
                            from, gradient, kernels.transposedProduct(panel, from.stride(), gradient.stride(), panel)));
        }
    }

    /** The tasks. */
    List<Placement.Slice> slices() {
        return placement.slices();
    }

    /** Sums one part of a weight gradient and adds it to the gradient in the parameter's layout. */
    void sum(Placement.Slice slice, int samples, float[] into) {
        PackedMatrix matrix = slice.matrix();
        PackedMatrix.Part part = slice.part();
        Product product = Objects.requireNonNull(products.get(matrix));
        for (int panel = part.fromPanel(); panel < part.toPanel(); panel++) {
            int to = slice.offset() + panel * matrix.panelSize() + part.fromRow() * matrix.panel();
            int rows = part.toRow() - part.fromRow();
            Arrays.fill(sums, to, to + rows * matrix.panel(), 0);
            product.kernel()
                    .run(
                            rows,
                            product.from().ofBatch(),
                            part.fromRow(),
                            0,
                            1,
                            samples,
                            product.gradient().ofBatch(),
                            panel * matrix.panel(),
                            0,
                            sums,
                            to);
        }
        matrix.unpack(sums, slice.offset(), into, part);
    }

    /** Bytes that one task touches, on average: weights written, and the samples' numbers on both sides read. */
    long bytes(int samples) {
        long numbers = products.values().stream()
                .mapToLong(product -> (long) samples
                        * (product.from().stride() + product.gradient().stride()))
                .sum();
        return Float.BYTES * (placement.size() + numbers) / Math.max(1, slices().size());
    }

    /** Floating point operations of one task, on average. */
    long flops(int samples) {
        return 2L * samples * placement.size() / Math.max(1, slices().size());
    }
}
