package dev.hourglass.files;

/**
 * A file that another program wrote to, or put another in the place of, while it was read: what was read may be of both.
 * The message is one line that says what it was, what it is and the way out.
 */
public final class FileChangedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FileChangedException(String message) {
        super(message);
    }

    FileChangedException(String message, Throwable cause) {
        super(message, cause);
    }
}
