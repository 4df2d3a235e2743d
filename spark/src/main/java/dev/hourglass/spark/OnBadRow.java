package dev.hourglass.spark;

/** What becomes of a row that a model can't read. */
public enum OnBadRow {
    /** The job fails, with the row's key and the reason. */
    FAIL,
    /**
     * The row passes as it is, with nulls in the model's columns and the reason in a column of its own, and is counted by
     * {@linkplain BadRow its kind}.
     */
    PASS
}
