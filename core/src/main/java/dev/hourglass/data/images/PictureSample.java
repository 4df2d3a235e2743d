package dev.hourglass.data.images;

import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.util.Locale;

/** One picture in memory as a sample: the numbers that {@link ImageFolder} gives of the same picture in a folder. */
public final class PictureSample {
    private PictureSample() {}

    /**
     * Decodes a picture.
     *
     * @param file PNG, JPEG or another of {@link PictureReader}'s formats, as the bytes of its file
     * @param sampleShape [height, width, 1] for gray or [height, width, 3], or of two dimensions for the rows of a gray one
     * @param options whose fit and background are taken; size and colour are those of the shape
     * @return 0 to 255, row-major, not normalized
     * @throws IOException if the file is no picture, damaged or cut short, or of another size and there is no fit
     * @throws IllegalArgumentException if pictures don't have that shape
     */
    public static float[] read(byte[] file, Shape sampleShape, PictureOptions options) throws IOException {
        PictureOptions wanted = ImageFolder.forShape(sampleShape, options)
                .orElseThrow(() -> new IllegalArgumentException(
                        "pictures are [height, width, 1] or [height, width, 3], and can't become " + sampleShape));
        Picture.Size size = new Picture.Size(sampleShape.dimension(1), sampleShape.dimension(0));
        Picture picture = PictureReader.read(file, new Rendering(wanted.background()))
                .withChannels(sampleShape.size() / (size.width() * size.height()));
        Fit fit = wanted.fit();
        if (fit == null && !picture.size().equals(size)) {
            throw new IOException(String.format(
                    Locale.ROOT,
                    "expected %s pixels, found %s; choose how it is fitted: crop, pad or stretch",
                    size,
                    picture.size()));
        }
        return numbers(fit == null ? picture : picture.fitted(size, fit, wanted.background()));
    }

    private static float[] numbers(Picture picture) {
        float[] numbers = new float[picture.numbers().length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = picture.most() == Picture.MOST_BYTE
                    ? picture.numbers()[i]
                    : picture.numbers()[i] / (float) Picture.SHORTS_PER_BYTE;
        }
        return numbers;
    }
}
