package dev.hourglass.formats;

/**
 * A model file that is whole, but holds something that Hourglass doesn't compute: a layer or a setting that it lacks, a
 * graph that is no chain, code. The message is one line: the file, the layer and its class, what was found and what is
 * supported.
 */
public sealed class UnsupportedModelException extends RuntimeException permits OpenSizesException {
    private static final long serialVersionUID = 1L;

    public UnsupportedModelException(String message) {
        super(message);
    }
}
