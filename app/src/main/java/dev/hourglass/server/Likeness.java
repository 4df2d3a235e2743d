package dev.hourglass.server;

import dev.hourglass.evaluate.errors.StructuralSimilarity;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import org.jspecify.annotations.Nullable;

/**
 * How alike two samples are, in the terms of signal and image processing.
 *
 * @param range from the smallest number that a sample can hold to the largest
 * @param similarity null for what is no image, or too small a one
 */
record Likeness(double range, @Nullable StructuralSimilarity similarity) {
    private static final int BYTE_RANGE = 255;
    /** Enough of a series to know its range. */
    private static final int SAMPLES_LOOKED_AT = 500;

    static Likeness of(Subject subject) {
        Shape image = subject.imageShape();
        if (image == null) {
            return new Likeness(rangeOf(subject), null);
        }
        Normalization normalization = subject.model().autoencoder().normalization();
        double range = normalization.equals(Normalization.NONE)
                ? 1
                : BYTE_RANGE * Math.abs(normalization.scales().getFirst());
        boolean large =
                image.dimension(0) >= StructuralSimilarity.WINDOW && image.dimension(1) >= StructuralSimilarity.WINDOW;
        return new Likeness(range, large ? new StructuralSimilarity(image, range) : null);
    }

    private static double rangeOf(Subject subject) {
        float least = Float.POSITIVE_INFINITY;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < Math.min(SAMPLES_LOOKED_AT, subject.data().size()); i++) {
            for (float value : subject.sample(i)) {
                least = Math.min(least, value);
                most = Math.max(most, value);
            }
        }
        return most > least ? most - least : 1;
    }

    /** Peak signal-to-noise ratio; null where there is no error. */
    @Nullable
    Double psnrDecibels(double mse) {
        return mse > 0 ? 10 * Math.log10(range * range / mse) : null;
    }

    @Nullable
    Double ssim(float[] a, float[] b) {
        return similarity == null ? null : similarity.of(a, b);
    }
}
