package dev.hourglass.formats;

import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The arrays of a model's HDF5 tree, taken out by path and shape.
 *
 * @param file named in errors
 */
record StoredArrays(Path file, Hdf5Group root) {
    private static final String WAY_OUT = "The weights are not those of the model; save it anew.";

    /** @throws CorruptFileException if there is no float array of this shape */
    float[] floats(String path, Shape shape) {
        Hdf5Node node = root.find(path).orElse(null);
        List<Integer> dimensions = Arrays.stream(shape.toArray()).boxed().toList();
        if (node instanceof Hdf5Dataset dataset
                && dataset.values() instanceof Hdf5Dataset.Values.Floats floats
                && dataset.dimensions().equals(dimensions)) {
            return floats.values();
        }
        throw new CorruptFileException(file, "an array of floats " + shape + " at " + path, describe(node), WAY_OUT);
    }

    /** A single number of any type. */
    Optional<Double> number(String path) {
        if (!(root.find(path).orElse(null) instanceof Hdf5Dataset dataset)
                || !dataset.dimensions().isEmpty()) {
            return Optional.empty();
        }
        return switch (dataset.values()) {
            case Hdf5Dataset.Values.Floats floats -> Optional.of((double) floats.values()[0]);
            case Hdf5Dataset.Values.Wholes wholes -> Optional.of((double) wholes.values()[0]);
            case Hdf5Dataset.Values.Other ignored -> Optional.empty();
        };
    }

    /** How many data sets and groups lie in a group; 0 if there is none. */
    int count(String path) {
        return root.find(path).orElse(null) instanceof Hdf5Group group
                ? group.children().size()
                : 0;
    }

    CorruptFileException wrongCount(String path, int expected, int found) {
        return new CorruptFileException(file, expected + " arrays at " + path, Integer.toString(found), WAY_OUT);
    }

    private static String describe(@Nullable Hdf5Node node) {
        return switch (node) {
            case null -> "none";
            case Hdf5Group ignored -> "a group";
            case Hdf5Dataset dataset ->
                switch (dataset.values()) {
                    case Hdf5Dataset.Values.Floats ignored ->
                        dataset.dimensions().toString();
                    case Hdf5Dataset.Values.Wholes ignored -> "whole numbers " + dataset.dimensions();
                    case Hdf5Dataset.Values.Other other -> Json.printable(other.type());
                };
        };
    }
}
