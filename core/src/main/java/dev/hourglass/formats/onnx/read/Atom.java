package dev.hourglass.formats.onnx.read;

/**
 * A piece of a dimension that stays together whatever is done to the axes; each is told from others of the same size by its
 * identity.
 */
final class Atom {
    private final int size;
    private final boolean batch;
    private final boolean reversed;

    private Atom(int size, boolean batch, boolean reversed) {
        this.size = size;
        this.batch = batch;
        this.reversed = reversed;
    }

    static Atom of(int size) {
        return new Atom(size, false, false);
    }

    /** @param size by which the file's arithmetic of shapes counts samples */
    static Atom ofBatch(int size) {
        return new Atom(size, true, false);
    }

    /** The same, lying from its end to its beginning. */
    Atom turned() {
        return new Atom(size, batch, !reversed);
    }

    int size() {
        return size;
    }

    boolean isBatch() {
        return batch;
    }

    /** Whether it is stored in the other direction than it is seen. */
    boolean isReversed() {
        return reversed;
    }
}
