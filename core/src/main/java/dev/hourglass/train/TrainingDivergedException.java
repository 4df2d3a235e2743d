package dev.hourglass.train;

/**
 * The loss or a gradient became NaN or infinite. The message says in which step and layer; the step was not taken, and
 * nothing of it was saved.
 */
public final class TrainingDivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TrainingDivergedException(String message, Throwable cause) {
        super(message, cause);
    }

    /** As another process told it. */
    public TrainingDivergedException(String message) {
        super(message);
    }
}
