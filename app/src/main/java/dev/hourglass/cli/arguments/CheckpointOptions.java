package dev.hourglass.cli.arguments;

import dev.hourglass.lab.LabOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How often a run is saved, and whether it may go on where something changed. */
public final class CheckpointOptions {
    @Option(
            names = "--checkpoint-every",
            paramLabel = "SECONDS",
            converter = WholeNumber.Count.class,
            description = "Save training this often within an epoch, as well as at its end (default: 60).")
    private @Nullable Integer everySeconds;

    @Option(
            names = "--force-resume",
            description = "Go on though recipe, data or version changed; run.json will say what did.")
    private boolean force;

    public boolean force() {
        return force;
    }

    public LabOptions applyTo(LabOptions options) {
        return everySeconds == null ? options : options.withCheckpointEvery(Duration.ofSeconds(everySeconds));
    }
}
