package dev.hourglass.server.models;

import org.jspecify.annotations.Nullable;

/**
 * A model of a run, or one that was brought as a file.
 *
 * @param run the run's name, or {@link #FILES}
 * @param model its name in the run, or the file's
 * @param epoch the model as it was after this epoch; null as training left it
 */
public record ModelKey(String run, String model, @Nullable Integer epoch) {
    /** What stands for the run of model files that were brought; no run can have this name. */
    public static final String FILES = "_files";

    /** Whether it was brought as a file, and so has no run, no epochs and no data of its own. */
    public boolean isFile() {
        return run.equals(FILES);
    }

    public ModelKey atEpoch(@Nullable Integer value) {
        return new ModelKey(run, model, value);
    }

    @Override
    public String toString() {
        return run + "/" + model + (epoch == null ? "" : "@" + epoch);
    }
}
