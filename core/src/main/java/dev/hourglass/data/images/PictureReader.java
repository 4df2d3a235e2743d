package dev.hourglass.data.images;

import dev.hourglass.data.images.decode.JpegHeader;
import dev.hourglass.data.images.decode.Orientation;
import dev.hourglass.data.images.decode.OtherHeader;
import dev.hourglass.data.images.decode.Planes;
import dev.hourglass.data.images.decode.PngHeader;
import dev.hourglass.files.FreeHeap;
import dev.hourglass.files.RegularFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;

/**
 * Decodes PNG, JPEG, GIF, BMP, TIFF and, where a decoder for it is on the class path, WebP, told by their first bytes, with
 * the readers that Image I/O knows. The header is looked at before anything is allocated for pixels. Needs no display.
 * Pictures come upright, in sRGB, and without transparency; of those that move, the first comes.
 */
public final class PictureReader {
    /** More than any camera takes. */
    static final long MAX_PIXELS = 1 << 28;

    /** Of larger pictures only every second, third … row and column is decoded. */
    private static final long MAX_DECODED_PIXELS = 1 << 24;

    private static final int MAX_FILE_BYTES = 1 << 28;

    /** Of a JPEG these nearly always have all that comes before the pixels. */
    static final int FIRST_BYTES = 1 << 16;

    /** That tell what kind of picture it is. */
    private static final int MAGIC_BYTES = 16;

    /** Per byte of a vast picture's file; a photo has fewer than a hundred, and who has more means to fill memory. */
    private static final int MOST_PIXELS_PER_BYTE = 250;

    /** A block of 64 pixels takes two bits at the least, unless scans are coded in runs; twice what that makes. */
    private static final int MOST_PIXELS_PER_JPEG_BYTE = 512;

    /** Of a pixel, where the file does not tell. */
    private static final int MOST_BITS = 64;

    /** A progressive JPEG is kept whole until its last scan, as three channels of two bytes. */
    private static final int COEFFICIENT_BYTES = 6;

    /** Of a pixel, at the most, while our decoder makes a picture: its bytes, those as wider numbers, and one copy. */
    private static final int MOST_DECODED_BYTES = 2 * Picture.RGB * (1 + Character.BYTES);

    private PictureReader() {}

    /**
     * What a file says of its picture before that is decoded.
     *
     * @param size upright
     * @param colour whether it has others than gray
     * @param deep whether it has more than 8 bits
     */
    record Header(Picture.Size size, boolean colour, boolean deep) {}

    /** @throws IOException if the file can't be read, or is no picture by its first bytes */
    static PictureFormat format(Path file) throws IOException {
        try (InputStream in = RegularFile.open(file)) {
            return PictureFormat.of(in.readNBytes(MAGIC_BYTES));
        }
    }

    /** @throws IOException if the file can't be read, or its header is none or announces too much */
    static Header header(Path file) throws IOException {
        try (FileChannel channel = RegularFile.openChannel(file)) {
            return header(channel);
        }
    }

    static Header header(SeekableByteChannel channel) throws IOException {
        long fileBytes = channel.size();
        requireFileBytes(fileBytes);
        byte[] first = Channels.newInputStream(channel).readNBytes(FIRST_BYTES);
        if (fileBytes <= first.length) {
            return header(first);
        }
        if (PictureFormat.of(first) == PictureFormat.JPEG) {
            Optional<JpegHeader> jpeg = JpegHeader.ofBeginning(first);
            if (jpeg.isPresent()) {
                return header(jpeg.get(), fileBytes);
            }
        }
        return header(bytes(Channels.newInputStream(channel.position(0))));
    }

    private static Header header(JpegHeader jpeg, long fileBytes) throws IOException {
        requireBounded(jpeg, fileBytes);
        return new Header(jpeg.orientation().upright(jpeg.size()), jpeg.colours() != JpegHeader.Colours.GRAY, false);
    }

    private static Header header(byte[] bytes) throws IOException {
        PictureFormat format = PictureFormat.of(bytes);
        return switch (format) {
            case PNG -> {
                PngHeader png = PngHeader.read(bytes);
                requireBounded(png.size(), bytes.length);
                yield new Header(png.orientation().upright(png.size()), png.isColour(), png.bits() == Short.SIZE);
            }
            case JPEG -> header(JpegHeader.read(bytes), bytes.length);
            case GIF, BMP, TIFF, WEBP -> {
                OtherHeader header = OtherHeader.read(format, bytes);
                yield with(new Encoded(format, bytes, header.screen(), 0), (reader, size) -> {
                    ImageTypeSpecifier type = type(reader);
                    return new Header(
                            header.orientation().upright(size),
                            OtherPictures.isColour(type),
                            type.getSampleModel().getSampleSize(0) == Short.SIZE);
                });
            }
        };
    }

