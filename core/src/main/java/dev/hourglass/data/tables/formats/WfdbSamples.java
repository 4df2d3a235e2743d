package dev.hourglass.data.tables.formats;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.RegularFile;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The samples of a WFDB signal file, whole numbers one behind the other, as its header's format packs them.
 *
 * @see <a href="https://physionet.org/physiotools/wag/signal-5.htm">the formats</a>
 */
public final class WfdbSamples implements AutoCloseable {
    /** In place of a sample that was not measured. */
    static final int NONE = Integer.MIN_VALUE;

    private final InputStream in;
    private final Packing packing;
    private final long count;
    private final int[] group;
    private int at;

    /** How many samples are packed together into how many bytes, and how many bits each has. */
    private enum Packing {
        /** Bytes from 0 on, 128 in their middle. */
        F80(80, 1, 1, 8),
        F16(16, 1, 2, 16),
        /** The high byte first. */
        F61(61, 1, 2, 16),
        /** From 0 on, 32,768 in the middle. */
        F160(160, 1, 2, 16),
        F24(24, 1, 3, 24),
        F32(32, 1, 4, 32),
        /** Two of 12 bits: the low bytes, with what is above both in a byte between them. */
        F212(212, 2, 3, 12),
        /** Three of 10 bits: two in 16 bits each, from the second lowest on; the third above them, five bits each. */
        F310(310, 3, 4, 10),
        /** Three of 10 bits, one behind the other from the lowest on. */
        F311(311, 3, 4, 10);

        private final int number;
        private final int samples;
        private final int bytes;
        private final int bits;

        Packing(int number, int samples, int bytes, int bits) {
            this.number = number;
            this.samples = samples;
            this.bytes = bytes;
            this.bits = bits;
        }
    }

    private WfdbSamples(InputStream in, Packing packing, long bytes) {
        this.in = in;
        this.packing = packing;
        count = bytes / packing.bytes * packing.samples + ofRest(packing, (int) (bytes % packing.bytes));
        group = new int[packing.samples];
        at = packing.samples;
    }

    /** How many samples lie in a group that is cut at the end of a file, where its last samples aren't needed. */
    private static int ofRest(Packing packing, int bytes) {
        return switch (packing) {
            case F80, F16, F61, F160, F24, F32 -> 0;
            case F212, F310 -> bytes >= 2 ? 1 : 0;
            case F311 -> Math.max(0, bytes - 1);
        };
    }

    /**
     * @param offset bytes before the first sample
     * @throws DatasetException if the format isn't read
     */
    static WfdbSamples open(Path file, int format, int offset) throws IOException {
        for (Packing packing : Packing.values()) {
            if (packing.number == format) {
                long bytes = Math.max(0, Files.size(file) - offset);
                BufferedInputStream in = new BufferedInputStream(RegularFile.open(file), 1 << 16);
                in.skipNBytes(bytes == 0 ? 0 : offset);
                return new WfdbSamples(in, packing, bytes);
            }
        }
        throw new DatasetException(
                "Can't read " + file + ": expected samples in format 16, 24, 32, 61, 80, 160, 212, 310 or"
                        + " 311, found " + format + ". Convert the record, such as with xform.");
    }

    /** How many there are. */
    long count() {
        return count;
    }

    /**
     * The next one, or {@link #NONE} where nothing was measured.
     *
     * @throws EOFException behind the last
     */
    int next() throws IOException {
        if (at == group.length) {
            unpack();
            at = 0;
        }
        int sample = group[at++];
        return sample == -(1 << (packing.bits - 1)) ? NONE : sample;
    }

    private void unpack() throws IOException {
        byte[] bytes = in.readNBytes(packing.bytes);
        if (bytes.length == 0) {
            throw new EOFException("the file ended while it was read");
        }
        int word = 0;
        for (int i = 0; i < bytes.length; i++) {
            word |= (bytes[i] & 0xFF) << (8 * i);
        }
        switch (packing) {
            case F80 -> group[0] = word - 128;
            case F16, F24, F32 -> group[0] = signed(word);
            case F61 -> group[0] = Short.reverseBytes((short) word);
            case F160 -> group[0] = word - 32_768;
            case F212 -> {
                group[0] = signed(word & 0xFFF);
                group[1] = signed((word >>> 16 & 0xFF) | (word >>> 4 & 0xF00));
            }
            case F310 -> {
                group[0] = signed(word >>> 1 & 0x3FF);
                group[1] = signed(word >>> 17 & 0x3FF);
                group[2] = signed((word >>> 11 & 0x1F) | (word >>> 22 & 0x3E0));
            }
            case F311 -> {
                group[0] = signed(word & 0x3FF);
                group[1] = signed(word >>> 10 & 0x3FF);
                group[2] = signed(word >>> 20 & 0x3FF);
            }
        }
    }

    private int signed(int number) {
        int unused = 32 - packing.bits;
        return number << unused >> unused;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
