package dev.hourglass.hdf5;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * Bob Jenkins's hash, HDF5's checksum of its newer structures: {@code hashlittle} with the initial value 0.
 *
 * @see <a href="https://burtleburtle.net/bob/c/lookup3.c">lookup3.c</a>
 */
final class Lookup3 {
    private static final ValueLayout.OfInt WORD = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private Lookup3() {}

    static int hash(MemorySegment bytes) {
        long length = bytes.byteSize();
        int a = 0xdeadbeef + (int) length;
        int b = a;
        int c = a;
        long at = 0;
        // The last 12 bytes are mixed differently even where they are a whole block.
        for (; length - at > 12; at += 12) {
            a += bytes.get(WORD, at);
            b += bytes.get(WORD, at + 4);
            c += bytes.get(WORD, at + 8);
            a = (a - c) ^ Integer.rotateLeft(c, 4);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 6);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 8);
            b += a;
            a = (a - c) ^ Integer.rotateLeft(c, 16);
            c += b;
            b = (b - a) ^ Integer.rotateLeft(a, 19);
            a += c;
            c = (c - b) ^ Integer.rotateLeft(b, 4);
            b += a;
        }
        if (at == length) {
            return c;
        }
        a += wordOrPart(bytes, at);
        b += wordOrPart(bytes, at + 4);
        c += wordOrPart(bytes, at + 8);
        c = (c ^ b) - Integer.rotateLeft(b, 14);
        a = (a ^ c) - Integer.rotateLeft(c, 11);
        b = (b ^ a) - Integer.rotateLeft(a, 25);
        c = (c ^ b) - Integer.rotateLeft(b, 16);
        a = (a ^ c) - Integer.rotateLeft(c, 4);
        b = (b ^ a) - Integer.rotateLeft(a, 14);
        return (c ^ b) - Integer.rotateLeft(b, 24);
    }

    /** Bytes beyond the end count as zero. */
    private static int wordOrPart(MemorySegment bytes, long at) {
        int word = 0;
        for (long i = Math.min(at + 4, bytes.byteSize()) - 1; i >= at; i--) {
            word = word << 8 | Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, i));
        }
        return word;
    }
}
