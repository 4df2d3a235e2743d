package dev.hourglass.train.distributed;

/** Another session died, hung, sent something else than was due or never came. Start all anew, from the last checkpoint. */
public final class SessionLostException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SessionLostException(String message) {
        super(message);
    }

    SessionLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
