package dev.hourglass.cli.denoising;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import javax.imageio.ImageIO;

/** Writes a model's numbers as PNG, of 8 bits or of 16 where the picture had as many. */
final class PngFile {
    private static final int MOST_BYTE = 255;
    /** What a byte is multiplied by so that white stays white. */
    private static final int SHORTS_PER_BYTE = 257;

    private PngFile() {}

    /**
     * @param pixels [height, width, 1 or 3], normalized; what is darker than black or brighter than white becomes that
     * @param normalization that pixels from 0 to 255 come under
     */
    static void write(Path file, float[] pixels, Shape shape, Normalization normalization, boolean deep)
            throws IOException {
        float[] numbers = pixels.clone();
        normalization.restore(numbers, 0, numbers.length);
        int channels = shape.dimension(2);
        ColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
                false,
                false,
                Transparency.OPAQUE,
                deep ? DataBuffer.TYPE_USHORT : DataBuffer.TYPE_BYTE);
        WritableRaster raster = model.createCompatibleWritableRaster(shape.dimension(1), shape.dimension(0));
        int[] row = new int[shape.dimension(1) * channels];
        for (int y = 0; y < shape.dimension(0); y++) {
            for (int i = 0; i < row.length; i++) {
                double number = Math.clamp(numbers[y * row.length + i], 0f, (float) MOST_BYTE);
                row[i] = (int) Math.round(deep ? number * SHORTS_PER_BYTE : number);
            }
            raster.setPixels(0, y, shape.dimension(1), 1, row);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (!ImageIO.write(new BufferedImage(model, raster, false, null), "png", bytes)) {
            throw new IOException("Java has no writer of PNG for " + shape);
        }
        Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
        AtomicFile.write(file, bytes.toByteArray());
    }
}
