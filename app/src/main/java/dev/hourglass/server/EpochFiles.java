package dev.hourglass.server;

import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.ModelRecipe;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Path;
import java.util.List;

/** The weights after each epoch, which a run's training kept beside its checkpoints. */
final class EpochFiles {
    private EpochFiles() {}

    /** The epochs that are kept, in order. */
    static List<Integer> epochs(Path run, String model) {
        return List.of();
    }

    /** @throws ApiException 404 if the epoch was not kept */
    static SavedModel read(Path run, ModelRecipe model, int epoch, Normalization normalization) {
        throw ApiException.missing(
                "epoch",
                "The weights after epoch " + epoch + " were not kept.",
                "GET …/models/" + model.name() + " lists the epochs that there are.");
    }
}
