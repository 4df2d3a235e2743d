package dev.hourglass.model;

/**
 * How much a layer must compute to take one sample forward. A multiplication with an addition counts as two. What need
 * not be done is not counted: the first step of an LSTM has no state to multiply, and what it makes of a repeated vector
 * is the same at every step. This is the layer's own arithmetic; what the engine makes of it, which saves some and pads
 * some, is told by its profile.
 *
 * @param input of the matrix products with what the layer reads
 * @param state of the matrix products with a recurrent layer's own state
 * @param elementwise everything else: one for each comparison of a pooling and each value of an activation, two for each
 *     value that is normalised
 */
public record Operations(long input, long state, long elementwise) {
    /** Numbers are copied at most. */
    public static final Operations NONE = new Operations(0, 0, 0);

    /** @param multiplications of matrix products with what the layer reads, each followed by an addition */
    static Operations products(long multiplications) {
        return new Operations(2 * multiplications, 0, 0);
    }

    static Operations elementwise(long operations) {
        return new Operations(0, 0, operations);
    }

    /** With an activation of so many numbers after it. */
    Operations then(Activation activation, long numbers) {
        return activation == Activation.LINEAR ? this : new Operations(input, state, elementwise + numbers);
    }

    /** Of all matrix products. */
    public long products() {
        return input + state;
    }

    public long total() {
        return input + state + elementwise;
    }
}
