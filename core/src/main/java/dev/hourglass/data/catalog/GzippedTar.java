package dev.hourglass.data.catalog;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** A gzipped tar archive as a source sent it, from which some files are picked. */
record GzippedTar(Path file) {
    private static final long MAX_BYTES = 1L << 32;

    /** What is done with a file of the archive. */
    @FunctionalInterface
    interface Taker {
        /** @param content may fail like any stream; not to be used afterwards */
        void take(String name, InputStream content) throws SourceException, IOException;
    }

    /**
     * Gives files to a taker in the order in which they lie there, until all were seen.
     *
     * @param names with their folders
     * @throws SourceException if the archive is damaged or lacks a file
     */
    void pick(Collection<String> names, Taker taker) throws SourceException, IOException {
        Set<String> wanted = new LinkedHashSet<>(names);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            TarReader tar = open(in);
            while (!wanted.isEmpty()) {
                TarReader.Entry entry = next(tar);
                if (entry == null) {
                    throw new SourceException("lacks " + String.join(", ", wanted));
                }
                if (entry.regularFile() && wanted.remove(entry.name())) {
                    taker.take(entry.name(), tar.content());
                }
            }
        }
    }

    private static TarReader open(InputStream archive) throws SourceException {
        try {
            return new TarReader(new GZIPInputStream(archive, 1 << 16), MAX_BYTES);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private static TarReader.@Nullable Entry next(TarReader tar) throws SourceException {
        try {
            return tar.next().orElse(null);
        } catch (IOException e) {
            throw damaged(e);
        }
    }

    private static SourceException damaged(IOException e) {
        return new SourceException("sent a damaged archive: " + Reason.of(e));
    }
}
