package dev.hourglass.server;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.evaluate.Points;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;

/**
 * The codes of samples.
 *
 * @param values one code after the other
 */
record Codes(float[] values, int count, int size) {
    private static final int BATCH = 256;

    /** Of the first {@code count} samples. */
    static Codes of(Subject subject, int count, int threads, Job.Progress progress) {
        int size = subject.model().latent().size();
        float[] values = new float[Math.multiplyExact(count, size)];
        float[] batch = new float[Math.min(BATCH, count) * size];
        try (Inference inference = Inference.of(subject.model().autoencoder(), threads)) {
            for (int from = 0; from < count; from += BATCH) {
                if (Thread.currentThread().isInterrupted()) {
                    throw new StoppedException("Encoding was stopped.");
                }
                int some = Math.min(BATCH, count - from);
                inference.encode(subject.data()::copySample, from, some, batch);
                System.arraycopy(batch, 0, values, from * size, some * size);
                progress.at((from + some) / (double) count);
            }
        }
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new StoppedException("The code of sample " + i / size + " is not finite, so it has no place on a"
                        + " map: the model's training diverged.");
            }
        }
        return new Codes(values, count, size);
    }

    float[] code(int index) {
        return Arrays.copyOfRange(values, index * size, (index + 1) * size);
    }

    Points points() {
        return Points.of(values, size);
    }

    FloatDataset dataset() {
        return FloatDataset.of("the codes", Shape.of(size), values);
    }
}
