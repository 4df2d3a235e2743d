package dev.hourglass.hdf5;

import java.nio.ByteOrder;

/** What an element of a data set or an attribute is. */
sealed interface Datatype {
    /** Bytes of one element. */
    long size();

    /**
     * IEEE 754.
     *
     * @param size 2, 4 or 8
     */
    record Floating(long size, ByteOrder order) implements Datatype {}

    /**
     * Two's complement if signed.
     *
     * @param size 1, 2, 4 or 8
     */
    record Whole(long size, boolean signed, ByteOrder order) implements Datatype {}

    /** Text in a field, filled up with zeros or, if padded, with blanks. */
    record FixedText(long size, boolean blankPadded) implements Datatype {}

    /** A length (4), and the address (8) and number (4) of an object in a global heap. */
    record VariableText() implements Datatype {
        @Override
        public long size() {
            return 16;
        }
    }

    /**
     * What no model needs.
     *
     * @param name such as {@code compound}
     */
    record Unread(String name, long size) implements Datatype {}

    private static String[] classNames() {
        return new String[] {
            "integer",
            "float",
            "time",
            "text",
            "bit field",
            "opaque",
            "compound",
            "reference",
            "enumeration",
            "variable-length list",
            "array"
        };
    }

    /** Reads a datatype message: class and version (1), bits of the class (3), size (4), properties of the class. */
    static Datatype read(BoundedInput input, Cursor in) {
        long at = in.address();
        int classAndVersion = in.unsignedByte();
        int version = classAndVersion >> 4;
        if (version < 1 || version > 4) {
            throw input.refuse(at, "a datatype of version 1 to 4", String.valueOf(version));
        }
        int bits = (int) in.unsigned(3);
        long size = in.unsignedInt();
        int kind = classAndVersion & 15;
        if (kind >= classNames().length) {
            throw input.refuse(at, "a datatype of class 0 to 10", String.valueOf(kind));
        }
        Datatype type = switch (kind) {
            case 0 -> readWhole(in, bits, size);
            case 1 -> readFloating(in, bits, size);
            case 3 -> new FixedText(size, (bits & 15) == 2);
            case 9 -> (bits & 15) == 1 ? new VariableText() : new Unread(classNames()[9], size);
            default -> new Unread(classNames()[kind], size);
        };
        if (size == 0 || type.size() != size) {
            throw input.refuse(at, "elements of " + type.size() + " bytes or at least 1", BoundedInput.count(size));
        }
        return type;
    }

    private static Datatype readWhole(Cursor in, int bits, long size) {
        int offset = in.unsignedShort();
        int precision = in.unsignedShort();
        boolean wholeBytes = offset == 0 && precision == 8 * size;
        return wholeBytes && (size == 1 || size == 2 || size == 4 || size == 8)
                ? new Whole(size, (bits & 8) != 0, order(bits))
                : new Unread("integer of " + precision + " bits", size);
    }

    private static Datatype readFloating(Cursor in, int bits, long size) {
        int offset = in.unsignedShort();
        int precision = in.unsignedShort();
        int exponentAt = in.unsignedByte();
        int exponentBits = in.unsignedByte();
        int mantissaAt = in.unsignedByte();
        int mantissaBits = in.unsignedByte();
        long bias = in.unsignedInt();
        int ieeeExponentBits = size == 2 ? 5 : size == 4 ? 8 : 11;
        boolean ieee = (size == 2 || size == 4 || size == 8)
                && (bits & 0x40) == 0
                && (bits >> 4 & 3) == 2
                && bits >> 8 == 8 * size - 1
                && offset == 0
                && precision == 8 * size
                && mantissaAt == 0
                && mantissaBits == precision - ieeeExponentBits - 1
                && exponentAt == mantissaBits
                && exponentBits == ieeeExponentBits
                && bias == (1 << (ieeeExponentBits - 1)) - 1;
        return ieee ? new Floating(size, order(bits)) : new Unread("float that is not IEEE 754's", size);
    }

    private static ByteOrder order(int bits) {
        return (bits & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    }
}
