package dev.hourglass.train;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;

/** What training reports while it runs, in order, on the thread that called it. */
public sealed interface TrainEvent {
    /**
     * @param loss what is minimised
     * @param stepsPerEpoch the last one may be a smaller batch
     */
    record Started(String model, Loss loss, int epochs, int stepsPerEpoch) implements TrainEvent {}

    /** @param sentence on what is allowed and still likely to be a mistake; comes before {@link Started} */
    record Warned(String sentence) implements TrainEvent {}

    /** @param epoch from 1 */
    record EpochStarted(int epoch, int epochs) implements TrainEvent {}

    /**
     * @param step from 1
     * @param measured over the epoch's samples so far
     * @param learningRate of this step
     * @param elapsedMillis since the epoch began
     */
    record StepFinished(int epoch, int step, int steps, Measured measured, double learningRate, long elapsedMillis)
            implements TrainEvent {}

    record EpochFinished(History.Epoch epoch, int steps) implements TrainEvent {}

    /** @param reason a sentence: it was told to wait, or its state cannot be saved */
    record Waiting(String reason) implements TrainEvent {}

    /** The wait is over. */
    record Resumed() implements TrainEvent {}

    record Finished(History history) implements TrainEvent {}
}
