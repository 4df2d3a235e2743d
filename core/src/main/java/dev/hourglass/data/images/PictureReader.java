package dev.hourglass.data.images;

import dev.hourglass.files.FreeHeap;
import dev.hourglass.files.RegularFile;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Decodes PNG and JPEG, told by their first bytes, with the platform's readers. The header is looked at before anything
 * is allocated for pixels. Needs no display. Profiles and transparency are ignored: what counts are the numbers in the
 * file.
 */
public final class PictureReader {
    /** More than any camera takes. */
    static final long MAX_PIXELS = 1 << 28;

    /** Of larger pictures only every second, third … row and column is decoded. */
    private static final long MAX_DECODED_PIXELS = 1 << 24;

    private static final byte[] PNG_MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] JPEG_MAGIC = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
    private static final int MAX_CHUNK_BYTES_BEFORE_PIXELS = 1 << 24;

    /** Of a pixel, where the file does not tell. */
    private static final int MOST_BITS = 64;

    /** A progressive JPEG is kept whole until its last scan, as three channels of two bytes. */
    private static final int COEFFICIENT_BYTES = 6;

    private PictureReader() {}

    /** @throws IOException if the file can't be read, or its header is none or announces too much */
    static Picture.Size size(Path file) throws IOException {
        RegularFile.require(file);
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            return with(in, (reader, size) -> size);
        }
    }

    /**
     * A whole picture, or of a vast one every n-th pixel.
     *
     * @throws IOException as {@link #size} does, or if the file is cut short or the pixels are damaged
     * @throws OutOfMemoryError if memory does not hold what the header announces, or did not while it was decoded
     */
    static Picture read(Path file) throws IOException {
        RegularFile.require(file);
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            int coefficientBytes = requireWhole(in);
            return with(in, (reader, size) -> decode(reader, size, coefficientBytes));
        }
    }

    /**
     * A picture of this size, whose header says so.
     *
     * @throws IOException if it is of another size, or as {@link #read(Path)} does
     * @throws OutOfMemoryError as {@link #read(Path)} does
     */
    public static Picture read(InputStream stream, Picture.Size expected) throws IOException {
        try (ImageInputStream in = new MemoryCacheImageInputStream(stream)) {
            int coefficientBytes = requireWhole(in);
            return with(in, (reader, size) -> {
                if (!size.equals(expected)) {
                    throw new IOException("expected " + expected + " pixels, found " + size);
                }
                return decode(reader, size, coefficientBytes);
            });
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T with(ImageReader reader, Picture.Size size) throws IOException;
    }

    private static <T> T with(ImageInputStream in, Work<T> work) throws IOException {
        ImageReader reader = ImageIO.getImageReadersByFormatName(format(in)).next();
        try {
            reader.setInput(in, true, true);
            Picture.Size size = new Picture.Size(reader.getWidth(0), reader.getHeight(0));
            if (size.pixels() < 1 || size.pixels() > MAX_PIXELS) {
                throw new IOException(
                        String.format(Locale.ROOT, "expected at most %,d pixels, found %s", MAX_PIXELS, size));
            }
            return work.with(reader, size);
        } catch (IOException e) {
            // The decoder of PNG wraps whatever goes wrong.
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof OutOfMemoryError shortage) {
                    throw shortage;
                }
            }
            throw e;
        } catch (RuntimeException e) {
            // What the platform's decoders throw for some damaged files: bad indices, negative sizes, missing tables.
            throw new IOException("damaged", e);
        } finally {
            reader.dispose();
        }
    }

    /** @return the bytes of a pixel that the decoder keeps besides the image */
    private static int requireWhole(ImageInputStream in) throws IOException {
        boolean progressive = false;
        if (format(in).equals("png")) {
            PictureEnd.requirePng(in);
        } else {
            progressive = PictureEnd.requireJpeg(in);
        }
        in.seek(0);
        return progressive ? COEFFICIENT_BYTES : 0;
    }

    private static String format(ImageInputStream in) throws IOException {
        byte[] beginning = new byte[PNG_MAGIC.length];
        int read = Math.max(0, in.read(beginning));
        if (Arrays.equals(beginning, PNG_MAGIC)) {
            try {
                checkChunks(in);
            } catch (EOFException e) {
                throw new IOException("cut short", e);
            }
            in.seek(0);
            return "png";
        }
        if (read >= JPEG_MAGIC.length && Arrays.equals(beginning, 0, 3, JPEG_MAGIC, 0, 3)) {
            in.seek(0);
            return "jpeg";
        }
        throw new IOException(read == 0 ? "empty" : "neither PNG nor JPEG");
    }

    /** The decoder allocates what the chunks before the pixels say that they have. */
    private static void checkChunks(ImageInputStream in) throws IOException {
        for (int chunk = 0; ; chunk++) {
            long bytes = Integer.toUnsignedLong(in.readInt());
            int type = in.readInt();
            if (chunk == 0 && (type != code("IHDR") || bytes != 13)) {
                throw new IOException("expected a PNG header of 13 bytes");
            }
            if (type == code("IDAT")) {
                return;
            }
            if (bytes > MAX_CHUNK_BYTES_BEFORE_PIXELS || (type == code("PLTE") && bytes > 3 * 256)) {
                throw new IOException(String.format(Locale.ROOT, "a chunk of %,d bytes before the pixels", bytes));
            }
            // The last byte of the checksum has to be there.
            in.seek(in.getStreamPosition() + bytes + 3);
            in.readByte();
        }
    }

    private static int code(String type) {
        return (type.charAt(0) << 24) | (type.charAt(1) << 16) | (type.charAt(2) << 8) | type.charAt(3);
    }

    private static Picture decode(ImageReader reader, Picture.Size size, int coefficientBytes) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        int step = 1;
        while (size.pixels() / ((long) step * step) > MAX_DECODED_PIXELS) {
            step++;
        }
        requireMemory(reader, size, step, coefficientBytes);
        param.setSourceSubsampling(step, step, 0, 0);
        BufferedImage image = Objects.requireNonNull(reader.read(0, param));
        Picture.Size decoded = new Picture.Size(image.getWidth(), image.getHeight());
        return image.getColorModel() instanceof IndexColorModel
                ? fromPalette(image, decoded)
                : fromRaster(image.getRaster(), decoded);
    }

    /** For the platform's image and ours. Twice as much must be free, since others may decode as well. */
    private static void requireMemory(ImageReader reader, Picture.Size size, int step, int coefficientBytes)
            throws IOException {
        ImageTypeSpecifier type = reader.getRawImageType(0);
        int bits = type == null ? MOST_BITS : type.getColorModel().getPixelSize();
        long pixels = Math.ceilDiv(size.width(), step) * (long) Math.ceilDiv(size.height(), step);
        long bytes = pixels * (Math.ceilDiv(bits, Byte.SIZE) + Picture.RGB);
        long coefficients = size.pixels() * coefficientBytes;
        if (!FreeHeap.holds(2 * (bytes + coefficients), FreeHeap::freeBytes)) {
            throw new OutOfMemoryError(String.format(
                    Locale.ROOT, "a picture of %s pixels needs about %,d MB", size, (bytes + coefficients) >> 20));
        }
    }

    private static Picture fromPalette(BufferedImage image, Picture.Size size) {
        byte[] pixels = new byte[size.width() * size.height() * Picture.RGB];
        int[] row = new int[size.width()];
        int at = 0;
        boolean gray = true;
        for (int y = 0; y < size.height(); y++) {
            image.getRGB(0, y, size.width(), 1, row, 0, size.width());
            for (int rgb : row) {
                pixels[at++] = (byte) (rgb >> 16);
                pixels[at++] = (byte) (rgb >> 8);
                pixels[at++] = (byte) rgb;
                gray &= ((rgb >> 16) & 0xff) == (rgb & 0xff) && ((rgb >> 8) & 0xff) == (rgb & 0xff);
            }
        }
        Picture picture = new Picture(size, Picture.RGB, pixels);
        return gray ? picture.withChannels(Picture.GRAY) : picture;
    }

    private static Picture fromRaster(Raster raster, Picture.Size size) throws IOException {
        int bands = raster.getNumBands();
        int bits = raster.getSampleModel().getSampleSize(0);
        if (bits != 8 && bits != 16) {
            throw new IOException("expected 8 or 16 bits per channel, found " + bits);
        }
        int channels = bands < Picture.RGB ? Picture.GRAY : Picture.RGB;
        byte[] pixels = new byte[size.width() * size.height() * channels];
        int[] row = new int[size.width() * bands];
        int at = 0;
        for (int y = 0; y < size.height(); y++) {
            raster.getPixels(0, y, size.width(), 1, row);
            for (int x = 0; x < size.width(); x++) {
                for (int channel = 0; channel < channels; channel++) {
                    pixels[at++] = (byte) (row[x * bands + channel] >> (bits - 8));
                }
            }
        }
        return new Picture(size, channels, pixels);
    }
}
