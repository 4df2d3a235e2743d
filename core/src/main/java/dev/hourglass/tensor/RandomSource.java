package dev.hourglass.tensor;

import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * The one origin of randomness of a run: a seed, from which every purpose draws a stream of its own. A stream depends
 * on the seed, the purpose and an index alone, never on what was drawn before it, so the shuffle of epoch 7 is the
 * same whether or not epochs 1 to 6 ran in this process, and on any number of threads.
 *
 * @param seed any value; the same seed gives the same run
 */
public record RandomSource(long seed) {
    private static final RandomGeneratorFactory<RandomGenerator> ALGORITHM =
            RandomGeneratorFactory.of("L64X128MixRandom");

    /**
     * A fresh generator (L64X128MixRandom) at the start of its stream.
     *
     * @param purpose what the numbers are for, such as {@code "shuffle"} or {@code "initialize/enc_conv1/kernel"}
     * @param index which one of that purpose, such as the epoch
     */
    public RandomGenerator stream(String purpose, long index) {
        long state = mix(seed ^ 0x9E3779B97F4A7C15L);
        for (byte letter : purpose.getBytes(StandardCharsets.UTF_8)) {
            state = mix(state ^ letter);
        }
        return ALGORITHM.create(mix(state + index * 0x9E3779B97F4A7C15L));
    }

    /** The finalizer of MurmurHash3 in Stafford's variant 13, as SplittableRandom uses it: every input bit reaches every output bit. */
    static long mix(long bits) {
        long z = bits;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
