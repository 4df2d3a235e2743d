package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Picture;
import dev.hourglass.data.images.PictureFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a GIF, BMP, TIFF or WebP says of its picture that its decoder keeps to itself.
 *
 * @param screen the size that a GIF is seen in, on which the first picture lies somewhere; empty for all others
 * @param profile of its colours; empty for sRGB, and for WebP, whose decoder converts by itself
 */
public record OtherHeader(Optional<Picture.Size> screen, Orientation orientation, Optional<byte[]> profile) {
    private static final int WHITE_IS_ZERO = 0;
    private static final int TIFF_YCC = 6;
    private static final int TIFF_CMYK = 5;
    private static final List<Integer> TIFF_COLOURS = List.of(WHITE_IS_ZERO, 1, 2, 3, TIFF_CMYK, TIFF_YCC);
    private static final List<Integer> TIFF_BITS = List.of(1, 2, 4, 8, 16);
    private static final int RIFF_HEADER_BYTES = 12;
    private static final int CHUNK_HEADER_BYTES = 8;
    private static final int MOST_EXIF_BYTES = 1 << 24;

    /** @throws IOException if it is cut short, or a TIFF has colours or numbers of which nobody knows what its decoder makes */
    public static OtherHeader read(PictureFormat format, byte[] file) throws IOException {
        return switch (format) {
            case TIFF -> tiff(TiffFields.read(file, 0, file.length));
            case GIF -> new OtherHeader(Optional.of(screen(file)), Orientation.UPRIGHT, Optional.empty());
            case WEBP -> {
                Orientation orientation =
                        chunk(file, "EXIF").map(OtherHeader::exif).orElse(Orientation.UPRIGHT);
                yield new OtherHeader(Optional.empty(), orientation, Optional.empty());
            }
            case BMP -> new OtherHeader(Optional.empty(), Orientation.UPRIGHT, Optional.empty());
            case PNG, JPEG -> throw new IllegalArgumentException(format + " has a header of its own");
        };
    }

    private static OtherHeader tiff(TiffFields fields) throws IOException {
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
        return new OtherHeader(
                Optional.empty(),
                Orientation.of(fields.number(TiffFields.ORIENTATION, 1)),
                fields.bytes(TiffFields.ICC_PROFILE));
    }

    private static Picture.Size screen(byte[] gif) throws IOException {
        if (gif.length < 10) {
            throw new IOException("cut short");
        }
        ByteBuffer bytes = ByteBuffer.wrap(gif).order(ByteOrder.LITTLE_ENDIAN);
        return new Picture.Size(
                Math.max(1, Short.toUnsignedInt(bytes.getShort(6))),
                Math.max(1, Short.toUnsignedInt(bytes.getShort(8))));
    }

    /** Some programs write JPEG's name of the segment before it. */
    private static Orientation exif(byte[] content) {
        int from = content.length > 6 && content[0] == 'E' && content[1] == 'x' ? 6 : 0;
        return TiffFields.orientation(content, from, content.length - from);
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
}
