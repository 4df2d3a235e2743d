package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleStore;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShuffleTest {
    /** Of samples that nobody reads. */
    private record Unread(int size, long storedBytes) implements SampleStore {
        @Override
        public int sampleSize() {
            return 1;
        }

        @Override
        public void copy(int index, float[] into, int offset) {
            throw new AssertionError("samples are not read to be shuffled");
        }

        @Override
        public void requireUnchanged() {}
    }

    private static FloatDataset data(int size, long bytes) {
        return FloatDataset.of("data.npy", Shape.of(1), new Unread(size, bytes));
    }

    @Test
    void anEpochHasEachSampleOnceAndNoTwoAreAlike() {
        FloatDataset data = data(100_003, 300L << 20);
        for (Shuffle shuffle : Shuffle.values()) {
            int[] first = shuffle.order(data, 42, 1);

            assertThat(Arrays.stream(first).sorted().toArray())
                    .as("%s", shuffle)
                    .isEqualTo(IntStream.range(0, 100_003).toArray());
            assertThat(shuffle.order(data, 42, 1)).isEqualTo(first);
            assertThat(shuffle.order(data, 42, 2)).isNotEqualTo(first);
            assertThat(shuffle.order(data, 43, 1)).isNotEqualTo(first);
        }
    }

    @Test
    void aPoolIsOfSixtyFourBlocksOfAMegabyte() {
        // 1,000 blocks of 128 samples of 8 KB.
        int[] order = Shuffle.BLOCKS.order(data(128_000, 1_000L << 20), 42, 1);

        int pool = 64 * 128;
        for (int from = 0; from < order.length; from += pool) {
            int[] samples = Arrays.copyOfRange(order, from, Math.min(from + pool, order.length));
            long blocks = Arrays.stream(samples)
                    .map(sample -> sample / 128)
                    .distinct()
                    .count();
            long ofABatch = Arrays.stream(samples, 0, 256)
                    .map(sample -> sample / 128)
                    .distinct()
                    .count();
            assertThat(blocks).isEqualTo(samples.length / 128);
            assertThat(ofABatch).as("blocks that a batch is of").isGreaterThan(blocks * 3 / 4);
        }
    }

    @Test
    void blocksAreShuffledByThemselvesOnlyBeyondEightGigabytes() {
        FloatDataset small = data(50_000, 8L << 30);
        FloatDataset large = data(50_000, (8L << 30) + 1);

        assertThat(Shuffle.BY_SIZE.order(small, 42, 1)).isEqualTo(Shuffle.ALL.order(small, 42, 1));
        assertThat(Shuffle.BY_SIZE.note(small)).isEmpty();
        assertThat(Shuffle.BY_SIZE.order(large, 42, 1)).isEqualTo(Shuffle.BLOCKS.order(large, 42, 1));
        assertThat(Shuffle.BY_SIZE.note(large))
                .isEqualTo(
                        "The 8 GB of data.npy are shuffled in blocks of 1 MB, 64 at a time. 'shuffle: all' draws each"
                                + " sample from all of them.");
        assertThat(Shuffle.BLOCKS.note(large)).isEmpty();
    }

    @Test
    void samplesLargerThanABlockAreBlocksOfTheirOwn() {
        assertThat(Shuffle.BLOCKS.order(data(10, 100L << 20), 42, 1))
                .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    }
}
