package dev.hourglass.formats.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A message in Protocol Buffers' wire format, built field by field. Bytes of weights are not copied until the whole
 * message is put into one array.
 */
final class ProtobufMessage {
    /** How a field's value lies in the file; the number is the low three bits of its tag. */
    enum Wire {
        VARINT(0),
        BYTES(2),
        FIXED32(5);

        final int code;

        Wire(int code) {
            this.code = code;
        }
    }

    private final List<byte[]> parts = new ArrayList<>();
    private long size;

    ProtobufMessage whole(int field, long value) {
        tag(field, Wire.VARINT);
        varint(value);
        return this;
    }

    ProtobufMessage wholes(int field, List<Long> values) {
        values.forEach(value -> whole(field, value));
        return this;
    }

    ProtobufMessage real(int field, float value) {
        tag(field, Wire.FIXED32);
        add(ByteBuffer.allocate(Float.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .array());
        return this;
    }

    ProtobufMessage text(int field, String value) {
        return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    ProtobufMessage texts(int field, List<String> values) {
        values.forEach(value -> text(field, value));
        return this;
    }

    /** @param value owned by the message from now on */
    ProtobufMessage bytes(int field, byte[] value) {
        tag(field, Wire.BYTES);
        varint(value.length);
        add(value);
        return this;
    }

    /** @param value complete: what is added to it later is not seen */
    ProtobufMessage message(int field, ProtobufMessage value) {
        tag(field, Wire.BYTES);
        varint(value.size);
        value.parts.forEach(this::add);
        return this;
    }

    /** How many bytes the message has. */
    long size() {
        return size;
    }

    /** @throws ArithmeticException if an array can't hold the message */
    byte[] toBytes() {
        ByteBuffer all = ByteBuffer.allocate(Math.toIntExact(size));
        parts.forEach(all::put);
        return all.array();
    }

    private void tag(int field, Wire wire) {
        varint(((long) field << 3) | wire.code);
    }

    /** Seven bits a byte, lowest first; the top bit says that more follow. */
    private void varint(long value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes.write((int) rest);
        add(bytes.toByteArray());
    }

    private void add(byte[] part) {
        parts.add(part);
        size += part.length;
    }
}
