package dev.hourglass.lab;

/** A run that cannot be made or finished; the message is one line that says what, why and the way out. */
public final class LabException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public LabException(String message) {
        super(message);
    }

    public LabException(String message, Throwable cause) {
        super(message, cause);
    }
}
