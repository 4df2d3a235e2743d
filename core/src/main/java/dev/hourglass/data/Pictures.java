package dev.hourglass.data;

import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes pictures with the platform's readers, whose header is looked at first. Needs no display. */
final class Pictures {
    private Pictures() {}

    /**
     * A PNG of this size.
     *
     * @return three bands of 8 bits
     * @throws IOException if it is damaged or anything else; nothing was allocated for its pixels if it is of another size
     */
    static Raster readRgb(InputStream png, int width, int height) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
        try (ImageInputStream in = new MemoryCacheImageInputStream(png)) {
            reader.setInput(in, true, true);
            if (reader.getWidth(0) != width || reader.getHeight(0) != height) {
                throw new IOException("expected " + width + " x " + height + " pixels, found " + reader.getWidth(0)
                        + " x " + reader.getHeight(0));
            }
            Raster pixels = reader.read(0).getRaster();
            if (pixels.getNumBands() != 3 || pixels.getSampleModel().getSampleSize(0) != 8) {
                throw new IOException("expected RGB with 8 bits, found " + pixels.getNumBands() + " channels with "
                        + pixels.getSampleModel().getSampleSize(0));
            }
            return pixels;
        } finally {
            reader.dispose();
        }
    }
}
