package dev.hourglass.detect.filters;

/**
 * Non-local means (Buades, Coll and Morel 2005): each pixel becomes the mean of those around it whose patches are alike,
 * weighted by {@code exp(-d / h^2)}, where d is the mean squared difference of the two patches, over channels too. Weights
 * below {@code exp(-5)} count as none. Patches have 5 x 5 pixels and are looked for up to 5 pixels away, of a series along
 * its steps; beyond the edges an image goes on mirrored. Scikit-image's {@code denoise_nl_means} with {@code patch_size=5,
 * patch_distance=5, fast_mode=True} is the same but for an approximate exponential and patches without their first row and
 * column.
 */
final class NonLocalMeans {
    private static final int PATCH = 2;
    private static final int DISTANCE = 5;
    private static final double FARTHEST = 5;

    private final float[] padded;
    private final int height;
    private final int width;
    private final int channels;
    private final int top;
    private final int left;
    private final int paddedWidth;

    private NonLocalMeans(float[] pixels, int height, int width, int channels) {
        this.height = height;
        this.width = width;
        this.channels = channels;
        top = height == 1 ? 0 : PATCH + DISTANCE;
        left = width == 1 ? 0 : PATCH + DISTANCE;
        paddedWidth = width + 2 * left;
        padded = new float[(height + 2 * top) * paddedWidth * channels];
        for (int y = -top; y < height + top; y++) {
            for (int x = -left; x < width + left; x++) {
                int from = (mirrored(y, height) * width + mirrored(x, width)) * channels;
                System.arraycopy(pixels, from, padded, at(y, x), channels);
            }
        }
    }

    /** Mirrored at the middle of the border's pixels. */
    private static int mirrored(int place, int length) {
        if (length == 1) {
            return 0;
        }
        int within = Math.floorMod(place, 2 * length - 2);
        return within < length ? within : 2 * length - 2 - within;
    }

    private int at(int y, int x) {
        return ((y + top) * paddedWidth + x + left) * channels;
    }

    /** @param h in the units of the pixels */
    static float[] filter(float[] pixels, int height, int width, int channels, double h) {
        return new NonLocalMeans(pixels, height, width, channels).filtered(h);
    }

    private float[] filtered(double h) {
        int down = top == 0 ? 0 : DISTANCE;
        int across = left == 0 ? 0 : DISTANCE;
        double[] sums = new double[height * width * channels];
        double[] weights = new double[height * width];
        double[] distances = new double[height * width];
        for (int dy = -down; dy <= down; dy++) {
            for (int dx = -across; dx <= across; dx++) {
                distances(dy, dx, distances);
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        int pixel = y * width + x;
                        double distance = distances[pixel] / (h * h);
                        if (distance <= FARTHEST) {
                            double weight = Math.exp(-distance);
                            weights[pixel] += weight;
                            int other = at(y + dy, x + dx);
                            for (int channel = 0; channel < channels; channel++) {
                                sums[pixel * channels + channel] += weight * padded[other + channel];
                            }
                        }
                    }
                }
            }
        }
        float[] filtered = new float[sums.length];
        for (int i = 0; i < sums.length; i++) {
            filtered[i] = (float) (sums[i] / weights[i / channels]);
        }
        return filtered;
    }

    /** The mean squared difference of each pixel's patch and that of its neighbour, by sums of columns and then of rows. */
    private void distances(int dy, int dx, double[] into) {
        int down = top == 0 ? 0 : PATCH;
        int across = left == 0 ? 0 : PATCH;
        int rows = height + 2 * down;
        int columns = width + 2 * across;
        double[] squares = new double[rows * columns];
        for (int y = 0; y < rows; y++) {
            for (int x = 0; x < columns; x++) {
                int a = at(y - down, x - across);
                int b = at(y - down + dy, x - across + dx);
                double sum = 0;
                for (int channel = 0; channel < channels; channel++) {
                    double difference = padded[a + channel] - padded[b + channel];
                    sum += difference * difference;
                }
                squares[y * columns + x] = sum;
            }
        }
        double[] vertical = new double[height * columns];
        for (int y = 0; y < height; y++) {
            for (int k = 0; k <= 2 * down; k++) {
                for (int x = 0; x < columns; x++) {
                    vertical[y * columns + x] += squares[(y + k) * columns + x];
                }
            }
        }
        double numbers = (double) (2 * down + 1) * (2 * across + 1) * channels;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double sum = 0;
                for (int k = 0; k <= 2 * across; k++) {
                    sum += vertical[y * columns + x + k];
                }
                into[y * width + x] = sum / numbers;
            }
        }
    }
}
