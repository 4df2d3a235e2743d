package dev.hourglass.data.images;

import dev.hourglass.data.images.decode.JpegHeader;
import dev.hourglass.data.images.decode.Planes;
import java.awt.image.Raster;
import java.io.IOException;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;

/**
 * A JPEG's numbers as colours. The platform's decoder gives them as they are stored: which colours it would make of them it
 * guesses otherwise than all others do where the file has no word of JFIF or Adobe.
 */
final class JpegPixels {

    private static final int FRACTION_BITS = 16;
    private static final int HALF = 1 << (FRACTION_BITS - 1);

    private JpegPixels() {}

    static Planes read(ImageReader reader, int step, JpegHeader.Colours colours) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceSubsampling(step, step, 0, 0);
        Raster raster = reader.readRaster(0, param);
        int bands = raster.getNumBands();
        int expected = colours == JpegHeader.Colours.GRAY ? 1 : colours.isInk() ? Planes.INKS : Picture.RGB;
        if (bands != expected) {
            throw new IOException("expected " + expected + " colours, found " + bands);
        }
        Planes planes = Planes.of(raster, bands, Picture.MOST_BYTE);
        char[] numbers = planes.numbers();
        switch (colours) {
            case GRAY, RGB -> {}
            case YCC -> fromYcc(numbers, bands);
            case INVERTED_CMYK -> {
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] = (char) (Picture.MOST_BYTE - numbers[i]);
                }
            }
            case INVERTED_YCCK -> {
                fromYcc(numbers, bands); // of what inks leave: twice inverted for the first three
                for (int i = Planes.INKS - 1; i < numbers.length; i += Planes.INKS) {
                    numbers[i] = (char) (Picture.MOST_BYTE - numbers[i]);
                }
            }
        }
        return colours.isInk() ? planes.ofInks() : planes;
    }

    /** In place, by JFIF 1.02 in the whole numbers of libjpeg (jdcolor.c), so that all programs have the same. */
    private static void fromYcc(char[] numbers, int bands) {
        for (int i = 0; i < numbers.length; i += bands) {
            int y = numbers[i];
            int blue = numbers[i + 1] - 128;
            int red = numbers[i + 2] - 128;
            numbers[i] = clamped(y + ((91_881 * red + HALF) >> FRACTION_BITS));
            numbers[i + 1] = clamped(y + ((-22_554 * blue - 46_802 * red + HALF) >> FRACTION_BITS));
            numbers[i + 2] = clamped(y + ((116_130 * blue + HALF) >> FRACTION_BITS));
        }
    }

    private static char clamped(int value) {
        return (char) Math.clamp(value, 0, Picture.MOST_BYTE);
    }
}
