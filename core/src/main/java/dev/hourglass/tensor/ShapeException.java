package dev.hourglass.tensor;

/** Shapes that do not fit together; the message says where, what was expected, what was found and the way out. */
public final class ShapeException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public ShapeException(String message) {
        super(message);
    }
}
