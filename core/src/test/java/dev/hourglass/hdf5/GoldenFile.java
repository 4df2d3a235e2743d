package dev.hourglass.hdf5;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/** The files that interop/make_hdf5_goldens.py made. */
final class GoldenFile {
    static final List<String> NAMES = List.of(
            "attributes.h5",
            "attributes-latest.h5",
            "types.h5",
            "chunks.h5",
            "chunks-latest.h5",
            "tree.h5",
            "keras.weights.h5",
            "keras-legacy.h5");

    private GoldenFile() {}

    static Group read(String name) {
        return Hdf5File.read(bytes(name), name);
    }

    static byte[] bytes(String name) {
        try (InputStream in = Objects.requireNonNull(GoldenFile.class.getResourceAsStream("/hdf5/" + name), name)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
