package dev.hourglass.train;

/**
 * A loss or an optimizer that does not suit the model, its data or what was trained before; the message says which, and
 * the way out.
 */
public final class UnsuitableTrainingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    UnsuitableTrainingException(String message) {
        super(message);
    }
}
