package dev.hourglass.engine;

import dev.hourglass.engine.cpu.ops.LossFunction;
import dev.hourglass.engine.plan.OutputLoss;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;

/**
 * Measures how well a model reconstructs samples: by the loss that it is trained with, and by the squared and absolute
 * errors that all models are compared by. Holds the parameters as they were when it was made.
 */
public final class LossMeter implements AutoCloseable {
    private static final int BATCH = 256;

    private final OutputLoss output;
    private final LossFunction function;
    private final ChainInference chain;
    private final Kernels kernels = Kernels.best();

    private LossMeter(Autoencoder model, OutputLoss output, int threads) {
        this.output = output;
        function = LossFunction.of(output.loss());
        chain = new ChainInference(
                model.spec().input(), output.layers(), model.parameters(), kernels, Workers.of(threads));
    }

    /** @param threads that share out one call's samples, >= 1 */
    public static LossMeter of(Autoencoder model, Loss loss, int threads) {
        return new LossMeter(model, OutputLoss.of(model.spec().layers(), loss), threads);
    }

    /** Rebuilds samples and compares; the same bits at any number of threads. */
    public Measured measure(Samples samples, int from, int count) {
        int size = chain.outputSize();
        float[] original = new float[size];
        float[] gradient = new float[size];
        float[] outputs = new float[Math.min(count, BATCH) * size];
        double loss = 0;
        double squared = 0;
        double absolute = 0;
        for (int done = 0; done < count; done += BATCH) {
            int batch = Math.min(BATCH, count - done);
            chain.run(samples, from + done, batch, outputs);
            for (int i = 0; i < batch; i++) {
                samples.copySample(from + done + i, original, 0);
                loss += function.add(outputs, i * size, original, 0, gradient, 0, size, 1);
                if (output.sigmoid()) {
                    kernels.sigmoid(outputs, i * size, size);
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
        return new Measured((isSquared ? squared : loss) / numbers, squared / numbers, absolute / numbers);
    }

    @Override
    public void close() {
        chain.close();
    }
}
