package dev.hourglass.formats.onnx;

import dev.hourglass.formats.onnx.ProtobufMessage.Wire;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Walks over the fields of a message in Protocol Buffers' wire format. It is for bytes of our own, and strict: each
 * field must be what the caller says it is.
 */
final class ProtobufReader {
    private final ByteBuffer bytes;
    private Wire wire = Wire.VARINT;

    private ProtobufReader(ByteBuffer bytes) {
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    static ProtobufReader of(byte[] message) {
        return new ProtobufReader(ByteBuffer.wrap(message));
    }

    boolean hasNext() {
        return bytes.hasRemaining();
    }

    /** The number of the next field, whose value is to be read next. */
    int field() {
        long tag = varint();
        for (Wire candidate : Wire.values()) {
            if (candidate.code == (tag & 7)) {
                wire = candidate;
                return Math.toIntExact(tag >>> 3);
            }
        }
        throw new IllegalStateException(
                "ONNX field " + (tag >>> 3) + " has wire type " + (tag & 7) + ", which is not ours");
    }

    long whole() {
        require(Wire.VARINT);
        return varint();
    }

    float real() {
        require(Wire.FIXED32);
        return bytes.getFloat();
    }

    String text() {
        return StandardCharsets.UTF_8.decode(bytes()).toString();
    }

    /** A view of the field's bytes, little-endian. */
    ByteBuffer bytes() {
        require(Wire.BYTES);
        int length = Math.toIntExact(varint());
        if (length < 0 || length > bytes.remaining()) {
            throw new IllegalStateException(
                    "ONNX field of " + length + " bytes, but its message has " + bytes.remaining() + " left");
        }
        ByteBuffer field = bytes.slice(bytes.position(), length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + length);
        return field;
    }

    ProtobufReader message() {
        return new ProtobufReader(bytes());
    }

    private void require(Wire expected) {
        if (wire != expected) {
            throw new IllegalStateException("ONNX field lies as " + wire + " in the file, expected " + expected);
        }
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes.get();
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("ONNX number with more than 64 bits");
    }
}
