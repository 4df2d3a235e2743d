package dev.hourglass.engine;

/** A number came to a table that has no row for it. */
public final class UnknownNumberException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * @param layer whose table it is
     * @param rows that the table has
     */
    public UnknownNumberException(String layer, int rows, float number) {
        super("Layer '" + layer + "' (Embedding) needs whole numbers from 0 to " + (rows - 1) + ", got " + number
                + ". Give it the numbers as they are, without any scaling.");
    }
}
