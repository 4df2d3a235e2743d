package dev.hourglass.cli.follow;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A file that others append to, as {@code tail -F} reads it: it may be moved away and begun anew (rotation), or emptied
 * (truncation). It is looked at five times a second.
 */
final class GrowingFile implements IncomingBytes {
    /** How much of the beginning tells one file from another. */
    private static final int MARK_BYTES = 1 << 12;

    private static final long PAUSE_MILLIS = 200;

    private final Path file;
    /** No channel: an interrupt would close it, and where the stream is could no longer be told. */
    private RandomAccessFile open;

    private @Nullable Object key;
    private long position;
    /** The one that took its place, while the rest of this one is read. */
    private boolean replaced;

    /**
     * A place in a file.
     *
     * @param offset in bytes
     * @param mark SHA-256 of what comes before, of its first 4,096 bytes where it is longer
     */
    record Bookmark(long offset, byte[] mark) {}

    private GrowingFile(Path file, RandomAccessFile open, @Nullable Object key) {
        this.file = file;
        this.open = open;
        this.key = key;
    }

    /** @throws IOException if it can't be read, or is no file */
    static GrowingFile of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IOException("it is no file");
        }
        return new GrowingFile(file, new RandomAccessFile(file.toFile(), "r"), attributes.fileKey());
    }

    /** Goes on at a place, if this is still the same file. */
    boolean goTo(Bookmark place) throws IOException {
        if (open.length() < place.offset() || !MessageDigest.isEqual(mark(place.offset()), place.mark())) {
            return false;
        }
        position = place.offset();
        return true;
    }

    /** @param ahead how many bytes were read that do not count */
    Bookmark bookmark(int ahead) throws IOException {
        return new Bookmark(position - ahead, mark(position - ahead));
    }

    private byte[] mark(long offset) throws IOException {
        byte[] beginning = new byte[(int) Math.min(offset, MARK_BYTES)];
        open.seek(0);
        int known = 0;
        for (int count = 1; count > 0 && known < beginning.length; known += Math.max(0, count)) {
            count = open.read(beginning, known, beginning.length - known);
        }
        try {
            return MessageDigest.getInstance("SHA-256").digest(beginning);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform must have SHA-256", e);
        }
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException, InterruptedException {
        while (true) {
            open.seek(position);
            int count = open.read(into, from, most);
            if (count > 0) {
                position += count;
                return count;
            }
            if (replaced && reopen()) {
                return ANEW;
            }
            if (open.length() < position) {
                position = 0;
                return ANEW;
            }
            replaced = isReplaced();
            if (!replaced) {
                Thread.sleep(PAUSE_MILLIS);
            }
        }
    }

    /** Whether another file has its name. While none has, the next one is waited for. */
    private boolean isReplaced() throws IOException {
        try {
            Object now = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return now != null && !Objects.equals(now, key);
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    /** @return false if it is gone again, so that another must be waited for */
    private boolean reopen() throws IOException {
        replaced = false;
        try {
            RandomAccessFile next = new RandomAccessFile(file.toFile(), "r");
            open.close();
            open = next;
            key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            position = 0;
            return true;
        } catch (FileNotFoundException | NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        open.close();
    }
}
