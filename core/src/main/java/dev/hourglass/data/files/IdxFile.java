package dev.hourglass.data.files;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.StoredFile;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.ZipException;

/**
 * Reader of the IDX format of the MNIST family, plain or gzipped (told by the content, not by the name). A file is
 *
 * <pre>
 * 2 bytes  zero
 * 1 byte   type of the values, 0x08 for unsigned bytes, the only one read here
 * 1 byte   rank: 1 for labels [n], 3 for images [n, height, width]
 * 4 bytes  for each dimension, big-endian and unsigned
 * values   row-major, up to the end of the file
 * </pre>
 *
 * The header is held against the length of the file before anything is allocated. What a gzipped file inflates to is
 * not known beforehand, but deflate packs at most 1032 bytes into one, which bounds it; then exactly the announced
 * bytes and the end of the file are demanded, so that a bomb is refused after them.
 *
 * @see <a href="https://yann.lecun.org/exdb/mnist/">The MNIST database, "the IDX file format"</a>
 */
public final class IdxFile {
    private static final int UNSIGNED_BYTE = 0x08;
    private static final int IMAGES_RANK = 3;
    private static final int LABELS_RANK = 1;
    private static final int MAX_VALUES = Integer.MAX_VALUE - 8;
    private static final int MAX_DEFLATE_RATIO = 1032;
    private static final String FETCH_AGAIN = "The file is damaged or another one; fetch it again.";

    private final List<Integer> dimensions;
    private final byte[] values;

    private IdxFile(List<Integer> dimensions, byte[] values) {
        this.dimensions = dimensions;
        this.values = values;
    }

    /**
     * Images with their labels as one data set of samples [height, width, 1], normalized as pixels.
     *
     * @param name such as {@code mnist:train}
     * @throws CorruptFileException if a file is not what it has to be or the two don't belong together
     * @throws DatasetException if a file can't be read
     */
    public static ByteDataset readDataset(String name, Path images, Path labels) {
        IdxFile pixels = read(images, IMAGES_RANK);
        IdxFile classes = read(labels, LABELS_RANK);
        int count = pixels.dimensions.getFirst();
        if (count != classes.dimensions.getFirst()) {
            throw new CorruptFileException(
                    labels,
                    String.format(Locale.ROOT, "%,d labels, one for each image of %s", count, images.getFileName()),
                    String.format(Locale.ROOT, "%,d", classes.dimensions.getFirst()),
                    "Images and labels are of different sets; take both from the same one.");
        }
        Shape shape = Shape.of(pixels.dimensions.get(1), pixels.dimensions.get(2), 1);
        return ByteDataset.of(name, shape, Normalization.PIXELS, pixels.values).withLabels(classes.values);
    }

    /**
     * Images without labels as samples [height, width, 1], normalized as pixels and named as the file; errors as
     * {@link #readDataset(String, Path, Path)}'s.
     */
    public static ByteDataset readDataset(Path images) {
        IdxFile pixels = read(images, IMAGES_RANK);
        Shape shape = Shape.of(pixels.dimensions.get(1), pixels.dimensions.get(2), 1);
        return ByteDataset.of(String.valueOf(images.getFileName()), shape, Normalization.PIXELS, pixels.values);
    }

    /**
     * Images of unsigned bytes, dimensions [n, height, width]; errors as {@link #readDataset(String, Path, Path)}'s.
     */
    public static IdxFile readImages(Path file) {
        return read(file, IMAGES_RANK);
    }

    /** Labels of unsigned bytes, dimensions [n]; errors as {@link #readDataset(String, Path, Path)}'s. */
    public static IdxFile readLabels(Path file) {
        return read(file, LABELS_RANK);
    }

    /** Outermost first, each >= 1. */
    public List<Integer> dimensions() {
        return dimensions;
    }

    /** Row-major and unsigned; the array is not copied. */
    public byte[] values() {
        return values;
    }

