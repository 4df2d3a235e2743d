package dev.hourglass.evaluate.errors;

import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;

/**
 * The structural similarity of two images (Wang, Bovik, Sheikh and Simoncelli 2004, equation 13), with the settings of
 * that paper: Gaussian windows of 11x11 pixels with a standard deviation of 1.5, K1 = 0.01 and K2 = 0.03, the mean over
 * the windows that lie inside the image, and over the channels. It is what scikit-image's {@code structural_similarity}
 * gives with {@code gaussian_weights=True, sigma=1.5, use_sample_covariance=False}.
 *
 * <p>1 for equal images; about 0 for images that have nothing in common but their brightness; negative where one is the
 * other's negative. Immutable, and safe for use by several threads.
 */
public final class StructuralSimilarity {
    /** The smallest height and width. */
    public static final int WINDOW = 11;

    private static final double DEVIATION = 1.5;
    private static final double[] WEIGHTS = gaussian();

    private final int height;
    private final int width;
    private final int channels;
    private final double c1;
    private final double c2;

    /**
     * @param shape [height, width, channels] or [height, width]
     * @param range from the smallest number that a pixel can be to the largest
     */
    public StructuralSimilarity(Shape shape, double range) {
        if (shape.rank() < 2 || shape.rank() > 3 || shape.dimension(0) < WINDOW || shape.dimension(1) < WINDOW) {
            throw new ShapeException("SSIM needs images [height, width, channels] of at least " + WINDOW + "x" + WINDOW
                    + " pixels, got samples " + shape);
        }
        if (!(range > 0 && range < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("the range of pixels must be positive, got " + range);
        }
        height = shape.dimension(0);
        width = shape.dimension(1);
        channels = shape.rank() == 3 ? shape.dimension(2) : 1;
        c1 = 0.01 * range * (0.01 * range);
        c2 = 0.03 * range * (0.03 * range);
    }

    /** @param a as many numbers as the shape has, and so has {@code b} */
    public double of(float[] a, float[] b) {
        double sum = 0;
        double[] x = new double[height * width];
        double[] y = new double[height * width];
        double[] product = new double[height * width];
        for (int channel = 0; channel < channels; channel++) {
            for (int i = 0; i < x.length; i++) {
                x[i] = a[i * channels + channel];
                y[i] = b[i * channels + channel];
            }
            double[] meanX = windowMeans(x);
            double[] meanY = windowMeans(y);
            double[] meanXx = windowMeans(multiply(x, x, product));
            double[] meanYy = windowMeans(multiply(y, y, product));
            double[] meanXy = windowMeans(multiply(x, y, product));
            double ofChannel = 0;
            for (int i = 0; i < meanX.length; i++) {
                double means = meanX[i] * meanY[i];
                double squares = meanX[i] * meanX[i] + meanY[i] * meanY[i];
                double covariance = meanXy[i] - means;
                double variances = meanXx[i] + meanYy[i] - squares;
                ofChannel += (2 * means + c1) * (2 * covariance + c2) / ((squares + c1) * (variances + c2));
            }
            sum += ofChannel / meanX.length;
        }
        return sum / channels;
    }

    private static double[] multiply(double[] a, double[] b, double[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = a[i] * b[i];
        }
        return into;
    }

    /** [height, width] to [height - 10, width - 10]: the weighted mean of each window, by columns and then by rows. */
    private double[] windowMeans(double[] pixels) {
        int rows = height - WINDOW + 1;
        int columns = width - WINDOW + 1;
        double[] vertical = new double[rows * width];
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < WINDOW; k++) {
                for (int column = 0; column < width; column++) {
                    vertical[row * width + column] += WEIGHTS[k] * pixels[(row + k) * width + column];
                }
            }
        }
        double[] means = new double[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < WINDOW; k++) {
                for (int column = 0; column < columns; column++) {
                    means[row * columns + column] += WEIGHTS[k] * vertical[row * width + column + k];
                }
            }
        }
        return means;
    }

    private static double[] gaussian() {
        double[] weights = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double distance = i - WINDOW / 2;
            weights[i] = StrictMath.exp(-distance * distance / (2 * DEVIATION * DEVIATION));
            sum += weights[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            weights[i] /= sum;
        }
        return weights;
    }
}
