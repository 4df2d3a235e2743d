package dev.hourglass.formats.keras;

import dev.hourglass.formats.OpenSizesException;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a sample is like where the configuration alone does not say it.
 *
 * @param sample the shape of the data's samples, which takes the place of sizes that are null; null if not known
 * @param firstKernel by the class of the first layer that has weights, the dimensions of its first array, empty if there
 *     is none; for a Sequential that was built by its data and has no shape in its configuration
 */
record InputSizes(@Nullable Shape sample, Function<String, List<Integer>> firstKernel) {
    static final InputSizes UNKNOWN = new InputSizes(null, kerasClass -> List.of());

    /** Of a model within a model, which reads what leaves the layer before it. */
    static InputSizes of(Shape input) {
        return new InputSizes(input, kerasClass -> List.of());
    }

    /**
     * The shape of one sample.
     *
     * @param batchShape a list of the batch size and each dimension, null where it is open
     */
    Shape input(Json batchShape) {
        List<Json> all = batchShape.asSequence().items();
        if (all.size() < 2) {
            throw batchShape.place().corrupt("a batch size and at least one dimension", batchShape.excerpt());
        }
        List<@Nullable Integer> sizes = new ArrayList<>();
        for (Json size : all.subList(1, all.size())) {
            sizes.add(size instanceof Json.Nothing ? null : size.asWhole());
        }
        try {
            return shape(sizes, batchShape);
        } catch (ShapeException e) {
            throw batchShape.place().corrupt("a shape", String.valueOf(e.getMessage()));
        }
    }

    /**
     * What the first layer must read, by its weights.
     *
     * @param kerasClass of the first layer that has any
     */
    Shape byFirstKernel(String kerasClass, Json.Mapping model) {
        List<Integer> kernel = firstKernel.apply(kerasClass);
        // Channels and features are the dimension before the last; pixels and steps are open.
        int places = switch (kerasClass) {
            case "Dense" -> 0;
            case "Conv1D", "LSTM", "GRU", "SimpleRNN", "Bidirectional", "TimeDistributed" -> 1;
            case "Conv2D" -> 2;
            case "Conv3D" -> 3;
            default -> -1;
        };
        if (places < 0 || kernel.size() < 2) {
            throw new UnsupportedModelException(
                    model.place().document().file() + ": the model was built by its data, and"
                            + " neither its configuration nor its weights say what a sample is like. Build it with an Input layer"
                            + " and save it again.");
        }
        List<@Nullable Integer> sizes = new ArrayList<>();
        for (int i = 0; i < places; i++) {
            sizes.add(null);
        }
        sizes.add(kernel.get(kernel.size() - 2));
        return shape(sizes, model);
    }

    private Shape shape(List<@Nullable Integer> sizes, Json at) {
        int[] dimensions = new int[sizes.size()];
        for (int i = 0; i < dimensions.length; i++) {
            Integer size = sizes.get(i);
            dimensions[i] = size == null ? open(sizes, i, at) : size;
        }
        return Shape.of(dimensions);
    }

    private int open(List<@Nullable Integer> sizes, int index, Json at) {
        String input = at.place().document().file() + ": the model reads samples "
                + sizes.toString().replace("null", "any");
        if (sample == null) {
            throw new OpenSizesException(
                    input + " and leaves open what it is read with. Give the shape of a sample with"
                            + " --input, such as --input "
                            + sizes.stream()
                                    .map(size -> size == null ? "64" : size.toString())
                                    .reduce((a, b) -> a + "x" + b)
                                    .orElse("")
                            + ".",
                    sizes.stream().mapToInt(size -> size == null ? 0 : size).toArray());
        }
        Integer last = sizes.getLast();
        // Grey pictures [height, width] are what a model of [height, width, 1] reads.
        boolean grey = sample.rank() == sizes.size() - 1 && last != null && last == 1;
        if (sample.rank() != sizes.size() && !grey) {
            throw new UnsupportedModelException(
                    input + "; the data has samples " + sample + ". Give data with as many dimensions.");
        }
        return sample.dimension(index);
    }
}
