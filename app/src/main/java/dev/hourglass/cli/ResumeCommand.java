package dev.hourglass.cli;

import dev.hourglass.cli.arguments.CheckpointOptions;
import dev.hourglass.cli.arguments.WholeNumber;
import dev.hourglass.cli.terminal.LabDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.Lab;
import dev.hourglass.lab.LabOptions;
import dev.hourglass.lab.recipe.Recipe;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code hourglass resume}: continues a run that was stopped or killed. */
@Command(
        name = "resume",
        header = "Continue a run that was stopped or killed, from its last checkpoint.",
        description = {
            "",
            "The run ends with the same weights, bit for bit, as if it had never been stopped. It continues with the"
                    + " recipe it was started with; to change that, use 'hourglass lab RECIPE --resume RUN"
                    + " --force-resume'."
        },
        footerHeading = "%nExample:%n",
        footer = "  hourglass resume runs/mnist-20260314-092653")
final class ResumeCommand implements Runnable {
    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Parameters(index = "0", paramLabel = "RUN", description = "The run folder, which contains a file INCOMPLETE.")
    private Path run = Path.of("");

    @Mixin
    private CheckpointOptions checkpoints = new CheckpointOptions();

    @Option(
            names = "--threads",
            paramLabel = "N",
            converter = WholeNumber.Threads.class,
            description = "Threads that compute (default: as before). Any number gives the same results.")
    private int threads;

    ResumeCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public void run() {
        Recipe recipe = Lab.unfinished(run, catalog)
                .withEachModel(model -> threads == 0
                        ? model
                        : model.withTraining(model.training().withThreads(threads)));
        InstantSource clock = InstantSource.system();
        LabOptions options = checkpoints.applyTo(new LabOptions(run, catalog, clock));
        try (LabDisplay display = new LabDisplay(terminal)) {
            Lab.resume(recipe, checkpoints.force(), options, display);
        }
    }
}
