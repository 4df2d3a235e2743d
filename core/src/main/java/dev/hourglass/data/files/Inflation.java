package dev.hourglass.data.files;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** Inflates pieces of mapped files, into no more room than was made for them. */
final class Inflation {
    /** Deflate shrinks zeros to a thousandth. What was measured shrinks to a half, masks and counts to a hundredth. */
    static final long MOST_EXPANSION = 200;

    private static final long ALWAYS_ALLOWED_BYTES = 16 << 20;
    private static final int AT_ONCE = 1 << 20;

    private Inflation() {}

    /** The bytes are damaged, or more or fewer than was said. */
    static final class OtherBytesException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    /** Whether a file may inflate to so many bytes; what it claims to be beyond that is no data. */
    static boolean isHonest(long inflated, long stored) {
        return inflated <= ALWAYS_ALLOWED_BYTES + MOST_EXPANSION * stored;
    }

    /**
     * @param zlib whether there are zlib's header and checksum around it
     * @param all whether that is all; else it is the beginning
     * @return the CRC-32 of what came out
     * @throws OtherBytesException if it doesn't inflate to as many bytes as there is room
     * @throws InternalError if the file was cut short
     */
    static long inflate(MemorySegment stored, boolean zlib, MemorySegment into, boolean all)
            throws OtherBytesException {
        Inflater inflater = new Inflater(!zlib);
        byte[] output = new byte[Math.clamp(into.byteSize(), 1, AT_ONCE)];
        CRC32 checksum = new CRC32();
        long count = 0;
        long read = 0;
        try {
            while (count < into.byteSize() || (all && !inflater.finished())) {
                if (inflater.needsInput()) {
                    long more = Math.min(stored.byteSize() - read, AT_ONCE);
                    if (more == 0) {
                        throw new OtherBytesException();
                    }
                    inflater.setInput(stored.asSlice(read, more).asByteBuffer());
                    read += more;
                }
                int inflated = inflater.inflate(output);
                boolean ended = inflated == 0 && (inflater.finished() || inflater.needsDictionary());
                long kept = Math.min(inflated, into.byteSize() - count);
                if ((ended && (count < into.byteSize() || !inflater.finished())) || (all && kept < inflated)) {
                    throw new OtherBytesException();
                }
                MemorySegment.copy(output, 0, into, ValueLayout.JAVA_BYTE, count, (int) kept);
                checksum.update(output, 0, inflated);
                count += kept;
            }
            return checksum.getValue();
        } catch (DataFormatException e) {
            throw new OtherBytesException();
        } finally {
            inflater.end();
        }
    }
}
