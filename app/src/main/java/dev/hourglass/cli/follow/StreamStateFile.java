package dev.hourglass.cli.follow;

import dev.hourglass.cli.follow.GrowingFile.Bookmark;
import dev.hourglass.files.AtomicFile;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Where a stream is to go on, as a file, big-endian:
 *
 * <pre>
 * 8 bytes   HGFLLW\r\n
 * int       the version of this layout, 1
 * long      number of the last line
 * long      offset in the file that is followed, and 32 bytes that tell it from others
 * bytes     counted by an int, the lines that tell how the table is written
 * bytes     counted by an int, the state of the detector
 * 32 bytes  SHA-256 of all before
 * </pre>
 *
 * @param line number of the last line
 * @param place in the file that is followed; at 0 where it is standard input
 * @param beginning the lines that tell how the table is written
 * @param detector its state
 */
record StreamStateFile(long line, Bookmark place, byte[] beginning, byte[] detector) {
    private static final byte[] MAGIC = {'H', 'G', 'F', 'L', 'L', 'W', '\r', '\n'};
    private static final int VERSION = 1;
    private static final int DIGEST_BYTES = 32;
    private static final int FIXED_BYTES = MAGIC.length + 3 * Integer.BYTES + 2 * Long.BYTES + 2 * DIGEST_BYTES;
    private static final int MOST_BYTES = 1 << 28;

    void write(Path file) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(FIXED_BYTES + beginning.length + detector.length);
        out.put(MAGIC).putInt(VERSION).putLong(line).putLong(place.offset()).put(place.mark());
        out.putInt(beginning.length).put(beginning).putInt(detector.length).put(detector);
        MessageDigest digest = sha256();
        digest.update(out.array(), 0, out.position());
        out.put(digest.digest());
        AtomicFile.write(file, out.array());
    }

    /**
     * @throws CorruptFileException if it is damaged or something else
     * @throws IOException if it can't be read
     */
    static StreamStateFile read(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            byte[] head = in.readNBytes(MAGIC.length);
            if (!Arrays.equals(head, MAGIC)) { // before gigabytes of something else are read
                throw damaged(file, "a state that --state wrote", "something else");
            }
            byte[] rest = in.readNBytes(MOST_BYTES);
            bytes = Arrays.copyOf(head, head.length + rest.length);
            System.arraycopy(rest, 0, bytes, head.length, rest.length);
        }
        int end = bytes.length - DIGEST_BYTES;
        if (bytes.length < FIXED_BYTES || bytes.length >= MOST_BYTES) {
            throw damaged(file, "a state that --state wrote", bytes.length + " bytes of something else");
        }
        MessageDigest digest = sha256();
        digest.update(bytes, 0, end);
        if (!Arrays.equals(digest.digest(), Arrays.copyOfRange(bytes, end, bytes.length))) {
            throw damaged(file, "the SHA-256 stored at its end", "another one");
        }
        ByteBuffer in = ByteBuffer.wrap(bytes, MAGIC.length, end - MAGIC.length);
        int version = in.getInt();
        if (version != VERSION) {
            throw damaged(file, "version " + VERSION + " of such a state", "version " + version);
        }
        try {
            long line = in.getLong();
            long offset = in.getLong();
            byte[] mark = new byte[DIGEST_BYTES];
            in.get(mark);
            byte[] beginning = counted(in);
            byte[] detector = counted(in);
            if (line < 0 || offset < 0 || in.hasRemaining()) {
                throw damaged(file, "a place in a stream", "line " + line + ", byte " + offset);
            }
            return new StreamStateFile(line, new Bookmark(offset, mark), beginning, detector);
        } catch (BufferUnderflowException e) {
            throw damaged(file, "more bytes", "its end");
        }
    }

    private static byte[] counted(ByteBuffer in) {
        int count = in.getInt();
        if (count < 0 || count > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[count];
        in.get(bytes);
        return bytes;
    }

    private static CorruptFileException damaged(Path file, String expected, String found) {
        return new CorruptFileException(file, expected, found, "Remove it to start the stream anew.");
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform must have SHA-256", e);
        }
    }
}
