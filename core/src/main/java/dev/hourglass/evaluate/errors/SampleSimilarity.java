package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** How alike two samples are, in the terms of signal and image processing: PSNR, and SSIM where they are images. */
public final class SampleSimilarity {
    private static final int BYTE_RANGE = 255;
    /** Enough of a series to know its range. */
    private static final int SAMPLES_LOOKED_AT = 500;

    private final double range;
    /** Null for what is no image, or too small a one. */
    private final @Nullable StructuralSimilarity structure;

    private SampleSimilarity(double range, @Nullable StructuralSimilarity structure) {
        this.range = range;
        this.structure = structure;
    }

    /**
     * Of images whose pixels were bytes, or are numbers from 0 to 1.
     *
     * @param image [height, width, channels]
     * @param normalization that they come under
     */
    public static SampleSimilarity ofImages(Shape image, Normalization normalization) {
        double range = normalization.isNone()
                ? 1
                : BYTE_RANGE * Math.abs(normalization.scales().getFirst());
        boolean large =
                image.dimension(0) >= StructuralSimilarity.WINDOW && image.dimension(1) >= StructuralSimilarity.WINDOW;
        return new SampleSimilarity(range, large ? new StructuralSimilarity(image, range) : null);
    }

    /** Of other samples; their range is that of the first 500, or 1 if they all hold the same number. */
    public static SampleSimilarity ofSignals(Dataset data) {
        float[] sample = new float[data.sampleShape().size()];
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < Math.min(SAMPLES_LOOKED_AT, data.size()); i++) {
            data.copySample(i, sample, 0);
            for (float value : sample) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        return new SampleSimilarity(most > least ? (double) most - least : 1, null);
    }

    /** From the smallest number that a sample holds to the largest. */
    public double range() {
        return range;
    }

    /**
     * Peak signal-to-noise ratio, {@code 10 log10(range^2 / mse)}, in decibels.
     *
     * @return empty where there is no error
     */
    public OptionalDouble psnrDecibels(double mse) {
        return mse > 0 ? OptionalDouble.of(10 * Math.log10(range * range / mse)) : OptionalDouble.empty();
    }

    /**
     * Structural similarity, at most 1.
     *
     * @return empty for samples that are no images, or below 11 x 11 pixels
     */
    public OptionalDouble ssim(float[] a, float[] b) {
        return structure == null ? OptionalDouble.empty() : OptionalDouble.of(structure.of(a, b));
    }
}
