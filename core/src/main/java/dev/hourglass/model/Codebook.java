package dev.hourglass.model;

import java.util.Arrays;

/**
 * The vectors of a {@link LayerSpec.VectorQuantizer}, and the products by which other runtimes find the nearest one.
 *
 * @param count of vectors, >= 1
 * @param size of each, >= 1
 * @param values row-major, {@code [count, size]}; not copied
 */
public record Codebook(int count, int size, float[] values) {
    public Codebook {
        if (count < 1 || size < 1 || values.length != Math.multiplyExact(count, size)) {
            throw new IllegalArgumentException("a codebook of " + count + " vectors of " + size + " numbers needs "
                    + (long) count * size + " numbers, got " + values.length);
        }
    }

    /** @param embeddings the variable of a quantizer */
    public static Codebook of(Parameter embeddings) {
        return new Codebook(embeddings.shape().dimension(0), embeddings.shape().dimension(1), embeddings.values());
    }

    /**
     * The vector with the least squared distance, of several the first.
     *
     * @param vectors read from {@code offset} on
     * @return its number, from 0
     */
    public int nearest(float[] vectors, int offset) {
        int nearest = 0;
        double least = Double.POSITIVE_INFINITY;
        for (int row = 0; row < count; row++) {
            double distance = 0;
            for (int j = 0; j < size; j++) {
                double difference = (double) vectors[offset + j] - values[row * size + j];
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                nearest = row;
            }
        }
        return nearest;
    }

    /**
     * Twice the vectors as columns, {@code [size, count]}: with {@link #scoreBias}, {@code 2 z e - e e} is largest where the
     * squared distance {@code z z - 2 z e + e e} is least.
     */
    public float[] scoreKernel() {
        float[] kernel = new float[values.length];
        for (int row = 0; row < count; row++) {
            for (int j = 0; j < size; j++) {
                kernel[j * count + row] = 2 * values[row * size + j];
            }
        }
        return kernel;
    }

    /** Minus the squared length of each vector. */
    public float[] scoreBias() {
        float[] bias = new float[count];
        for (int row = 0; row < count; row++) {
            double squares = 0;
            for (int j = 0; j < size; j++) {
                squares += (double) values[row * size + j] * values[row * size + j];
            }
            bias[row] = (float) -squares;
        }
        return bias;
    }

    /** Whether these are the vectors' {@link #scoreKernel} and {@link #scoreBias}, to the bit. */
    public boolean isScoredBy(float[] kernel, float[] bias) {
        return Arrays.equals(scoreKernel(), kernel) && Arrays.equals(scoreBias(), bias);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Codebook codebook
                && codebook.count == count
                && codebook.size == size
                && Arrays.equals(codebook.values, values);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * count + size) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return "Codebook[" + count + " x " + size + "]";
    }
}
