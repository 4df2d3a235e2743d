package dev.hourglass.hdf5;

import dev.hourglass.files.AtomicFile;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.FreeHeap;
import dev.hourglass.files.RegularFile;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Reads and writes HDF5, the part of it that Keras's models and plain arrays of numbers need. */
public final class Hdf5File {
    private Hdf5File() {}

    /**
     * Reads a whole file.
     *
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, cut short or holds what is refused
     * @throws IOException if it can't be opened or read
     */
    public static Group read(Path file) throws IOException {
        return FileStamp.<Group, IOException>whileUnchanged(file, () -> {
            try (FileChannel channel = RegularFile.openChannel(file)) {
                return read(channel, file, false);
            }
        });
    }

    /**
     * Reads a whole file, its numbers with all their digits: fractions of 64 bits and integers as {@link
     * Dataset.Values.Doubles}, unsigned bytes as {@link Dataset.Values.Pixels}. Errors as {@link #read(Path)}'s.
     */
    public static Group readExactly(Path file) throws IOException {
        return FileStamp.<Group, IOException>whileUnchanged(file, () -> {
            try (FileChannel channel = RegularFile.openChannel(file)) {
                return read(channel, file, true);
            }
        });
    }

    /**
     * Reads a whole file that is open.
     *
     * @param channel stays open
     * @param file for errors
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, cut short or holds what is refused
     * @throws IOException if it can't be read
     */
    public static Group read(FileChannel channel, Path file) throws IOException {
        return read(channel, file, false);
    }

    private static Group read(FileChannel channel, Path file, boolean exact) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            try {
                Group root = Reader.read(bytes, file.toString(), FreeHeap::freeBytes, exact);
                FileStamp.awaitFault();
                return root;
            } catch (InternalError e) {
                throw FileStamp.cutShort(file, e); // the JVM's answer to a page that the file no longer has
            }
        }
    }

    /**
     * Reads a file that lies in memory.
     *
     * @param nameForErrors such as {@code model.keras, model.weights.h5}
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, cut short or holds what is refused
     */
    public static Group read(byte[] bytes, String nameForErrors) {
        MemorySegment segment = MemorySegment.ofArray(bytes).asReadOnly();
        return Reader.read(segment, nameForErrors, FreeHeap::freeBytes, false);
    }

    /**
     * Writes a file, replacing what was there; whole or not at all.
     *
     * @throws IllegalArgumentException if something can't be written: an {@code Other}, or an attribute over 64 KB
     *     (that is 4,095 strings; a single string may have any length)
     */
    public static void write(Group root, Path file) throws IOException {
        FilePlan plan = Writer.plan(root);
        AtomicFile.write(file, channel -> plan.writeTo(Channels.newOutputStream(channel)));
    }

    /** Writes a file to a stream, which stays open; buffers by itself. Errors as {@link #write(Group, Path)}'s. */
    public static void write(Group root, OutputStream out) throws IOException {
        Writer.plan(root).writeTo(out);
    }

    /** How many bytes {@link #write(Group, OutputStream)} will write. */
    static long size(Group root) {
        return Writer.plan(root).end();
    }
}
