package dev.hourglass.cli.arguments;

import dev.hourglass.lab.LabOptions;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How often a run is saved, and whether it may continue although something changed. */
public final class CheckpointOptions {
    @Option(
            names = "--checkpoint-every",
            paramLabel = "SECONDS",
            converter = WholeNumber.Count.class,
            description = "Seconds between checkpoints within an epoch; one is also written at its end (default: 60).")
    private @Nullable Integer everySeconds;

    @Option(
            names = "--force-resume",
            description = "Continue although recipe, data or version changed; run.json records what did.")
    private boolean force;

    public boolean force() {
        return force;
    }

    public LabOptions applyTo(LabOptions options) {
        return everySeconds == null ? options : options.withCheckpointEvery(Duration.ofSeconds(everySeconds));
    }
}
