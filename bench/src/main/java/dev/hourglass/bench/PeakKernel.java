package dev.hourglass.bench;

import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;

/**
 * The fastest that our product runs here and now: every thread multiplies 32x64 by 64x32, 20 KB that stay in its
 * first-level cache. A processor's clock changes from one second to the next, so a rate is read against this one,
 * taken right beside it.
 */
final class PeakKernel implements AutoCloseable {
    private static final int ROWS = 32;
    private static final int DEPTH = 64;
    private static final int COLUMNS = 32;
    /** About 1 ms for all tasks: long beside the start of the threads, short beside a training step. */
    private static final int TASKS = 32;

    private static final int PRODUCTS_A_TASK = 50;

    private final Workers workers;
    private final Kernels.Product product = Kernels.best().product(COLUMNS, DEPTH, COLUMNS, COLUMNS);
    private final float[] bias = new float[COLUMNS];
    private final float[][] left;
    private final float[][] right;
    private final float[][] result;

    PeakKernel(int threads) {
        workers = Workers.of(threads);
        left = operands(threads, ROWS * DEPTH);
        right = operands(threads, DEPTH * COLUMNS);
        result = operands(threads, ROWS * COLUMNS);
    }

    private static float[][] operands(int threads, int size) {
        float[][] operands = new float[threads][size];
        for (float[] operand : operands) {
            Arrays.fill(operand, 0.01f);
        }
        return operands;
    }

    /** Billions of multiplications and additions a second, all threads together. */
    double gigaOperationsPerSecond() {
        workers.run(TASKS, this::multiply); // wakes the threads and fills the caches
        long start = System.nanoTime();
        workers.run(TASKS, this::multiply);
        double operations = 2.0 * ROWS * DEPTH * COLUMNS * PRODUCTS_A_TASK * TASKS;
        return operations / (System.nanoTime() - start);
    }

    private void multiply(int worker, int task) {
        for (int i = 0; i < PRODUCTS_A_TASK; i++) {
            product.run(ROWS, left[worker], 0, 0, 1, DEPTH, right[worker], 0, bias, 0, 0, result[worker], 0);
        }
    }

    @Override
    public void close() {
        workers.close();
    }
}
