package dev.hourglass.data;

/**
 * A data set that is not available: unknown, missing, unreachable or not writable. The message is one line that says
 * what was tried and the way out. Damaged files are {@link dev.hourglass.tensor.CorruptFileException}s.
 */
public final class DatasetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DatasetException(String message) {
        super(message);
    }

    public DatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
