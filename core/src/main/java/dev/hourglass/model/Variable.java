package dev.hourglass.model;

import dev.hourglass.tensor.Shape;

/**
 * The description of one variable of a layer; a {@link Parameter} is a variable with its values.
 *
 * @param name in Keras, such as {@code kernel} or {@code moving_mean}
 * @param shape in Keras's layout
 * @param trainable false for moving statistics
 * @param initializer what training starts from
 */
public record Variable(String name, Shape shape, boolean trainable, Initializer initializer) {
    static Variable trained(String name, Initializer initializer, int... dimensions) {
        return new Variable(name, Shape.of(dimensions), true, initializer);
    }

    Variable withPrefix(String prefix) {
        return new Variable(prefix + name, shape, trainable, initializer);
    }

    static Variable statistic(String name, Initializer initializer, int... dimensions) {
        return new Variable(name, Shape.of(dimensions), false, initializer);
    }
}
