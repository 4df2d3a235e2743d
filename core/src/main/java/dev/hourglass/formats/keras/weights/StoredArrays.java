package dev.hourglass.formats.keras.weights;

import dev.hourglass.formats.json.Json;
import dev.hourglass.hdf5.Dataset;
import dev.hourglass.hdf5.Group;
import dev.hourglass.hdf5.Node;
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
public record StoredArrays(Path file, Group root) {
    private static final String WAY_OUT = "The weights are not those of the model; save it again.";

    /** @throws CorruptFileException if there is no float array of this shape */
    float[] floats(String path, Shape shape) {
        Node node = root.find(path).orElse(null);
        List<Integer> dimensions = Arrays.stream(shape.toArray()).boxed().toList();
        if (node instanceof Dataset dataset
                && dataset.values() instanceof Dataset.Values.Floats floats
                && dataset.dimensions().equals(dimensions)) {
            return floats.values();
        }
        if (dimensions.isEmpty() && number(path).isPresent()) {
            return new float[] {number(path).get().floatValue()}; // a count is a whole number
        }
        throw new CorruptFileException(file, "an array of floats " + shape + " at " + path, describe(node), WAY_OUT);
    }

    /** A single number of any type. */
    Optional<Double> number(String path) {
        if (!(root.find(path).orElse(null) instanceof Dataset dataset)
                || !dataset.dimensions().isEmpty()) {
            return Optional.empty();
        }
        return switch (dataset.values()) {
            case Dataset.Values.Floats floats -> Optional.of((double) floats.values()[0]);
            case Dataset.Values.Wholes wholes -> Optional.of((double) wholes.values()[0]);
            case Dataset.Values.Doubles doubles -> Optional.of(doubles.values()[0]);
            case Dataset.Values.Pixels pixels -> Optional.of((double) Byte.toUnsignedInt(pixels.values()[0]));
            case Dataset.Values.Other ignored -> Optional.empty();
        };
    }

    /** Of the array at a path; empty if there is none, or it is a single number. */
    List<Integer> dimensions(String path) {
        return root.find(path).orElse(null) instanceof Dataset dataset ? dataset.dimensions() : List.of();
    }

    /** How many data sets and groups lie in a group; 0 if there is none. */
    int count(String path) {
        return root.find(path).orElse(null) instanceof Group group
                ? group.children().size()
                : 0;
    }

    CorruptFileException wrongCount(String path, int expected, int found) {
        return new CorruptFileException(file, expected + " arrays at " + path, Integer.toString(found), WAY_OUT);
    }

    private static String describe(@Nullable Node node) {
        return switch (node) {
            case null -> "none";
            case Group ignored -> "a group";
            case Dataset dataset ->
                switch (dataset.values()) {
                    case Dataset.Values.Floats ignored -> dataset.dimensions().toString();
                    case Dataset.Values.Doubles ignored -> dataset.dimensions().toString();
                    case Dataset.Values.Pixels ignored -> "bytes " + dataset.dimensions();
                    case Dataset.Values.Wholes ignored -> "whole numbers " + dataset.dimensions();
                    case Dataset.Values.Other other -> Json.printable(other.type());
                };
        };
    }
}
