package dev.hourglass.detect.series;

import dev.hourglass.tensor.CorruptFileException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The state of a {@link StreamingDetector} as bytes, big-endian:
 *
 * <pre>
 * 8 bytes   HGSTRM\r\n
 * int       the version of this layout, 1
 * 32 bytes  SHA-256 of the model and of how it scores
 * stream    rows as long; a byte, 1 if they have times; the last one's time as long
 * window    count, then the rows as the model reads them, floats, the oldest first
 * smoothing count, then the last scores, doubles, the oldest first
 * event     three flags as bytes; row and time of its first row, its last and its peak as longs; how many there were, as long;
 *           its score; the sums of each channel's parts, twice, as doubles
 * 32 bytes  SHA-256 of all before
 * </pre>
 */
final class StreamState {
    private static final byte[] MAGIC = {'H', 'G', 'S', 'T', 'R', 'M', '\r', '\n'};
    private static final int VERSION = 1;
    private static final int DIGEST_BYTES = 32;
    private static final int HEAD_BYTES = MAGIC.length + Integer.BYTES + DIGEST_BYTES;

    private StreamState() {}

    /** @param bytes how many {@code content} writes */
    static byte[] write(byte[] fingerprint, int bytes, Consumer<ByteBuffer> content) {
        ByteBuffer out = ByteBuffer.allocate(HEAD_BYTES + bytes + DIGEST_BYTES);
        out.put(MAGIC).putInt(VERSION).put(fingerprint);
        content.accept(out);
        MessageDigest digest = sha256();
        digest.update(out.array(), 0, out.position());
        return out.put(digest.digest()).array();
    }

    /**
     * @param name of the bytes in messages
     * @throws CorruptFileException if they are damaged, of another version or of another detector
     */
    static Reader read(byte[] bytes, byte[] fingerprint, String name) {
        int end = bytes.length - DIGEST_BYTES;
        if (end < HEAD_BYTES || !Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw damaged(name, "the state of a stream", bytes.length + " bytes of something else");
        }
        MessageDigest digest = sha256();
        digest.update(bytes, 0, end);
        if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw damaged(name, "the SHA-256 stored at its end", "another one");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, end - MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw damaged(name, "version " + VERSION + " of a stream's state", "version " + version);
        }
        byte[] of = new byte[DIGEST_BYTES];
        in.get(of);
        if (!Arrays.equals(of, fingerprint)) {
            throw damaged(name, "the state of this detector", "that of one with another model or other settings");
        }
        return new Reader(in, name);
    }

    private static CorruptFileException damaged(String name, String expected, String found) {
        return new CorruptFileException(name, expected, found, "Start the stream anew, without a state.");
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform must have SHA-256", e);
        }
    }

    /** Takes numbers one after the other, each held against what it may be. */
    static final class Reader {
        private final ByteBuffer in;
        private final String name;

        private Reader(ByteBuffer in, String name) {
            this.in = in;
            this.name = name;
        }

        /** Reads all; {@code content} must take every byte. */
        void all(Consumer<Reader> content) {
            try {
                content.accept(this);
            } catch (BufferUnderflowException e) {
                throw damaged(name, "more bytes", "its end");
            }
            require(!in.hasRemaining(), "nothing after it");
        }

        void require(boolean right, String expected) {
            if (!right) {
                throw damaged(name, expected, "another at byte " + in.position());
            }
        }

        boolean flag() {
            byte flag = in.get();
            require(flag == 0 || flag == 1, "0 or 1");
            return flag == 1;
        }

        long number() {
            return in.getLong();
        }

        long row() {
            long row = in.getLong();
            require(row >= 0, "a row");
            return row;
        }

        int count(String what, int most, int bytesEach) {
            int count = in.getInt();
            require(
                    count >= 0 && count <= most && (long) count * bytesEach <= in.remaining(),
                    "0 to " + most + " " + what);
            return count;
        }

        float input() {
            float input = in.getFloat();
            require(Float.isFinite(input), "a finite number");
            return input;
        }

        double score() {
            double score = in.getDouble();
            require(!Double.isNaN(score), "a score");
            return score;
        }

        double any() {
            return in.getDouble();
        }
    }
}
