package com.github.luben.zstd;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Bytes that are taken from the first to the last, within which bits can be read as well. */
final class PackedBytes {
    /** Behind the bytes, so that eight can be read at once wherever one is. */
    static final int PADDING = 8;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN)
            .withInvokeExactBehavior();

    private final byte[] bytes;
    private final int end;
    private int at;

    /** @param bytes that end {@link #PADDING} behind {@code end} */
    PackedBytes(byte[] bytes, int end) {
        this(bytes, 0, end);
    }

    private PackedBytes(byte[] bytes, int at, int end) {
        this.bytes = bytes;
        this.at = at;
        this.end = end;
    }

    int left() {
        return end - at;
    }

    /** The next byte, 0 to 255. */
    int next() throws IOException {
        require(at < end, "the end of its bytes");
        return bytes[at++] & 0xFF;
    }

    /** A number of at most eight bytes, the lowest first. */
    long number(int count) throws IOException {
        require(count <= left(), "the end of its bytes");
        long number = count == 0 ? 0 : (long) LONG.get(bytes, at) & -1L >>> (64 - 8 * count);
        at += count;
        return number;
    }

    void skip(long count) throws IOException {
        require(count >= 0 && count <= left(), "the end of its bytes");
        at += (int) count;
    }

    /** The next bytes, by themselves. */
    PackedBytes part(long count) throws IOException {
        int from = at;
        skip(count);
        return new PackedBytes(bytes, from, at);
    }

    void copy(byte[] into, int to, int count) throws IOException {
        int from = at;
        skip(count);
        System.arraycopy(bytes, from, into, to, count);
    }

    /** Bits from here on, the lowest of each byte first; a number of at most 25. */
    int bits(int fromBit, int count) throws IOException {
        int place = at + (fromBit >> 3);
        require(place < end, "the end of its bytes");
        return (int) ((long) LONG.get(bytes, place) >>> (fromBit & 7)) & ((1 << count) - 1);
    }

    /** All that is left, as bits from the last to the first. */
    Bits backward() throws IOException {
        require(left() > 0 && bytes[end - 1] != 0, "bits without an end");
        int last = bytes[end - 1] & 0xFF;
        return new Bits(bytes, 8L * at, 8L * (end - 1) + (31 - Integer.numberOfLeadingZeros(last)));
    }

    static void require(boolean fine, String found) throws IOException {
        if (!fine) {
            throw new IOException("broken Zstandard: " + found);
        }
    }

    /** Bits from the last to the first. Before the first there are zeros, so that {@link #left} may be below 0. */
    static final class Bits {
        private final byte[] bytes;
        private final long begin;
        private long at;

        private Bits(byte[] bytes, long begin, long at) {
            this.bytes = bytes;
            this.begin = begin;
            this.at = at;
        }

        long left() {
            return at - begin;
        }

        /** The next bits, at most 56, which stay. */
        long peek(int count) {
            long low = at - count;
            if (low >= begin) {
                return window(low) & ((1L << count) - 1);
            }
            int there = (int) Math.max(0, at - begin);
            return (window(begin) & ((1L << there) - 1)) << (count - there);
        }

        private long window(long bit) {
            return (long) LONG.get(bytes, (int) (bit >> 3)) >>> (bit & 7);
        }

        void skip(int count) {
            at -= count;
        }

        /** The next bits, at most 56. */
        long read(int count) {
            long bits = peek(count);
            at -= count;
            return bits;
        }
    }
}
