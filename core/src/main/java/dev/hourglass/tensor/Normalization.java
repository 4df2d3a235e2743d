package dev.hourglass.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How stored numbers become a model's inputs: {@code input = stored * scale + offset}, with one scale and offset for
 * all numbers or one for each channel, the last dimension of a sample; and which columns of a table the channels are. A
 * model is saved with the normalization it was trained with, so it is used as it was trained.
 *
 * @param scales finite and not 0; one, or one for each channel
 * @param offsets finite, as many as scales
 * @param curve what stored numbers go through before that
 * @param clip between which inputs are kept; null for no bounds
 * @param columns names of the channels, in the order in which the model reads them; empty where they have none
 */
public record Normalization(
        List<Double> scales,
        List<Double> offsets,
        Curve curve,
        @Nullable Clip clip,
        List<String> columns) {
    /** Stored numbers are used as they are. */
    public static final Normalization NONE = new Normalization(1, 0);
    /** Bytes 0..255 become 0..1. */
    public static final Normalization PIXELS = new Normalization(1f / 255f, 0);

    /** What stored numbers go through first. */
    public enum Curve {
        /** They stay as they are. */
        LINEAR("linear"),
        /** {@code sign(x) log(1 + |x|)}, for numbers of many magnitudes. */
        LOG1P("log1p");

        private final String word;

        Curve(String word) {
            this.word = word;
        }

        /** As files have it. */
        public String word() {
            return word;
        }

        public static Optional<Curve> find(String word) {
            return Arrays.stream(values())
                    .filter(curve -> curve.word.equals(word))
                    .findFirst();
        }

        public double apply(double stored) {
            return switch (this) {
                case LINEAR -> stored;
                case LOG1P -> Math.copySign(Math.log1p(Math.abs(stored)), stored);
            };
        }

        /** The number that {@link #apply} turns into this one. */
        public double restore(double curved) {
            return switch (this) {
                case LINEAR -> curved;
                case LOG1P -> Math.copySign(Math.expm1(Math.abs(curved)), curved);
            };
        }
    }

    /**
     * @param least what lower inputs become
     * @param most what higher inputs become, above {@code least}
     */
    public record Clip(double least, double most) {
        public Clip {
            if (!(least < most) || !Double.isFinite(most - least)) {
                throw new IllegalArgumentException("clip needs finite least < most, got " + least + " and " + most);
            }
        }
    }

    public Normalization {
        scales = List.copyOf(scales);
        offsets = List.copyOf(offsets);
        columns = List.copyOf(columns);
        if (scales.isEmpty() || scales.size() != offsets.size()) {
            throw new IllegalArgumentException("a normalization needs as many scales as offsets and at least one, got "
                    + scales.size() + " and " + offsets.size());
        }
        for (double scale : scales) {
            if (!Double.isFinite(scale) || scale == 0) {
                throw new IllegalArgumentException("scale must be finite and not 0, got " + scale);
            }
        }
        for (double offset : offsets) {
            if (!Double.isFinite(offset)) {
                throw new IllegalArgumentException("offset must be finite, got " + offset);
            }
        }
        if (!columns.isEmpty() && scales.size() > 1 && scales.size() != columns.size()) {
            throw new IllegalArgumentException("a normalization of " + columns.size() + " columns needs 1 or "
                    + columns.size() + " scales, got " + scales.size());
        }
    }

    /** Linear, without bounds and names. */
    public Normalization(List<Double> scales, List<Double> offsets) {
        this(scales, offsets, Curve.LINEAR, null, List.of());
    }

    /** The same scale and offset for all numbers; 1/255 and 0 for pixels kept as bytes. */
    public Normalization(double scale, double offset) {
        this(List.of(scale), List.of(offset));
    }

    /** The same of channels with these names. */
    public Normalization withColumns(List<String> names) {
        return new Normalization(scales, offsets, curve, clip, names);
    }

    public Normalization withClip(@Nullable Clip bounds) {
        return new Normalization(scales, offsets, curve, bounds, columns);
    }

    /** The same, {@link #PIXELS} where a file has the digits of a 32-bit 1/255, as files had them all. */
    public Normalization ofPixelsAsRead() {
        boolean pixels = scales.size() == 1 && scales.getFirst().floatValue() == 1f / 255f && offsets.getFirst() == 0;
        return pixels ? new Normalization(List.of((double) (1f / 255f)), offsets, curve, clip, columns) : this;
    }

    /** Whether stored numbers are used as they are. */
    public boolean isNone() {
        return isPlain(1);
    }

    /** Whether bytes 0..255 become 0..1. */
    public boolean isPixels() {
        return isPlain(1f / 255f);
    }

    private boolean isPlain(double scale) {
        return scales.size() == 1
                && scales.getFirst() == scale
                && offsets.getFirst() == 0
                && curve == Curve.LINEAR
                && clip == null;
    }

    /** How many channels have a scale of their own; 1 if all numbers share one. */
    public int channels() {
        return scales.size();
    }

    /** @throws IllegalStateException if there is one for each channel */
    public double scale() {
        return shared(scales);
    }

    /** @throws IllegalStateException if there is one for each channel */
    public double offset() {
        return shared(offsets);
    }

    /**
     * The model's input for a stored number. {@link #PIXELS} divides by 255 instead of multiplying with a rounded
     * 1/255, so that a pixel has the very bits that {@code image.astype("float32") / 255} has in Keras.
     *
     * @throws IllegalStateException if each channel has a scale of its own
     */
    public float apply(float stored) {
        return isPixels() ? stored / 255f : apply(stored, scale(), offset());
    }

    /** In double precision, rounded at the end. */
    private float apply(double stored, double scale, double offset) {
        double input = curve.apply(stored) * scale + offset;
        return (float) (clip == null ? input : Math.clamp(input, clip.least(), clip.most()));
    }

    /**
     * Turns stored numbers into a model's inputs, in place.
     *
     * @param values from {@code from} on, row-major with the channels last, beginning with channel 0
     * @param count how many numbers, a multiple of {@link #channels}
     */
    public void apply(float[] values, int from, int count) {
        if (isNone()) {
            return;
        }
        boolean pixels = isPixels();
        for (int channel = 0; channel < channels(); channel++) {
            double scale = scales.get(channel);
            double offset = offsets.get(channel);
            for (int i = from + channel; i < from + count; i += channels()) {
                values[i] = pixels ? values[i] / 255f : apply(values[i], scale, offset);
            }
        }
    }

    /**
     * The same of numbers in double precision, of which nothing is lost before they are scaled.
     *
     * @param stored doubles, row-major with the channels last, beginning with channel 0 at number {@code at}
     * @param into receives {@code count} inputs from {@code offset} on
     */
    public void apply(MemorySegment stored, long at, float[] into, int offset, int count) {
        if (isNone() || isPixels()) {
            for (int i = 0; i < count; i++) {
                into[offset + i] = (float) stored.getAtIndex(ValueLayout.JAVA_DOUBLE, at + i);
            }
            apply(into, offset, count);
            return;
        }
        for (int channel = 0; channel < channels(); channel++) {
            double scale = scales.get(channel);
            double shift = offsets.get(channel);
            for (int i = channel; i < count; i += channels()) {
                into[offset + i] = apply(stored.getAtIndex(ValueLayout.JAVA_DOUBLE, at + i), scale, shift);
            }
        }
    }

    /**
     * Turns a model's inputs or outputs back into numbers as they were stored, in place; see {@link #apply(float[],
     * int, int)}. What was clipped stays so.
     */
    public void restore(float[] values, int from, int count) {
        if (isNone()) {
            return;
        }
        boolean pixels = isPixels();
        for (int channel = 0; channel < channels(); channel++) {
            double scale = scales.get(channel);
            double offset = offsets.get(channel);
            for (int i = from + channel; i < from + count; i += channels()) {
                values[i] = pixels ? values[i] * 255f : restored(values[i], scale, offset);
            }
        }
    }

    private float restored(float input, double scale, double offset) {
        return (float) curve.restore((input - offset) / scale);
    }

    private double shared(List<Double> each) {
        if (each.size() > 1) {
            throw new IllegalStateException("each of " + each.size() + " channels has a normalization of its own");
        }
        return each.getFirst();
    }
}
