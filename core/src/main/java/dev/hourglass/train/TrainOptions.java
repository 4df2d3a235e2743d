package dev.hourglass.train;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;

/**
 * How to train. {@link #defaults} are those of the MNIST lab; change one with its wither.
 *
 * @param epochs passes over the training data, >= 1
 * @param batchSize samples per step, >= 1; an epoch's last step takes the remaining ones
 * @param loss what is minimised
 * @param optimizer how; its learning rate must be > 0 and is where the schedule starts
 * @param schedule how the learning rate changes from step to step
 * @param augmentation how images are changed at random before the model sees them
 * @param noise what spoils inputs while targets stay clean
 * @param callbacks what looks at the history after each epoch
 * @param shuffle in which order an epoch sees the samples
 * @param trimming what is left out because it stays worst over the epochs
 * @param seed of initialisation, shuffling and dropout
 * @param threads that compute, >= 1; any number gives the same bits
 */
public record TrainOptions(
        int epochs,
        int batchSize,
        Loss loss,
        Optimizer optimizer,
        LearningRateSchedule schedule,
        Augmentation augmentation,
        InputNoise noise,
        Callbacks callbacks,
        Shuffle shuffle,
        Trimming trimming,
        long seed,
        int threads) {
    public TrainOptions {
        require(epochs >= 1, "epochs must be >= 1, got " + epochs);
        require(batchSize >= 1, "batchSize must be >= 1, got " + batchSize);
        require(optimizer.learningRate() > 0, "learningRate must be > 0, got " + optimizer.learningRate());
        require(threads >= 1 && threads <= 1024, "threads must be 1 to 1024, got " + threads);
        require(
                callbacks.reduceLrOnPlateau() == null || schedule.equals(LearningRateSchedule.CONSTANT),
                "a schedule and reduceLrOnPlateau both set the learning rate; choose one");
    }

    /**
     * 5 epochs, batches of 256, mean squared error, Adam with learning rate 0.001 throughout, inputs as they are, seed 42,
     * one thread per processor.
     */
    public static TrainOptions defaults() {
        return new TrainOptions(
                5,
                256,
                new Loss.MeanSquaredError(),
                Optimizer.Adam.DEFAULT,
                LearningRateSchedule.CONSTANT,
                Augmentation.NONE,
                InputNoise.none(),
                Callbacks.NONE,
                Shuffle.BY_SIZE,
                Trimming.NONE,
                42,
                Runtime.getRuntime().availableProcessors());
    }

    public float learningRate() {
        return optimizer.learningRate();
    }

    public TrainOptions withEpochs(int value) {
        return new TrainOptions(
                value,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withBatchSize(int value) {
        return new TrainOptions(
                epochs,
                value,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withLoss(Loss value) {
        return new TrainOptions(
                epochs,
                batchSize,
                value,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withOptimizer(Optimizer value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                value,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withLearningRate(float value) {
        return withOptimizer(optimizer.withLearningRate(value));
    }

    public TrainOptions withSchedule(LearningRateSchedule value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                value,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withAugmentation(Augmentation value) {
        return new TrainOptions(
                epochs, batchSize, loss, optimizer, schedule, value, noise, callbacks, shuffle, trimming, seed,
                threads);
    }

    public TrainOptions withNoise(InputNoise value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                value,
                callbacks,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withCallbacks(Callbacks value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                value,
                shuffle,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withShuffle(Shuffle value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                value,
                trimming,
                seed,
                threads);
    }

    public TrainOptions withTrimming(Trimming value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                value,
                seed,
                threads);
    }

    public TrainOptions withSeed(long value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                value,
                threads);
    }

    public TrainOptions withThreads(int value) {
        return new TrainOptions(
                epochs,
                batchSize,
                loss,
                optimizer,
                schedule,
                augmentation,
                noise,
                callbacks,
                shuffle,
                trimming,
                seed,
                value);
    }

    static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
