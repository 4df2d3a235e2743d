package dev.hourglass.formats;

/** How a Keras file puts a model's layers together. What they compute is the same. */
public enum ModelLayout {
    /** One {@code Sequential} of all layers. */
    SEQUENTIAL,
    /** One functional model of all layers. */
    FUNCTIONAL,
    /**
     * A functional model of two functional models, {@code encoder} and {@code decoder}, so that in Python
     * {@code model.get_layer("encoder")} is the encoder. Needs layers on both sides of the waist.
     */
    NESTED
}
