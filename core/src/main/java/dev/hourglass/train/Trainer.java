package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Adam;
import dev.hourglass.engine.Inference;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** The training loop: epochs of shuffled batches, each epoch ended by a look at the validation set. */
public final class Trainer {
    private Trainer() {}

    /**
     * Trains a fresh model to rebuild its samples, by mean squared error and Adam.
     *
     * @param validation not learned from; its loss is measured after each epoch
     * @param listener told what happens, on this thread
     * @throws ShapeException if a data set's samples do not have the model's input shape
     * @throws TrainingInterruptedException if this thread is interrupted between two steps
     */
    public static TrainResult train(
            AutoencoderSpec spec,
            Dataset training,
            Dataset validation,
            TrainOptions options,
            Consumer<TrainEvent> listener) {
        requireShape(spec, training);
        requireShape(spec, validation);
        RandomSource random = new RandomSource(options.seed());
        Autoencoder model = Autoencoder.initialize(spec, training.normalization(), random);
        int[] order = IntStream.range(0, training.size()).toArray();
        int batchSize = Math.min(options.batchSize(), training.size());
        int steps = Math.ceilDiv(training.size(), batchSize);
        List<History.Epoch> epochs = new ArrayList<>();
        listener.accept(new TrainEvent.Started(spec.name(), options.epochs(), steps));
        try (TrainingSession session = TrainingSession.of(
                spec.input(),
                spec.layers(),
                model.parameters(),
                Adam.withLearningRate(options.learningRate()),
                batchSize,
                options.seed(),
                options.threads())) {
            for (int epoch = 1; epoch <= options.epochs(); epoch++) {
                listener.accept(new TrainEvent.EpochStarted(epoch, options.epochs()));
                long start = System.nanoTime();
                shuffle(order, random.stream("shuffle", epoch));
                double lossSum = 0;
                double maeSum = 0;
                int seen = 0;
                for (int step = 1; step <= steps; step++) {
                    int count = Math.min(batchSize, order.length - seen);
                    lossSum += count * session.step(training::copySample, order, seen, count);
                    maeSum += count * session.meanAbsoluteError();
                    seen += count;
                    listener.accept(new TrainEvent.StepFinished(
                            epoch,
                            step,
                            steps,
                            lossSum / seen,
                            maeSum / seen,
                            options.learningRate(),
                            millisSince(start)));
                    if (Thread.currentThread().isInterrupted()) {
                        throw new TrainingInterruptedException(epoch, step);
                    }
                }
                double trainSeconds = millisSince(start) / 1e3;
                Inference.Distance distance = distance(model, validation, options.threads());
                epochs.add(new History.Epoch(
                        epoch,
                        lossSum / seen,
                        maeSum / seen,
                        distance.meanSquared(),
                        distance.meanAbsolute(),
                        options.learningRate(),
                        trainSeconds,
                        millisSince(start) / 1e3));
                listener.accept(new TrainEvent.EpochFinished(epochs.getLast(), steps));
            }
            History history = new History(epochs);
            listener.accept(new TrainEvent.Finished(history));
            return new TrainResult(model, session.optimizerState(), history);
        }
    }

    private static void requireShape(AutoencoderSpec spec, Dataset data) {
        if (!data.sampleShape().equals(spec.input())) {
            throw new ShapeException("Model '" + spec.name() + "' reads samples of shape " + spec.input() + ", but "
                    + data.name() + " has " + data.sampleShape()
                    + ". Give the data set that shape, or change the model's input.");
        }
    }

    private static Inference.Distance distance(Autoencoder model, Dataset data, int threads) {
        try (Inference inference = Inference.of(model, threads)) {
            return inference.distance(data::copySample, 0, data.size());
        }
    }

    /** Fisher and Yates. */
    private static void shuffle(int[] order, RandomGenerator random) {
        for (int i = order.length - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int kept = order[i];
            order[i] = order[j];
            order[j] = kept;
        }
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
