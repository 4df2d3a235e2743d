package dev.hourglass.data.images.decode;

import java.util.Arrays;

/** A table of Huffman codes of a JPEG (ITU T.81, annexes C and F.2.2), by the next bits of a scan. */
public final class JpegCodes {
    /** Bits that entries are found by; longer codes are looked for one length after the other. */
    static final int LOOKED_AT = 10;
    /** Of an entry whose upper half is a coefficient, which is among the bits that were looked at. */
    static final int WITH_VALUE = 1 << 7;

    private static final int MOST_BITS = 16;
    private static final int LONG = 1 << 31;

    /**
     * First one by the next bits: bits that it takes (5), the size of the number that follows (from 8), how many zeros come
     * before it (from 12); {@link #LONG} where the code has more bits; 0 where there is no such code. Then, for each
     * length: the code behind the last of it, and what to add to a code to get the place of its entry; then these entries.
     */
    private final int[] entries = new int[FIRST_LONG + 2 * (MOST_BITS + 1) + 256];

    private static final int FIRST_LONG = 1 << LOOKED_AT;
    private static final int FIRST_SYMBOL = FIRST_LONG + 2 * (MOST_BITS + 1);

    private final boolean ac;
    private final byte[] definition = new byte[MOST_BITS + 256];
    private int defined;
    private boolean there;

    JpegCodes(boolean ac) {
        this.ac = ac;
    }

    void clear() {
        there = false;
    }

    boolean isThere() {
        return there;
    }

    int[] entries() {
        return entries;
    }

    /**
     * Takes a table's definition: how many codes there are of each length, and what they stand for.
     *
     * @return the bytes it takes; -1 if it is none
     */
    int read(byte[] file, int from, int to) {
        int count = 0;
        for (int i = 0; i < MOST_BITS; i++) {
            count += file[from + i] & 0xff;
        }
        int bytes = MOST_BITS + count;
        if (count > 256 || from + bytes > to) {
            return -1;
        }
        // Most pictures of a folder have the same.
        if (!Arrays.equals(definition, 0, defined, file, from, from + bytes)) {
            System.arraycopy(file, from, definition, 0, bytes);
            defined = build() ? bytes : 0;
        }
        there = defined > 0;
        return there ? bytes : -1;
    }

    private boolean build() {
        Arrays.fill(entries, 0);
        int code = 0;
        int symbol = 0;
        for (int length = 1; length <= MOST_BITS; length++) {
            int offset = FIRST_SYMBOL + symbol - code;
            for (int i = definition[length - 1] & 0xff; i > 0; i--) {
                int value = definition[MOST_BITS + symbol] & 0xff;
                int size = value & 15;
                // Of zeros alone there are none before a DC coefficient, which has at most 11 bits.
                if (code >= 1 << length || (ac ? size > 10 : value > 11)) {
                    return false;
                }
                int entry = length | size << 8 | (ac ? value >> 4 << 12 : 0);
                entries[FIRST_SYMBOL + symbol] = entry;
                int places = LOOKED_AT - length;
                if (places >= 0) {
                    Arrays.fill(entries, code << places, (code + 1) << places, entry);
                } else {
                    entries[code >> -places] = LONG;
                }
                code++;
                symbol++;
            }
            entries[FIRST_LONG + 2 * length] = code;
            entries[FIRST_LONG + 2 * length + 1] = offset;
            code <<= 1;
        }
        if (ac) {
            addValues();
        }
        return symbol > 0;
    }

    private void addValues() {
        for (int i = 0; i < FIRST_LONG; i++) {
            int entry = entries[i];
            int length = entry & 31;
            int size = (entry >> 8) & 15;
            if (entry > 0 && size > 0 && length + size <= LOOKED_AT) {
                int value = extended((i >> (LOOKED_AT - length - size)) & ((1 << size) - 1), size);
                int run = (entry >> 12) & 15;
                entries[i] = value << 16 | run << 8 | WITH_VALUE | (length + size);
            }
        }
    }

    /** @return the entry of a code of more than {@link #LOOKED_AT} bits; 0 where there is none */
    static int longCode(int[] entries, long bits) {
        for (int length = LOOKED_AT + 1; length <= MOST_BITS; length++) {
            int code = (int) (bits >>> (Long.SIZE - length));
            if (code < entries[FIRST_LONG + 2 * length]) {
                int place = code + entries[FIRST_LONG + 2 * length + 1];
                return place >= FIRST_SYMBOL ? entries[place] : 0;
            }
        }
        return 0;
    }

    /** The number that so many bits stand for (F.2.2.1). */
    static int extended(int value, int size) {
        return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    }
}
