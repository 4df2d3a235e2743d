package dev.hourglass.data.images;

/**
 * A decoded picture.
 *
 * @param channels 1 for gray, 3 for red, green and blue
 * @param pixels [height, width, channels], unsigned; owned
 */
public record Picture(Size size, int channels, byte[] pixels) {
    static final int GRAY = 1;
    public static final int RGB = 3;

    /** In pixels. */
    public record Size(int width, int height) {
        long pixels() {
            return (long) width * height;
        }

        @Override
        public String toString() {
            return width + " x " + height;
        }
    }

    /** In gray by the luma of ITU-R BT.601, which is what JPEG and most programs take; or with three equal channels. */
    public Picture withChannels(int wanted) {
        if (wanted == channels) {
            return this;
        }
        int count = size.width * size.height;
        byte[] converted = new byte[count * wanted];
        for (int pixel = 0; pixel < count; pixel++) {
            if (wanted == GRAY) {
                int at = pixel * RGB;
                int red = Byte.toUnsignedInt(pixels[at]);
                int green = Byte.toUnsignedInt(pixels[at + 1]);
                int blue = Byte.toUnsignedInt(pixels[at + 2]);
                converted[pixel] = (byte) ((299 * red + 587 * green + 114 * blue + 500) / 1000);
            } else {
                converted[pixel * RGB] = pixels[pixel];
                converted[pixel * RGB + 1] = pixels[pixel];
                converted[pixel * RGB + 2] = pixels[pixel];
            }
        }
        return new Picture(size, wanted, converted);
    }

    /**
     * Stretched or shrunk to another size: each pixel is the mean of what it covers of this picture. In floats of fixed
     * order, so that it has the same bytes everywhere.
     */
    Picture resized(Size wanted) {
        if (wanted.equals(size)) {
            return this;
        }
        float[] narrow = new float[size.height * wanted.width * channels];
        for (int y = 0; y < size.height; y++) {
            for (int x = 0; x < wanted.width; x++) {
                double from = (double) x * size.width / wanted.width;
                double to = (double) (x + 1) * size.width / wanted.width;
                for (int c = 0; c < channels; c++) {
                    double sum = 0;
                    for (int i = (int) from; i < Math.min(size.width, to); i++) {
                        sum += covered(i, from, to) * Byte.toUnsignedInt(pixels[(y * size.width + i) * channels + c]);
                    }
                    narrow[(y * wanted.width + x) * channels + c] = (float) (sum / (to - from));
                }
            }
        }
        byte[] resized = new byte[wanted.height * wanted.width * channels];
        int row = wanted.width * channels;
        for (int y = 0; y < wanted.height; y++) {
            double from = (double) y * size.height / wanted.height;
            double to = (double) (y + 1) * size.height / wanted.height;
            for (int i = 0; i < row; i++) {
                double sum = 0;
                for (int source = (int) from; source < Math.min(size.height, to); source++) {
                    sum += covered(source, from, to) * narrow[source * row + i];
                }
                resized[y * row + i] = (byte) Math.round(sum / (to - from));
            }
        }
        return new Picture(wanted, channels, resized);
    }

    /** How much of the pixel between {@code place} and {@code place + 1} lies between the two. */
    private static double covered(int place, double from, double to) {
        return Math.min(place + 1, to) - Math.max(place, from);
    }
}
