package dev.hourglass.lab.run;

/** A run was told to stop and keeps what was done; the message says where it stands and how to continue. */
public final class RunStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunStoppedException(String message, Throwable cause) {
        super(message, cause);
    }
}
