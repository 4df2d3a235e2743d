package dev.hourglass.train;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.Outliers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trained model and how it was trained.
 *
 * @param model its own parameters, not shared; of the last epoch, or of the best one where early stopping restores it
 * @param optimizer what further training would go on from
 * @param weightDigests SHA-256 of all weights after each epoch, in hex
 * @param best the weights with the smallest validation loss, where {@link Callbacks#keepBest} asked for them
 * @param leftOut of the training data, because it stayed worst
 */
public record TrainResult(
        Autoencoder model,
        OptimizerState optimizer,
        History history,
        List<String> weightDigests,
        @Nullable BestWeights best,
        Outliers leftOut) {
    public TrainResult {
        weightDigests = List.copyOf(weightDigests);
    }
}
