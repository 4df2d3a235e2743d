package dev.hourglass.engine;

import dev.hourglass.engine.cpu.ops.losses.LossFunction;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Graph;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.List;

/**
 * Measures how well a model reconstructs samples: by the loss that it is trained with, and by the squared and absolute
 * errors that all models are compared by. Holds the parameters as they were when it was made.
 */
public final class LossMeter implements AutoCloseable {
    private static final int BATCH = 256;

    private final OutputLoss output;
    private final LossFunction function;
    private final int terms;
    private final ChainInference chain;
    private final Kernels kernels = Kernels.best();

    private final List<Penalty> penalties;
    private final Autoencoder model;
    private final int threads;

    private LossMeter(Autoencoder model, OutputLoss output, List<Penalty> penalties, int threads) {
        this.output = output;
        this.penalties = penalties;
        this.model = model;
        this.threads = threads;
        function = LossFunction.of(output.loss(), model.spec().input());
        terms = output.loss().terms(model.spec().input());
        chain = new ChainInference(output.graph(), model.parameters(), kernels, Workers.of(threads));
    }

    /** @param threads that share out one call's samples, >= 1 */
    public static LossMeter of(Autoencoder model, Loss loss, int threads) {
        return new LossMeter(model, OutputLoss.of(model.spec().graph(), loss), loss.penalties(), threads);
    }

    /** Rebuilds samples and compares; the same bits at any number of threads. */
    public Measured measure(Samples samples, int from, int count) {
        return measure(samples, samples, from, count);
    }

    /** As the other one, but the model is to turn inputs into targets of the same index, such as noisy into clean. */
    public Measured measure(Samples inputs, Samples targets, int from, int count) {
        int size = chain.outputSize();
        float[] original = new float[size];
        float[] gradient = new float[size];
        float[] outputs = new float[Math.min(count, BATCH) * size];
        double loss = 0;
        long counted = 0;
        double squared = 0;
        double absolute = 0;
        for (int done = 0; done < count; done += BATCH) {
            int batch = Math.min(BATCH, count - done);
            chain.run(inputs, from + done, batch, outputs);
            for (int i = 0; i < batch; i++) {
                targets.copySample(from + done + i, original, 0);
                loss += function.add(outputs, i * size, original, 0, gradient, 0, size, 1);
                counted += terms - function.masked();
                if (output.sigmoid()) {
                    kernels.relativeSigmoid(outputs, i * size, size);
                }
                for (int j = 0; j < size; j++) {
                    double difference = outputs[i * size + j] - original[j];
                    squared += difference * difference;
                    absolute += Math.abs(difference);
                }
            }
        }
        double numbers = (double) count * size;
        boolean isSquared = output.loss() instanceof Loss.MeanSquaredError;
        // Summed in another order, the loss would differ from the error that it is in its last bits.
        double mean = isSquared ? squared / numbers : loss / Math.max(1, counted);
        return new Measured(mean + penalties(inputs, from, count), squared / numbers, absolute / numbers);
    }

    private double penalties(Samples inputs, int from, int count) {
        double sum = 0;
        for (Penalty penalty : penalties) {
            sum += penalty.isOfActivity()
                    ? ofActivity(penalty, inputs, from, count)
                    : VariablePenalty.of(penalty, model.parameters()).cost();
        }
        return sum;
    }

    /** The mean over samples of what leaves a layer. */
    private double ofActivity(Penalty penalty, Samples inputs, int from, int count) {
        double sum = 0;
        Graph upToIt = model.spec().graph().upTo(List.of(penalty.layer()));
        try (ChainInference before = ChainInference.of(upToIt, model.parameters(), threads)) {
            float[] activities = new float[Math.min(count, BATCH) * before.outputSize()];
            for (int done = 0; done < count; done += BATCH) {
                int batch = Math.min(BATCH, count - done);
                before.run(inputs, from + done, batch, activities);
                sum += penalty.regularizer().of(activities, 0, batch * before.outputSize());
            }
        }
        return sum / count;
    }

    @Override
    public void close() {
        chain.close();
    }
}
