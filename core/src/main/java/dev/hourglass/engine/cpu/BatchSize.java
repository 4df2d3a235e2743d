package dev.hourglass.engine.cpu;

import dev.hourglass.engine.cpu.memory.Memory;
import dev.hourglass.engine.cpu.step.Plan;

/**
 * How much a plan computes at once.
 *
 * @param sampleNumbers most numbers of a sample as it is loaded, be it input or target
 * @param samples most in one run
 * @param chunkSamples that go through together, >= 1
 */
public record BatchSize(int sampleNumbers, int samples, int chunkSamples) {
    public BatchSize {
        chunkSamples = Math.min(chunkSamples, samples);
    }

    /** For training: chunks so small that many threads have work, by the size of the batch alone. */
    public static BatchSize forTraining(Plan plan, int sampleNumbers, int samples) {
        int share = Math.max(1, samples / 8);
        int least =
                plan.recurrent() || plan.largeProducts() ? Math.min(8, samples) : 1; // rows of one tile of a product
        return new BatchSize(sampleNumbers, samples, Math.clamp(share, least, Memory.MOST_CHUNK_SAMPLES));
    }

    int chunks() {
        return Math.ceilDiv(samples, chunkSamples);
    }
}
