package dev.hourglass.model;

import dev.hourglass.tensor.Shape;

/**
 * One variable of a layer, in Keras's layout.
 *
 * @param layer the layer's name
 * @param name the variable's name in Keras, such as {@code kernel} or {@code moving_mean}
 * @param shape of the values
 * @param trainable false for moving statistics
 * @param values row-major, {@code shape.size()} numbers, owned by this parameter and written by training
 */
public record Parameter(String layer, String name, Shape shape, boolean trainable, float[] values) {
    public Parameter {
        if (values.length != shape.size()) {
            throw new IllegalArgumentException("Parameter " + layer + "/" + name + " needs " + shape.size()
                    + " values for " + shape + ", got " + values.length);
        }
    }

    /** Layer and name, such as {@code enc_conv1/kernel}. */
    public String path() {
        return layer + "/" + name;
    }
}
