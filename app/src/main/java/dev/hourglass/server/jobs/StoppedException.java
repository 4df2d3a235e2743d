package dev.hourglass.server.jobs;

/** A job was cancelled while it computed. */
final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppedException(String message) {
        super(message);
    }
}
