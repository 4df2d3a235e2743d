package dev.hourglass.data.images;

import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadataNode;
import org.w3c.dom.NodeList;

/** GIF, BMP, TIFF and WebP: what has to be known besides what their decoders tell. */
final class OtherPictures {
    private static final int WHITE_IS_ZERO = 0;
    private static final int TIFF_YCC = 6;
    private static final int TIFF_CMYK = 5;
    private static final List<Integer> TIFF_COLOURS = List.of(WHITE_IS_ZERO, 1, 2, 3, TIFF_CMYK, TIFF_YCC);
    private static final List<Integer> TIFF_BITS = List.of(1, 2, 4, 8, 16);
    private static final int RIFF_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int MOST_EXIF_BYTES = 1 << 24;

    private OtherPictures() {}

    /** @throws IOException if a TIFF has colours or numbers of which nobody knows what its decoder makes */
    static void requireReadable(PictureFormat format, byte[] file) throws IOException {
        if (format != PictureFormat.TIFF) {
            return;
        }
        TiffFields fields = TiffFields.read(file, 0, file.length);
        int colours = fields.number(TiffFields.PHOTOMETRIC, -1);
        if (!TIFF_COLOURS.contains(colours)) {
            throw new IOException(
                    "a TIFF of colours of kind " + colours + "; expected gray, RGB, a palette, CMYK or YCbCr");
        }
        int[] bits = fields.numbers(TiffFields.BITS_PER_SAMPLE);
        if (Arrays.stream(bits).anyMatch(each -> !TIFF_BITS.contains(each))) {
            throw new IOException("a TIFF of " + bits[0] + " bits per channel; expected 1, 2, 4, 8 or 16");
        }
        if (Arrays.stream(fields.numbers(TiffFields.SAMPLE_FORMAT)).anyMatch(each -> each != 1)) {
            throw new IOException("a TIFF of signed numbers or fractions; expected whole numbers from 0");
        }
    }

    /** The size that a picture is seen in: of a GIF that of its screen, on which the first picture lies somewhere. */
    static Picture.Size screen(PictureFormat format, byte[] file, Picture.Size size) throws IOException {
        if (format != PictureFormat.GIF) {
            return size;
        }
        if (file.length < 10) {
            throw new IOException("cut short");
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        return new Picture.Size(
                Math.max(1, Short.toUnsignedInt(bytes.getShort(6))),
                Math.max(1, Short.toUnsignedInt(bytes.getShort(8))));
    }

    static boolean isColour(ImageTypeSpecifier type) {
        if (type.getColorModel() instanceof IndexColorModel palette) {
            int[] colours = new int[palette.getMapSize()];
            palette.getRGBs(colours);
            return Arrays.stream(colours).anyMatch(OtherPictures::isColour);
        }
        return type.getColorModel().getNumColorComponents() > 1;
    }

    private static boolean isColour(int rgb) {
        return ((rgb >> 16) & 0xff) != (rgb & 0xff) || ((rgb >> 8) & 0xff) != (rgb & 0xff);
    }

    static Orientation orientation(PictureFormat format, byte[] file) throws IOException {
        return switch (format) {
            case TIFF -> Orientation.of(TiffFields.read(file, 0, file.length).number(TiffFields.ORIENTATION, 1));
            case WEBP -> chunk(file, "EXIF").map(OtherPictures::exif).orElse(Orientation.UPRIGHT);
            case GIF, BMP, PNG, JPEG -> Orientation.UPRIGHT;
        };
    }

    /** Some programs write JPEG's name of the segment before it. */
    private static Orientation exif(byte[] content) {
        int from = content.length > 6 && content[0] == 'E' && content[1] == 'x' ? 6 : 0;
        return TiffFields.orientation(content, from, content.length - from);
    }

    static Optional<byte[]> profile(PictureFormat format, byte[] file) throws IOException {
        return switch (format) {
            case TIFF -> TiffFields.read(file, 0, file.length).bytes(TiffFields.ICC_PROFILE);
            case WEBP -> Optional.empty(); // its decoder converts to sRGB by itself
            case GIF, BMP, PNG, JPEG -> Optional.empty();
        };
    }

    private static Optional<byte[]> chunk(byte[] file, String name) {
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        long at = RIFF_HEADER_BYTES;
        while (at + CHUNK_HEADER_BYTES <= file.length) {
            long length = Integer.toUnsignedLong(bytes.getInt((int) at + 4));
            int from = (int) at + CHUNK_HEADER_BYTES;
            boolean isWanted = true;
            for (int i = 0; i < name.length(); i++) {
                isWanted &= file[(int) at + i] == name.charAt(i);
            }
            if (isWanted && length <= MOST_EXIF_BYTES && from + length <= file.length) {
                return Optional.of(Arrays.copyOfRange(file, from, from + (int) length));
            }
            at = from + length + (length & 1);
        }
        return Optional.empty();
    }

    static Planes read(ImageReader reader, int step, PictureFormat format, byte[] file) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceSubsampling(step, step, 0, 0);
        BufferedImage image = Objects.requireNonNull(reader.read(0, param));
        if (format == PictureFormat.GIF) {
            return onScreen(reader, image, screen(format, file, new Picture.Size(1, 1)), step);
        }
        return planes(image);
    }

