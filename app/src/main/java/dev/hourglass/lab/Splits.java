package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.images.WholePictures;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Training and test data, both of one shape.
 *
 * @param skipped pictures that can't be read and are in neither
 * @param normal what calibrates detectors and is not trained on; null where none are made
 * @param whole the pictures of which the test samples are patches; null where these are whole
 */
public record Splits(
        Dataset training,
        Dataset test,
        List<ImageFolder.Skipped> skipped,
        @Nullable Dataset normal,
        @Nullable WholePictures whole) {
    public Splits {
        skipped = List.copyOf(skipped);
    }

    public Splits(Dataset training, Dataset test) {
        this(training, test, List.of(), null, null);
    }

    public Splits reshaped(Shape shape) {
        return new Splits(
                training.reshaped(shape),
                test.reshaped(shape),
                skipped,
                normal == null ? null : normal.reshaped(shape),
                whole);
    }

    /** As {@link Dataset#requireUnchanged}. */
    void requireUnchanged() {
        training.requireUnchanged();
        test.requireUnchanged();
    }
}
