package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Training and test data, both of one shape.
 *
 * @param skipped pictures that can't be read and are in neither
 * @param normal what calibrates detectors and is not trained on; null where none are made
 */
public record Splits(
        Dataset training,
        Dataset test,
        List<ImageFolder.Skipped> skipped,
        @Nullable Dataset normal) {
    public Splits {
        skipped = List.copyOf(skipped);
    }

    public Splits(Dataset training, Dataset test) {
        this(training, test, List.of(), null);
    }

    public Splits(Dataset training, Dataset test, List<ImageFolder.Skipped> skipped) {
        this(training, test, skipped, null);
    }

    public Splits reshaped(Shape shape) {
        return new Splits(
                training.reshaped(shape),
                test.reshaped(shape),
                skipped,
                normal == null ? null : normal.reshaped(shape));
    }

    /** As {@link Dataset#requireUnchanged}. */
    void requireUnchanged() {
        training.requireUnchanged();
        test.requireUnchanged();
    }
}
