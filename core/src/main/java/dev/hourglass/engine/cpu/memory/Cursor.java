package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.Samples;
import java.util.List;

/**
 * Where a worker is: the samples that an operation is to compute now. One per worker, moved along, never shared.
 */
public final class Cursor {
    public final int worker;
    /** Scratch for one sample as the data set gives it. */
    public final float[] sample;

    public Batch batch = Batch.NONE;
    /** Which chunk of the batch. */
    public int chunk;
    /** The chunk's first sample, counted in the batch. */
    public int chunkStart;
    /** How many samples the chunk has. */
    public int chunkSamples;
    /** First sample to compute, counted in the chunk. */
    public int local;
    /** How many to compute: 1, or the whole chunk. */
    public int samples;

    /** Which part of a single sample to compute, where threads share it. */
    public int part;
    /** In how many parts it is cut: 1 unless threads share it. */
    public int parts = 1;

    public Cursor(int worker, int sampleSize) {
        this.worker = worker;
        this.sample = new float[sampleSize];
    }

    /** Picks scratch memory that no other thread uses now: by worker, or by part where threads share a sample. */
    public int scratch() {
        return worker + part;
    }

    /** The first sample's place in the batch. */
    public int first() {
        return chunkStart + local;
    }

    /** Where the cursor's part of so many rows begins. */
    public int from(int rows) {
        return (int) ((long) rows * part / parts);
    }

    /** Where it ends. */
    public int to(int rows) {
        return (int) ((long) rows * (part + 1) / parts);
    }

    /**
     * What one run computes.
     *
     * @param inputs one for each of the model's inputs
     * @param targets one for each of its outputs; none in inference
     * @param order which sample of the source each place of the batch takes: {@code order[from + place]}
     * @param seed of the run, for what is random
     * @param number of the training step, for what is random
     * @param epochs that training has gone on for, with fractions
     * @param output receives the predictions, compact, in inference: of a sample all outputs side by side
     */
    public record Batch(
            List<Samples> inputs,
            List<Samples> targets,
            int[] order,
            int from,
            int size,
            long seed,
            long number,
            double epochs,
            float[] output,
            int outputFrom) {
        public static final Batch NONE = new Batch(List.of(), List.of(), new int[0], 0, 0, 0, 0, 0, new float[0], 0);
    }
}
