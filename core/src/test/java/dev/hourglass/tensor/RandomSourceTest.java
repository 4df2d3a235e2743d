package dev.hourglass.tensor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class RandomSourceTest {
    @Test
    void aStreamDependsOnSeedPurposeAndIndexAlone() {
        RandomSource source = new RandomSource(42);
        RandomGenerator other = source.stream("shuffle", 1);
        other.nextLong();

        assertThat(source.stream("shuffle", 7).nextLong())
                .isEqualTo(new RandomSource(42).stream("shuffle", 7).nextLong());
    }

    /** Whatever is drawn from a seed is part of what a run promises: these bits must stay. */
    @Test
    void theBitsOfASeedStay() {
        assertThat(new RandomSource(42).stream("shuffle", 1).nextLong()).isEqualTo(1182877009925724791L);
        assertThat(RandomSource.key(42, "shuffle", 1)).isEqualTo(5073923633920700670L);
        assertThat(RandomSource.bits(RandomSource.key(42, "shuffle", 1), 5)).isEqualTo(1827447000479696028L);
    }

    @Test
    void seedsPurposesAndIndicesHaveKeysOfTheirOwn() {
        Set<Long> keys = new HashSet<>();
        for (long seed = -50; seed < 50; seed++) {
            for (String purpose : new String[] {"", "a", "b", "ab", "ba", "shuffle", "shuffle "}) {
                for (long index = -3; index < 10; index++) {
                    keys.add(RandomSource.key(seed, purpose, index));
                }
            }
        }
        assertThat(keys).hasSize(100 * 7 * 13);
    }

    /** The n-th draw of a SplittableRandom is what {@code bits} promises. */
    @Test
    void bitsAreThoseOfASplittableRandom() {
        SplittableRandom random = new SplittableRandom(99);

        for (long place = 1; place <= 20; place++) {
            assertThat(RandomSource.bits(99, place)).isEqualTo(random.nextLong());
        }
    }

    @Test
    void eachBitOfNeighbouringPlacesIsSetHalfOfTheTime() {
        int draws = 20_000;
        int[] set = new int[Long.SIZE];
        long key = RandomSource.key(1, "noise", 0);
        for (int place = 0; place < draws; place++) {
            long bits = RandomSource.bits(key, place);
            for (int bit = 0; bit < Long.SIZE; bit++) {
                set[bit] += (int) (bits >>> bit & 1);
            }
        }
        // Five standard deviations of a fair coin: sqrt(20,000) / 2 = 71.
        for (int count : set) {
            assertThat(count).isBetween(draws / 2 - 355, draws / 2 + 355);
        }
    }
}
