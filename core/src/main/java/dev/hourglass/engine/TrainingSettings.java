package dev.hourglass.engine;

/**
 * Loss, optimizer and batches of a {@link TrainingSession}.
 *
 * @param batchSize most samples a step takes, >= 1
 * @param seed of dropout
 */
public record TrainingSettings(Loss loss, Optimizer optimizer, int batchSize, long seed) {
    public TrainingSettings {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize must be >= 1, got " + batchSize);
        }
    }

    /** With the mean squared error. */
    public static TrainingSettings of(Optimizer optimizer, int batchSize, long seed) {
        return new TrainingSettings(new Loss.MeanSquaredError(), optimizer, batchSize, seed);
    }

    public TrainingSettings withLoss(Loss value) {
        return new TrainingSettings(value, optimizer, batchSize, seed);
    }
}
