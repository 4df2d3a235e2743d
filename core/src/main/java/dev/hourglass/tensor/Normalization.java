package dev.hourglass.tensor;

import java.util.List;

/**
 * How stored numbers become a model's inputs: {@code input = stored * scale + offset}, with one scale and offset for
 * all numbers or one for each channel, the last dimension of a sample. A model is saved with the normalization it was
 * trained with, so it is used as it was trained.
 *
 * @param scales finite and not 0; one, or one for each channel
 * @param offsets finite, as many as scales
 */
public record Normalization(List<Float> scales, List<Float> offsets) {
    /** Stored numbers are used as they are. */
    public static final Normalization NONE = new Normalization(1, 0);
    /** Bytes 0..255 become 0..1. */
    public static final Normalization PIXELS = new Normalization(1f / 255f, 0);

    public Normalization {
        scales = List.copyOf(scales);
        offsets = List.copyOf(offsets);
        if (scales.isEmpty() || scales.size() != offsets.size()) {
            throw new IllegalArgumentException("a normalization needs as many scales as offsets and at least one, got "
                    + scales.size() + " and " + offsets.size());
        }
        for (float scale : scales) {
            if (!Float.isFinite(scale) || scale == 0) {
                throw new IllegalArgumentException("scale must be finite and not 0, got " + scale);
            }
        }
        for (float offset : offsets) {
            if (!Float.isFinite(offset)) {
                throw new IllegalArgumentException("offset must be finite, got " + offset);
            }
        }
    }

    /** The same scale and offset for all numbers; 1/255 and 0 for pixels kept as bytes. */
    public Normalization(float scale, float offset) {
        this(List.of(scale), List.of(offset));
    }

    /** How many channels have a scale of their own; 1 if all numbers share one. */
    public int channels() {
        return scales.size();
    }

    /** @throws IllegalStateException if there is one for each channel */
    public float scale() {
        return shared(scales);
    }

    /** @throws IllegalStateException if there is one for each channel */
    public float offset() {
        return shared(offsets);
    }

    /**
     * The model's input for a stored number. {@link #PIXELS} divides by 255 instead of multiplying with a rounded
     * 1/255, so that a pixel has the very bits that {@code image.astype("float32") / 255} has in Keras.
     *
     * @throws IllegalStateException if each channel has a scale of its own
     */
    public float apply(float stored) {
        return equals(PIXELS) ? stored / 255f : stored * scale() + offset();
    }

    /**
     * Turns stored numbers into a model's inputs, in place.
     *
     * @param values from {@code from} on, row-major with the channels last, beginning with channel 0
     * @param count how many numbers, a multiple of {@link #channels}
     */
    public void apply(float[] values, int from, int count) {
        if (equals(NONE)) {
            return;
        }
        boolean pixels = equals(PIXELS);
        for (int channel = 0; channel < channels(); channel++) {
            float scale = scales.get(channel);
            float offset = offsets.get(channel);
            for (int i = from + channel; i < from + count; i += channels()) {
                values[i] = pixels ? values[i] / 255f : values[i] * scale + offset;
            }
        }
    }

    /**
     * Turns a model's inputs or outputs back into numbers as they were stored, in place; see {@link #apply(float[],
     * int, int)}.
     */
    public void restore(float[] values, int from, int count) {
        if (equals(NONE)) {
            return;
        }
        boolean pixels = equals(PIXELS);
        for (int channel = 0; channel < channels(); channel++) {
            float scale = scales.get(channel);
            float offset = offsets.get(channel);
            for (int i = from + channel; i < from + count; i += channels()) {
                values[i] = pixels ? values[i] * 255f : (values[i] - offset) / scale;
            }
        }
    }

    private float shared(List<Float> each) {
        if (each.size() > 1) {
            throw new IllegalStateException("each of " + each.size() + " channels has a normalization of its own");
        }
        return each.getFirst();
    }
}
