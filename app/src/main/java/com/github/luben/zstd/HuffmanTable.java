package com.github.luben.zstd;

import java.io.IOException;
import java.util.Arrays;

/**
 * Codes of literals (RFC 8878, section 4.2), by the next {@code longest} bits.
 *
 * @param entries a symbol, and from bit 8 on how many bits it takes
 */
record HuffmanTable(int longest, short[] entries) {
    private static final int MOST_BITS = 11;
    private static final int MOST_SYMBOLS = 256;
    private static final int MOST_ACCURACY = 6;
    private static final int FIRST_DIRECT = 128;

    static HuffmanTable read(PackedBytes in) throws IOException {
        int header = in.next();
        byte[] weights = new byte[MOST_SYMBOLS];
        int count;
        if (header < FIRST_DIRECT) {
            count = packedWeights(in.part(header), weights);
        } else {
            count = header - FIRST_DIRECT + 1;
            for (int i = 0; i < count; i += 2) {
                int two = in.next();
                weights[i] = (byte) (two >> 4);
                weights[i + 1] = (byte) (two & 15);
            }
            weights[count] = 0;
        }
        return of(weights, count);
    }

    private static int packedWeights(PackedBytes in, byte[] weights) throws IOException {
        StateTable table = StateTable.read(in, MOST_ACCURACY, MOST_BITS + 2);
        PackedBytes.Bits bits = in.backward();
        int one = (int) bits.read(table.accuracy());
        int other = (int) bits.read(table.accuracy());
        int count = 0;
        while (true) {
            PackedBytes.require(count + 2 < MOST_SYMBOLS, "too many symbols");
            weights[count++] = (byte) table.symbol(one);
            one = table.next(one, bits);
            if (bits.left() < 0) {
                weights[count++] = (byte) table.symbol(other);
                return count;
            }
            int swapped = one;
            one = other;
            other = swapped;
        }
    }

    /** @param count of weights that are written; that of one more symbol fills them up to a power of two */
    private static HuffmanTable of(byte[] weights, int count) throws IOException {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            PackedBytes.require(weights[i] <= MOST_BITS, "a code too long");
            sum += weights[i] == 0 ? 0 : 1 << (weights[i] - 1);
        }
        int longest = Integer.SIZE - Integer.numberOfLeadingZeros(sum);
        int rest = (1 << longest) - sum;
        PackedBytes.require(sum > 0 && longest <= MOST_BITS && Integer.bitCount(rest) == 1, "codes that don't add up");
        weights[count] = (byte) (1 + Integer.numberOfTrailingZeros(rest));
        short[] entries = new short[1 << longest];
        int at = 0;
        for (int weight = 1; weight <= longest; weight++) {
            for (int symbol = 0; symbol <= count; symbol++) {
                if (weights[symbol] == weight) {
                    int next = at + (1 << (weight - 1));
                    Arrays.fill(entries, at, next, (short) (symbol | (longest + 1 - weight) << 8));
                    at = next;
                }
            }
        }
        return new HuffmanTable(longest, entries);
    }

    /** Decodes so many literals, which have to take all the bytes. */
    void decode(PackedBytes in, byte[] into, int from, int to) throws IOException {
        PackedBytes.Bits bits = in.backward();
        for (int i = from; i < to; i++) {
            int entry = entries[(int) bits.peek(longest)];
            into[i] = (byte) entry;
            bits.skip(entry >> 8);
        }
        PackedBytes.require(bits.left() == 0, "literals of another length");
    }
}
