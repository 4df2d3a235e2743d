package dev.hourglass.bench;

import dev.hourglass.tensor.Kernels;
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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The two matrix products on one thread, over the sizes that the lab's models have. {@code gflops} is the rate; the
 * case {@code peak} (a product whose operands stay in the first-level cache) is what the others are to be read against.
 */
@State(Scope.Thread)
@Fork(1)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ProductBenchmark {
    private static final Kernels.Product NOTHING =
            (rows, A, a, aJump, segments, length, W, w, D, d, dStride, C, c) -> {};
    private static final Kernels.TransposedProduct NOTHING_TRANSPOSED =
            (rows, A, a, aJump, segments, length, W, w, wJump, C, c) -> {};

    /** What is multiplied. */
    public enum Size {
        /** 32 rows of 64 by 64x32: 20 KB in all. */
        PEAK(32, 1, 64, 64, 32),
        /** A 3x3 convolution from 32 to 16 channels over a 14x14 image: neighbouring pixels share two of three columns. */
        CONV_32_TO_16(14 * 15, 3, 3 * 32, 32, 16),
        /** A 3x3 convolution from 16 to 32 channels over a 14x14 image. */
        CONV_16_TO_32(14 * 15, 3, 3 * 16, 16, 32),
        /** One step of the 128-unit LSTM for 32 samples: its state into the four gates. */
        LSTM_128(32, 1, 128, 128, 512),
        /** One step of the 64-unit LSTM for 32 samples. */
        LSTM_64(32, 1, 64, 64, 256);

        private final int rows;
        private final int segments;
        private final int length;
        private final int stride;
        private final int columns;

        Size(int rows, int segments, int length, int stride, int columns) {
            this.rows = rows;
            this.segments = segments;
            this.length = length;
            this.stride = stride;
            this.columns = columns;
        }

        private int depth() {
            return segments * length;
        }

        /** Between segments: a row of a 14-pixel image with its shared zero column. */
        private int segmentJump() {
            return 15 * stride;
        }

        private int leftSize() {
            return rows * stride + segments * segmentJump() + length;
        }

        private double gigaOperations() {
            return 2e-9 * rows * segments * length * columns;
        }
    }

    /** Counts floating-point operations, so that JMH reports their rate. */
    @AuxCounters(AuxCounters.Type.OPERATIONS)
    @State(Scope.Thread)
    public static class Rate {
        /** Billions of multiplications and additions so far; JMH divides by the time. */
        public double gflops;

        @Setup(Level.Iteration)
        public void reset() {
            gflops = 0;
        }
    }

    @Param
    public Size size = Size.PEAK;

    private float[] left = {};
    private float[] right = {};
    private float[] result = {};
    private float[] gradient = {};
    private final float[] bias = new float[512];
    private Kernels.Product product = NOTHING;
    private Kernels.TransposedProduct transposedProduct = NOTHING_TRANSPOSED;

    @Setup
    public void fill() {
        Kernels kernels = Kernels.best();
        left = random(Math.max(size.leftSize(), size.rows * size.depth()));
        right = random(Math.max(size.depth(), size.rows) * size.columns);
        result = new float[size.rows * size.columns];
        gradient = new float[size.depth() * size.columns];
        product = kernels.product(size.columns, size.stride, size.columns, size.columns);
        transposedProduct = kernels.transposedProduct(size.columns, size.depth(), size.columns, size.columns);
    }

    /** A layer's output: rows x depth by depth x columns, plus a bias. */
    @Benchmark
    public float[] product(Rate rate) {
        product.run(
                size.rows, left, 0, size.segmentJump(), size.segments, size.length, right, 0, bias, 0, 0, result, 0);
        rate.gflops += size.gigaOperations();
        return result;
    }

    /** A weight matrix's gradient: depth x rows by rows x columns. */
    @Benchmark
    public float[] transposedProduct(Rate rate) {
        transposedProduct.run(size.depth(), left, 0, 0, 1, size.rows, right, 0, 0, gradient, 0);
        rate.gflops += size.gigaOperations();
        return gradient;
    }

    private static float[] random(int count) {
        SplittableRandom random = new SplittableRandom(42);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            // Small and of both signs, so that gradients stay finite however often they are added up.
            values[i] = (float) (random.nextDouble() - 0.5) * 1e-3f;
        }
        return values;
    }
}
