package dev.hourglass.data.files;

import dev.hourglass.files.Excerpt;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The beginning of an NPY file, held against the length of the file: the numbers of this shape and type fill the rest
 * of it exactly.
 *
 * @param order of the bytes of a number
 * @param shape each dimension >= 1, outermost first
 * @param bytes from the beginning of the file to the first number
 */
record NpyHeader(NpyType type, ByteOrder order, List<Integer> shape, int bytes) {
    /** More than any array that NumPy writes needs; it refuses itself to read headers above 10,000 characters. */
    static final int MAX_BYTES = 1 << 16;

    static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int MAX_RANK = 32;
    private static final String SAVE_AGAIN = "Save the array again with numpy.save.";

    /**
     * @param beginning the first {@link #MAX_BYTES} of the file, or all if there are fewer
     * @param length of the file
     * @throws CorruptFileException if it is no NPY file, damaged, or of a kind that is not read here
     */
    static NpyHeader read(String place, byte[] beginning, long length) {
        if (beginning.length < MAGIC.length + 2 || !Arrays.equals(beginning, 0, 6, MAGIC, 0, 6)) {
            byte[] found = Arrays.copyOf(beginning, Math.min(6, beginning.length));
            throw corrupt(
                    place,
                    "NPY (" + HexFormat.ofDelimiter(" ").formatHex(MAGIC) + ")",
                    beginning.length == 0
                            ? "an empty file"
                            : HexFormat.ofDelimiter(" ").formatHex(found));
        }
        int version = beginning[6];
        if (version < 1 || version > 3 || beginning[7] != 0) {
            throw corrupt(place, "NPY version 1.0, 2.0 or 3.0", version + "." + Byte.toUnsignedInt(beginning[7]));
        }
        int textAt = version == 1 ? 10 : 12;
        if (beginning.length < textAt) {
            throw corrupt(place, "the length of the header", "the end of the file");
        }
        ByteBuffer numbers = ByteBuffer.wrap(beginning).order(ByteOrder.LITTLE_ENDIAN);
        long textBytes =
                version == 1 ? Short.toUnsignedLong(numbers.getShort(8)) : Integer.toUnsignedLong(numbers.getInt(8));
        if (textAt + textBytes > beginning.length) {
            throw corrupt(
                    place,
                    String.format(Locale.ROOT, "a header within the first %,d bytes", beginning.length),
                    String.format(Locale.ROOT, "an announced %,d bytes of header", textBytes));
        }
        String text = new String(beginning, textAt, (int) textBytes, StandardCharsets.UTF_8);
        NpyDescription description = NpyDescription.parse(place, text);
        return of(place, description, textAt + (int) textBytes, length);
    }

    private static NpyHeader of(String place, NpyDescription description, int headerBytes, long length) {
        String descr = description.type();
        char order = descr.isEmpty() ? ' ' : descr.charAt(0);
        NpyType type = NpyType.of(descr.substring(Math.min(1, descr.length())))
                .filter(known -> known.bytes() == 1 ? "|<>=".indexOf(order) >= 0 : "<>".indexOf(order) >= 0)
                .orElseThrow(() -> new CorruptFileException(
                        place,
                        "numbers of one of the types " + String.join(", ", NpyType.codes())
                                + " with their byte order, < or >",
                        "type '" + Excerpt.of(descr) + "'",
                        "Save the array as float32: numpy.save(file, array.astype('float32'))."));
        List<Long> dimensions = description.shape();
        if (description.fortranOrder() && dimensions.size() > 1) {
            throw new CorruptFileException(
                    place,
                    "an array in C order",
                    "'fortran_order': True",
                    "Save it as numpy.save(file, numpy.ascontiguousarray(array)).");
        }
        String product = dimensions.stream().map(String::valueOf).collect(Collectors.joining(" x "));
        if (dimensions.isEmpty() || dimensions.size() > MAX_RANK) {
            throw corrupt(place, "1 to " + MAX_RANK + " dimensions, the samples first", dimensions.size() + " of them");
        }
        long rest = length - headerBytes;
        long size = type.bytes();
        for (long dimension : dimensions) {
            if (dimension < 1 || dimension > Integer.MAX_VALUE) {
                throw corrupt(place, "dimensions of 1 to 2,147,483,647", "(" + product + ")");
            }
            // Both factors are below 2^31 and 2^63 / 2^31, so nothing overflows before it is refused.
            if (size > rest / dimension) {
                throw corrupt(
                        place,
                        product + " numbers of " + type.bytes() + " bytes",
                        String.format(Locale.ROOT, "%,d bytes after the header", rest));
            }
            size *= dimension;
        }
        if (size != rest) {
            throw corrupt(
                    place,
                    String.format(Locale.ROOT, "%,d bytes for %s numbers of %d bytes", size, product, type.bytes()),
                    String.format(Locale.ROOT, "%,d bytes after the header", rest));
        }
        ByteOrder byteOrder = order == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
        return new NpyHeader(
                type, byteOrder, dimensions.stream().map(Long::intValue).toList(), headerBytes);
    }

    private static CorruptFileException corrupt(String place, String expected, String found) {
        return new CorruptFileException(place, expected, found, SAVE_AGAIN);
    }
}
