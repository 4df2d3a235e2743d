package dev.hourglass.files;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/**
 * A file opened for reading that may be gzipped, which its first two bytes tell and not its name.
 *
 * @param length of the file as it lies on the disk, in bytes
 * @param content inflated if the file is gzipped
 */
public record StoredFile(long length, boolean gzipped, InputStream content) implements AutoCloseable {
    private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
    private static final int BUFFER = 1 << 16;

    /** @throws RefusedFileException if it is no regular file */
    public static StoredFile open(Path file) throws IOException {
        InputStream raw = new BufferedInputStream(RegularFile.open(file), BUFFER);
        try {
            long length = Files.size(file);
            raw.mark(GZIP_MAGIC.length);
            boolean gzipped = Arrays.equals(raw.readNBytes(GZIP_MAGIC.length), GZIP_MAGIC);
            raw.reset();
            return new StoredFile(length, gzipped, gzipped ? new GZIPInputStream(raw, BUFFER) : raw);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        content.close();
    }
}
