package dev.hourglass.engine;

/**
 * Where a worker is: the samples that an operation is to compute now. One per worker, moved along, never shared.
 */
final class Cursor {
    final int worker;
    /** Scratch for one sample as the data set gives it. */
    final float[] sample;

    Batch batch = Batch.NONE;
    /** Which chunk of the batch. */
    int chunk;
    /** The chunk's first sample, counted in the batch. */
    int chunkStart;
    /** How many samples the chunk has. */
    int chunkSamples;
    /** First sample to compute, counted in the chunk. */
    int local;
    /** How many to compute: 1, or the whole chunk. */
    int samples;

    /** Which part of a single sample to compute, where threads share it. */
    int part;
    /** In how many parts it is cut: 1 unless threads share it. */
    int parts = 1;

    Cursor(int worker, int sampleSize) {
        this.worker = worker;
        this.sample = new float[sampleSize];
    }

    /** Picks scratch memory that no other thread uses now: by worker, or by part where threads share a sample. */
    int scratch() {
        return worker + part;
    }

    /** The first sample's place in the batch. */
    int first() {
        return chunkStart + local;
    }

    /** Where the cursor's part of so many rows begins. */
    int from(int rows) {
        return (int) ((long) rows * part / parts);
    }

    /** Where it ends. */
    int to(int rows) {
        return (int) ((long) rows * (part + 1) / parts);
    }

    /**
     * What one run computes.
     *
     * @param order which sample of the source each place of the batch takes: {@code order[from + place]}
     * @param seed of the run, for dropout
     * @param number of the training step, for dropout
     * @param output receives the prediction, compact, in inference
     */
    record Batch(
            Samples inputs,
            Samples targets,
            int[] order,
            int from,
            int size,
            long seed,
            long number,
            float[] output,
            int outputFrom) {
        static final Batch NONE = new Batch(
                (index, into, offset) -> {}, (index, into, offset) -> {}, new int[0], 0, 0, 0, 0, new float[0], 0);
    }
}
