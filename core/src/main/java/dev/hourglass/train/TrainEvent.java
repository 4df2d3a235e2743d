package dev.hourglass.train;

/** What training tells while it runs, in order, on the thread that called it. */
public sealed interface TrainEvent {
    /** @param stepsPerEpoch the last one may be a smaller batch */
    record Started(String model, int epochs, int stepsPerEpoch) implements TrainEvent {}

    /** @param epoch from 1 */
    record EpochStarted(int epoch, int epochs) implements TrainEvent {}

    /**
     * @param step from 1
     * @param loss mean squared error over the epoch's samples so far
     * @param mae mean absolute error, likewise
     * @param learningRate of this step
     * @param elapsedMillis since the epoch began
     */
    record StepFinished(
            int epoch, int step, int steps, double loss, double mae, double learningRate, long elapsedMillis)
            implements TrainEvent {}

    record EpochFinished(History.Epoch epoch, int steps) implements TrainEvent {}

    /** @param reason a sentence: it was told to wait, or its state cannot be saved */
    record Waiting(String reason) implements TrainEvent {}

    /** The wait is over. */
    record Resumed() implements TrainEvent {}

    record Finished(History history) implements TrainEvent {}
}
