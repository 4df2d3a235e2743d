package dev.hourglass.server.runs;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.Lab;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.LabOptions;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.run.Fork;
import dev.hourglass.server.recipes.RunRequest;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Runs the lab for a run of the server: from the start, from where it was interrupted, or from another run's epoch. */
public final class LabRunner {
    private final RunShelf shelf;
    private final DatasetCatalog catalog;
    private final InstantSource clock;

    public LabRunner(RunShelf shelf, DatasetCatalog catalog, InstantSource clock) {
        this.shelf = shelf;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Returns when the run is finished; throws when it fails or is stopped. */
    void run(LiveRun run, Consumer<LabEvent> listener) {
        LabOptions options = new LabOptions(run.path(), catalog, clock).withControl(run.control());
        RunRequest request = run.request();
        if (request == null) {
            Recipe recipe = Lab.unfinished(run.path(), catalog);
            Lab.resume(recipe, false, options, listener);
            return;
        }
        Recipe recipe = withEpochs(run.recipe());
        RunRequest.ForkOf fork = request.fork();
        if (fork == null) {
            Lab.run(recipe, options, listener);
        } else {
            Fork from = new Fork(shelf.run(fork.run()).folder().path(), fork.model(), fork.epoch());
            Lab.fork(from, recipe, options, listener);
        }
    }

    /** Keeps the weights after each epoch, which the pages leaf through and forks begin at. */
    private static Recipe withEpochs(Recipe recipe) {
        Recipe.Outputs outputs = recipe.outputs();
        return recipe.withOutputs(
                new Recipe.Outputs(outputs.examples(), outputs.plots(), outputs.report(), true, outputs.sweep()));
    }
}
