package dev.hourglass.server.models;

import org.jspecify.annotations.Nullable;

/**
 * A model of a run.
 *
 * @param epoch the model as it was after this epoch; null as training left it
 */
public record ModelKey(String run, String model, @Nullable Integer epoch) {
    public ModelKey atEpoch(@Nullable Integer value) {
        return new ModelKey(run, model, value);
    }

    @Override
    public String toString() {
        return run + "/" + model + (epoch == null ? "" : "@" + epoch);
    }
}
