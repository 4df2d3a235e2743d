package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.tensor.Shape;
import java.util.List;

/**
 * Training and test data, both of one shape.
 *
 * @param skipped pictures that can't be read and are in neither
 */
public record Splits(Dataset training, Dataset test, List<ImageFolder.Skipped> skipped) {
    public Splits {
        skipped = List.copyOf(skipped);
    }

    public Splits(Dataset training, Dataset test) {
        this(training, test, List.of());
    }

    public Splits reshaped(Shape shape) {
        return new Splits(training.reshaped(shape), test.reshaped(shape), skipped);
    }

    /** As {@link Dataset#requireUnchanged}. */
    void requireUnchanged() {
        training.requireUnchanged();
        test.requireUnchanged();
    }
}
