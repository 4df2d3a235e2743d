package dev.hourglass.bench;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetCatalog;
import dev.hourglass.data.Split;
import dev.hourglass.engine.Adam;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import java.nio.file.Path;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** One step of training a model on MNIST: a batch of 256 gathered from shuffled images, forward, backward, Adam. */
final class TrainingStep implements AutoCloseable {
    private static final int BATCH = 256;
    private static final int SEED = 42;

    private final TrainingSession session;
    private final Dataset images;
    private final int[] order;
    private final RandomGenerator random = new RandomSource(SEED).stream("shuffle", 0);
    private int next;

    private TrainingStep(TrainingSession session, Dataset images) {
        this.session = session;
        this.images = images;
        order = IntStream.range(0, images.size()).toArray();
        shuffle();
    }

    /**
     * A fresh model and its data, computing as in training.
     *
     * @param data folder with MNIST's files
     */
    static TrainingStep open(AutoencoderSpec spec, int threads, Path data) {
        Dataset images = DatasetCatalog.standard()
                .openFolder("mnist", data, Split.TRAINING)
                .reshaped(spec.input());
        Parameters parameters = Parameters.initialize(spec.input(), spec.layers(), new RandomSource(SEED));
        Adam adam = Adam.withLearningRate(1e-3f);
        return new TrainingStep(
                TrainingSession.of(spec.input(), spec.layers(), parameters, adam, BATCH, SEED, threads), images);
    }

    /** @return the batch's loss */
    double run() {
        if (next + BATCH > order.length) {
            shuffle();
        }
        double loss = session.step(images::copySample, order, next, BATCH);
        next += BATCH;
        return loss;
    }

    private void shuffle() {
        next = 0;
        for (int i = order.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int index = order[i];
            order[i] = order[other];
            order[other] = index;
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
