package dev.hourglass.model;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
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
            case LayerSpec.Sampling ignored -> common(merge, inputs);
            case LayerSpec.Attending ignored -> throw new IllegalArgumentException("No merge by numbers: " + merge);
        };
        long combined = merge instanceof LayerSpec.Concatenate ? 0 : (inputs.size() - 1L) * output.size();
        return new LayerFacts(merge, first, output, List.of(), Operations.elementwise(combined));
    }

    private static void requireNumber(LayerSpec.Merge merge, List<LayerInput> inputs) {
        boolean exactly = merge instanceof LayerSpec.Subtract || merge instanceof LayerSpec.Sampling;
        if (inputs.size() < 2 || (exactly && inputs.size() > 2)) {
            throw new ShapeException(LayerFacts.describe(merge) + " needs " + (exactly ? "exactly" : "at least")
                    + " 2 inputs, got " + inputs.size() + " (" + sources(inputs)
                    + "). Name the layers that it merges, such as inputs: [a, b].");
        }
    }

    private static Shape common(LayerSpec.Merge merge, List<LayerInput> inputs) {
        Shape shape = inputs.getFirst().shape();
        for (LayerInput input : inputs) {
            if (!input.shape().equals(shape)) {
                throw new ShapeException(LayerFacts.describe(merge) + " needs inputs of one shape, got "
                        + sources(inputs) + ". Bring them to the same shape, or use Concatenate.");
            }
        }
        return shape;
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
