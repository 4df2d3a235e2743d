package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.model.Autoencoder;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * How far each reconstruction is off; {@link ErrorReport} has classes, steps and channels as well.
 *
 * @param mse of each sample, in the order of the data
 * @param mae likewise
 */
public record SampleErrors(float[] mse, float[] mae) {
    /**
     * Reconstructs every sample with a model, 256 at a time.
     *
     * @param data of the shape that the model reads, its numbers as the model reads them
     * @param threads that compute, >= 1; the errors have the same bits on any number
     * @param progress told how many samples are done
     * @throws dev.hourglass.tensor.ShapeException if the samples have another shape
     * @throws dev.hourglass.evaluate.InterruptedComputationException if this thread is interrupted
     */
    public static SampleErrors of(Autoencoder model, Dataset data, int threads, IntConsumer progress) {
        Evaluation.requireShape(model, data);
        try (Inference inference = Inference.of(model, threads)) {
            return of(
                    (from, count, into) -> inference.reconstruct(data::copySample, from, count, into), data, progress);
        }
    }

    /**
     * Of what anything makes of every sample.
     *
     * @param reconstruction of that very data
     * @throws dev.hourglass.evaluate.InterruptedComputationException if this thread is interrupted
     */
    public static SampleErrors of(Reconstruction reconstruction, Dataset data, IntConsumer progress) {
        float[] mse = new float[data.size()];
        float[] mae = new float[data.size()];
        new ReconstructedSamples(reconstruction, data, "Scoring")
                .forEach(progress, (index, original, rebuilt, offset) -> {
                    SampleError error = SampleError.of(original, rebuilt, offset);
                    mse[index] = (float) error.mse();
                    mae[index] = (float) error.mae();
                });
        return new SampleErrors(mse, mae);
    }

    /** One error for each sample. */
    public float[] by(ErrorMeasure measure) {
        return switch (measure) {
            case MSE -> mse;
            case MAE -> mae;
        };
    }

    /** Indices of the samples with the largest error first; equal errors by index. */
    public int[] worstFirst(ErrorMeasure measure) {
        float[] errors = by(measure);
        return IntStream.range(0, errors.length)
                .boxed()
                .sorted((a, b) -> errors[a] == errors[b] ? Integer.compare(a, b) : Float.compare(errors[b], errors[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
