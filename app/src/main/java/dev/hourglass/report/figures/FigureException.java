package dev.hourglass.report.figures;

/** A figure cannot be drawn on this machine; the message says what is missing and how to get it. */
public final class FigureException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FigureException(String message, Throwable cause) {
        super(message, cause);
    }
}
