package dev.hourglass.bench;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** One step of training a model: a batch gathered from shuffled samples, forward, backward, Adam. */
final class TrainingStep implements Work {
    private static final int SEED = 42;

    private final TrainingSession session;
    private final Dataset samples;
    private final int batch;
    private final int[] order;
    private final RandomGenerator random = new RandomSource(SEED).stream("shuffle", 0);
    private int next;

    private TrainingStep(TrainingSession session, Dataset samples, int batch) {
        this.session = session;
        this.samples = samples;
        this.batch = batch;
        order = IntStream.range(0, samples.size()).toArray();
        shuffle();
    }

    /** A fresh model, computing as in training. */
    static TrainingStep of(Workload workload, int threads) {
        TrainingSession session = freshSession(workload.spec(), workload.loss(), workload.batch(), threads);
        return new TrainingStep(session, workload.samples(), workload.batch());
    }

    static TrainingSession freshSession(AutoencoderSpec spec, int batch, int threads) {
        return freshSession(spec, new Loss.MeanSquaredError(), batch, threads);
    }

    private static TrainingSession freshSession(AutoencoderSpec spec, Loss loss, int batch, int threads) {
        Parameters parameters = Parameters.initialize(spec.graph(), new RandomSource(SEED));
        TrainingSettings settings =
                TrainingSettings.of(Optimizer.Adam.DEFAULT, batch, SEED).withLoss(loss);
        return TrainingSession.of(spec.graph(), parameters, settings, threads);
    }

    /** @return the batch's loss */
    @Override
    public double run() {
        if (next + batch > order.length) {
            shuffle();
        }
        double loss = session.step(samples::copySample, order, next, batch);
        next += batch;
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
