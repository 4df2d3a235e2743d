package dev.hourglass.server;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.Fork;
import dev.hourglass.lab.Lab;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.LabOptions;
import dev.hourglass.lab.Recipe;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.Consumer;

/** Runs the lab for a run of the server: anew, from where it was interrupted, or from another run's epoch. */
final class LabRunner {
    private final Path runs;
    private final DatasetCatalog catalog;
    private final InstantSource clock;

    LabRunner(Path runs, DatasetCatalog catalog, InstantSource clock) {
        this.runs = runs;
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Returns when the run is finished; throws when it fails or is stopped. */
    void run(LiveRun run, Consumer<LabEvent> listener) {
        LabOptions options = new LabOptions(run.folder(), catalog, clock).withControl(run.control());
        RunRequest request = run.request();
        if (request == null) {
            Recipe recipe = Lab.unfinished(run.folder(), catalog);
            Lab.resume(recipe, false, options, listener);
            return;
        }
        Recipe recipe = withEpochs(run.recipe());
        RunRequest.ForkOf fork = request.fork();
        if (fork == null) {
            Lab.run(recipe, options, listener);
        } else {
            Lab.fork(new Fork(runs.resolve(fork.run()), fork.model(), fork.epoch()), recipe, options, listener);
        }
    }

    /** Keeps the weights after each epoch, which the pages leaf through and forks begin at. */
    private static Recipe withEpochs(Recipe recipe) {
        Recipe.Outputs outputs = recipe.outputs();
        return recipe.withOutputs(
                new Recipe.Outputs(outputs.examples(), outputs.plots(), outputs.report(), true, outputs.sweep()));
    }
}
