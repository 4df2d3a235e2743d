package dev.hourglass.formats;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/**
 * Reads and writes HDF5, the part of it that Keras's models need.
 *
 */
final class Hdf5File {
    private Hdf5File() {}

    /**
     * Reads a whole file.
     *
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, cut short or holds what is refused
     * @throws IOException if it can't be opened or read
     */
    static Hdf5Group read(Path file) throws IOException {
        throw new UnsupportedOperationException(file.toString());
    }

    /**
     * Reads a file that lies in memory.
     *
     * @param nameForErrors such as {@code model.keras, model.weights.h5}
     * @throws dev.hourglass.tensor.CorruptFileException if it is damaged, cut short or holds what is refused
     */
    static Hdf5Group read(byte[] bytes, String nameForErrors) {
        throw new UnsupportedOperationException(nameForErrors + bytes.length);
    }

    /**
     * Writes a file, replacing what was there; whole or not at all.
     *
     * @throws IllegalArgumentException if something can't be written: an {@code Other}, or an attribute over 64 KB
     *     (that is 4,095 strings; a single string may have any length)
     */
    static void write(Hdf5Group root, Path file) throws IOException {
        throw new UnsupportedOperationException(file.toString() + root);
    }

    /** Writes a file to a stream, which stays open; buffers by itself. Errors as {@link #write(Hdf5Group, Path)}'s. */
    static void write(Hdf5Group root, OutputStream out) throws IOException {
        throw new UnsupportedOperationException(out.toString() + root);
    }

    /** How many bytes {@link #write(Hdf5Group, OutputStream)} will write. */
    static long size(Hdf5Group root) {
        throw new UnsupportedOperationException(root.toString());
    }
}
