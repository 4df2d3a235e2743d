package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Background;
import dev.hourglass.data.images.Picture;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;

/**
 * What a file stores of each pixel, before profile, transparency and orientation.
 *
 * @param bands of a pixel: 1 for gray, 3 for red, green and blue, 4 for inks; one more where it may be transparent
 * @param most what a band is at its most: 255 or 65,535
 * @param inks whether the bands are cyan, magenta, yellow and black, each more where it is darker
 * @param numbers [height, width, bands]
 */
public record Planes(Picture.Size size, int bands, int most, boolean inks, char[] numbers) {
    public static final int INKS = 4;

    /** The first bands of a raster, whose samples are 0 to {@code most}. */
    public static Planes of(Raster raster, int bands, int most) {
        Picture.Size size = new Picture.Size(raster.getWidth(), raster.getHeight());
        int stored = raster.getNumBands();
        char[] numbers = new char[size.width() * size.height() * bands];
        int[] row = new int[size.width() * stored];
        int at = 0;
        for (int y = 0; y < size.height(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, size.width(), 1, row);
            for (int x = 0; x < size.width(); x++) {
                for (int band = 0; band < bands; band++) {
                    numbers[at++] = (char) row[x * stored + band];
                }
            }
        }
        return new Planes(size, bands, most, false, numbers);
    }

    /** @param pixels [height, width, bands], unsigned */
    public static Planes of(Picture.Size size, int bands, byte[] pixels) {
        return new Planes(
                size,
                bands,
                Picture.MOST_BYTE,
                false,
                Picture.of(size, bands, pixels).numbers());
    }

    /** The colours that a palette has for a raster's one band. */
    public static Planes of(Raster raster, IndexColorModel palette) {
        int[] colours = new int[palette.getMapSize()];
        palette.getRGBs(colours);
        return ofArgb(of(raster, 1, Picture.MOST_BYTE), colours, palette.hasAlpha());
    }

    private static Planes ofArgb(Planes indices, int[] colours, boolean transparent) {
        int bands = transparent ? Picture.RGB + 1 : Picture.RGB;
        char[] numbers = new char[indices.numbers.length * bands];
        int at = 0;
        for (char index : indices.numbers) {
            // Beyond its palette the platform and all others take black.
            int argb = index < colours.length ? colours[index] : 0xff000000;
            at = put(argb, bands, numbers, at);
        }
        return new Planes(indices.size, bands, Picture.MOST_BYTE, false, numbers);
    }

    /** @param argb [height, width], each with its opacity in the highest byte */
    public static Planes ofArgb(Picture.Size size, int[] argb, boolean transparent) {
        int bands = transparent ? Picture.RGB + 1 : Picture.RGB;
        char[] numbers = new char[argb.length * bands];
        int at = 0;
        for (int pixel : argb) {
            at = put(pixel, bands, numbers, at);
        }
        return new Planes(size, bands, Picture.MOST_BYTE, false, numbers);
    }

    private static int put(int argb, int bands, char[] numbers, int at) {
        numbers[at] = (char) ((argb >> 16) & 0xff);
        numbers[at + 1] = (char) ((argb >> 8) & 0xff);
        numbers[at + 2] = (char) (argb & 0xff);
        if (bands > Picture.RGB) {
            numbers[at + Picture.RGB] = (char) (argb >>> 24);
        }
        return at + bands;
    }

    public boolean isTransparent() {
        return !inks && bands % 2 == 0;
    }

    /** The same bands, as inks. */
    public Planes ofInks() {
        return new Planes(size, bands, most, true, numbers);
    }

    /** The first bands alone. */
    public Planes first(int count) {
        if (count == bands) {
            return this;
        }
        char[] some = new char[numbers.length / bands * count];
        for (int i = 0; i < some.length; i++) {
            some[i] = numbers[i / count * bands + i % count];
        }
        return new Planes(size, count, most, false, some);
    }

    /** Red alone, where it is as green and blue, with the opacity. */
    public Planes withoutColour() {
        int count = bands - 2;
        char[] some = new char[numbers.length / bands * count];
        for (int pixel = 0; pixel < numbers.length / bands; pixel++) {
            some[pixel * count] = numbers[pixel * bands];
            if (count > 1) {
                some[pixel * count + 1] = numbers[pixel * bands + bands - 1];
            }
        }
        return new Planes(size, count, most, false, some);
    }

    /** @param opacity of each pixel, 0 to {@code most} */
    public Planes over(Background background, char[] opacity) {
        char[] opaque = new char[numbers.length];
        for (int i = 0; i < opaque.length; i++) {
            int alpha = opacity[i / bands];
            long sum = (long) numbers[i] * alpha + (long) background.of(i % bands, bands, most) * (most - alpha);
            opaque[i] = (char) ((sum + most / 2) / most);
        }
        return new Planes(size, bands, most, false, opaque);
    }

    /** The last band. */
    public char[] lastBand() {
        char[] band = new char[numbers.length / bands];
        for (int i = 0; i < band.length; i++) {
            band[i] = numbers[i * bands + bands - 1];
        }
        return band;
    }

    /** From what inks take away of the light, without a profile, as most programs reckon. */
    public Planes fromInks() {
        char[] light = new char[numbers.length / INKS * Picture.RGB];
        for (int i = 0; i < light.length; i++) {
            int pixel = i / Picture.RGB;
            int white = most - numbers[pixel * INKS + INKS - 1];
            int ink = numbers[pixel * INKS + i % Picture.RGB];
            light[i] = (char) (white - (int) (((long) ink * white + most / 2) / most));
        }
        return new Planes(size, Picture.RGB, most, false, light);
    }

    public Picture toPicture() {
        return new Picture(size, bands, most, numbers);
    }
}
