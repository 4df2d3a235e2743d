package dev.hourglass.train;

import dev.hourglass.model.Parameters;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Callbacks} remember between epochs.
 *
 * @param toRestore weights that early stopping goes back to; null if it doesn't, or before the first epoch
 * @param kept weights of the smallest validation loss; null if they are not kept, or before the first epoch
 */
public record CallbackState(
        EarlyStopping.State earlyStopping,
        ReduceLrOnPlateau.State plateau,
        @Nullable BestWeights toRestore,
        @Nullable BestWeights kept) {
    /** Before the first epoch. */
    public static CallbackState start(TrainOptions options) {
        return new CallbackState(
                EarlyStopping.State.START, ReduceLrOnPlateau.State.start(options.learningRate()), null, null);
    }

    /** Whether early stopping has ended training. */
    public boolean hasStopped() {
        return earlyStopping.stoppedEpoch() > 0;
    }

    /** @param weights after the epoch; copied where they are the best so far */
    CallbackState after(Callbacks callbacks, History.Epoch epoch, Parameters weights) {
        EarlyStopping stopping = callbacks.earlyStopping();
        ReduceLrOnPlateau reducing = callbacks.reduceLrOnPlateau();
        EarlyStopping.State stopped = stopping == null ? earlyStopping : stopping.after(earlyStopping, epoch);
        boolean isBest = stopping != null && stopping.restoreBestWeights() && stopped.bestEpoch() == epoch.number();
        double smallest = kept == null ? Double.POSITIVE_INFINITY : kept.value();
        boolean isKept = callbacks.keepBest() && epoch.validationLoss() < smallest;
        return new CallbackState(
                stopped,
                reducing == null ? plateau : reducing.after(plateau, epoch),
                isBest ? new BestWeights(epoch.number(), stopped.best(), weights.copy()) : toRestore,
                isKept ? new BestWeights(epoch.number(), epoch.validationLoss(), weights.copy()) : kept);
    }
}
