package dev.hourglass.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Structures of an HDF5 file while they are put together; little-endian, growing. */
final class Hdf5Bytes {
    private byte[] bytes = new byte[64];
    private int size;

    int size() {
        return size;
    }

    Hdf5Bytes put1(int value) {
        return put(value, 1);
    }

    Hdf5Bytes put2(int value) {
        return put(value, 2);
    }

    Hdf5Bytes put4(int value) {
        return put(value, 4);
    }

    Hdf5Bytes put8(long value) {
        return put(value, 8);
    }

    Hdf5Bytes put(byte... values) {
        return put(values, values.length);
    }

    Hdf5Bytes put(Hdf5Bytes other) {
        return put(other.bytes, other.size);
    }

    Hdf5Bytes zeros(int count) {
        return put(new byte[count]);
    }

    /** Of all bytes so far. */
    Hdf5Bytes checksum() {
        return put4(Lookup3.hash(MemorySegment.ofArray(bytes).asSlice(0, size)));
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, size);
    }

    private Hdf5Bytes put(long value, int width) {
        room(width);
        for (int i = 0; i < width; i++) {
            bytes[size++] = (byte) (value >> (8 * i));
        }
        return this;
    }

    private Hdf5Bytes put(byte[] values, int count) {
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
