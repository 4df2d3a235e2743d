package dev.hourglass.formats.onnx.read.graph;

import dev.hourglass.files.ConfinedFolder;
import dev.hourglass.files.Excerpt;
import dev.hourglass.hdf5.BoundedInput;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bytes of tensors that lie in files beside the model: regular files in its folder, reached by no link. */
public final class ExternalData {
    private static final String PLACE = "a file in the model's folder, reached by no link and no '..'";

    private final Path model;
    private final Map<String, ByteBuffer> files = new HashMap<>();

    public ExternalData(Path model) {
        this.model = model;
    }

    /** @param entries {@code location}, {@code offset} and {@code length}, as ONNX has them */
    ByteBuffer bytes(String tensor, Map<String, String> entries) {
        String location = entries.getOrDefault("location", "");
        ByteBuffer all = files.computeIfAbsent(location, name -> read(tensor, name));
        long offset = number(tensor, entries.getOrDefault("offset", "0"));
        if (offset > all.remaining()) {
            throw refuse(tensor, "an offset within the file", BoundedInput.count(offset));
        }
        long rest = all.remaining() - offset;
        long length = number(tensor, entries.getOrDefault("length", Long.toString(rest)));
        if (length > rest) {
            throw refuse(
                    tensor,
                    "at most " + BoundedInput.count(rest) + " bytes behind byte " + BoundedInput.count(offset),
                    BoundedInput.count(length));
        }
        return all.slice((int) offset, (int) length);
    }

    private ByteBuffer read(String tensor, String location) {
        try {
            ConfinedFolder folder = ConfinedFolder.open(
                    Objects.requireNonNull(model.toAbsolutePath().getParent()));
            return ByteBuffer.wrap(folder.read(location, Integer.MAX_VALUE - 64));
        } catch (NoSuchFileException e) {
            throw refuse(tensor, PLACE, "no file '" + Excerpt.of(location, 80) + "'");
        } catch (IOException e) {
            @Nullable String reason = e instanceof FileSystemException of ? of.getReason() : e.getMessage();
            throw refuse(
                    tensor,
                    PLACE,
                    "'" + Excerpt.of(location, 80) + "', which " + (reason == null ? "can't be read" : reason));
        }
    }

    private long number(String tensor, String text) {
        try {
            long value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Told below.
        }
        throw refuse(tensor, "a whole number >= 0", "'" + Excerpt.of(text) + "'");
    }

    private CorruptFileException refuse(String tensor, String expected, String found) {
        return new CorruptFileException(
                model + ", data of tensor '" + Excerpt.of(tensor, 80) + "'",
                expected,
                found,
                "Export the model with its data in the same file, or beside it.");
    }
}
