package dev.hourglass.data;

import dev.hourglass.tensor.Normalization;
import java.util.Locale;
import java.util.Optional;

/**
 * Between which numbers samples lie, as far as a few thousand of them tell.
 *
 * @param least the smallest; infinite where every number is NaN
 * @param most the largest, likewise
 * @param whole whether all are whole numbers, as pixels are before they are divided by 255
 */
public record ValueRange(double least, double most, boolean whole) {
    private static final int MOST_SAMPLES = 4_096;
    /** Noise may push pixels that are divided already beyond 0 and 1. */
    private static final double NOISE = 1;

    /** Of what goes into a model, after the data's normalization; looks at samples from the first to the last. */
    public static ValueRange of(Dataset data) {
        float[] sample = new float[data.sampleShape().size()];
        double least = Double.POSITIVE_INFINITY;
        double most = Double.NEGATIVE_INFINITY;
        boolean whole = true;
        int step = Math.max(1, data.size() / MOST_SAMPLES);
        for (int index = 0; index < data.size(); index += step) {
            data.copySample(index, sample, 0);
            for (float value : sample) {
                least = value < least ? value : least;
                most = value > most ? value : most;
                whole &= value == Math.rint(value);
            }
        }
        return new ValueRange(least, most, whole);
    }

    /** Whether these are pixels as files store them: whole numbers from 0 to 255 and not only 0 and 1. */
    public boolean isPixels() {
        return whole && least >= 0 && most > 1 && most <= 255;
    }

    /** Whether these may be pixels that are divided by 255 already, with or without noise. */
    public boolean isNearUnit() {
        return least >= -NOISE && most <= 1 + NOISE;
    }

    /**
     * What numbers of this range, stored otherwise than as bytes, go through before a model that was trained on pixels
     * divided by 255.
     *
     * @param source in the message
     * @throws DatasetException if they are neither pixels nor divided already
     */
    public Normalization towardsPixels(String source) {
        return asPixels()
                .orElseThrow(() -> new DatasetException("Data source '" + source + "' has numbers " + this
                        + ", and the model was trained on pixels divided by 255; expected whole numbers from 0 to 255,"
                        + " or 0 to 1 where they are divided already. Divide them, or name what they have to be"
                        + " divided by with --scale N (1 takes them as they are)."));
    }

    /** What makes pixels from 0 to 1 of these, stored otherwise than as bytes; empty where they are no pixels. */
    public Optional<Normalization> asPixels() {
        if (isPixels()) {
            return Optional.of(Normalization.PIXELS);
        }
        return isNearUnit() || least > most ? Optional.of(Normalization.NONE) : Optional.empty();
    }

    /** Such as {@code from 0 to 255}. */
    @Override
    public String toString() {
        return "from " + text(least) + " to " + text(most);
    }

    private static String text(double number) {
        boolean isShort = number == Math.rint(number) && Math.abs(number) < 1e6;
        return String.format(Locale.ROOT, isShort ? "%.0f" : "%.4g", number);
    }
}
