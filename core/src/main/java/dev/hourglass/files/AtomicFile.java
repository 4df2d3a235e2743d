package dev.hourglass.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Writes a file whole or not at all: a temporary file in the same folder, forced to disk, then moved into place. */
public final class AtomicFile {
    /** How the name of a temporary file ends. Only a killed process leaves one. */
    public static final String TEMPORARY = ".tmp";

    private AtomicFile() {}

    /**
     * What a file shall hold.
     *
     * @param <E> what may be wrong with it, beyond the file that it is written to
     */
    @FunctionalInterface
    public interface Content<E extends Exception> {
        /** @throws IOException if the channel can't be written to */
        void writeTo(FileChannel channel) throws IOException, E;
    }

    /**
     * A look at a file that is written, before it takes its place.
     *
     * @param <E> what may be wrong with it
     */
    @FunctionalInterface
    public interface Check<E extends Exception> {
        /**
         * @param written the handle that it was written through, at its start: nobody can have put another in its place
         * @throws IOException if the file can't be read
         */
        void accept(FileChannel written) throws IOException, E;
    }

    /** Writes UTF-8, replacing what was there; see {@link #write(Path, Content)}. */
    public static void write(Path file, String text) throws IOException {
        write(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes, replacing what was there; see {@link #write(Path, Content)}. */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, channel -> writeAll(channel, ByteBuffer.wrap(bytes)));
    }

    /**
     * Writes a file piece by piece, replacing what was there. The folder is made if needed.
     *
     * @throws IOException if it can't be written
     * @throws E if the content throws it; like any failure, this leaves an earlier file as it was
     */
    public static <E extends Exception> void write(Path file, Content<E> content) throws IOException, E {
        write(file, content, written -> {});
    }

    /**
     * Writes a file piece by piece and looks at it before it replaces what was there. The folder is made if needed.
     *
     * @param check reads the file through the handle that it was written through
     * @throws IOException if it can't be written or read
     * @throws E if the content or the check throws it; like any failure, this leaves an earlier file as it was
     */
    public static <E extends Exception> void write(Path file, Content<E> content, Check<E> check)
            throws IOException, E {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is a folder; a file's path is needed");
        }
        Files.createDirectories(folder);
        // Unique, so that nobody else writes into it. Not Files.createTempFile: its files can be read by their owner
        // only, and the move would keep that.
        Path temporary = folder.resolve("." + file.getFileName() + "-" + UUID.randomUUID() + TEMPORARY);
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                writeChecked(channel, content, check);
            }
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
            force(folder);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static <E extends Exception> void writeChecked(FileChannel channel, Content<E> content, Check<E> check)
            throws IOException, E {
        content.writeTo(channel);
        channel.force(true);
        check.accept(channel.position(0));
    }

    /** Writes what remains in the buffer; one call of a channel may take less. */
    public static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** The move itself reaches the disk with its folder. */
    private static void force(Path folder) {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException ignored) {
            // Windows opens no folders; the file is in place all the same.
        }
    }
}
