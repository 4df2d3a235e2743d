package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Loss;
import dev.hourglass.tensor.Shape;

/**
 * 1 - SSIM of an image, and its gradient. With means {@code m}, variances {@code v} and the covariance {@code c} of a window,
 * x the output and t its target, {@code SSIM = (2 mx mt + C1)(2 c + C2) / ((mx^2 + mt^2 + C1)(vx + vt + C2))}. Each of a
 * window's quantities is a weighted sum over its pixels, so the slope by a pixel is a weighted sum over the windows that hold
 * it: of {@code a + b x + e t}, with a, b and e by window.
 */
final class StructuralLoss implements LossFunction {
    private static final int WINDOW = Loss.Ssim.WINDOW;
    private static final double DEVIATION = 1.5;
    private static final double[] WEIGHTS = gaussian();

    private final int height;
    private final int width;
    private final int channels;
    private final int rows;
    private final int columns;
    private final double c1;
    private final double c2;

    /** By window: sums of x, t, xx, tt and xt; then a, b and e in the first three. */
    private final double[][] sums = new double[5][];
    /** By pixel of the image, one channel. */
    private final double[][] planes = new double[5][];
    /** Filtered along one axis. */
    private final double[] half;

    StructuralLoss(Shape image, double range) {
        height = image.dimension(0);
        width = image.dimension(1);
        channels = image.rank() == 3 ? image.dimension(2) : 1;
        rows = height - WINDOW + 1;
        columns = width - WINDOW + 1;
        c1 = 0.01 * range * (0.01 * range);
        c2 = 0.03 * range * (0.03 * range);
        for (int i = 0; i < sums.length; i++) {
            sums[i] = new double[rows * columns];
            planes[i] = new double[height * width];
        }
        half = new double[height * width];
    }

    private static double[] gaussian() {
        double[] weights = new double[WINDOW];
        double sum = 0;
        for (int i = 0; i < WINDOW; i++) {
            double distance = (i - WINDOW / 2) / DEVIATION;
            weights[i] = StrictMath.exp(-0.5 * distance * distance);
            sum += weights[i];
        }
        for (int i = 0; i < WINDOW; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    @Override
    public double add(float[] Y, int y, float[] T, int t, float[] D, int d, int count, float factor) {
        double similarity = 0;
        for (int channel = 0; channel < channels; channel++) {
            read(Y, y + channel, T, t + channel);
            for (int i = 0; i < sums.length; i++) {
                filter(planes[i], sums[i]);
            }
            similarity += compare();
            for (int i = 0; i < 3; i++) {
                spread(sums[i], planes[i + 2]);
            }
            double scale = -(double) factor / ((double) rows * columns * channels);
            for (int pixel = 0; pixel < height * width; pixel++) {
                double slope =
                        planes[2][pixel] + planes[3][pixel] * planes[0][pixel] + planes[4][pixel] * planes[1][pixel];
                D[d + pixel * channels + channel] = (float) (slope * scale);
            }
        }
        return 1 - similarity / ((double) rows * columns * channels);
    }

    private void read(float[] Y, int y, float[] T, int t) {
        for (int pixel = 0; pixel < height * width; pixel++) {
            double output = Y[y + pixel * channels];
            double target = T[t + pixel * channels];
            planes[0][pixel] = output;
            planes[1][pixel] = target;
            planes[2][pixel] = output * output;
            planes[3][pixel] = target * target;
            planes[4][pixel] = output * target;
        }
    }

    /** SSIM summed over the windows; leaves in the sums what a window gives to the slope of each of its pixels. */
    private double compare() {
        double total = 0;
        for (int window = 0; window < rows * columns; window++) {
            double x = sums[0][window];
            double t = sums[1][window];
            double luminance = 2 * x * t + c1;
            double contrast = 2 * (sums[4][window] - x * t) + c2;
            double ofMeans = x * x + t * t + c1;
            double ofVariances = sums[2][window] - x * x + sums[3][window] - t * t + c2;
            double similarity = luminance * contrast / (ofMeans * ofVariances);
            total += similarity;
            double byMean = 2 * t * (contrast - luminance) / (ofMeans * ofVariances)
                    - 2 * x * similarity * (1 / ofMeans - 1 / ofVariances);
            sums[0][window] = byMean;
            sums[1][window] = -2 * similarity / ofVariances;
            sums[2][window] = 2 * luminance / (ofMeans * ofVariances);
        }
        return total;
    }

    /** Weighted sums over the windows inside an image. */
    private void filter(double[] plane, double[] to) {
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < columns; column++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += WEIGHTS[k] * plane[row * width + column + k];
                }
                half[row * columns + column] = sum;
            }
        }
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += WEIGHTS[k] * half[(row + k) * columns + column];
                }
                to[row * columns + column] = sum;
            }
        }
    }

    /** The transpose: what windows give to pixels. */
    private void spread(double[] windows, double[] to) {
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < columns; column++) {
                double sum = 0;
                for (int k = Math.max(0, row - rows + 1); k < Math.min(WINDOW, row + 1); k++) {
                    sum += WEIGHTS[k] * windows[(row - k) * columns + column];
                }
                half[row * columns + column] = sum;
            }
        }
        for (int row = 0; row < height; row++) {
            for (int column = 0; column < width; column++) {
                double sum = 0;
                for (int k = Math.max(0, column - columns + 1); k < Math.min(WINDOW, column + 1); k++) {
                    sum += WEIGHTS[k] * half[row * columns + column - k];
                }
                to[row * width + column] = sum;
            }
        }
    }
}
