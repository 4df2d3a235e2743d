package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
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
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static ReconstructionError reconstruction(Autoencoder model, Dataset data, int threads) {
        requireMatch(model, data);
        Stopwatch stopwatch = new Stopwatch();
        ErrorSums sums = new ErrorSums();
        try (Inference inference = Inference.of(model, threads)) {
            warmUp(inference, data);
            Reconstruction timed = (from, count, into) ->
                    stopwatch.time(() -> inference.reconstruct(data::copySample, from, count, into));
            new ReconstructedSamples(timed, data, "The evaluation")
                    .forEach(done -> {}, (index, original, rebuilt, offset) -> {
                        for (int i = 0; i < original.length; i++) {
                            sums.add((double) rebuilt[offset + i] - original[i]);
                        }
                    });
        }
        return new ReconstructionError(sums.mse(), sums.mae(), data.size(), data.size() / stopwatch.seconds());
    }

    private static final class Stopwatch {
        private long nanos;

        void time(Runnable work) {
            long start = System.nanoTime();
            work.run();
            nanos += System.nanoTime() - start;
        }

        double seconds() {
            return Math.max(nanos, 1) / 1e9;
        }
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
        requireFinite(codes, model);
        return Points.of(codes, latentSize);
    }

    private static void requireFinite(float[] codes, Autoencoder model) {
        for (int i = 0; i < codes.length; i++) {
            if (!Float.isFinite(codes[i])) {
                throw new IllegalArgumentException("The code of sample "
                        + i / model.spec().latentSize() + " of model '"
                        + model.spec().name() + "' holds " + codes[i]
                        + ", so it has no place in the latent space. Take a model whose training did not diverge.");
            }
        }
    }

    private static void warmUp(Inference inference, Dataset data) {
        int count = Math.min(BATCH_SIZE, data.size());
        float[] into = new float[Math.multiplyExact(count, data.sampleShape().size())];
        long start = System.nanoTime();
        do {
            inference.reconstruct(data::copySample, 0, count, into);
        } while (System.nanoTime() - start < WARM_UP_NANOS);
    }

    static void requireMatch(Autoencoder model, Dataset data) {
        requireShape(model, data);
        if (!data.normalization().equals(model.normalization())) {
            throw new IllegalArgumentException(
                    "Model '" + model.spec().name() + "' was trained under " + model.normalization() + ", "
                            + data.name() + " comes under " + data.normalization() + ". Give both the same.");
        }
    }

    /** Of data whose numbers are the model's already, such as a file of one's own, the shape alone must match. */
    static void requireShape(Autoencoder model, Dataset data) {
        Shape input = model.spec().input();
        if (!data.sampleShape().equals(input)) {
            throw new ShapeException("Model '" + model.spec().name() + "' reads samples of " + input + ", "
                    + data.name() + " has " + data.sampleShape() + ". Reshape the data set.");
        }
    }
}
