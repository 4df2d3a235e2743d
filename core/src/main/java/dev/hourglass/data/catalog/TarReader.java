package dev.hourglass.data.catalog;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the files of a tar archive (POSIX ustar) one after the other, for picking some by name. Extended headers are
 * passed over, so a file whose name needs them is seen under a shortened one. Nothing is written anywhere.
 */
final class TarReader {
    /** @param name with its folders */
    record Entry(String name, boolean regularFile, long size) {}

    private static final int BLOCK = 512;

    private final InputStream archive;
    /** Of the current entry, without what fills its last block. */
    private long unread;

    private long filling;
    private long budget;

    /**
     * @param archive not compressed
     * @param maxBytes after which the archive is refused
     */
    TarReader(InputStream archive, long maxBytes) {
        this.archive = archive;
        this.budget = maxBytes;
    }

    /**
     * Goes on to the next entry, whether or not the current one was read.
     *
     * @throws IOException if the archive is damaged, cut short or larger than allowed
     */
    Optional<Entry> next() throws IOException {
        archive.skipNBytes(unread + filling);
        unread = 0;
        filling = 0;
        byte[] header = archive.readNBytes(BLOCK);
        if (header.length == 0 || (header.length == BLOCK && checksum(header) == BLANKS)) {
            return Optional.empty();
        }
        if (header.length < BLOCK) {
            throw new EOFException("the tar archive ends within a header");
        }
        if (octal(header, 148, 8) != checksum(header)) {
            throw new IOException("a header of the tar archive is damaged");
        }
        long size = octal(header, 124, 12);
        budget -= BLOCK + size;
        if (budget < 0) {
            throw new IOException("the tar archive is larger than expected");
        }
        unread = size;
        filling = -size & (BLOCK - 1);
        String prefix = text(header, 345, 155);
        String name = text(header, 0, 100);
        boolean regularFile = header[156] == '0' || header[156] == 0;
        return Optional.of(new Entry(prefix.isEmpty() ? name : prefix + "/" + name, regularFile, size));
    }

    /** The current entry's bytes; valid up to the next call of {@link #next}. */
    InputStream content() {
        return new InputStream() {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
            }

            @Override
            public int read(byte[] into, int from, int count) throws IOException {
                if (unread == 0) {
                    return -1;
                }
                int read = archive.read(into, from, (int) Math.min(count, unread));
                if (read < 0) {
                    throw new EOFException("the tar archive ends within a file");
                }
                unread -= read;
                return read;
            }
        };
    }

    /** Of a header whose bytes are all zero. */
    private static final int BLANKS = 8 * ' ';

    /** The sum of a header's bytes with its own field taken as blanks. */
    private static int checksum(byte[] header) {
        int sum = BLANKS;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= 148 && i < 156 ? 0 : Byte.toUnsignedInt(header[i]);
        }
        return sum;
    }

    private static long octal(byte[] header, int from, int length) throws IOException {
        String digits = text(header, from, length).strip();
        if (!digits.matches("[0-7]{1,11}")) {
            throw new IOException("a header of the tar archive has the number '" + digits + "'");
        }
        return Long.parseLong(digits, 8);
    }

    private static String text(byte[] header, int from, int length) {
        int end = from;
        while (end < from + length && header[end] != 0) {
            end++;
        }
        return new String(header, from, end - from, StandardCharsets.ISO_8859_1);
    }
}
