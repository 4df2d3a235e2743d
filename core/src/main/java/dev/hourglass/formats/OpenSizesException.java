package dev.hourglass.formats;

/** A model that leaves sizes of its input open, and nobody said what they are; see {@link ReadOptions#sample}. */
public final class OpenSizesException extends UnsupportedModelException {
    private static final long serialVersionUID = 1L;

    public OpenSizesException(String message) {
        super(message);
    }
}
