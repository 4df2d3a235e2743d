package dev.hourglass.hdf5;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Structures of an HDF5 file while they are put together; little-endian, growing. */
final class Bytes {
    private byte[] bytes = new byte[64];
    private int size;

    int size() {
        return size;
    }

    Bytes put1(int value) {
        return put(value, 1);
    }

    Bytes put2(int value) {
        return put(value, 2);
    }

    Bytes put4(int value) {
        return put(value, 4);
    }

    Bytes put8(long value) {
        return put(value, 8);
    }

    Bytes put(byte... values) {
        return put(values, values.length);
    }

    Bytes put(Bytes other) {
        return put(other.bytes, other.size);
    }

    Bytes zeros(int count) {
        return put(new byte[count]);
    }

    /** Of all bytes so far. */
    Bytes checksum() {
        return put4(Lookup3.hash(MemorySegment.ofArray(bytes).asSlice(0, size)));
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, size);
    }

    private Bytes put(long value, int width) {
        room(width);
        for (int i = 0; i < width; i++) {
            bytes[size++] = (byte) (value >> (8 * i));
        }
        return this;
    }

    private Bytes put(byte[] values, int count) {
        room(count);
        System.arraycopy(values, 0, bytes, size, count);
        size += count;
        return this;
    }

    private void room(int count) {
        if (bytes.length - size < count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, Math.addExact(size, count)));
        }
    }
}
