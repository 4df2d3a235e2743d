package dev.hourglass.data.images;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Kinds of pictures that are read, told by their first bytes. */
public enum PictureFormat {
    PNG,
    JPEG,
    GIF,
    BMP,
    TIFF,
    WEBP;

    private static final byte[] PNG_MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    private static final byte[] JPEG_MAGIC = {(byte) 0xff, (byte) 0xd8, (byte) 0xff};
    private static final byte[] LITTLE_TIFF_MAGIC = {'I', 'I', 42, 0};
    private static final byte[] BIG_TIFF_MAGIC = {'M', 'M', 0, 42};
    private static final int RIFF_BYTES = 8;
    /** What phones, cameras and drawing programs write. */
    private static final List<String> UNREAD = List.of(
            "heic", "heif", "avif", "jxl", "jp2", "svg", "psd", "dng", "cr2", "cr3", "nef", "arw", "raf", "orf", "rw2");

    private List<String> suffixes() {
        return switch (this) {
            case PNG -> List.of(".png");
            case JPEG -> List.of(".jpg", ".jpeg");
            case GIF -> List.of(".gif");
            case BMP -> List.of(".bmp");
            case TIFF -> List.of(".tif", ".tiff");
            case WEBP -> List.of(".webp");
        };
    }

    /** Of all kinds. */
    static List<String> allSuffixes() {
        return Arrays.stream(values())
                .flatMap(format -> format.suffixes().stream())
                .toList();
    }

    /** What a picture is called that nobody here reads, by the name of its file in lower case. */
    static Optional<String> unread(String name) {
        return UNREAD.stream()
                .filter(suffix -> name.endsWith("." + suffix))
                .findFirst()
                .map(suffix -> suffix.toUpperCase(Locale.ROOT));
    }

    /** @throws IOException if it is none of them */
    public static PictureFormat of(byte[] file) throws IOException {
        if (startsWith(file, 0, PNG_MAGIC)) {
            return PNG;
        }
        if (startsWith(file, 0, JPEG_MAGIC)) {
            return JPEG;
        }
        if (startsWith(file, 0, ascii("GIF8"))) {
            return GIF;
        }
        if (startsWith(file, 0, ascii("BM"))) {
            return BMP;
        }
        if (startsWith(file, 0, LITTLE_TIFF_MAGIC) || startsWith(file, 0, BIG_TIFF_MAGIC)) {
            return TIFF;
        }
        if (startsWith(file, 0, ascii("RIFF")) && startsWith(file, RIFF_BYTES, ascii("WEBP"))) {
            return WEBP;
        }
        throw new IOException(file.length == 0 ? "empty" : "none of PNG, JPEG, GIF, BMP, TIFF and WebP");
    }

    /** What the platform calls it. */
    String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static boolean startsWith(byte[] file, int from, byte[] magic) {
        return file.length >= from + magic.length
                && Arrays.equals(file, from, from + magic.length, magic, 0, magic.length);
    }
}
