package dev.hourglass.model.variables;

import dev.hourglass.model.Parameter;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;

/**
 * The description of one variable of a layer; a {@link Parameter} is a variable with its values.
 *
 * @param name in Keras, such as {@code kernel} or {@code moving_mean}
 * @param shape in Keras's layout
 * @param trainable false for moving statistics
 * @param initializer what training starts from
 */
public record Variable(String name, Shape shape, boolean trainable, Initializer initializer) {
    /** The kernel of a layer over an image of one row as that of a layer over steps: without its height of 1. */
    public Variable overSteps() {
        if (shape.rank() < 3) {
            return this;
        }
        int[] dimensions = shape.toArray();
        return new Variable(
                name, Shape.of(Arrays.copyOfRange(dimensions, 1, dimensions.length)), trainable, initializer);
    }

    public static Variable trained(String name, Initializer initializer, int... dimensions) {
        return new Variable(name, Shape.of(dimensions), true, initializer);
    }

    /** What the gates of an LSTM's bias start from is what is said of the others than the forget gate. */
    Variable startingFrom(Initializer other) {
        Initializer whole =
                initializer instanceof Initializer.ForgetGateOnes ? new Initializer.ForgetGateOnes(other) : other;
        return new Variable(name, shape, trainable, whole);
    }

    public Variable withPrefix(String prefix) {
        return new Variable(prefix + name, shape, trainable, initializer);
    }

    public static Variable statistic(String name, Initializer initializer, int... dimensions) {
        return new Variable(name, Shape.of(dimensions), false, initializer);
    }
}
