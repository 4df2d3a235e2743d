package dev.hourglass.data.images;

import dev.hourglass.data.images.decode.Planes;
import dev.hourglass.data.images.decode.PngHeader;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Objects;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;

/** A PNG's numbers as colours, with the opacity of each pixel where it has one. */
final class PngPixels {
    private PngPixels() {}

    static Planes read(ImageReader reader, int step, PngHeader header) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceSubsampling(step, step, 0, 0);
        BufferedImage image = Objects.requireNonNull(reader.read(0, param));
        return withKey(planes(image, header), header);
    }

    private static Planes planes(BufferedImage image, PngHeader header) throws IOException {
        Raster raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            Planes planes = Planes.of(raster, palette);
            return header.isColour() ? planes : planes.withoutColour();
        }
        int bits = raster.getSampleModel().getSampleSize(0);
        if (bits != Byte.SIZE && bits != Short.SIZE) {
            throw new IOException("expected 8 or 16 bits per channel, found " + bits);
        }
        return Planes.of(raster, raster.getNumBands(), bits == Byte.SIZE ? Picture.MOST_BYTE : Picture.MOST_SHORT);
    }

    /** The decoder's own opacity is wrong for gray of 2 and 4 bits, whose key it takes for one of 8. */
    private static Planes withKey(Planes decoded, PngHeader header) {
        char[] key = header.key();
        if (key == null) {
            return decoded;
        }
        Planes planes = decoded.first(key.length);
        int scale = planes.most() / ((1 << header.bits()) - 1);
        int bands = planes.bands();
        char[] numbers = planes.numbers();
        char[] with = new char[numbers.length / bands * (bands + 1)];
        for (int pixel = 0; pixel < numbers.length / bands; pixel++) {
            boolean isKey = true;
            for (int band = 0; band < bands; band++) {
                char number = numbers[pixel * bands + band];
                with[pixel * (bands + 1) + band] = number;
                isKey &= number == key[band] * scale;
            }
            with[pixel * (bands + 1) + bands] = (char) (isKey ? 0 : planes.most());
        }
        return new Planes(planes.size(), bands + 1, planes.most(), false, with);
    }
}
