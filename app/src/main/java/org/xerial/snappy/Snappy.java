package org.xerial.snappy;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decompresses Snappy in plain Java. Hardwood looks for this class by its name, which is that of a library with native code
 * for each system; pandas and Spark compress with Snappy unless they are told otherwise, so that without it hardly a file
 * could be read. Whatever else that library can do is left out.
 *
 * @see <a href="https://github.com/google/snappy/blob/main/format_description.txt">the format</a>
 */
public final class Snappy {
    private Snappy() {}

    /**
     * @param compressed from its position to its limit; both stay
     * @param into from its position on, which stays; its limit is set behind what was written
     * @return how many bytes there are
     * @throws IOException if they are no Snappy, or more than {@code into} has room for
     */
    public static int uncompress(ByteBuffer compressed, ByteBuffer into) throws IOException {
        ByteBuffer in = compressed.duplicate();
        long promised = 0;
        int shift = 0;
        int digit;
        do {
            require(in.hasRemaining() && shift < 35, "no length");
            digit = in.get();
            promised |= (long) (digit & 0x7F) << shift;
            shift += 7;
        } while (digit < 0);
        require(promised <= into.remaining(), "more bytes than the page has");
        byte[] out = new byte[(int) promised];
        int at = 0;
        while (in.hasRemaining()) {
            int tag = in.get() & 0xFF;
            if ((tag & 3) == 0) {
                int length = (tag >>> 2) + 1;
                length = length > 60 ? number(in, length - 60) + 1 : length;
                require(length > 0 && length <= in.remaining() && length <= out.length - at, "a literal too long");
                in.get(out, at, length);
                at += length;
            } else {
                boolean near = (tag & 3) == 1;
                int length = near ? (tag >>> 2 & 7) + 4 : (tag >>> 2) + 1;
                int back = near ? (tag >>> 5) << 8 | number(in, 1) : number(in, (tag & 3) == 2 ? 2 : 4);
                require(back > 0 && back <= at && length <= out.length - at, "a copy from nowhere");
                if (back >= length) {
                    System.arraycopy(out, at - back, out, at, length);
                    at += length;
                } else {
                    for (int end = at + length; at < end; at++) {
                        out[at] = out[at - back]; // A copy of its own beginning repeats it.
                    }
                }
            }
        }
        require(at == out.length, "fewer bytes than promised");
        int from = into.position();
        into.put(from, out, 0, at);
        into.limit(from + at);
        return at;
    }

    /** A number of some bytes, the lowest first. */
    private static int number(ByteBuffer in, int bytes) throws IOException {
        require(bytes <= in.remaining(), "no number");
        int number = 0;
        for (int i = 0; i < bytes; i++) {
            number |= (in.get() & 0xFF) << (8 * i);
        }
        return number;
    }

    private static void require(boolean fine, String found) throws IOException {
        if (!fine) {
            throw new IOException("broken Snappy: " + found);
        }
    }
}
