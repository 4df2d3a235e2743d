package dev.hourglass.server.http;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * An array in NumPy's file format, version 1.0, little-endian, in C order.
 *
 * @param type NumPy's word for the numbers, {@code <f4} or {@code <i4}
 * @param shape outermost first
 * @param numbers the bytes of the numbers
 */
public record NpyArray(String type, int[] shape, ByteBuffer numbers) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};
    private static final int ALIGNMENT = 64;

    public static NpyArray of(float[] values, int... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new NpyArray("<f4", shape, bytes);
    }

    public static NpyArray of(int[] values, int... shape) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.multiplyExact(4, values.length)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return new NpyArray("<i4", shape, bytes);
    }

    /** The header and the numbers. */
    public byte[] toBytes() {
        byte[] header = header(type, shape);
        ByteBuffer file = ByteBuffer.allocate(header.length + numbers.capacity());
        return file.put(header).put(numbers.duplicate().clear()).array();
    }

    /** What comes before the numbers, padded so that they begin at a multiple of 64. */
    public static byte[] header(String type, int... shape) {
        String dimensions = Arrays.stream(shape).mapToObj(size -> size + ",").collect(Collectors.joining(" "));
        String description = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + dimensions + "), }";
        int unpadded = MAGIC.length + 2 + description.length() + 1;
        String padded = description + " ".repeat(Math.floorMod(-unpadded, ALIGNMENT)) + "\n";
        ByteBuffer header =
                ByteBuffer.allocate(MAGIC.length + 2 + padded.length()).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).putShort((short) padded.length()).put(padded.getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }
}