    private static Planes planes(BufferedImage image) throws IOException {
        Raster raster = image.getRaster();
        if (image.getColorModel() instanceof IndexColorModel palette) {
            Planes planes = Planes.of(raster, palette);
            int[] colours = new int[palette.getMapSize()];
            palette.getRGBs(colours);
            return Arrays.stream(colours).anyMatch(OtherPictures::isColour) ? planes : planes.withoutColour();
        }
        if (!(image.getColorModel() instanceof ComponentColorModel model)) {
            return argb(image);
        }
        if (model.isAlphaPremultiplied()) {
            image.coerceData(false);
        }
        int bits = raster.getSampleModel().getSampleSize(0);
        if (bits != Byte.SIZE && bits != Short.SIZE) {
            throw new IOException("expected 8 or 16 bits per channel, found " + bits);
        }
        int most = bits == Byte.SIZE ? Picture.MOST_BYTE : Picture.MOST_SHORT;
        int colours = model.getNumColorComponents();
        Planes planes = Planes.of(raster, model.hasAlpha() ? colours + 1 : colours, most);
        return colours == Planes.INKS ? planes.first(colours).ofInks() : planes;
    }

    private static Planes argb(BufferedImage image) {
        Picture.Size size = new Picture.Size(image.getWidth(), image.getHeight());
        int[] argb = image.getRGB(0, 0, size.width(), size.height(), null, 0, size.width());
        return Planes.ofArgb(size, argb, image.getColorModel().hasAlpha());
    }

    /** Where the first picture of a GIF leaves its screen empty, that is transparent. */
    private static Planes onScreen(ImageReader reader, BufferedImage image, Picture.Size screen, int step)
            throws IOException {
        IIOMetadataNode tree = (IIOMetadataNode)
                reader.getImageMetadata(0).getAsTree(reader.getImageMetadata(0).getNativeMetadataFormatName());
        NodeList descriptors = tree.getElementsByTagName("ImageDescriptor");
        int left = 0;
        int top = 0;
        if (descriptors.item(0) instanceof IIOMetadataNode descriptor) {
            left = Integer.parseInt(descriptor.getAttribute("imageLeftPosition")) / step;
            top = Integer.parseInt(descriptor.getAttribute("imageTopPosition")) / step;
        }
        int width = Math.ceilDiv(screen.width(), step);
        int height = Math.ceilDiv(screen.height(), step);
        if (left == 0 && top == 0 && image.getWidth() == width && image.getHeight() == height) {
            return planes(image);
        }
        int[] argb = new int[width * height];
        int across = Math.min(image.getWidth(), width - left);
        int down = Math.min(image.getHeight(), height - top);
        if (across > 0 && down > 0) {
            image.getRGB(0, 0, across, down, argb, top * width + left, width);
        }
        return Planes.ofArgb(new Picture.Size(width, height), argb, true);
    }
}
