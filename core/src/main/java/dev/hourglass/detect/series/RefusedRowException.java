package dev.hourglass.detect.series;

/** A row that a stream can't take. The stream is as it was before, and may go on with the next one. */
public final class RefusedRowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final long row;
    private final String reason;

    /**
     * @param row its number, from 0
     * @param reason what was expected, what was found and the way out
     */
    RefusedRowException(long row, String reason) {
        super("row " + row + ": " + reason);
        this.row = row;
        this.reason = reason;
    }

    /** Its number, counted from the stream's first, 0; the next row that is taken gets the same. */
    public long row() {
        return row;
    }

    /** What was expected, what was found and the way out, for a message that names the row itself. */
    public String reason() {
        return reason;
    }
}
