package dev.hourglass.data;

import dev.hourglass.tensor.Normalization;
import java.util.Arrays;
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

    /** The mean of the numbers without their signs, of as many samples; NaN where every number is. */
    public static double meanMagnitude(Dataset data) {
        float[] sample = new float[data.sampleShape().size()];
        double sum = 0;
        long count = 0;
        int step = Math.max(1, data.size() / MOST_SAMPLES);
        for (int index = 0; index < data.size(); index += step) {
            data.copySample(index, sample, 0);
            for (float value : sample) {
                sum += Float.isNaN(value) ? 0 : Math.abs(value);
                count += Float.isNaN(value) ? 0 : 1;
            }
        }
        return sum / count;
    }

    /**
     * Of channels, the last dimension of a sample, how wide the one is that spreads over most, in as many samples.
     *
     * @param channels how many
     * @return 0 where each has one number throughout
     */
    public static double widestOf(Dataset data, int channels) {
        float[] sample = new float[data.sampleShape().size()];
        float[] least = new float[channels];
        float[] most = new float[channels];
        Arrays.fill(least, Float.POSITIVE_INFINITY);
        Arrays.fill(most, Float.NEGATIVE_INFINITY);
        int step = Math.max(1, data.size() / MOST_SAMPLES);
        for (int index = 0; index < data.size(); index += step) {
            data.copySample(index, sample, 0);
            for (int i = 0; i < sample.length; i++) {
                int channel = i % channels;
                least[channel] = sample[i] < least[channel] ? sample[i] : least[channel];
                most[channel] = sample[i] > most[channel] ? sample[i] : most[channel];
            }
        }
        double widest = 0;
        for (int channel = 0; channel < channels; channel++) {
            widest = Math.max(widest, (double) most[channel] - least[channel]);
        }
        return widest;
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
