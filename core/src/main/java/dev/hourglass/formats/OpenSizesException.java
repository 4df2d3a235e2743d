package dev.hourglass.formats;

import dev.hourglass.tensor.Shape;
import java.util.Arrays;

/** A model that leaves sizes of its input open, and nobody said what they are; see {@link ReadOptions#sample}. */
public final class OpenSizesException extends UnsupportedModelException {
    private static final long serialVersionUID = 2L;

    private final int[] sizes;

    /** @param sizes of a sample, 0 where one is open */
    public OpenSizesException(String message, int[] sizes) {
        super(message);
        this.sizes = sizes.clone();
    }

    /** The shape of a sample whose open sizes are all the same. */
    public Shape sampleWith(int size) {
        return Shape.of(
                Arrays.stream(sizes).map(given -> given == 0 ? size : given).toArray());
    }
}
