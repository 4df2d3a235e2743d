package dev.hourglass.interop;

/**
 * {@code numpy.random.default_rng(42)}: PCG64 (O'Neill 2014, XSL-RR 128/64) from the state that NumPy's seed sequence
 * makes of 42, so that the corpus's inputs need no Python.
 */
final class NumpyRandom {
    private static final long MULTIPLIER_HIGH = 0x2360ed051fc65da4L;
    private static final long MULTIPLIER_LOW = 0x4385df649fccf645L;
    // numpy.random.PCG64(42).state
    private static final long INCREMENT_HIGH = 0xfa505436c9a8416eL;
    private static final long INCREMENT_LOW = 0x66caf2e28d25abffL;
    private long high = 0xcea44f6798798f2aL;
    private long low = 0xacbc7c9d68860ac8L;

    private boolean hasHalf;
    private int half;

    /** {@code random(count, dtype=float32)}: numbers from 0 to below 1. */
    float[] random(int count) {
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (next32() >>> 8) * 0x1p-24f;
        }
        return numbers;
    }

    /** The lower half of a number of 64 bits, then the upper one. */
    private int next32() {
        if (hasHalf) {
            hasHalf = false;
            return half;
        }
        long next = next64();
        hasHalf = true;
        half = (int) (next >>> 32);
        return (int) next;
    }

    private long next64() {
        long product = low * MULTIPLIER_LOW;
        long carried = Math.unsignedMultiplyHigh(low, MULTIPLIER_LOW) + high * MULTIPLIER_LOW + low * MULTIPLIER_HIGH;
        low = product + INCREMENT_LOW;
        high = carried + INCREMENT_HIGH + (Long.compareUnsigned(low, product) < 0 ? 1 : 0);
        return Long.rotateRight(high ^ low, (int) (high >>> 58));
    }
}
