package dev.hourglass.detect.filters;

/**
 * Soft thresholds upon Haar wavelets (BayesShrink: Chang, Yu and Vetterli 2000): the details of each band shrink by
 * {@code sigma^2 / sqrt(max(v - sigma^2, epsilon))}, where v is the mean of their squares. Levels are three fewer than an
 * image has, at least one. It is what scikit-image's {@code denoise_wavelet} gives with {@code wavelet='db1'}, before it clips.
 */
final class HaarShrinkage {
    private static final int LEVELS_LEFT = 3;
    private static final double HALF = Math.sqrt(0.5);
    private static final double EPSILON = Math.ulp(1.0);

    private HaarShrinkage() {}

    /** @param sigma of the noise, in the units of the pixels */
    static float[] filter(float[] pixels, int height, int width, double sigma) {
        double[] values = new double[pixels.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = pixels[i];
        }
        int shortest = Math.min(height == 1 ? width : height, width == 1 ? height : width);
        int levels = Math.max(1, Integer.SIZE - 1 - Integer.numberOfLeadingZeros(shortest) - LEVELS_LEFT);
        double[] filtered = shrunk(values, height, width, levels, sigma * sigma);
        float[] result = new float[pixels.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = (float) filtered[i];
        }
        return result;
    }

    private static double[] shrunk(double[] values, int height, int width, int levels, double variance) {
        if (levels == 0 || (height == 1 && width == 1)) {
            return values;
        }
        int rows = height == 1 ? 1 : (height + 1) / 2;
        int columns = width == 1 ? 1 : (width + 1) / 2;
        Bands bands = Bands.of(values, height, width, rows, columns);
        for (int band = 1; band < bands.all.length; band++) {
            shrink(bands.all[band], variance);
        }
        bands.all[0] = shrunk(bands.all[0], rows, columns, levels - 1, variance);
        return bands.joined(height, width);
    }

    private static void shrink(double[] details, double variance) {
        double squares = 0;
        for (double detail : details) {
            squares += detail * detail;
        }
        double threshold = variance / Math.sqrt(Math.max(squares / Math.max(1, details.length) - variance, EPSILON));
        for (int i = 0; i < details.length; i++) {
            details[i] = Math.signum(details[i]) * Math.max(0, Math.abs(details[i]) - threshold);
        }
    }

    /**
     * Sums and differences of neighbours: smooth, across, down, both.
     *
     * @param all [rows, columns] each; the last place stands twice where there is an odd one
     */
    private record Bands(int rows, int columns, double[][] all) {
        static Bands of(double[] values, int height, int width, int rows, int columns) {
            double[][] all = new double[4][height == 1 || width == 1 ? 0 : rows * columns];
            all[0] = new double[rows * columns];
            all[width == 1 ? 2 : 1] = new double[rows * columns];
            for (int y = 0; y < rows; y++) {
                for (int x = 0; x < columns; x++) {
                    int top = height == 1 ? 0 : 2 * y;
                    int left = width == 1 ? 0 : 2 * x;
                    int bottom = Math.min(top + 1, height - 1);
                    int right = Math.min(left + 1, width - 1);
                    double a = values[top * width + left];
                    double b = values[top * width + right];
                    double c = values[bottom * width + left];
                    double d = values[bottom * width + right];
                    put(all, y * columns + x, a, b, c, d, height, width);
                }
            }
            return new Bands(rows, columns, all);
        }

        private static void put(double[][] all, int at, double a, double b, double c, double d, int height, int width) {
            if (width == 1) {
                all[0][at] = (a + c) * HALF;
                all[2][at] = (a - c) * HALF;
            } else if (height == 1) {
                all[0][at] = (a + b) * HALF;
                all[1][at] = (a - b) * HALF;
            } else {
                all[0][at] = (a + b + c + d) / 2;
                all[1][at] = (a - b + c - d) / 2;
                all[2][at] = (a + b - c - d) / 2;
                all[3][at] = (a - b - c + d) / 2;
            }
        }

        double[] joined(int height, int width) {
            double[] values = new double[height * width];
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < width; x++) {
                    int at = (height == 1 ? 0 : y / 2) * columns + (width == 1 ? 0 : x / 2);
                    int down = height > 1 && y % 2 == 1 ? -1 : 1;
                    int across = width > 1 && x % 2 == 1 ? -1 : 1;
                    values[y * width + x] = height > 1 && width > 1
                            ? (all[0][at] + across * all[1][at] + down * all[2][at] + across * down * all[3][at]) / 2
                            : (all[0][at] + (width == 1 ? down * all[2][at] : across * all[1][at])) * HALF;
                }
            }
            return values;
        }
    }
}
