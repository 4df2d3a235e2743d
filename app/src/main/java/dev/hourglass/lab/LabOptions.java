package dev.hourglass.lab;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.train.RunControl;
import dev.hourglass.train.checkpoints.Checkpointer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What a run needs beside its recipe.
 *
 * @param out the run folder: new or empty for a new run, or that of the run to continue
 * @param catalog where the recipe's data set comes from
 * @param clock tells when the run started and ended
 * @param checkpointEvery time from one checkpoint to the next within an epoch, > 0; each epoch ends with one anyway
 * @param control pauses and stops the run from another thread
 */
public record LabOptions(
        Path out, DatasetCatalog catalog, InstantSource clock, Duration checkpointEvery, RunControl control) {
    /** With a checkpoint every minute and a control that nobody else has. */
    public LabOptions(Path out, DatasetCatalog catalog, InstantSource clock) {
        this(out, catalog, clock, Checkpointer.Schedule.DEFAULT.every(), new RunControl());
    }

    public LabOptions withCheckpointEvery(Duration value) {
        return new LabOptions(out, catalog, clock, value, control);
    }

    public LabOptions withControl(RunControl value) {
        return new LabOptions(out, catalog, clock, checkpointEvery, value);
    }
}
