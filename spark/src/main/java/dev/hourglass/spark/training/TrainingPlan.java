package dev.hourglass.spark.training;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.train.TrainOptions;
import java.io.Serializable;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Options on their way to the workers, as text where they are no numbers.
 *
 * @param loss as {@link Loss#parse} reads it
 * @param optimizer as {@link Optimizer#parse} reads it
 */
record TrainingPlan(int epochs, int batchSize, String loss, String optimizer, long seed) implements Serializable {
    /** @throws IllegalArgumentException if something is asked for that workers can't be told yet */
    static TrainingPlan of(TrainOptions options) {
        TrainingPlan plan = new TrainingPlan(
                options.epochs(),
                options.batchSize(),
                options.loss().text(),
                options.optimizer().text(),
                options.seed());
        if (!plan.options(options.threads()).equals(options)) {
            throw new IllegalArgumentException(
                    "Training on Spark takes epochs, batchSize, loss, optimizer and seed; schedules, augmentation, noise, callbacks,"
                            + " another shuffle and trimming are not sent to workers yet. Leave them at their defaults, or train on"
                            + " one machine.");
        }
        return plan;
    }

    TrainOptions options(int threads) {
        return TrainOptions.defaults()
                .withEpochs(epochs)
                .withBatchSize(batchSize)
                .withLoss(Loss.parse(loss))
                .withOptimizer(Optimizer.parse(optimizer))
                .withSeed(seed)
                .withThreads(threads);
    }

    /** What a training that goes on from a checkpoint must have in common with the one that wrote it. */
    SortedMap<String, String> origin(String weightsSha256, String layersSha256, String dataSha256) {
        SortedMap<String, String> origin = new TreeMap<>();
        origin.put("batch_size", Integer.toString(batchSize));
        origin.put("loss", loss);
        origin.put("optimizer", optimizer);
        origin.put("seed", Long.toString(seed));
        origin.put("layers", layersSha256);
        origin.put("weights", weightsSha256);
        origin.put("data", dataSha256);
        return origin;
    }
}
