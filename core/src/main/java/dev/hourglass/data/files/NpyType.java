package dev.hourglass.data.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The types of numbers that are read from an NPY file. */
enum NpyType {
    /** NumPy's bool, 0 or 1. */
    B1(1),
    U1(1),
    I1(1),
    U2(2),
    I2(2),
    U4(4),
    I4(4),
    U8(8),
    I8(8),
    F2(2),
    F4(4),
    F8(8);

    private final int bytes;

    NpyType(int bytes) {
        this.bytes = bytes;
    }

    /** @param code NumPy's, without the byte order, such as {@code f4} */
    static Optional<NpyType> of(String code) {
        return Arrays.stream(values()).filter(type -> type.code().equals(code)).findFirst();
    }

    static List<String> codes() {
        return Arrays.stream(values()).map(NpyType::code).toList();
    }

    String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    int bytes() {
        return bytes;
    }

    boolean isWhole() {
        return this != F2 && this != F4 && this != F8;
    }

    /** Whether numbers may have more digits than a float keeps. */
    boolean isDouble() {
        return this == F8 || (isWhole() && bytes >= Integer.BYTES);
    }

    /** Numbers from a place on, whole ones beyond 2^53 to the nearest double. */
    void copy(MemorySegment data, long at, ByteOrder order, double[] into, int offset, int count) {
        for (int i = 0; i < count; i++) {
            into[offset + i] = number(data, at + (long) i * bytes, order);
        }
    }

    /** Numbers from a place on, as floats. */
    void copy(MemorySegment data, long at, ByteOrder order, float[] into, int offset, int count) {
        if (this == F4) {
            ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
            MemorySegment.copy(data, layout, at, into, offset, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            into[offset + i] = (float) number(data, at + (long) i * bytes, order);
        }
    }

    /** The number at a place; whole ones beyond 2^53 to the nearest double. */
    double number(MemorySegment data, long at, ByteOrder order) {
        long bits = bits(data, at, order);
        return switch (this) {
            case F2 -> Float.float16ToFloat((short) bits);
            case F4 -> Float.intBitsToFloat((int) bits);
            case F8 -> Double.longBitsToDouble(bits);
            case U8 -> bits >= 0 ? bits : ((bits >>> 1) | (bits & 1)) * 2.0;
            case B1, U1, I1, U2, I2, U4, I4, I8 -> bits;
        };
    }

    /** A whole number, that of U8 as if it had a sign; or the bits of a fraction. */
    long bits(MemorySegment data, long at, ByteOrder order) {
        boolean swapped = order != ByteOrder.nativeOrder();
        return switch (this) {
            case B1 -> data.get(ValueLayout.JAVA_BYTE, at) == 0 ? 0 : 1; // as NumPy takes other bytes
            case U1 -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at));
            case I1 -> data.get(ValueLayout.JAVA_BYTE, at);
            case U2, I2, F2 -> {
                short stored = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
                short bits = swapped ? Short.reverseBytes(stored) : stored;
                yield this == U2 ? Short.toUnsignedInt(bits) : bits;
            }
            case U4, I4, F4 -> {
                int stored = data.get(ValueLayout.JAVA_INT_UNALIGNED, at);
                int bits = swapped ? Integer.reverseBytes(stored) : stored;
                yield this == U4 ? Integer.toUnsignedLong(bits) : bits;
            }
            case U8, I8, F8 -> {
                long bits = data.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
                yield swapped ? Long.reverseBytes(bits) : bits;
            }
        };
    }
}
