package dev.hourglass.tensor;

/**
 * How stored numbers become a model's inputs: {@code input = stored * scale + offset}. A model is saved with the
 * normalization it was trained with, so it is used as it was trained.
 *
 * @param scale finite and not 0; 1/255 for pixels kept as bytes
 * @param offset finite
 */
public record Normalization(float scale, float offset) {
    /** Stored numbers are used as they are. */
    public static final Normalization NONE = new Normalization(1, 0);
    /** Bytes 0..255 become 0..1. */
    public static final Normalization PIXELS = new Normalization(1f / 255f, 0);

    public Normalization {
        if (!Float.isFinite(scale) || scale == 0) {
            throw new IllegalArgumentException("scale must be finite and not 0, got " + scale);
        }
        if (!Float.isFinite(offset)) {
            throw new IllegalArgumentException("offset must be finite, got " + offset);
        }
    }

    /**
     * The model's input for a stored number. {@link #PIXELS} divides by 255 instead of multiplying with a rounded
     * 1/255, so that a pixel has the very bits that {@code image.astype("float32") / 255} has in Keras.
     */
    public float apply(float stored) {
        return equals(PIXELS) ? stored / 255f : stored * scale + offset;
    }
}
