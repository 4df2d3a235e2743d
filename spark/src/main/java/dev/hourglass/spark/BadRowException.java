package dev.hourglass.spark;

/** A row that a model can't read, where {@link OnBadRow#FAIL} says to stop at one. */
public final class BadRowException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    /** @param row which one, by its key where it has one */
    BadRowException(String row, String reason) {
        super(row + ": " + reason
                + " Mend the data, or let such rows pass with null columns and a reason: onBadRow(OnBadRow.PASS).");
    }
}
