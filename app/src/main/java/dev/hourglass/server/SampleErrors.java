package dev.hourglass.server;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.model.Autoencoder;
import java.util.stream.IntStream;

/**
 * How far each reconstruction is off.
 *
 * @param mse mean squared error of each sample
 * @param mae mean absolute error of each sample
 */
record SampleErrors(float[] mse, float[] mae) {
    private static final int BATCH = 256;

    static SampleErrors of(Autoencoder model, Dataset data, int threads, Job.Progress progress) {
        int size = data.sampleShape().size();
        float[] rebuilt = new float[Math.min(BATCH, data.size()) * size];
        float[] original = new float[size];
        float[] mse = new float[data.size()];
        float[] mae = new float[data.size()];
        try (Inference inference = Inference.of(model, threads)) {
            for (int from = 0; from < data.size(); from += BATCH) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new StoppedException("Scoring was stopped.");
                }
                int count = Math.min(BATCH, data.size() - from);
                inference.reconstruct(data::copySample, from, count, rebuilt);
                for (int i = 0; i < count; i++) {
                    data.copySample(from + i, original, 0);
                    SampleError error = SampleError.of(original, rebuilt, i * size);
                    mse[from + i] = (float) error.mse();
                    mae[from + i] = (float) error.mae();
                }
                progress.at((from + count) / (double) data.size());
            }
        }
        return new SampleErrors(mse, mae);
    }

    float[] by(String measure) {
        return measure.equals("mae") ? mae : mse;
    }

    /** Indices with the largest error first; equal errors by index. */
    int[] worstFirst(String measure) {
        float[] errors = by(measure);
        return IntStream.range(0, errors.length)
                .boxed()
                .sorted((a, b) -> errors[a] == errors[b] ? Integer.compare(a, b) : Float.compare(errors[b], errors[a]))
                .mapToInt(Integer::intValue)
                .toArray();
    }
}
