package dev.hourglass.evaluate.pca;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.tensor.Workers;

/** A data set read block by block as doubles, for PCA: memory holds one block, whatever the size of the data. */
final class SampleBlocks {
    static final int BLOCK_SAMPLES = 256;
    static final int SAMPLES_PER_TASK = 16;

    final Dataset data;
    final Workers workers;
    final int features;
    /** [sample of the block][feature]. */
    final double[][] samples;

    private final float[][] scratch;

    SampleBlocks(Dataset data, Workers workers) {
        this.data = data;
        this.workers = workers;
        this.features = data.sampleShape().size();
        this.samples = new double[Math.min(BLOCK_SAMPLES, data.size())][features];
        this.scratch = new float[workers.threads()][features];
    }

    /**
     * Reads samples {@code from} and after, less an origin, into {@link #samples}; returns how many.
     *
     * @throws IllegalArgumentException if a sample holds NaN or infinity
     * @throws InterruptedComputationException if the calling thread is interrupted
     */
    int read(int from, double[] origin) {
        InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "PCA");
        int count = Math.min(samples.length, data.size() - from);
        workers.run(Math.ceilDiv(count, SAMPLES_PER_TASK), (worker, task) -> {
            int end = Math.min((task + 1) * SAMPLES_PER_TASK, count);
            for (int s = task * SAMPLES_PER_TASK; s < end; s++) {
                data.copySample(from + s, scratch[worker], 0);
                subtract(scratch[worker], origin, from + s, samples[s]);
            }
        });
        return count;
    }

    private void subtract(float[] sample, double[] origin, int index, double[] into) {
        for (int i = 0; i < into.length; i++) {
            if (!Float.isFinite(sample[i])) {
                throw new IllegalArgumentException("PCA needs finite numbers, but sample " + index + " of "
                        + data.name() + " holds " + sample[i] + " at position " + i + ". Correct or drop the sample.");
            }
            into[i] = sample[i] - origin[i];
        }
    }
}
