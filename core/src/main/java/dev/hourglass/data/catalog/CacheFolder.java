package dev.hourglass.data.catalog;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * The folder of one data set in the cache. Its files lie there uncompressed, and only whole ones with the right digest
 * get their names: each is written beside its place, forced to the disk and moved.
 */
final class CacheFolder {
    private static final int BUFFER = 1 << 16;

    private final Path folder;

    CacheFolder(Path folder) {
        this.folder = folder;
    }

    Path path() {
        return folder;
    }

    Path path(DataFile file) {
        return folder.resolve(file.name());
    }

    /** Reads the whole file each time, so that no record of earlier checks has to be kept and trusted. */
    CachedFile check(DataFile file) {
        Path path = path(file);
        if (!Files.exists(path)) {
            return new CachedFile(file, path, CachedFile.State.MISSING, "");
        }
        try {
            long length = Files.size(path);
            if (length != file.bytes()) {
                String found = String.format(Locale.ROOT, "%,d bytes", length);
                return new CachedFile(file, path, CachedFile.State.DAMAGED, found);
            }
            String sha256 = Sha256.ofFile(path);
            boolean right = sha256.equals(file.sha256());
            return new CachedFile(
                    file, path, right ? CachedFile.State.VERIFIED : CachedFile.State.DAMAGED, "SHA-256 " + sha256);
        } catch (IOException e) {
            return new CachedFile(file, path, CachedFile.State.DAMAGED, Reason.of(e));
        }
    }

    boolean holds(List<DataFile> files) {
        return files.stream().allMatch(file -> check(file).isVerified());
    }

    /**
     * Takes a file from a source, if it is the right one.
     *
     * @param content uncompressed; read no further than one byte beyond the length that the file has to have
     * @throws SourceException if the content can't be read or is not the right one; the folder is as before
     * @throws IOException if the folder can't be written to
     */
    void install(DataFile file, InputStream content) throws SourceException, IOException {
        AtomicFile.write(path(file), channel -> copy(file, content, channel));
    }

    private static void copy(DataFile file, InputStream content, FileChannel out) throws SourceException, IOException {
        Sha256 sha256 = new Sha256();
        byte[] buffer = new byte[BUFFER];
        long written = 0;
        for (int read = read(content, buffer, file); read >= 0; read = read(content, buffer, file)) {
            written += read;
            if (written > file.bytes()) {
                throw new SourceException(String.format(
                        Locale.ROOT, "sent more than the %,d bytes that %s has", file.bytes(), file.name()));
            }
            sha256.update(buffer, 0, read);
            AtomicFile.writeAll(out, ByteBuffer.wrap(buffer, 0, read));
        }
        if (written < file.bytes()) {
            throw new SourceException(String.format(
                    Locale.ROOT, "sent %,d bytes of the %,d that %s has", written, file.bytes(), file.name()));
        }
        String digest = sha256.toHex();
        if (!digest.equals(file.sha256())) {
            throw new SourceException(
                    "sent " + file.name() + " with SHA-256 " + digest + ", expected " + file.sha256());
        }
    }

    private static int read(InputStream content, byte[] buffer, DataFile file) throws SourceException {
        try {
            return content.read(buffer);
        } catch (IOException e) {
            throw new SourceException("sent " + file.name() + " damaged: " + Reason.of(e));
        }
    }

    /** Creates the folder if needed and drops what a killed process left half-written. Only for who holds the lock. */
    void prepare() throws IOException {
        Files.createDirectories(folder);
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(folder, "*" + AtomicFile.TEMPORARY)) {
            for (Path leftover : leftovers) {
                Files.delete(leftover);
            }
        }
    }
}
