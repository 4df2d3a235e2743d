package com.github.luben.zstd;

import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The blocks of a frame (RFC 8878, section 3.1.1.2 on), with what they take over from those before. */
final class Blocks {
    private static final int MOST_BYTES = 1 << 17;
    private static final int LENGTH_ACCURACY = 9;
    private static final int OFFSET_ACCURACY = 8;
    private static final int MOST_OFFSET_BITS = 31;

    private static final int[] LITERAL_BASES = {
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512,
        1024, 2048, 4096, 8192, 16384, 32768, 65536
    };
    private static final byte[] LITERAL_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        16
    };
    private static final int[] MATCH_BASES = {
        3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
        33, 34, 35, 37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539
    };
    private static final byte[] MATCH_BITS = {
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2,
        2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    };
    private static final StateTable LITERAL_LENGTHS = StateTable.of(6, new short[] {
        4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1
    });
    private static final StateTable MATCH_LENGTHS = StateTable.of(6, new short[] {
        1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
        1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1
    });
    private static final StateTable OFFSETS = StateTable.of(
            5,
            new short[] {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1});

    private final PackedBytes in;
    private final byte[] out;
    private final int first;
    private int at;
    private byte[] literals = {};
    private int literalCount;
    private @Nullable HuffmanTable codes;
    private @Nullable StateTable literalLengths;
    private @Nullable StateTable offsets;
    private @Nullable StateTable matchLengths;
    private final int[] recent = {1, 4, 8};

    /** @param at where what they hold begins in {@code out} */
    Blocks(PackedBytes in, byte[] out, int at) {
        this.in = in;
        this.out = out;
        first = at;
        this.at = at;
    }

    int at() {
        return at;
    }

    void block(int kind, int size) throws IOException {
        PackedBytes.require(size <= (kind == 1 ? out.length - at : MOST_BYTES), "a block too large");
        switch (kind) {
            case 0 -> {
                require(size);
                in.copy(out, at, size);
                at += size;
            }
            case 1 -> {
                Arrays.fill(out, at, at + size, (byte) in.next());
                at += size;
            }
            case 2 -> {
                PackedBytes block = in.part(size);
                readLiterals(block);
                sequences(block);
            }
            default -> PackedBytes.require(false, "a block of an unknown kind");
        }
    }

    private void require(int bytes) throws IOException {
        PackedBytes.require(bytes <= out.length - at, "more bytes than the page has");
    }

    private void readLiterals(PackedBytes block) throws IOException {
        int kind = block.bits(0, 2);
        int format = block.bits(2, 2);
        if (kind < 2) {
            int bytes = format == 1 ? 2 : format == 3 ? 3 : 1;
            literalCount = (int) block.number(bytes) >>> (bytes == 1 ? 3 : 4);
            makeRoomForLiterals();
            if (kind == 0) {
                block.copy(literals, 0, literalCount);
            } else {
                Arrays.fill(literals, 0, literalCount, (byte) block.next());
            }
            return;
        }
        int bits = format < 2 ? 10 : format == 2 ? 14 : 18;
        long header = block.number((4 + 2 * bits) / 8) >>> 4;
        literalCount = (int) (header & ((1 << bits) - 1));
        makeRoomForLiterals();
        PackedBytes packed = block.part(header >>> bits);
        HuffmanTable table = kind == 2 ? HuffmanTable.read(packed) : codes;
        if (table == null) {
            throw new IOException("broken Zstandard: no codes to take over");
        }
        codes = table;
        if (format == 0) {
            table.decode(packed, literals, 0, literalCount);
            return;
        }
        int[] sizes = {(int) packed.number(2), (int) packed.number(2), (int) packed.number(2)};
        int quarter = (literalCount + 3) / 4;
        for (int i = 0; i < 4; i++) {
            int to = i < 3 ? (i + 1) * quarter : literalCount;
            PackedBytes.require(i * quarter <= literalCount, "too few literals");
            table.decode(packed.part(i < 3 ? sizes[i] : packed.left()), literals, i * quarter, to);
        }
    }

    private void makeRoomForLiterals() throws IOException {
        PackedBytes.require(literalCount <= MOST_BYTES, "too many literals");
        if (literals.length < literalCount) {
            literals = new byte[literalCount];
        }
    }

    private void sequences(PackedBytes block) throws IOException {
        int count = block.next();
        if (count >= 128) {
            count = count < 255 ? (count - 128) << 8 | block.next() : (int) block.number(2) + 0x7F00;
        }
        int taken = 0;
        if (count > 0) {
            int modes = block.next();
            StateTable literal = table(block, modes >>> 6, literalLengths, LITERAL_LENGTHS, LITERAL_BASES.length);
            StateTable offset = table(block, modes >>> 4 & 3, offsets, OFFSETS, MOST_OFFSET_BITS + 1);
            StateTable match = table(block, modes >>> 2 & 3, matchLengths, MATCH_LENGTHS, MATCH_BASES.length);
            literalLengths = literal;
            offsets = offset;
            matchLengths = match;
            PackedBytes.Bits bits = block.backward();
            int literalState = (int) bits.read(literal.accuracy());
            int offsetState = (int) bits.read(offset.accuracy());
            int matchState = (int) bits.read(match.accuracy());
            for (int i = 0; i < count; i++) {
                int offsetBits = offset.symbol(offsetState);
                long number = (1L << offsetBits) + bits.read(offsetBits);
                int code = match.symbol(matchState);
                int length = MATCH_BASES[code] + (int) bits.read(MATCH_BITS[code]);
                code = literal.symbol(literalState);
                int before = LITERAL_BASES[code] + (int) bits.read(LITERAL_BITS[code]);
                PackedBytes.require(bits.left() >= 0 && before <= literalCount - taken, "sequences too long");
                copyLiterals(taken, before);
                taken += before;
                copyMatch(distance(number, before == 0), length);
                if (i < count - 1) {
                    literalState = literal.next(literalState, bits);
                    matchState = match.next(matchState, bits);
                    offsetState = offset.next(offsetState, bits);
                }
            }
            PackedBytes.require(bits.left() == 0, "bits behind the sequences");
        }
        PackedBytes.require(block.left() == 0 || count > 0, "bytes behind the literals");
        copyLiterals(taken, literalCount - taken);
    }

    /** @param symbols that there are at the most */
    private static StateTable table(
            PackedBytes block, int mode, @Nullable StateTable before, StateTable predefined, int symbols)
            throws IOException {
        StateTable table = switch (mode) {
            case 0 -> predefined;
            case 1 -> {
                int symbol = block.next();
                PackedBytes.require(symbol < symbols, "a symbol that there isn't");
                yield StateTable.always(symbol);
            }
            case 2 ->
                StateTable.read(block, symbols == MOST_OFFSET_BITS + 1 ? OFFSET_ACCURACY : LENGTH_ACCURACY, symbols);
            default -> before;
        };
        if (table == null) {
            throw new IOException("broken Zstandard: no table to take over");
        }
        return table;
    }

    private void copyLiterals(int from, int count) throws IOException {
        require(count);
        System.arraycopy(literals, from, out, at, count);
        at += count;
    }

    /** How far back a copy begins: 1 to 3 stand for recent distances, or one less than the last (section 3.1.2.5). */
    private long distance(long number, boolean withoutLiterals) {
        if (number > 3) {
            remember(2, (int) Math.min(number - 3, Integer.MAX_VALUE));
            return recent[0];
        }
        int which = (int) number - 1 + (withoutLiterals ? 1 : 0);
        int distance = which == 3 ? recent[0] - 1 : recent[which];
        remember(Math.min(which, 2), distance);
        return distance;
    }

    private void remember(int place, int distance) {
        System.arraycopy(recent, 0, recent, 1, place);
        recent[0] = distance;
    }

    private void copyMatch(long back, int length) throws IOException {
        require(length);
        PackedBytes.require(back > 0 && back <= at - first, "a copy from nowhere");
        int from = at - (int) back;
        if (back >= length) {
            System.arraycopy(out, from, out, at, length);
        } else {
            for (int i = 0; i < length; i++) {
                out[at + i] = out[from + i]; // a copy of its own beginning repeats it
            }
        }
        at += length;
    }
}
