package dev.hourglass.cli;

import dev.hourglass.cli.terminal.LabDisplay;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.lab.Replay;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code hourglass replay}: proves that a run's weights can be reproduced. */
@Command(
        name = "replay",
        header = "Train a finished run's models again and prove that the weights are the same.",
        description = {
            "",
            "Takes the recipe from the run's run.json and compares the weights with the run's after each epoch. Where"
                    + " they"
                    + " differ, it reports the first such epoch and what changed in data, version and environment,"
                    + " and exits with"
                    + " status 1. The run folder stays as it is."
        },
        footerHeading = "%nExample:%n",
        footer = "  hourglass replay runs/mnist-20260314-092653")
final class ReplayCommand implements Callable<Integer> {
    private final Terminal terminal;
    private final DatasetCatalog catalog;

    @Parameters(index = "0", paramLabel = "RUN", description = "The folder of a finished run.")
    private Path run = Path.of("");

    ReplayCommand(Terminal terminal, DatasetCatalog catalog) {
        this.terminal = terminal;
        this.catalog = catalog;
    }

    @Override
    public Integer call() {
        Replay.Outcome outcome;
        try (LabDisplay display = new LabDisplay(terminal)) {
            outcome = Replay.of(run, catalog, display);
        }
        terminal.println("");
        for (Replay.Model model : outcome.models()) {
            Replay.Difference difference = model.difference();
            terminal.println(
                    difference == null
                            ? model.name() + ": the same weights after each of " + model.epochs() + " epochs"
                            : model.name() + ": epoch " + difference.epoch()
                                    + " is the first that differs, its weights were " + difference.wasSha256()
                                    + " and are " + difference.isSha256());
        }
        outcome.environment().forEach(line -> terminal.println("Different: " + line));
        terminal.println(
                outcome.isSame()
                        ? "The run is reproduced, bit for bit."
                        : "The run is not reproduced."
                                + (outcome.environment().isEmpty()
                                        ? " Data, version and environment are the same."
                                        : ""));
        return outcome.isSame() ? 0 : Main.FAILED;
    }
}
