package dev.hourglass.bench;

import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The kernels that pass over arrays, on one thread and on a few kilobytes that stay in cache, as stages use them.
 * {@code gbs} is the traffic (what is read and written once) and {@code triad} is what the others are to be read
 * against; those with a tanh are bound by arithmetic and reach less.
 */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 4, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class KernelBenchmark {
    private static final int COUNT = 2048;
    private static final int CHANNELS = 32;
    private static final int PIXELS = COUNT / CHANNELS;
    /** Windows of 2x2 pixels that lie in so many rows. */
    private static final int WINDOWS = PIXELS / 4;

    /** Counts bytes, so that JMH reports their rate. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Rate {
        /** Billions of bytes so far; JMH divides by the time. */
        public double gbs;

        @Setup(Level.Iteration)
        public void reset() {
            gbs = 0;
        }

        private void count(int floats) {
            gbs += 1e-9 * Float.BYTES * floats;
        }
    }

    private final Kernels kernels = Kernels.best();
    private final float[] x = random(COUNT, 1);
    private final float[] y = random(COUNT, 2);
    private final float[] d = random(COUNT, 3);
    private final float[] result = new float[COUNT];
    private final float[] gates = random(4 * COUNT, 4);
    private final float[] freshGates = random(4 * COUNT, 4);
    private final float[] state = new float[COUNT];
    private final float[] tanhState = random(COUNT, 5);
    private final float[] stateGradient = new float[COUNT];
    private final float[] firstMoments = new float[COUNT];
    private final float[] secondMoments = new float[COUNT];
    private final float[] parameters = random(COUNT, 6);
    private final float[] scale = random(CHANNELS, 7);
    private final float[] shift = random(CHANNELS, 8);
    private final float[] sign = signs(CHANNELS);
    private final float[] factor = random(CHANNELS, 9);
    private final float[] pooled = new float[COUNT / 4];
    private final float[] pooledGradient = random(COUNT / 4, 10);
    private final double[] sums = new double[2 * CHANNELS];

    /** {@code a += b * s}: nothing but loads and stores. */
    @Benchmark
    public float[] triad(Rate rate) {
        kernels.addScaled(x, 0, 1e-6f, result, 0, COUNT);
        rate.count(3 * COUNT);
        return result;
    }

    @Benchmark
    public float[] leakyRelu(Rate rate) {
        kernels.leakyRelu(x, 0, COUNT, 0);
        rate.count(2 * COUNT);
        return x;
    }

    @Benchmark
    public float[] sigmoid(Rate rate) {
        kernels.sigmoid(x, 0, COUNT);
        rate.count(2 * COUNT);
        return x;
    }

    @Benchmark
    public float[] tanh(Rate rate) {
        kernels.tanh(x, 0, COUNT);
        rate.count(2 * COUNT);
        return x;
    }

    @Benchmark
    public float[] leakyReluGradient(Rate rate) {
        kernels.leakyReluGradient(y, 0, d, 0, COUNT, 0);
        rate.count(3 * COUNT);
        return d;
    }

    /** All four gates' activations are not in it. */
    @Benchmark
    public float[] lstmCell(Rate rate) {
        kernels.lstmCell(gates, 0, COUNT, 2 * COUNT, 3 * COUNT, y, 0, state, tanhState, result, 0, COUNT);
        rate.count(8 * COUNT);
        return result;
    }

    /** With a copy of the gates, which the kernel overwrites, so that they stay numbers. */
    @Benchmark
    public float[] lstmCellGradient(Rate rate) {
        System.arraycopy(freshGates, 0, gates, 0, 4 * COUNT);
        kernels.lstmCellGradient(gates, 0, COUNT, 2 * COUNT, 3 * COUNT, y, 0, tanhState, d, 0, stateGradient, 0, COUNT);
        rate.count((8 + 8 + 5) * COUNT);
        return gates;
    }

    @Benchmark
    public float[] affine(Rate rate) {
        kernels.affine(x, 0, result, 0, PIXELS, CHANNELS, scale, shift);
        rate.count(2 * COUNT);
        return result;
    }

    @Benchmark
    public float[] affineGradient(Rate rate) {
        kernels.affineGradient(y, 0, d, 0, PIXELS, CHANNELS, scale, shift, factor);
        rate.count(3 * COUNT);
        return d;
    }

    @Benchmark
    public double[] addMoments(Rate rate) {
        kernels.addMoments(x, 0, y, 0, PIXELS, CHANNELS, sums);
        rate.count(2 * COUNT);
        return sums;
    }

    @Benchmark
    public float[] addPixels(Rate rate) {
        kernels.addPixels(x, 0, PIXELS, CHANNELS, result, 0);
        rate.count(COUNT);
        return result;
    }

    @Benchmark
    public float[] winnerOfFour(Rate rate) {
        kernels.winnerOfFour(x, 0, COUNT / 2, pooled, 0, WINDOWS, CHANNELS, sign);
        rate.count(COUNT + COUNT / 4);
        return pooled;
    }

    @Benchmark
    public float[] routeToWinnerOfFour(Rate rate) {
        kernels.routeToWinnerOfFour(x, 0, COUNT / 2, pooledGradient, 0, result, 0, WINDOWS, CHANNELS, sign);
        rate.count(2 * COUNT + COUNT / 4);
        return result;
    }

    @Benchmark
    public float[] adam(Rate rate) {
        kernels.adam(parameters, 0, y, 0, firstMoments, secondMoments, 0, COUNT, 1e-6f, 0.9f, 0.999f, 1e-7f);
        rate.count(7 * COUNT);
        return parameters;
    }

    private static float[] signs(int count) {
        float[] signs = new float[count];
        Arrays.fill(signs, 1);
        return signs;
    }

    private static float[] random(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextDouble() - 0.5f;
        }
        return values;
    }
}
