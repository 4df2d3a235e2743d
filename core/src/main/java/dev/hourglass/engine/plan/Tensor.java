package dev.hourglass.engine.plan;

import dev.hourglass.tensor.Shape;

/**
 * A value of a logical plan, written by one operation and read by any number of others.
 *
 * @param name unique within its plan, such as {@code enc_conv1/output}
 * @param shape of one sample
 */
public record Tensor(String name, Shape shape) {
    /** The last axis: channels of an image, features of a step, numbers of a vector. */
    public int channels() {
        return shape.dimension(-1);
    }
}
