package dev.hourglass.detect.filters;

import dev.hourglass.tensor.GaussianSmoothing;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * A classical filter that removes noise from images [height, width, channels], and from series [steps, features] along their
 * steps, each feature by itself. Strengths are settings of the filter; {@link #all} has a range of each kind.
 */
public sealed interface NoiseFilter {
    /**
     * The median of a square (of a series: of a row) of places, each channel by itself; mirrored at the edges. SciPy's
     * {@code median_filter} with {@code mode='reflect'}.
     *
     * @param side of the square, odd and at least 3
     */
    record Median(int side) implements NoiseFilter {
        public Median {
            require(side >= 3 && side % 2 == 1, "side must be odd and >= 3, got " + side);
        }
    }

    /**
     * {@link GaussianSmoothing}.
     *
     * @param sigma in places, > 0
     */
    record Gaussian(double sigma) implements NoiseFilter {}

    /**
     * {@link NonLocalMeans}.
     *
     * @param h how far apart patches may be, as a share of the range of the data, > 0
     */
    record NonLocal(double h) implements NoiseFilter {
        public NonLocal {
            require(h > 0, "h must be > 0, got " + h);
        }
    }

    /**
     * {@link HaarShrinkage}.
     *
     * @param sigma of the noise that is taken away, as a share of the range of the data, > 0
     */
    record Wavelet(double sigma) implements NoiseFilter {
        public Wavelet {
            require(sigma > 0, "sigma must be > 0, got " + sigma);
        }
    }

    /** Each kind at several strengths. */
    static List<NoiseFilter> all() {
        return List.of(
                        IntStream.of(3, 5, 7, 9).<NoiseFilter>mapToObj(Median::new),
                        DoubleStream.of(0.4, 0.6, 0.8, 1, 1.3, 1.7, 2.2, 3).<NoiseFilter>mapToObj(Gaussian::new),
                        DoubleStream.of(0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5).<NoiseFilter>mapToObj(Wavelet::new),
                        DoubleStream.of(0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5).<NoiseFilter>mapToObj(NonLocal::new))
                .stream()
                .flatMap(each -> each)
                .toList();
    }

    /** For tables, such as {@code median}. */
    default String kind() {
        return switch (this) {
            case Median ignored -> "median";
            case Gaussian ignored -> "Gaussian";
            case Wavelet ignored -> "wavelet";
            case NonLocal ignored -> "non-local means";
        };
    }

    /** For tables, such as {@code 3 x 3}. */
    default String strength() {
        return switch (this) {
            case Median median -> median.side + " wide";
            case Gaussian gaussian -> String.format(Locale.ROOT, "sigma %.1f", gaussian.sigma);
            case Wavelet wavelet -> String.format(Locale.ROOT, "sigma %.2f", wavelet.sigma);
            case NonLocal nonLocal -> String.format(Locale.ROOT, "h %.2f", nonLocal.h);
        };
    }

    /**
     * A filtered copy.
     *
     * @param shape [height, width, channels], [steps, features] or [steps]
     * @param range from the smallest number that a sample can hold to the largest
     */
    default float[] apply(float[] sample, Shape shape, double range) {
        float[] filtered = sample.clone();
        if (this instanceof Gaussian gaussian) {
            new GaussianSmoothing(gaussian.sigma).smooth(filtered, 0, shape);
            return filtered;
        }
        boolean image = shape.rank() == 3;
        int channels = shape.rank() == 1 ? 1 : shape.dimension(-1);
        int height = shape.dimension(0);
        int width = image ? shape.dimension(1) : 1;
        boolean together = image && this instanceof NonLocal;
        for (int channel = 0; channel < (together ? 1 : channels); channel++) {
            int taken = together ? channels : 1;
            float[] plane = new float[height * width * taken];
            for (int i = 0; i < plane.length; i++) {
                plane[i] = sample[i / taken * channels + channel + i % taken];
            }
            float[] done = plane(plane, height, width, taken, range);
            for (int i = 0; i < plane.length; i++) {
                filtered[i / taken * channels + channel + i % taken] = done[i];
            }
        }
        return filtered;
    }

    private float[] plane(float[] pixels, int height, int width, int channels, double range) {
        return switch (this) {
            case Median median -> MedianWindow.filter(pixels, height, width, median.side);
            case Gaussian ignored -> throw new IllegalStateException("smoothed by the sample");
            case Wavelet wavelet -> HaarShrinkage.filter(pixels, height, width, wavelet.sigma * range);
            case NonLocal nonLocal -> NonLocalMeans.filter(pixels, height, width, channels, nonLocal.h * range);
        };
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
