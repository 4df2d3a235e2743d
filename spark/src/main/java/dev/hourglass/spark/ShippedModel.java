package dev.hourglass.spark;

import dev.hourglass.files.Sha256;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.broadcast.Broadcast;

/**
 * A model's file on its way to the executors, which need not share a file system with anybody.
 *
 * @param name of the file, for messages and for its ending
 * @param sha256 of the bytes, in hex; what arrives is held against it
 * @param bytes of the file
 */
record ShippedModel(String name, String sha256, Broadcast<byte[]> bytes) implements Serializable {
    /** The model, compiled once in this process and shared by its tasks. */
    CompiledModel compiled() {
        return ProcessModels.of(this);
    }

    CompiledModel compile() {
        byte[] arrived = bytes.value();
        String found = Sha256.of(arrived);
        if (!found.equals(sha256)) {
            throw new CorruptFileException(
                    name,
                    "bytes of SHA-256 " + sha256,
                    found,
                    "The model changed on its way to this executor. Run the job again.");
        }
        return CompiledModel.of(read(name, arrived));
    }

    /** Reads a model from memory. Its readers want a file, so it lies in one, which nobody else may read, for a moment. */
    static SavedModel read(String name, byte[] bytes) {
        try {
            Path file = Files.createTempFile("hourglass", ending(name));
            try {
                Files.write(file, bytes);
                return ModelFile.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "Can't read model " + name + " through a file in the folder for such: "
                            + System.getProperty("java.io.tmpdir") + ". Make room there, or give another one.",
                    e);
        }
    }

    /** Of ONNX, a name tells what bytes alone may not. */
    private static String ending(String name) {
        int dot = name.lastIndexOf('.');
        return dot < 0 ? ".model" : name.substring(dot).replaceAll("[^.\\w]", "");
    }
}
