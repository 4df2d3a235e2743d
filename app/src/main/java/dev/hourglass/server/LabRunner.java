package dev.hourglass.server;

import dev.hourglass.data.DatasetCatalog;
import dev.hourglass.lab.Lab;
import dev.hourglass.lab.LabOptions;
import java.time.InstantSource;

/** Runs the lab for a run of the server: anew, from where it was interrupted, or from another run's epoch. */
final class LabRunner {
    private final DatasetCatalog catalog;
    private final InstantSource clock;

    LabRunner(DatasetCatalog catalog, InstantSource clock) {
        this.catalog = catalog;
        this.clock = clock;
    }

    /** Returns when the run is finished; throws when it fails or is stopped. */
    void run(LiveRun run) {
        LabOptions options = new LabOptions(run.folder(), catalog, clock).withControl(run.control());
        Lab.run(run.recipe(), options, run::accept);
    }
}
