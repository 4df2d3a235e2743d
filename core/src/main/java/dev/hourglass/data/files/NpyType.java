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
    U1(1),
    I1(1),
    I2(2),
    I4(4),
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

    /** Numbers from a place on, as floats. */
    void copy(MemorySegment data, long at, ByteOrder order, float[] into, int offset, int count) {
        if (this == F4) {
            ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
            MemorySegment.copy(data, layout, at, into, offset, count);
            return;
        }
        for (int i = 0; i < count; i++) {
            long bits = bits(data, at + (long) i * bytes, order);
            into[offset + i] = switch (this) {
                case F2 -> Float.float16ToFloat((short) bits);
                case F8 -> (float) Double.longBitsToDouble(bits);
                case U1, I1, I2, I4, I8 -> bits;
                case F4 -> Float.intBitsToFloat((int) bits);
            };
        }
    }

    /** A whole number, or the bits of a fraction. */
    long bits(MemorySegment data, long at, ByteOrder order) {
        boolean swapped = order != ByteOrder.nativeOrder();
        return switch (this) {
            case U1 -> Byte.toUnsignedInt(data.get(ValueLayout.JAVA_BYTE, at));
            case I1 -> data.get(ValueLayout.JAVA_BYTE, at);
            case I2, F2 -> {
                short bits = data.get(ValueLayout.JAVA_SHORT_UNALIGNED, at);
                yield swapped ? Short.reverseBytes(bits) : bits;
            }
            case I4, F4 -> {
                int bits = data.get(ValueLayout.JAVA_INT_UNALIGNED, at);
                yield swapped ? Integer.reverseBytes(bits) : bits;
            }
            case I8, F8 -> {
                long bits = data.get(ValueLayout.JAVA_LONG_UNALIGNED, at);
                yield swapped ? Long.reverseBytes(bits) : bits;
            }
        };
    }
}
