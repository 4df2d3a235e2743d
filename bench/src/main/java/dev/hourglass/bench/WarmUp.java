package dev.hourglass.bench;

import dev.hourglass.train.TrainEvent;
import dev.hourglass.train.TrainOptions;
import dev.hourglass.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * Trains a model for three epochs in a JVM that has done nothing yet, and prints each epoch's seconds as JSON: the
 * first has in it what the JIT compiler costs, the third has not.
 */
public final class WarmUp {
    private static final int EPOCHS = 3;

    private WarmUp() {}

    /** Arguments: a model of {@link Workload#MODELS}, how many threads, and the folder with MNIST's training images. */
    public static void main(String[] arguments) {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("Expected MODEL THREADS DATA, got " + Arrays.toString(arguments));
        }
        Workload workload = Workload.of(arguments[0], Path.of(arguments[2]));
        TrainOptions options = TrainOptions.defaults()
                .withEpochs(EPOCHS)
                .withBatchSize(workload.batch())
                .withThreads(Integer.parseInt(arguments[1]));
        Trainer.train(
                workload.spec(), workload.samples(), workload.samples().limit(workload.batch()), options, event -> {
                    if (event instanceof TrainEvent.EpochFinished finished) {
                        System.out.printf(
                                Locale.ROOT,
                                "{\"epoch\": %d, \"seconds\": %.3f}%n",
                                finished.epoch().number(),
                                finished.epoch().trainSeconds());
                    }
                });
    }
}
