package dev.hourglass.bench;

import dev.hourglass.data.Dataset;
import dev.hourglass.engine.Inference;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.tensor.RandomSource;

/** Samples rebuilt by a fresh model that is compiled once: many, call by call, or a single one. */
final class Reconstruction implements Work {
    /** How many samples the throughput is measured over. */
    private static final int MANY = 10_000;

    private static final int CALL = 32;
    private static final int SEED = 42;

    private final Inference inference;
    private final Dataset samples;
    private final int sampleSize;
    private final int count;
    private final float[] call;
    private final float[] rebuilt;
    private int single;

    private Reconstruction(Workload workload, int threads, int count, int callSize) {
        Autoencoder model =
                Autoencoder.initialize(workload.spec(), workload.samples().normalization(), new RandomSource(SEED));
        inference = Inference.of(model, threads);
        samples = workload.samples();
        sampleSize = workload.spec().input().size();
        this.count = count;
        call = new float[callSize * sampleSize];
        rebuilt = new float[count * sampleSize];
    }

    /** 10,000 samples in calls of 32, the results gathered in one array as Keras's {@code predict} does. */
    static Work ofMany(Workload workload, int threads) {
        return new Reconstruction(workload, threads, MANY, CALL);
    }

    /** One sample, another one each time. */
    static Work ofOne(Workload workload, int threads) {
        return new Reconstruction(workload, threads, 1, 1);
    }

    @Override
    public double run() {
        if (count == 1) {
            single = (single + 1) % samples.size();
            inference.reconstruct(samples::copySample, single, 1, rebuilt);
            return rebuilt[0];
        }
        for (int from = 0; from < count; from += CALL) {
            int size = Math.min(CALL, count - from);
            inference.reconstruct(samples::copySample, from, size, call);
            System.arraycopy(call, 0, rebuilt, from * sampleSize, size * sampleSize);
        }
        return rebuilt[rebuilt.length - 1];
    }

    @Override
    public void close() {
        inference.close();
    }
}
