package net.jpountz.lz4;

/**
 * A block of LZ4: literals and copies of what came before, in turns.
 *
 * @see <a href="https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md">the format</a>
 */
final class Lz4Block {
    private static final int LONG = 15;
    private static final int SHORTEST_COPY = 4;

    private final byte[] in;
    private final int end;
    private final byte[] out;
    private final int first;
    private final int full;
    private int from;
    private int at;

    /** Bytes of {@code in} up to {@code end} are unpacked into {@code out}, up to {@code full}. */
    Lz4Block(byte[] in, int from, int end, byte[] out, int at, int full) {
        this.in = in;
        this.from = from;
        this.end = end;
        this.out = out;
        first = at;
        this.at = at;
        this.full = full;
    }

    /** How many bytes come out. */
    int unpack() {
        while (true) {
            int token = next();
            int literals = length(token >>> 4);
            require(literals <= end - from && literals <= full - at, "literals too long");
            System.arraycopy(in, from, out, at, literals);
            from += literals;
            at += literals;
            if (from == end) {
                return at - first;
            }
            int back = next() | next() << 8;
            int length = length(token & LONG) + SHORTEST_COPY;
            require(back > 0 && back <= at - first && length <= full - at, "a copy from nowhere");
            if (back >= length) {
                System.arraycopy(out, at - back, out, at, length);
                at += length;
            } else {
                for (int last = at + length; at < last; at++) {
                    out[at] = out[at - back]; // a copy of its own beginning repeats it
                }
            }
        }
    }

    /** How many bytes went in, from the beginning of {@code in}. */
    int taken() {
        return from;
    }

    private int length(int of) {
        int length = of;
        int more = of == LONG ? 255 : 0;
        while (more == 255) {
            more = next();
            length += more;
            require(length <= full, "a length beyond its block");
        }
        return length;
    }

    private int next() {
        require(from < end, "the end of its bytes");
        return in[from++] & 0xFF;
    }

    private static void require(boolean fine, String found) {
        if (!fine) {
            throw new IllegalArgumentException("broken LZ4: " + found);
        }
    }
}
