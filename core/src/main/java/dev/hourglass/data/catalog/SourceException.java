package dev.hourglass.data.catalog;

/** A source could not give what it was asked for; the next one may. */
final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean resumable;

    /** @param reason as it follows the name of the source, such as {@code answered with status 404} */
    SourceException(String reason) {
        this(reason, false);
    }

    /** @param resumable whether the connection broke, so that another try may get the rest */
    SourceException(String reason, boolean resumable) {
        super(reason);
        this.resumable = resumable;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    boolean resumable() {
        return resumable;
    }
}
