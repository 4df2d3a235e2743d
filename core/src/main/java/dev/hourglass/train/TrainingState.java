package dev.hourglass.train;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import java.util.List;

/**
 * Training between two steps: with it, the same data and the same options, training goes on to the same bits as if it
 * had never stopped. There is no random state beside the seed, because every stream of random numbers depends on the
 * seed, its purpose and the epoch or step alone.
 *
 * @param model with parameters of its own, which training changes
 * @param optimizer what it remembers, and the steps taken
 * @param history of the epochs that are over
 * @param weightDigests SHA-256 of all weights after each of them, in hex
 * @param callbacks what early stopping and the others remember
 * @param trimming what is known of each sample, where some are left out
 */
public record TrainingState(
        Autoencoder model,
        OptimizerState optimizer,
        EpochPlace place,
        History history,
        List<String> weightDigests,
        CallbackState callbacks,
        TrimmingState trimming) {
    public TrainingState {
        weightDigests = List.copyOf(weightDigests);
        if (weightDigests.size() != history.epochs().size()) {
            throw new IllegalArgumentException("a state needs a digest for each of its "
                    + history.epochs().size() + " epochs, got " + weightDigests.size());
        }
    }

    /** A model that has learned nothing yet. */
    public static TrainingState fresh(AutoencoderSpec spec, Normalization normalization, TrainOptions options) {
        Autoencoder model = Autoencoder.initialize(spec, normalization, new RandomSource(options.seed()));
        return new TrainingState(
                model,
                OptimizerState.fresh(options.optimizer(), model.parameters()),
                EpochPlace.startOf(1),
                new History(options.loss(), List.of()),
                List.of(),
                CallbackState.start(options),
                TrimmingState.START);
    }

    /**
     * To train on with other options: what early stopping, trimming and the others have seen no longer counts, and another kind of
     * optimizer remembers nothing yet.
     */
    public TrainingState forOther(TrainOptions options) {
        OptimizerState kept = optimizer.suits(options.optimizer())
                ? optimizer
                : OptimizerState.fresh(options.optimizer(), model.parameters());
        return new TrainingState(
                model, kept, place, history, weightDigests, CallbackState.start(options), TrimmingState.START);
    }

    /** @throws UnsuitableTrainingException if training can't go on from here with these options */
    void requireSuits(TrainOptions options) {
        String name = "Training of '" + model.spec().name() + "'";
        boolean isNew = place.steps() == 0 && history.epochs().isEmpty();
        if (!isNew && !history.loss().equals(options.loss())) {
            throw new UnsuitableTrainingException(name + " began with the loss "
                    + history.loss().text() + " and can't go on with "
                    + options.loss().text()
                    + ", since its history would mix both. Keep the loss, or train the model from scratch.");
        }
        if (!optimizer.suits(options.optimizer())) {
            throw new UnsuitableTrainingException(name + " began with the optimizer "
                    + optimizer.optimizer().text() + ", whose state is of no use to "
                    + options.optimizer().text() + ". Keep the optimizer, or train the model from scratch.");
        }
    }

    /** Whether nothing is left to do. */
    public boolean isOver(TrainOptions options) {
        return place.epoch() > options.epochs() || callbacks.hasStopped();
    }
}
