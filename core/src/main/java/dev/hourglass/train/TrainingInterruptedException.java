package dev.hourglass.train;

/** Training was told to stop between two steps, by an interrupt of its thread or by its {@link RunControl}. */
public final class TrainingInterruptedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    public TrainingInterruptedException(int epoch, int step) {
        super(message(epoch, step));
    }

    /** @param reason why its last state could not be saved */
    public TrainingInterruptedException(int epoch, int step, String reason, Throwable cause) {
        super(message(epoch, step) + ", and its state could not be saved: " + reason, cause);
    }

    private static String message(int epoch, int step) {
        return "Training was interrupted in epoch " + epoch + " after step " + step;
    }
}