    private static IdxFile read(Path file, int rank) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new DatasetException("Can't read " + file + ": expected a file. Give the path of an IDX file.");
        }
        return FileStamp.whileUnchanged(file, () -> readWhole(file, rank));
    }

    private static IdxFile readWhole(Path file, int rank) {
        try (StoredFile stored = StoredFile.open(file)) {
            return read(file, stored, rank);
        } catch (EOFException | ZipException e) {
            throw new CorruptFileException(file, "a whole gzip file", "'" + e.getMessage() + "'", FETCH_AGAIN);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static IdxFile read(Path file, StoredFile stored, int rank) throws IOException {
        InputStream in = stored.content();
        checkMagic(file, in.readNBytes(4), rank);
        int headerBytes = 4 + 4 * rank;
        byte[] counts = in.readNBytes(4 * rank);
        if (counts.length < 4 * rank) {
            throw corrupt(file, bytes(headerBytes) + " of header", bytes(4L + counts.length));
        }
        List<Long> announced = IntStream.range(0, rank)
                .mapToObj(axis -> Integer.toUnsignedLong(ByteBuffer.wrap(counts).getInt(4 * axis)))
                .toList();
        String product = announced.stream().map(IdxFile::number).collect(Collectors.joining(" x "));
        long size = 1;
        for (long dimension : announced) {
            // Below 2^31 times below 2^32 can't overflow.
            size = Math.min(size, MAX_VALUES + 1L) * dimension;
            if (dimension == 0) {
                throw corrupt(file, "dimensions of at least 1", product);
            }
        }
        if (size > MAX_VALUES) {
            throw corrupt(file, "at most " + number(MAX_VALUES) + " values", product);
        }
        if (!stored.gzipped() && stored.length() != headerBytes + size) {
            throw corrupt(
                    file,
                    bytes(headerBytes + size) + " (a header of " + headerBytes + " and " + product + " values)",
                    bytes(stored.length()));
        }
        if (stored.gzipped() && headerBytes + size > MAX_DEFLATE_RATIO * stored.length()) {
            throw corrupt(
                    file,
                    "at least " + bytes((headerBytes + size) / MAX_DEFLATE_RATIO + 1) + " of gzip for " + product
                            + " values",
                    bytes(stored.length()));
        }
        byte[] values = new byte[(int) size];
        int read = in.readNBytes(values, 0, values.length);
        if (read < values.length) {
            throw corrupt(file, number(size) + " values (" + product + ")", number(read));
        }
        if (in.read() >= 0) {
            throw corrupt(file, number(size) + " values (" + product + ")", "more");
        }
        return new IdxFile(announced.stream().map(Long::intValue).toList(), values);
    }

    private static void checkMagic(Path file, byte[] magic, int rank) {
        byte[] expected = {0, 0, UNSIGNED_BYTE, (byte) rank};
        String expectation = "IDX " + kind(rank) + " (" + hex(expected) + ")";
        if (magic.length < 4) {
            throw corrupt(file, expectation, bytes(magic.length));
        }
        if (magic[0] != 0 || magic[1] != 0) {
            throw corrupt(file, expectation + " or gzip (1f 8b)", hex(magic));
        }
        if (magic[2] != UNSIGNED_BYTE) {
            throw corrupt(
                    file,
                    expectation,
                    "values of type 0x" + HexFormat.of().toHexDigits(magic[2]) + " (" + hex(magic) + ")");
        }
        if (magic[3] != rank) {
            throw new CorruptFileException(
                    file,
                    expectation,
                    kind(magic[3]) + " (" + hex(magic) + ")",
                    "Are the files of images and labels swapped?");
        }
    }

    private static String kind(int rank) {
        return switch (rank) {
            case LABELS_RANK -> "labels";
            case IMAGES_RANK -> "images";
            default -> "an array of rank " + Byte.toUnsignedInt((byte) rank);
        };
    }

    private static CorruptFileException corrupt(Path file, String expected, String found) {
        return new CorruptFileException(file, expected, found, FETCH_AGAIN);
    }

    private static String bytes(long count) {
        return number(count) + (count == 1 ? " byte" : " bytes");
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.ofDelimiter(" ").formatHex(bytes);
    }
}
