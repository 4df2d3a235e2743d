package dev.hourglass.evaluate.errors;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Reconstruction;
import java.util.function.IntConsumer;

/**
 * Walks through a data set beside what is made of it: the one loop that all errors are measured in. Memory holds one
 * block of 256 samples, whatever the size of the data.
 */
public final class ReconstructedSamples {
    private static final int BLOCK = 256;

    /** Shown a block of reconstructions. */
    @FunctionalInterface
    public interface BlockVisitor {
        /**
         * @param from index of the first sample
         * @param rebuilt [count, sample], row-major; overwritten by the next block
         */
        void visit(int from, int count, float[] rebuilt);
    }

    /** Shown a sample and its reconstruction. */
    @FunctionalInterface
    public interface SampleVisitor {
        /**
         * @param original the sample; overwritten by the next one
         * @param rebuilt holds the reconstruction from {@code offset} on; overwritten by the next ones
         */
        void visit(int index, float[] original, float[] rebuilt, int offset);
    }

    private final Reconstruction reconstruction;
    private final Dataset data;
    private final String task;

    /**
     * @param reconstruction of that very data
     * @param task as the message says it if the thread is interrupted, such as {@code The evaluation}
     */
    public ReconstructedSamples(Reconstruction reconstruction, Dataset data, String task) {
        this.reconstruction = reconstruction;
        this.data = data;
        this.task = task;
    }

    /**
     * Block by block, in the order of the data.
     *
     * @param progress told how many samples are done
     * @throws InterruptedComputationException if this thread is interrupted
     * @throws dev.hourglass.files.FileChangedException if the data is not what it was when it was opened
     */
    public void forEachBlock(IntConsumer progress, BlockVisitor visitor) {
        int numbers = data.sampleShape().size();
        float[] rebuilt = new float[Math.multiplyExact(Math.min(BLOCK, data.size()), numbers)];
        for (int from = 0; from < data.size(); from += BLOCK) {
            InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), task);
            int count = Math.min(BLOCK, data.size() - from);
            reconstruction.rebuild(from, count, rebuilt);
            visitor.visit(from, count, rebuilt);
            progress.accept(from + count);
        }
        data.requireUnchanged();
    }

    /** Sample by sample, in the order of the data; otherwise as {@link #forEachBlock}. */
    public void forEach(IntConsumer progress, SampleVisitor visitor) {
        float[] original = new float[data.sampleShape().size()];
        forEachBlock(progress, (from, count, rebuilt) -> {
            for (int s = 0; s < count; s++) {
                data.copySample(from + s, original, 0);
                visitor.visit(from + s, original, rebuilt, s * original.length);
            }
        });
    }
}
