package dev.hourglass.train;

/** The thread that trains was interrupted; the weights trained so far are dropped. */
public final class TrainingInterruptedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    TrainingInterruptedException(int epoch, int step) {
        super("Training was interrupted in epoch " + epoch + " after step " + step);
    }
}