    /**
     * A whole picture, or of a vast one every n-th pixel.
     *
     * @throws IOException as {@link #header} does, or if the file is cut short, the pixels are damaged or of a kind
     *     whose colours are not known
     * @throws OutOfMemoryError if memory does not hold what the header announces, or did not while it was decoded
     */
    static Picture read(Path file, Rendering rendering) throws IOException {
        return read(bytes(file), rendering);
    }

    /** The same of a file's bytes. */
    static Picture read(byte[] file, Rendering rendering) throws IOException {
        return read(file, rendering, Optional.empty());
    }

    /**
     * A picture of this size, whose header says so, on black.
     *
     * @throws IOException if it is of another size, or as {@link #read(Path, Rendering)} does
     * @throws OutOfMemoryError as {@link #read(Path, Rendering)} does
     */
    public static Picture read(InputStream stream, Picture.Size expected) throws IOException {
        return read(stream.readAllBytes(), new Rendering(Background.BLACK), Optional.of(expected));
    }

    /**
     * The bytes of a JPEG that needs no more than to be decoded, as nearly all do.
     *
     * @param size that it has to have
     * @param channels that it has to have
     * @return [height, width, channels], unsigned, changed by the next picture; empty where {@link #read} has to see to it
     * @throws IOException as {@link #read} does
     */
    static Optional<byte[]> readPlain(byte[] file, Picture.Size size, int channels, Rendering rendering)
            throws IOException {
        if (PictureFormat.of(file) != PictureFormat.JPEG) {
            return Optional.empty();
        }
        JpegHeader header = JpegHeader.read(file);
        boolean plain = header.size().equals(size)
                && header.orientation() == Orientation.UPRIGHT
                && header.profile().isEmpty()
                && header.channels() == channels;
        return plain ? pixels(file, header, rendering) : Optional.empty();
    }

    /** Empty where it has to be left to the platform's decoder. */
    private static Optional<byte[]> pixels(byte[] file, JpegHeader header, Rendering rendering) throws IOException {
        requireBounded(header, file.length);
        long pixels = header.size().pixels();
        boolean held = pixels <= MAX_DECODED_PIXELS && FreeHeap.holds(MOST_DECODED_BYTES * pixels, FreeHeap::freeBytes);
        return held ? rendering.jpeg().read(file, header) : Optional.empty();
    }

    /**
     * All of a file.
     *
     * @throws IOException if it can't be read, or has more than pictures have
     */
    static byte[] bytes(Path file) throws IOException {
        try (InputStream in = RegularFile.open(file)) {
            return bytes(in);
        }
    }

    private static byte[] bytes(InputStream in) throws IOException {
        byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        requireFileBytes(bytes.length);
        return bytes;
    }

    private static void requireFileBytes(long bytes) throws IOException {
        if (bytes > MAX_FILE_BYTES) {
            throw new IOException(String.format(Locale.ROOT, "expected at most %,d bytes", MAX_FILE_BYTES));
        }
    }

    private static Picture read(byte[] file, Rendering rendering, Optional<Picture.Size> expected) throws IOException {
        PictureFormat format = PictureFormat.of(file);
        return switch (format) {
            case PNG -> {
                PngHeader header = PngHeader.read(file);
                requireBounded(header.size(), file.length);
                PictureEnd.requirePng(new ArrayImageInput(file), header);
                Encoded encoded = new Encoded(format, file, Optional.empty(), 0);
                Planes planes = decode(encoded, expected, (reader, size, step) -> PngPixels.read(reader, step, header));
                yield rendering.picture(planes, header.profile(), header.orientation());
            }
            case JPEG -> {
                JpegHeader header = JpegHeader.read(file);
                requireBounded(header, file.length);
                boolean ours = expected.isEmpty() || header.size().equals(expected.get());
                Optional<byte[]> pixels = ours ? pixels(file, header, rendering) : Optional.empty();
                Planes planes = pixels.isPresent()
                        ? Planes.of(header.size(), header.channels(), pixels.get())
                        : byPlatform(file, header, expected);
                yield rendering.picture(planes, header.profile(), header.orientation());
            }
            case GIF, BMP, TIFF, WEBP -> {
                OtherHeader header = OtherHeader.read(format, file);
                Encoded encoded = new Encoded(format, file, header.screen(), 0);
                Planes planes = decode(
                        encoded, expected, (reader, size, step) -> OtherPictures.read(reader, step, header.screen()));
                yield rendering.picture(planes, header.profile(), header.orientation());
            }
        };
    }

