package dev.hourglass.hdf5;

import dev.hourglass.tensor.CorruptFileException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Reads a stretch of an HDF5 file from front to back. Everything in HDF5's own structures is little-endian. */
final class Cursor {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final BoundedInput input;
    private final MemorySegment stretch;
    private final long start;
    private long position;

    /** @param start the stretch's address in the file */
    Cursor(BoundedInput input, MemorySegment stretch, long start) {
        this.input = input;
        this.stretch = stretch;
        this.start = start;
    }

    /** Of the next byte, in the file. */
    long address() {
        return start + position;
    }

    long remaining() {
        return stretch.byteSize() - position;
    }

    int unsignedByte() {
        return Byte.toUnsignedInt(stretch.get(ValueLayout.JAVA_BYTE, advance(1)));
    }

    int unsignedShort() {
        return Short.toUnsignedInt(stretch.get(SHORT, advance(2)));
    }

    long unsignedInt() {
        return Integer.toUnsignedLong(stretch.get(INT, advance(4)));
    }

    /** An address, or {@link BoundedInput#UNDEFINED}; what lies beyond the file is refused where it is used. */
    long pointer() {
        return stretch.get(LONG, advance(8));
    }

    /** A length or dimension. */
    long length() {
        long at = address();
        long value = pointer();
        if (value < 0) {
            throw input.refuse(at, "a length below 2^63", BoundedInput.count(value));
        }
        return value;
    }

    /** An unsigned number of 1 to 8 bytes. */
    long unsigned(int width) {
        long at = address();
        long value = 0;
        for (int i = 0; i < width; i++) {
            value |= (long) unsignedByte() << (8 * i);
        }
        if (value < 0) {
            throw input.refuse(at, "a number below 2^63", BoundedInput.count(value));
        }
        return value;
    }

    void skip(long count) {
        advance(count);
    }

    /** Goes on to a multiple of 8 from the stretch's start. */
    void align() {
        advance(Math.min(-position & 7, remaining()));
    }

    /** The next bytes as a stretch of their own, which this cursor then stands behind. */
    Cursor take(long count) {
        long from = advance(count);
        return new Cursor(input, stretch.asSlice(from, count), start + from);
    }

    /** The next bytes, which this cursor then stands behind. */
    MemorySegment takeBytes(long count) {
        return stretch.asSlice(advance(count), count);
    }

    /** Text of exactly so many bytes; counted as kept. */
    String text(long count) {
        long at = address();
        input.keepText(count);
        return decode(BoundedInput.copy(takeBytes(count)), at);
    }

    /** Text of so many bytes at most: up to its first zero, or all of them if it has none; counted as kept. */
    String textUpToZero(long count) {
        Cursor field = take(count);
        long letters = field.bytesBeforeZero();
        return field.text(letters);
    }

    /** How many bytes come before the next zero, or remain if none comes. */
    long bytesBeforeZero() {
        long end = position;
        while (end < stretch.byteSize() && stretch.get(ValueLayout.JAVA_BYTE, end) != 0) {
            end++;
        }
        return end - position;
    }

    void signature(String expected) {
        long at = address();
        byte[] found = BoundedInput.copy(takeBytes(expected.length()));
        if (!expected.equals(new String(found, StandardCharsets.ISO_8859_1))) {
            throw input.refuse(
                    at, "the signature " + expected, HexFormat.ofDelimiter(" ").formatHex(found));
        }
    }

    /** A version or another byte of which only one value is understood. */
    void expect(int value, String what) {
        long at = address();
        int found = unsignedByte();
        if (found != value) {
            throw input.refuse(at, what + " " + value, String.valueOf(found));
        }
    }

    /** The bytes so far, whose checksum is to come next. */
    void checksum() {
        int computed = Lookup3.hash(stretch.asSlice(0, position));
        long at = address();
        int found = (int) unsignedInt();
        if (found != computed) {
            throw input.refuse(at, String.format("the checksum %08x", computed), String.format("%08x", found));
        }
    }

    private String decode(byte[] letters, long at) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(letters))
                    .toString();
        } catch (CharacterCodingException e) {
            throw input.refuse(at, "text in UTF-8", "other bytes");
        }
    }

    private long advance(long count) {
        if (count < 0 || count > remaining()) {
            throw cutShort(count);
        }
        long from = position;
        position += count;
        return from;
    }

    private CorruptFileException cutShort(long needed) {
        return input.refuse(
                address(),
                BoundedInput.count(needed) + " more bytes of this structure",
                BoundedInput.count(remaining()));
    }
}
