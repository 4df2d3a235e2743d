package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What is known of a layer that merges several inputs, and what to say where they don't fit together. */
final class MergeFacts {
    private MergeFacts() {}

    /**
     * @param inputs what it reads, in order
     * @throws ShapeException if they are too few or too many, or don't fit together
     */
    static LayerFacts of(LayerSpec.Merge merge, List<LayerInput> inputs) {
        if (merge instanceof LayerSpec.Attending attending) {
            return AttentionFacts.of(attending, inputs);
        }
        requireNumber(merge, inputs);
        Shape first = inputs.getFirst().shape();
        Shape output = switch (merge) {
            case LayerSpec.Concatenate concatenate -> concatenated(concatenate, inputs);
            case LayerSpec.Add ignored -> common(merge, inputs);
            case LayerSpec.Subtract ignored -> common(merge, inputs);
            case LayerSpec.Multiply ignored -> common(merge, inputs);
            case LayerSpec.Average ignored -> common(merge, inputs);
            case LayerSpec.Maximum ignored -> common(merge, inputs);
            case LayerSpec.Minimum ignored -> common(merge, inputs);
            case LayerSpec.Sampling ignored -> same(merge, inputs);
            case LayerSpec.Dot dot -> multiplied(dot, inputs);
            case LayerSpec.Attending ignored -> throw new IllegalArgumentException("No merge by numbers: " + merge);
        };
        if (merge instanceof LayerSpec.Dot dot) {
            int summed = first.dimension(dot.firstOf(first));
            return new LayerFacts(merge, first, output, List.of(), Operations.products((long) output.size() * summed));
        }
        long combined = merge instanceof LayerSpec.Concatenate ? 0 : (inputs.size() - 1L) * output.size();
        return new LayerFacts(merge, first, output, List.of(), Operations.elementwise(combined));
    }

    private static void requireNumber(LayerSpec.Merge merge, List<LayerInput> inputs) {
        boolean exactly = merge instanceof LayerSpec.Subtract
                || merge instanceof LayerSpec.Sampling
                || merge instanceof LayerSpec.Dot;
        if (inputs.size() < 2 || (exactly && inputs.size() > 2)) {
            throw new ShapeException(LayerFacts.describe(merge) + " needs " + (exactly ? "exactly" : "at least")
                    + " 2 inputs, got " + inputs.size() + " (" + sources(inputs)
                    + "). Name the layers that it merges, such as inputs: [a, b].");
        }
    }

    private static Shape same(LayerSpec.Merge merge, List<LayerInput> inputs) {
        Shape shape = inputs.getFirst().shape();
        if (!inputs.stream().allMatch(input -> input.shape().equals(shape))) {
            throw misfit(merge, inputs);
        }
        return shape;
    }

    /** Aligned at their ends; 1 stands for as many as there are. */
    private static Shape common(LayerSpec.Merge merge, List<LayerInput> inputs) {
        int rank = inputs.stream().mapToInt(input -> input.shape().rank()).max().orElseThrow();
        int[] common = new int[rank];
        Arrays.fill(common, 1);
        for (LayerInput input : inputs) {
            int missing = rank - input.shape().rank();
            for (int axis = missing; axis < rank; axis++) {
                int size = input.shape().dimension(axis - missing);
                if (size != 1 && common[axis] != 1 && size != common[axis]) {
                    throw misfit(merge, inputs);
                }
                common[axis] = Math.max(common[axis], size);
            }
        }
        return Shape.of(common);
    }

    private static ShapeException misfit(LayerSpec.Merge merge, List<LayerInput> inputs) {
        return new ShapeException(LayerFacts.describe(merge) + " needs inputs of one shape, got " + sources(inputs)
                + ". Bring them to the same shape, or use Concatenate.");
    }

    private static Shape multiplied(LayerSpec.Dot dot, List<LayerInput> inputs) {
        Shape first = inputs.getFirst().shape();
        Shape second = inputs.getLast().shape();
        int one = dot.firstOf(first);
        int other = dot.secondOf(second);
        boolean exist = one >= 0 && one < first.rank() && other >= 0 && other < second.rank();
        if (!exist || first.dimension(one) != second.dimension(other)) {
            throw new ShapeException(
                    LayerFacts.describe(dot) + " needs inputs that are of one size along its axes, got "
                            + sources(inputs) + ". Name other axes: 1 is the first axis of a sample, -1 the last.");
        }
        List<Integer> left = new ArrayList<>();
        addOthers(left, first, one);
        addOthers(left, second, other);
        return left.isEmpty()
                ? Shape.of(1)
                : Shape.of(left.stream().mapToInt(size -> size).toArray());
    }

    private static void addOthers(List<Integer> sizes, Shape shape, int without) {
        for (int axis = 0; axis < shape.rank(); axis++) {
            if (axis != without) {
                sizes.add(shape.dimension(axis));
            }
        }
    }

    private static Shape concatenated(LayerSpec.Concatenate merge, List<LayerInput> inputs) {
        int[] output = inputs.getFirst().shape().toArray();
        int axis = merge.axisOf(inputs.getFirst().shape());
        long along = 0;
        for (LayerInput input : inputs) {
            int[] shape = input.shape().toArray();
            boolean fits = shape.length == output.length;
            for (int i = 0; fits && i < shape.length; i++) {
                fits = i == axis || shape[i] == output[i];
            }
            if (!fits) {
                throw new ShapeException(LayerFacts.describe(merge) + " needs inputs that differ along its axis alone,"
                        + " got " + sources(inputs)
                        + ". Change their height and width or steps, by pooling, upsampling or padding 'same'.");
            }
            along += shape[axis];
        }
        output[axis] = Math.toIntExact(along);
        return Shape.of(output);
    }

    static String sources(List<LayerInput> inputs) {
        return inputs.stream()
                .map(input -> input.shape() + " from " + input.source())
                .collect(Collectors.joining(" and "));
    }
}
