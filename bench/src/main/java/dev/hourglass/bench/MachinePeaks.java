package dev.hourglass.bench;

import dev.hourglass.tensor.Kernels;

/**
 * What one thread of this machine can do at best, measured with kernels of our own: the roofs under which stages run.
 *
 * @param gigaFlops of a product whose operands stay in the first-level cache
 * @param cacheGigaBytes a second, of {@code a += b * s} over 192 KB: second-level cache
 * @param memoryGigaBytes a second, of {@code a += b * s} over 256 MB: main memory
 */
record MachinePeaks(double gigaFlops, double cacheGigaBytes, double memoryGigaBytes) {
    private static final long BURST_NANOS = 40_000_000;
    private static final int BURSTS = 3;
    private static final int CACHED_FLOATS = 24 << 10;
    private static final int MEMORY_FLOATS = 32 << 20;

    /** Takes about a second; call it near what is to be compared, since clocks drift. */
    static MachinePeaks measure() {
        return new MachinePeaks(product(), triad(CACHED_FLOATS), triad(MEMORY_FLOATS));
    }

    MachinePeaks higher(MachinePeaks other) {
        return new MachinePeaks(
                Math.max(gigaFlops, other.gigaFlops),
                Math.max(cacheGigaBytes, other.cacheGigaBytes),
                Math.max(memoryGigaBytes, other.memoryGigaBytes));
    }

    private static double product() {
        int rows = 16;
        int depth = 128; // long enough that entering the kernel costs nothing: 26 KB in all
        int columns = 32;
        Kernels.Product product = Kernels.best().product(columns, depth, columns, columns);
        float[] left = new float[rows * depth];
        float[] right = new float[depth * columns];
        float[] bias = new float[columns];
        float[] result = new float[rows * columns];
        return rate(
                2e-9 * rows * depth * columns,
                200,
                () -> product.run(rows, left, 0, 0, 1, depth, right, 0, bias, 0, 0, result, 0));
    }

    private static double triad(int count) {
        Kernels kernels = Kernels.best();
        float[] from = new float[count];
        float[] to = new float[count];
        int perCall = Math.min(count, 4096);
        int[] at = {0};
        return rate(1e-9 * 3 * Float.BYTES * perCall, 200, () -> {
            kernels.addScaled(from, at[0], 1e-3f, to, at[0], perCall);
            at[0] = (at[0] + perCall) % count;
        });
    }

    /** The median burst, after as many to warm up. */
    private static double rate(double workPerCall, int callsPerLook, Runnable call) {
        double[] rates = new double[BURSTS];
        for (int burst = -BURSTS; burst < BURSTS; burst++) {
            long start = System.nanoTime();
            long calls = 0;
            long elapsed = 0;
            while (elapsed < BURST_NANOS) {
                for (int i = 0; i < callsPerLook; i++) {
                    call.run();
                }
                calls += callsPerLook;
                elapsed = System.nanoTime() - start;
            }
            if (burst >= 0) {
                rates[burst] = calls * workPerCall / (elapsed * 1e-9);
            }
        }
        return Medians.of(rates);
    }
}
