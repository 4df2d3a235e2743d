package dev.hourglass.formats.onnx.read.graph;

import dev.hourglass.hdf5.BoundedInput;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Walks over the fields of a message in Protocol Buffers' wire format that a stranger wrote. A field's value is taken when
 * {@link #next} comes to it, so that fields nobody asks for are passed over. A length that its message does not hold is
 * refused; messages lie only as deep in each other as somebody opens them.
 */
public final class WireMessage {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED32 = 5;

    private final Bounds bounds;
    /** Such as {@code a node}, for errors. */
    private final String what;
    /** Of the message within the file. */
    private final long start;

    private final ByteBuffer bytes;
    private int field;
    private int wire;
    private long number;
    private ByteBuffer value = ByteBuffer.allocate(0);
    private long valueStart;

    private WireMessage(Bounds bounds, String what, long start, ByteBuffer bytes) {
        this.bounds = bounds;
        this.what = what;
        this.start = start;
        this.bytes = bytes.order(ByteOrder.LITTLE_ENDIAN);
    }

    static WireMessage of(ByteBuffer file, Bounds bounds) {
        return new WireMessage(bounds, "the model", 0, file);
    }

    /** Goes to the next field; false where there is none. */
    boolean next() {
        if (!bytes.hasRemaining()) {
            return false;
        }
        long tag = varint();
        field = (int) Math.min(tag >>> 3, Integer.MAX_VALUE);
        wire = (int) (tag & 7);
        switch (wire) {
            case VARINT -> number = varint();
            case FIXED64 -> number = require(Long.BYTES).getLong();
            case FIXED32 -> number = require(Integer.BYTES).getInt();
            case BYTES -> {
                long length = varint();
                if (length < 0 || length > bytes.remaining()) {
                    throw refuse(
                            "a field within the message's last " + BoundedInput.count(bytes.remaining()) + " bytes",
                            BoundedInput.count(length) + " bytes");
                }
                valueStart = start + bytes.position();
                value = bytes.slice(bytes.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
                bytes.position(bytes.position() + (int) length);
            }
            default -> throw refuse("a field of wire type 0, 1, 2 or 5", "type " + wire);
        }
        return true;
    }

    int field() {
        return field;
    }

    long whole() {
        require(wire == VARINT, "a whole number");
        return number;
    }

    float real() {
        require(wire == FIXED32, "a number of 32 bits");
        return Float.intBitsToFloat((int) number);
    }

    String text() {
        require(wire == BYTES, "a text");
        bounds.countParts(1);
        bounds.countLetters(value.remaining());
        return StandardCharsets.UTF_8.decode(value.duplicate()).toString();
    }

    /** The field's bytes, little-endian; a view. Of a number that stands by itself, its bytes as in a packed list. */
    ByteBuffer bytes() {
        bounds.countParts(1);
        return switch (wire) {
            case BYTES -> value;
            case FIXED32 -> numberBytes(Integer.BYTES);
            case FIXED64 -> numberBytes(Long.BYTES);
            default -> {
                ByteBuffer single = ByteBuffer.allocate(10).order(ByteOrder.LITTLE_ENDIAN);
                for (long rest = number; ; rest >>>= 7) {
                    boolean more = (rest & ~0x7FL) != 0;
                    single.put((byte) ((rest & 0x7F) | (more ? 0x80 : 0)));
                    if (!more) {
                        yield single.flip();
                    }
                }
            }
        };
    }

    private ByteBuffer numberBytes(int count) {
        ByteBuffer single = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        return (count == Long.BYTES ? single.putLong(number) : single.putInt((int) number)).flip();
    }

    /** @param kind such as {@code a node} */
    WireMessage message(String kind) {
        require(wire == BYTES, kind);
        bounds.countParts(1);
        return new WireMessage(bounds, kind, valueStart, value);
    }

    /** Adds the numbers of a list, packed or one by one. */
    void addWholes(List<Long> into) {
        if (wire == VARINT) {
            bounds.countParts(1);
            into.add(number);
            return;
        }
        WireMessage packed = message("a list of whole numbers");
        while (packed.bytes.hasRemaining()) {
            bounds.countParts(1);
            into.add(packed.varint());
        }
    }

    void addReals(List<Float> into) {
        if (wire == FIXED32) {
            bounds.countParts(1);
            into.add(real());
            return;
        }
        WireMessage packed = message("a list of numbers");
        while (packed.bytes.hasRemaining()) {
            bounds.countParts(1);
            into.add(packed.require(Float.BYTES).getFloat());
        }
    }

    private void require(boolean isThat, String expected) {
        if (!isThat) {
            throw refuse(expected + " in field " + field, "wire type " + wire);
        }
    }

    private ByteBuffer require(int count) {
        if (bytes.remaining() < count) {
            throw refuse("a number of " + count + " bytes", bytes.remaining() + " bytes");
        }
        return bytes;
    }

    /** Seven bits a byte, lowest first; the top bit says that more follow. */
    private long varint() {
        long result = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = require(1).get();
            result |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return result;
            }
        }
        throw refuse("a whole number of at most 64 bits", "more");
    }

    private CorruptFileException refuse(String expected, String found) {
        return new CorruptFileException(
                bounds.file() + ", " + what + " at byte " + BoundedInput.count(start + bytes.position()),
                expected,
                found,
                Bounds.SAVE_AGAIN);
    }
}