    private static Planes byPlatform(byte[] file, JpegHeader header, Optional<Picture.Size> expected)
            throws IOException {
        PictureEnd.requireJpeg(new ArrayImageInput(file));
        int coefficientBytes = header.progressive() ? COEFFICIENT_BYTES : 0;
        Encoded encoded = new Encoded(PictureFormat.JPEG, file, Optional.empty(), coefficientBytes);
        return decode(encoded, expected, (reader, size, step) -> JpegPixels.read(reader, step, header.colours()));
    }

    /**
     * A file for the platform's decoder.
     *
     * @param screen on which a GIF's picture lies
     * @param coefficientBytes that the decoder keeps of each pixel besides the pixel
     */
    private record Encoded(PictureFormat format, byte[] file, Optional<Picture.Size> screen, int coefficientBytes) {}

    @FunctionalInterface
    private interface Decoding {
        Planes with(ImageReader reader, Picture.Size size, int step) throws IOException;
    }

    private static Planes decode(Encoded encoded, Optional<Picture.Size> expected, Decoding decoding)
            throws IOException {
        return with(encoded, (reader, size) -> {
            if (expected.isPresent() && !size.equals(expected.get())) {
                throw new IOException("expected " + expected.get() + " pixels, found " + size);
            }
            int step = 1;
            while (size.pixels() / ((long) step * step) > MAX_DECODED_PIXELS) {
                step++;
            }
            requireMemory(reader, size, step, encoded.coefficientBytes());
            return decoding.with(reader, size, step);
        });
    }

    @FunctionalInterface
    private interface Work<T> {
        T with(ImageReader reader, Picture.Size size) throws IOException;
    }

    private static <T> T with(Encoded encoded, Work<T> work) throws IOException {
        Iterator<ImageReader> readers =
                ImageIO.getImageReadersByFormatName(encoded.format().key());
        if (!readers.hasNext()) {
            throw new IOException("there is no decoder for " + encoded.format() + " on the class path");
        }
        ImageReader reader = readers.next();
        try {
            reader.setInput(new ArrayImageInput(encoded.file()), true, encoded.format() != PictureFormat.GIF);
            Picture.Size size = new Picture.Size(reader.getWidth(0), reader.getHeight(0));
            Picture.Size screen = encoded.screen().orElse(size);
            requireBounded(screen, encoded.file().length);
            requireBounded(size, encoded.file().length);
            return work.with(reader, screen);
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

    /** The platform's decoder fills up what a file lacks, which takes seconds and gives a picture that nobody took. */
    private static void requireBounded(JpegHeader jpeg, long fileBytes) throws IOException {
        requireBounded(jpeg.size(), fileBytes);
        if (!jpeg.progressive() && jpeg.size().pixels() > MOST_PIXELS_PER_JPEG_BYTE * fileBytes) {
            throw announces(jpeg.size(), fileBytes);
        }
    }

    private static IOException announces(Picture.Size size, long fileBytes) {
        return new IOException(
                String.format(Locale.ROOT, "announces %s pixels and has only %,d bytes", size, fileBytes));
    }

    private static void requireBounded(Picture.Size size, long fileBytes) throws IOException {
        if (size.width() < 1 || size.height() < 1 || size.pixels() > MAX_PIXELS) {
            throw new IOException(
                    String.format(Locale.ROOT, "expected at most %,d pixels, found %s", MAX_PIXELS, size));
        }
        if (size.pixels() > MAX_DECODED_PIXELS && size.pixels() > MOST_PIXELS_PER_BYTE * fileBytes) {
            throw announces(size, fileBytes);
        }
    }

    private static ImageTypeSpecifier type(ImageReader reader) throws IOException {
        ImageTypeSpecifier raw = reader.getRawImageType(0);
        return raw == null ? reader.getImageTypes(0).next() : raw;
    }

    /**
     * For the platform's image and ours, and as much again: for the copies that opacity, profile and orientation make. What
     * others decode at the same time is not reckoned with; who runs out of memory beside them has to try again alone.
     */
    private static void requireMemory(ImageReader reader, Picture.Size size, int step, int coefficientBytes)
            throws IOException {
        ImageTypeSpecifier type = reader.getRawImageType(0);
        int bits = type == null ? MOST_BITS : type.getColorModel().getPixelSize();
        long pixels = Math.ceilDiv(size.width(), step) * (long) Math.ceilDiv(size.height(), step);
        long bytes = pixels * (Math.ceilDiv(bits, Byte.SIZE) + Character.BYTES * Picture.RGB);
        long coefficients = size.pixels() * coefficientBytes;
        if (!FreeHeap.holds(2 * (bytes + coefficients), FreeHeap::freeBytes)) {
            throw new OutOfMemoryError(String.format(
                    Locale.ROOT, "a picture of %s pixels needs about %,d MB", size, (bytes + coefficients) >> 20));
        }
    }
}
