package dev.hourglass.bench;

import dev.hourglass.model.AutoencoderSpec;
import java.nio.file.Path;

/** One step of training a model on MNIST: a batch of 256 gathered from shuffled images, forward, backward, Adam. */
interface TrainingStep extends AutoCloseable {
    /** @return the batch's loss */
    double run();

    @Override
    void close();

    /**
     * A fresh model and its data, computing as in training.
     *
     * @param data folder with {@code train-images-idx3-ubyte}
     */
    @SuppressWarnings("DoNotCallSuggester") // the engine is on its way
    static TrainingStep open(AutoencoderSpec spec, int threads, Path data) {
        throw new UnsupportedOperationException(
                "No engine yet to train '" + spec.name() + "' from " + data + " on " + threads + " threads");
    }
}
