package dev.hourglass.evaluate;

/** The thread that asked for a computation was interrupted; what was computed so far is dropped. */
public final class InterruptedComputationException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    InterruptedComputationException(String message) {
        super(message);
    }

    public static void throwIfInterrupted(Thread thread, String what) {
        if (thread.isInterrupted()) {
            throw new InterruptedComputationException(what + " was interrupted");
        }
    }
}
