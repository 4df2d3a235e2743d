package dev.hourglass.data.images;

import dev.hourglass.data.images.decode.Planes;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.metadata.IIOMetadataNode;
import org.w3c.dom.NodeList;

/** A GIF's, BMP's, TIFF's or WebP's numbers as colours. */
final class OtherPictures {
    private OtherPictures() {}

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

    /** @param screen of a GIF */
    static Planes read(ImageReader reader, int step, Optional<Picture.Size> screen) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceSubsampling(step, step, 0, 0);
        BufferedImage image = Objects.requireNonNull(reader.read(0, param));
        return screen.isPresent() ? onScreen(reader, image, screen.get(), step) : planes(image);
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
