package dev.hourglass.train;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.RandomSource;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * In which order an epoch sees the samples: by chance, told by seed and epoch alone. Where samples lie in a file that is
 * larger than memory, each that is taken by chance from all of it costs a read of the disk; blocks are read in one go.
 */
public enum Shuffle {
    /** {@link #ALL}, but {@link #BLOCKS} where the samples take more than 8 GB as they are stored. */
    BY_SIZE,
    /** Every order is as likely as any other. */
    ALL,
    /**
     * Samples are cut into blocks of about 1 MB as they are stored, the blocks are shuffled, and then the samples of 64 blocks
     * at a time. A batch is drawn from such a pool, so samples that lie near each other are in the same batch a little more
     * often; data that are sorted, by class for example, should be shuffled once by whoever writes them.
     */
    BLOCKS;

    static final long MOST_BYTES_AT_ONCE = 8L << 30;
    static final long BLOCK_BYTES = 1 << 20;
    static final int POOL_BLOCKS = 64;

    /** Whether it is blocks that are shuffled. */
    boolean isOfBlocks(Dataset data) {
        return switch (this) {
            case BY_SIZE -> data.storedBytes() > MOST_BYTES_AT_ONCE;
            case ALL -> false;
            case BLOCKS -> true;
        };
    }

    /** What a user is told of an order that was not asked for; empty if there is nothing to say. */
    String note(Dataset data) {
        return this == BY_SIZE && isOfBlocks(data)
                ? String.format(
                        Locale.ROOT,
                        "The %,d GB of %s are shuffled in blocks of 1 MB, 64 at a time. 'shuffle: all' draws each"
                                + " sample from all of them.",
                        data.storedBytes() >> 30,
                        data.name())
                : "";
    }

    /** The indices of an epoch's samples, in its order. */
    int[] order(Dataset data, long seed, int epoch) {
        int[] order = new int[data.size()];
        RandomGenerator random = new RandomSource(seed).stream("shuffle", epoch);
        if (!isOfBlocks(data)) {
            for (int i = 0; i < order.length; i++) {
                order[i] = i;
            }
            shuffle(order, 0, order.length, random);
            return order;
        }
        int each = Math.clamp(BLOCK_BYTES / Math.max(1, data.storedBytes() / order.length), 1, order.length);
        int[] blocks = new int[Math.ceilDiv(order.length, each)];
        for (int block = 0; block < blocks.length; block++) {
            blocks[block] = block;
        }
        shuffle(blocks, 0, blocks.length, random);
        int filled = 0;
        int pool = 0;
        for (int i = 0; i < blocks.length; i++) {
            int begin = blocks[i] * each;
            for (int sample = begin; sample < order.length && sample - begin < each; sample++) {
                order[filled++] = sample;
            }
            if ((i + 1) % POOL_BLOCKS == 0 || i + 1 == blocks.length) {
                shuffle(order, pool, filled, random);
                pool = filled;
            }
        }
        return order;
    }

    /** Of the numbers {@code from} to {@code to - 1} (Fisher and Yates). */
    private static void shuffle(int[] numbers, int from, int to, RandomGenerator random) {
        for (int i = to - 1; i > from; i--) {
            int j = from + random.nextInt(i - from + 1);
            int kept = numbers[i];
            numbers[i] = numbers[j];
            numbers[j] = kept;
        }
    }
}
