package dev.hourglass.lab;

import dev.hourglass.data.DatasetCatalog;
import java.nio.file.Path;
import java.time.InstantSource;

/**
 * What a run needs beside its recipe.
 *
 * @param out the run folder, new or empty
 * @param catalog where the recipe's data set comes from
 * @param clock tells when the run started and ended
 */
public record LabOptions(Path out, DatasetCatalog catalog, InstantSource clock) {}
