package dev.hourglass.train;

import org.jspecify.annotations.Nullable;

/**
 * What looks at the history after each epoch.
 *
 * @param earlyStopping ends training; null for never
 * @param reduceLrOnPlateau lowers the learning rate; null for never
 * @param keepBest whether the weights of the epoch with the smallest validation loss are kept beside those of the last
 *     one, as Keras's {@code ModelCheckpoint} does with {@code save_best_only}
 */
public record Callbacks(
        @Nullable EarlyStopping earlyStopping, @Nullable ReduceLrOnPlateau reduceLrOnPlateau, boolean keepBest) {
    public static final Callbacks NONE = new Callbacks(null, null, false);

    public Callbacks withEarlyStopping(@Nullable EarlyStopping value) {
        return new Callbacks(value, reduceLrOnPlateau, keepBest);
    }

    public Callbacks withReduceLrOnPlateau(@Nullable ReduceLrOnPlateau value) {
        return new Callbacks(earlyStopping, value, keepBest);
    }

    public Callbacks withKeepBest(boolean value) {
        return new Callbacks(earlyStopping, reduceLrOnPlateau, value);
    }
}
