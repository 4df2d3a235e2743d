package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.util.function.IntConsumer;

/** Judges a model by what it makes of data. */
public final class Evaluation {
    private static final int BATCH_SIZE = 256;
    /** Long enough for the just-in-time compiler to have seen every step of the model. */
    private static final long WARM_UP_NANOS = 300_000_000;

    private Evaluation() {}

    /**
     * Reconstructs every sample and measures how far the reconstructions are off and how long they take. Memory holds
     * one batch of 256 samples, whatever the size of the data.
     *
     * @param data of the shape that the model reads, under the normalization it was trained with
     * @param threads that compute, >= 1; the errors have the same bits on any number
     * @throws ShapeException if the samples have another shape
     * @throws IllegalArgumentException if the samples come under another normalization
     */
    public static ReconstructionError reconstruction(Autoencoder model, Dataset data, int threads) {
        requireMatch(model, data);
        int size = data.size();
        int numbers = data.sampleShape().size();
        float[] reconstructions = new float[Math.multiplyExact(Math.min(BATCH_SIZE, size), numbers)];
        float[] original = new float[numbers];
        double squares = 0;
        double distances = 0;
        long nanos = 0;
        try (Inference inference = Inference.of(model, threads)) {
            warmUp(inference, data, reconstructions);
            for (int from = 0; from < size; from += BATCH_SIZE) {
                int count = Math.min(BATCH_SIZE, size - from);
                long start = System.nanoTime();
                inference.reconstruct(data::copySample, from, count, reconstructions);
                nanos += System.nanoTime() - start;
                for (int s = 0; s < count; s++) {
                    data.copySample(from + s, original, 0);
                    for (int i = 0; i < numbers; i++) {
                        double difference = (double) reconstructions[s * numbers + i] - original[i];
                        squares += difference * difference;
                        distances += Math.abs(difference);
                    }
                }
            }
        }
        data.requireUnchanged();
        double all = (double) size * numbers;
        return new ReconstructionError(squares / all, distances / all, size, size / (Math.max(nanos, 1) / 1e9));
    }

    /**
     * The codes of every sample, 256 at a time.
     *
     * @param data of the shape that the model reads, under the normalization it was trained with
     * @param threads that compute, >= 1; any number gives the same bits
     * @param progress told how many samples are done
     * @return [samples, latent size]
     * @throws ShapeException if the samples have another shape
     * @throws IllegalArgumentException if the samples come under another normalization, or a code is not finite, as those
     *     of a model whose training diverged
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static Points codes(Autoencoder model, Dataset data, int threads, IntConsumer progress) {
        requireMatch(model, data);
        int latentSize = model.spec().latentSize();
        float[] codes = new float[Math.multiplyExact(data.size(), latentSize)];
        float[] batch = new float[Math.multiplyExact(Math.min(BATCH_SIZE, data.size()), latentSize)];
        try (Inference inference = Inference.of(model, threads)) {
            for (int from = 0; from < data.size(); from += BATCH_SIZE) {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Encoding");
                int count = Math.min(BATCH_SIZE, data.size() - from);
                inference.encode(data::copySample, from, count, batch);
                System.arraycopy(batch, 0, codes, from * latentSize, count * latentSize);
                progress.accept(from + count);
            }
        }
        data.requireUnchanged();
        return Points.of(codes, latentSize);
    }

    private static void warmUp(Inference inference, Dataset data, float[] into) {
        int count = Math.min(BATCH_SIZE, data.size());
        long start = System.nanoTime();
        do {
            inference.reconstruct(data::copySample, 0, count, into);
        } while (System.nanoTime() - start < WARM_UP_NANOS);
    }

    static void requireMatch(Autoencoder model, Dataset data) {
        String name = model.spec().name();
        Shape input = model.spec().input();
        if (!data.sampleShape().equals(input)) {
            throw new ShapeException("Model '" + name + "' reads samples of " + input + ", " + data.name() + " has "
                    + data.sampleShape() + ". Reshape the data set.");
        }
        if (!data.normalization().equals(model.normalization())) {
            throw new IllegalArgumentException("Model '" + name + "' was trained under " + model.normalization() + ", "
                    + data.name() + " comes under " + data.normalization() + ". Give both the same.");
        }
    }
}
