package dev.hourglass.lab;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Shape;

/** Training and test data, both of one shape. */
public record Splits(Dataset training, Dataset test) {
    public Splits reshaped(Shape shape) {
        return new Splits(training.reshaped(shape), test.reshaped(shape));
    }

    /** As {@link Dataset#requireUnchanged}. */
    void requireUnchanged() {
        training.requireUnchanged();
        test.requireUnchanged();
    }
}
