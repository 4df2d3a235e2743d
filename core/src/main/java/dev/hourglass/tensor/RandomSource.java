package dev.hourglass.tensor;

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
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;
    /** More than there are places: a pair of numbers that was refused is followed by one that no place begins with. */
    private static final long NEXT_DRAW = 1L << 40;

    private static final RandomGeneratorFactory<RandomGenerator> ALGORITHM =
            RandomGeneratorFactory.of("L64X128MixRandom");

    /**
     * A fresh generator (L64X128MixRandom) at the start of its stream.
     *
     * @param purpose what the numbers are for, such as {@code "shuffle"} or {@code "initialize/enc_conv1/kernel"}
     * @param index which one of that purpose, such as the epoch
     */
    public RandomGenerator stream(String purpose, long index) {
        return ALGORITHM.create(key(seed, purpose, index));
    }

    /**
     * What tells one stream from all others: a key for {@link #bits}, for inner loops that want the number at a place
     * without drawing those before it, and without an object.
     */
    public static long key(long seed, String purpose, long index) {
        long state = mix(seed ^ GOLDEN_GAMMA);
        for (int i = 0; i < purpose.length(); i++) {
            state = mix(state ^ purpose.charAt(i));
        }
        return mix(state + index * GOLDEN_GAMMA);
    }

    /** 64 random bits for a place, as SplittableRandom would give for its n-th draw. */
    public static long bits(long key, long place) {
        return mix(key + place * GOLDEN_GAMMA);
    }

    /**
     * A normal number for a place, by the polar method (Marsaglia and Bray 1964). StrictMath gives the same bits on any
     * machine, but its cosine allocates, so a method with a logarithm alone.
     */
    public static float normal(long key, long place) {
        for (long draw = 2 * place; ; draw += NEXT_DRAW) {
            double x = (bits(key, draw) >> 11) * 0x1p-52; // in [-1, 1)
            double y = (bits(key, draw + 1) >> 11) * 0x1p-52;
            double square = x * x + y * y;
            if (square > 0 && square < 1) {
                return (float) (x * Math.sqrt(-2 * StrictMath.log(square) / square));
            }
        }
    }

    /** The finalizer of MurmurHash3 in Stafford's variant 13, as SplittableRandom uses it: every input bit reaches every output bit. */
    private static long mix(long bits) {
        long z = bits;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
