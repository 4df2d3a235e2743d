package com.github.luben.zstd;

import java.io.IOException;
import java.util.Arrays;

/**
 * A table of finite states (RFC 8878, section 4.1): each stands for a symbol, and for how many bits tell the next one.
 *
 * @param accuracy the table has 2 to the power of so many states
 */
record StateTable(int accuracy, byte[] symbols, byte[] bits, short[] bases) {
    private static final int LEAST_ACCURACY = 5;

    /** A single state, without bits. */
    static StateTable always(int symbol) {
        return new StateTable(0, new byte[] {(byte) symbol}, new byte[1], new short[1]);
    }

    /**
     * A table as it is written before what it decodes.
     *
     * @param most symbols there may be
     */
    static StateTable read(PackedBytes in, int mostAccuracy, int most) throws IOException {
        int accuracy = in.bits(0, 4) + LEAST_ACCURACY;
        PackedBytes.require(accuracy <= mostAccuracy, "a table too large");
        short[] counts = new short[most];
        int symbols = 0;
        int at = 4;
        int left = 1 << accuracy;
        while (left > 0) {
            PackedBytes.require(symbols < most, "too many symbols");
            int bits = Integer.SIZE - Integer.numberOfLeadingZeros(left + 1);
            int value = in.bits(at, bits);
            int low = (1 << (bits - 1)) - 1;
            // As many of the values as there is room for take a bit less.
            int shorter = (1 << bits) - 1 - (left + 1);
            boolean isShorter = (value & low) < shorter;
            value = isShorter ? value & low : value > low ? value - shorter : value;
            at += isShorter ? bits - 1 : bits;
            int count = value - 1;
            counts[symbols++] = (short) count;
            left -= Math.abs(count);
            int zeros = count == 0 ? 3 : 0;
            while (zeros == 3) {
                zeros = in.bits(at, 2);
                at += 2;
                symbols += zeros;
            }
        }
        PackedBytes.require(left == 0 && symbols <= most, "counts that don't add up");
        in.skip((at + 7) >> 3);
        return of(accuracy, Arrays.copyOf(counts, symbols));
    }

    /** @param counts of the states of each symbol; -1 for a symbol that is less than one */
    static StateTable of(int accuracy, short[] counts) {
        int size = 1 << accuracy;
        byte[] symbols = new byte[size];
        int[] next = new int[counts.length];
        int high = size;
        for (int symbol = 0; symbol < counts.length; symbol++) {
            next[symbol] = Math.max(1, counts[symbol]);
            if (counts[symbol] < 0) {
                symbols[--high] = (byte) symbol;
            }
        }
        int at = 0;
        for (int symbol = 0; symbol < counts.length; symbol++) {
            for (int i = 0; i < counts[symbol]; i++) {
                symbols[at] = (byte) symbol;
                do {
                    at = (at + (size >> 1) + (size >> 3) + 3) & (size - 1);
                } while (at >= high);
            }
        }
        byte[] bits = new byte[size];
        short[] bases = new short[size];
        for (int state = 0; state < size; state++) {
            int number = next[symbols[state] & 0xFF]++;
            bits[state] = (byte) (accuracy - (31 - Integer.numberOfLeadingZeros(number)));
            bases[state] = (short) ((number << bits[state]) - size);
        }
        return new StateTable(accuracy, symbols, bits, bases);
    }

    int symbol(int state) {
        return symbols[state] & 0xFF;
    }

    int next(int state, PackedBytes.Bits from) {
        return bases[state] + (int) from.read(bits[state]);
    }
}
