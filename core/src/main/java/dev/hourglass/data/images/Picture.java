package dev.hourglass.data.images;

import java.util.Arrays;

/**
 * A decoded picture, upright, without transparency, in the numbers of sRGB.
 *
 * @param channels 1 for gray, 3 for red, green and blue
 * @param most what white is: 255, or 65,535 where the file has 16 bits
 * @param numbers [height, width, channels], each 0 to {@code most}; owned
 */
public record Picture(Size size, int channels, int most, char[] numbers) {
    public static final int GRAY = 1;
    public static final int RGB = 3;
    public static final int MOST_BYTE = 255;
    static final int MOST_SHORT = 65_535;
    /** What a byte is multiplied by so that white stays white. */
    static final int SHORTS_PER_BYTE = MOST_SHORT / MOST_BYTE;

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

    /** @param pixels [height, width, channels], unsigned */
    public static Picture of(Size size, int channels, byte[] pixels) {
        char[] numbers = new char[pixels.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (char) Byte.toUnsignedInt(pixels[i]);
        }
        return new Picture(size, channels, MOST_BYTE, numbers);
    }

    /** [height, width, channels], unsigned, rounded where the picture has 16 bits. */
    public byte[] pixels() {
        byte[] pixels = new byte[numbers.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (most == MOST_BYTE ? numbers[i] : (numbers[i] + SHORTS_PER_BYTE / 2) / SHORTS_PER_BYTE);
        }
        return pixels;
    }

    /** The same with 16 bits. */
    Picture deep() {
        if (most == MOST_SHORT) {
            return this;
        }
        char[] deeper = new char[numbers.length];
        for (int i = 0; i < deeper.length; i++) {
            deeper[i] = (char) (numbers[i] * SHORTS_PER_BYTE);
        }
        return new Picture(size, channels, MOST_SHORT, deeper);
    }

    /** In gray by the luma of ITU-R BT.601, which is what JPEG and most programs take; or with three equal channels. */
    public Picture withChannels(int wanted) {
        if (wanted == channels) {
            return this;
        }
        int count = size.width * size.height;
        char[] converted = new char[count * wanted];
        for (int pixel = 0; pixel < count; pixel++) {
            if (wanted == GRAY) {
                int at = pixel * RGB;
                converted[pixel] =
                        (char) ((299 * numbers[at] + 587 * numbers[at + 1] + 114 * numbers[at + 2] + 500) / 1000);
            } else {
                Arrays.fill(converted, pixel * RGB, (pixel + 1) * RGB, numbers[pixel]);
            }
        }
        return new Picture(size, wanted, most, converted);
    }

    /** A part of this size, all of it within the picture. */
    Picture part(int top, int left, Size wanted) {
        char[] part = new char[wanted.width * wanted.height * channels];
        int row = wanted.width * channels;
        for (int y = 0; y < wanted.height; y++) {
            System.arraycopy(numbers, ((top + y) * size.width + left) * channels, part, y * row, row);
        }
        return new Picture(wanted, channels, most, part);
    }

    /** Brought to a size; see {@link Fit}. */
    Picture fitted(Size wanted, Fit fit, Background background) {
        if (wanted.equals(size)) {
            return this;
        }
        double across = (double) wanted.width / size.width;
        double down = (double) wanted.height / size.height;
        return switch (fit) {
            case STRETCH -> resized(wanted);
            case CROP -> {
                double scale = Math.max(across, down);
                double width = Math.min(size.width, wanted.width / scale);
                double height = Math.min(size.height, wanted.height / scale);
                yield resampled(
                        new Region((size.width - width) / 2, (size.height - height) / 2, width, height), wanted);
            }
            case PAD -> {
                double scale = Math.min(across, down);
                Size inside = new Size(
                        Math.clamp(Math.round(size.width * scale), 1, wanted.width),
                        Math.clamp(Math.round(size.height * scale), 1, wanted.height));
                yield resized(inside).framed(wanted, background);
            }
        };
    }

    /** In the middle of a larger one. */
    private Picture framed(Size wanted, Background background) {
        char[] framed = new char[wanted.width * wanted.height * channels];
        for (int i = 0; i < framed.length; i++) {
            framed[i] = (char) background.of(i % channels, channels, most);
        }
        int left = (wanted.width - size.width) / 2;
        int top = (wanted.height - size.height) / 2;
        int row = size.width * channels;
        for (int y = 0; y < size.height; y++) {
            System.arraycopy(numbers, y * row, framed, ((top + y) * wanted.width + left) * channels, row);
        }
        return new Picture(wanted, channels, most, framed);
    }

    /** Shrunk so that no edge is longer. */
    Picture within(int side) {
        double scale = Math.min(1, (double) side / Math.max(size.width, size.height));
        return resized(new Size(
                (int) Math.max(1, Math.round(size.width * scale)), (int) Math.max(1, Math.round(size.height * scale))));
    }

    /** Stretched or shrunk to another size. */
    Picture resized(Size wanted) {
        return wanted.equals(size) ? this : resampled(new Region(0, 0, size.width, size.height), wanted);
    }

    /** A part of a picture, whose edges may lie within pixels. */
    private record Region(double left, double top, double width, double height) {}

    /**
     * Each pixel is the mean of what it covers of the region. In floats of fixed order, so that it has the same numbers
     * everywhere.
     */
    private Picture resampled(Region region, Size wanted) {
        int firstRow = (int) region.top;
        int endRow = (int) Math.min(size.height, Math.ceil(region.top + region.height));
        float[] narrow = new float[(endRow - firstRow) * wanted.width * channels];
        for (int x = 0; x < wanted.width; x++) {
            double from = region.left + x * region.width / wanted.width;
            double to = region.left + (x + 1) * region.width / wanted.width;
            int end = (int) Math.min(size.width, Math.ceil(to));
            for (int y = firstRow; y < endRow; y++) {
                for (int c = 0; c < channels; c++) {
                    double sum = 0;
                    for (int i = (int) from; i < end; i++) {
                        sum += covered(i, from, to) * numbers[(y * size.width + i) * channels + c];
                    }
                    narrow[((y - firstRow) * wanted.width + x) * channels + c] = (float) (sum / (to - from));
                }
            }
        }
        char[] resized = new char[wanted.height * wanted.width * channels];
        int row = wanted.width * channels;
        for (int y = 0; y < wanted.height; y++) {
            double from = region.top + y * region.height / wanted.height;
            double to = region.top + (y + 1) * region.height / wanted.height;
            int end = (int) Math.min(size.height, Math.ceil(to));
            for (int i = 0; i < row; i++) {
                double sum = 0;
                for (int source = (int) from; source < end; source++) {
                    sum += covered(source, from, to) * narrow[(source - firstRow) * row + i];
                }
                resized[y * row + i] = (char) Math.round(sum / (to - from));
            }
        }
        return new Picture(wanted, channels, most, resized);
    }

    /** How much of the pixel between {@code place} and {@code place + 1} lies between the two. */
    private static double covered(int place, double from, double to) {
        return Math.min(place + 1, to) - Math.max(place, from);
    }
}
