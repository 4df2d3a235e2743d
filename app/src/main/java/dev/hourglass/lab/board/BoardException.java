package dev.hourglass.lab.board;

/** A benchmark that can't be run: what is in its folder is not what is expected. */
public final class BoardException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BoardException(String message) {
        super(message);
    }

    public BoardException(String message, Throwable cause) {
        super(message, cause);
    }
}
