package dev.hourglass.data.images.decode;

import dev.hourglass.data.images.Picture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * What the chunks of a PNG say besides its pixels (PNG Specification, Third Edition, chapter 11).
 *
 * @param bits of each number: 1, 2, 4, 8 or 16
 * @param interlaced whether its pixels come in the seven passes of Adam7
 * @param grayPalette whether it has a palette in which all colours are gray
 * @param key the colour that is transparent, in numbers of so many bits, where one is and there is no palette
 * @param profile of its colours; empty for sRGB
 */
public record PngHeader(
        Picture.Size size,
        int bits,
        int colourType,
        boolean interlaced,
        boolean grayPalette,
        char @Nullable [] key,
        Orientation orientation,
        Optional<byte[]> profile) {
    private static final int PALETTE = 3;

    /** Adam7: first row, first column, and the distance between rows and between columns. */
    private static final int[][] PASSES = {
        {0, 0, 8, 8}, {0, 4, 8, 8}, {4, 0, 8, 4}, {0, 2, 4, 4}, {2, 0, 4, 2}, {0, 1, 2, 2}, {1, 0, 2, 1}
    };

    private static final int SIGNATURE_BYTES = 8;
    private static final int MOST_BYTES_BEFORE_PIXELS = 1 << 24;
    private static final int MOST_PROFILE_BYTES = 1 << 24;
    private static final int MOST_NAME_BYTES = 80;

    /** Whether it has other colours than gray. */
    public boolean isColour() {
        return (colourType & 2) != 0 && !grayPalette;
    }

    private int channels() {
        return switch (colourType) {
            case 2 -> 3;
            case 4 -> 2;
            case 6 -> 4;
            default -> 1;
        };
    }

    /** Rows of pixels, each with its filter, before they are deflated. */
    public long pixelBytes() {
        if (!interlaced) {
            return rows(size.height(), size.width());
        }
        long bytes = 0;
        for (int[] pass : PASSES) {
            bytes += rows(
                    Math.ceilDiv(Math.max(0, size.height() - pass[0]), pass[2]),
                    Math.ceilDiv(Math.max(0, size.width() - pass[1]), pass[3]));
        }
        return bytes;
    }

    private long rows(long rows, long columns) {
        return columns == 0 ? 0 : rows * (1 + Math.ceilDiv(columns * channels() * bits, 8L));
    }

    /** The decoder allocates what the chunks before the pixels say that they have, so these are held against the file. */
    public static PngHeader read(byte[] file) throws IOException {
        return new Reader(file).read();
    }

    private static final class Reader {
        private final byte[] file;
        private final ByteBuffer numbers;
        private boolean grayPalette;
        private char @Nullable [] key;
        private boolean srgb;
        private Orientation orientation = Orientation.UPRIGHT;
        private Optional<byte[]> profile = Optional.empty();

        Reader(byte[] file) {
            this.file = file;
            numbers = ByteBuffer.wrap(file);
        }

        PngHeader read() throws IOException {
            int at = SIGNATURE_BYTES;
            if (file.length < at + 33) {
                throw new IOException("cut short");
            }
            if (numbers.getInt(at) != 13 || numbers.getInt(at + 4) != code("IHDR")) {
                throw new IOException("expected a PNG header of 13 bytes");
            }
            int bits = file[at + 16];
            int colourType = file[at + 17];
            boolean interlaced = file[at + 20] == 1;
            boolean pixels = false;
            while (at + 12 <= file.length) {
                long length = Integer.toUnsignedLong(numbers.getInt(at));
                int type = numbers.getInt(at + 4);
                boolean tooLong = length > MOST_BYTES_BEFORE_PIXELS || (type == code("PLTE") && length > 3 * 256);
                if (!pixels && type != code("IDAT") && tooLong) {
                    throw new IOException(String.format(Locale.ROOT, "a chunk of %,d bytes before the pixels", length));
                }
                pixels |= type == code("IDAT");
                if (at + 12 + length > file.length) {
                    break;
                }
                chunk(type, at + 8, (int) length, colourType);
                at += 12 + (int) length;
            }
            if (!pixels) {
                throw new IOException("cut short");
            }
            Picture.Size size =
                    new Picture.Size(numbers.getInt(SIGNATURE_BYTES + 8), numbers.getInt(SIGNATURE_BYTES + 12));
            return new PngHeader(
                    size,
                    bits,
                    colourType,
                    interlaced,
                    grayPalette,
                    key,
                    orientation,
                    srgb ? Optional.empty() : profile);
        }

        private void chunk(int type, int at, int length, int colourType) throws IOException {
            if (type == code("PLTE")) {
                grayPalette = colourType == PALETTE && isGray(at, length);
            } else if (type == code("tRNS") && colourType == 0 && length >= 2) {
                key = new char[] {numbers.getChar(at)};
            } else if (type == code("tRNS") && colourType == 2 && length >= 6) {
                key = new char[] {numbers.getChar(at), numbers.getChar(at + 2), numbers.getChar(at + 4)};
            } else if (type == code("sRGB")) {
                srgb = true;
            } else if (type == code("eXIf")) {
                orientation = TiffFields.orientation(file, at, length);
            } else if (type == code("iCCP")) {
                profile = Optional.of(inflated(at, length));
            }
        }

        private boolean isGray(int at, int length) {
            for (int i = at; i + 2 < at + length; i += 3) {
                if (file[i] != file[i + 1] || file[i] != file[i + 2]) {
                    return false;
                }
            }
            return true;
        }

        /** After a name and the number of the only compression there is. */
        private byte[] inflated(int at, int length) throws IOException {
            int from = at;
            while (from < at + length && file[from] != 0 && from - at < MOST_NAME_BYTES) {
                from++;
            }
            from += 2;
            Inflater inflater = new Inflater();
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            byte[] part = new byte[1 << 12];
            try {
                inflater.setInput(file, from, Math.max(0, at + length - from));
                while (!inflater.finished()) {
                    int count = inflater.inflate(part);
                    if (count == 0 || all.size() + count > MOST_PROFILE_BYTES) {
                        throw new IOException("its colour profile is damaged");
                    }
                    all.write(part, 0, count);
                }
                return all.toByteArray();
            } catch (DataFormatException e) {
                throw new IOException("its colour profile is damaged", e);
            } finally {
                inflater.end();
            }
        }

        private static int code(String type) {
            return (type.charAt(0) << 24) | (type.charAt(1) << 16) | (type.charAt(2) << 8) | type.charAt(3);
        }
    }
}
