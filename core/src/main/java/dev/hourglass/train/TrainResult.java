package dev.hourglass.train;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Autoencoder;
import java.util.List;

/**
 * A trained model and how it came about.
 *
 * @param model its own parameters, not shared
 * @param optimizer what further training would go on from
 * @param weightDigests SHA-256 of all weights after each epoch
 */
public record TrainResult(Autoencoder model, OptimizerState optimizer, History history, List<String> weightDigests) {
    public TrainResult {
        weightDigests = List.copyOf(weightDigests);
    }
}
