package dev.hourglass.server.runs;

import dev.hourglass.files.Failures;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.train.TrainingState;
import dev.hourglass.train.checkpoints.Checkpoint;
import dev.hourglass.train.checkpoints.Checkpoints;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** The weights after each epoch, which a run's training kept beside its checkpoints. */
public final class EpochFiles {
    private EpochFiles() {}

    private static Checkpoints checkpoints(StoredRun run, String model) {
        return new Checkpoints(run.folder(), "checkpoints/" + model);
    }

    /** The epochs that are kept, in order. */
    public static List<Integer> epochs(StoredRun run, String model) {
        try {
            return checkpoints(run, model).epochs();
        } catch (IOException e) {
            return List.of(); // something else is in their place
        }
    }

    /** @throws ApiException 404 if the epoch was not kept */
    public static SavedModel read(StoredRun run, ModelRecipe model, int epoch, Normalization normalization) {
        try {
            TrainingState state = checkpoints(run, model.name())
                    .atEndOf(epoch, model.spec(), normalization)
                    .map(Checkpoint::state)
                    .orElseThrow(() -> ApiException.missing(
                            "epoch",
                            "The weights after epoch " + epoch + " were not kept.",
                            "GET …/models/" + model.name() + " lists the available epochs."));
            return SavedModel.of(state.model(), state.history().loss(), state.optimizer(), Map.of());
        } catch (IOException | CorruptFileException e) {
            throw ApiException.missing(
                    "epoch",
                    "The weights after epoch " + epoch + " cannot be read: "
                            + ErrorResponses.withoutFolders(Failures.reason(e)) + ".",
                    "Choose another epoch.");
        }
    }
}
