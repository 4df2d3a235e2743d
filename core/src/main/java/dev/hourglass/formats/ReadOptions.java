package dev.hourglass.formats;

import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a model file doesn't say by itself.
 *
 * @param waistLayer the layer or nested model whose output is the code, whatever the file says; null to find it
 * @param weights the file that holds the weights of an architecture; null where the model file has them
 * @param sample the shape of one sample of the data, for sizes that the file leaves open; null if that is not known
 */
public record ReadOptions(
        @Nullable String waistLayer,
        @Nullable Path weights,
        @Nullable Shape sample) {
    /** As the file says, and nothing else. */
    public static ReadOptions defaults() {
        return new ReadOptions(null, null, null);
    }

    public ReadOptions withWaistLayer(@Nullable String layer) {
        return new ReadOptions(layer, weights, sample);
    }

    public ReadOptions withWeights(@Nullable Path file) {
        return new ReadOptions(waistLayer, file, sample);
    }

    public ReadOptions withSample(@Nullable Shape shape) {
        return new ReadOptions(waistLayer, weights, shape);
    }
}
