package dev.hourglass.detect;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.tensor.GaussianSmoothing;
import dev.hourglass.tensor.Shape;

/**
 * Errors that are smoothed by a Gaussian before a score is made of them: along rows and columns of pictures, the steps of windows, the numbers
 * of vectors ({@link GaussianSmoothing}). An edge that is rebuilt a little beside its place has an error on either side, of opposite
 * signs, and they cancel; so does noise. What is missing or added stays.
 */
public final class SmoothedErrors {
    private static final double MOST = 100;

    private SmoothedErrors() {}

    /** @throws IllegalArgumentException unless it is 0 or more and at most 100 */
    static void requireDeviation(double deviation) {
        if (!(deviation >= 0 && deviation <= MOST)) {
            throw new IllegalArgumentException("errors are smoothed by 0 to 100 pixels or steps, got " + deviation);
        }
    }

    /**
     * What a model rebuilds, moved so that its errors are the smoothed ones.
     *
     * @param samples those that the model rebuilds, under its normalization; each is smoothed by itself
     * @param deviation of the Gaussian in pixels or steps, 0 for none, at most 100
     */
    public static Reconstruction of(Reconstruction model, Dataset samples, double deviation) {
        return deviation == 0 ? model : of(model, samples, samples.sampleShape(), deviation);
    }

    /**
     * The same for samples that are laid out in a row.
     *
     * @param shape as which each is smoothed; as many numbers
     */
    public static Reconstruction of(Reconstruction model, Dataset samples, Shape shape, double deviation) {
        requireDeviation(deviation);
        if (deviation == 0) {
            return model;
        }
        int size = shape.size();
        if (size != samples.sampleShape().size()) {
            throw new IllegalArgumentException(
                    "samples " + samples.sampleShape() + " can't be smoothed as " + shape + ". Take as many numbers.");
        }
        GaussianSmoothing smoothing = new GaussianSmoothing(deviation);
        return (from, count, into) -> {
            model.rebuild(from, count, into);
            float[] original = new float[size];
            for (int sample = 0; sample < count; sample++) {
                samples.copySample(from + sample, original, 0);
                int at = sample * size;
                for (int i = 0; i < size; i++) {
                    into[at + i] -= original[i];
                }
                smoothing.smooth(into, at, filled(samples, from + sample, shape));
                for (int i = 0; i < size; i++) {
                    into[at + i] += original[i];
                }
            }
        };
    }

    /** A window may be longer than the rows that are left for it; what fills it up has no errors. */
    private static Shape filled(Dataset samples, int sample, Shape shape) {
        return samples.places()
                .filter(places -> places.windows() && shape.rank() == 2)
                .map(places -> Shape.of(places.length(sample), shape.dimension(1)))
                .orElse(shape);
    }
}
