package dev.hourglass.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * The dimensions of an array, outermost first, without the batch: an MNIST image is {@code [28, 28, 1]}
 * (height, width, channels), a series of 50 steps with 10 features {@code [50, 10]}, a code of 32 numbers {@code [32]}.
 */
public final class Shape {
    private final int[] dimensions;
    private final int size;

    private Shape(int[] dimensions) {
        long product = 1;
        for (int dimension : dimensions) {
            if (dimension < 1) {
                throw new ShapeException("Every dimension must be >= 1, got " + Arrays.toString(dimensions));
            }
            product *= dimension;
            if (product > Integer.MAX_VALUE - 64) {
                throw new ShapeException(
                        "A sample may hold at most 2,147,483,583 numbers, got " + Arrays.toString(dimensions));
            }
        }
        this.dimensions = dimensions;
        this.size = (int) product;
    }

    /** @throws ShapeException if a dimension is below 1 or the product does not fit an array */
    public static Shape of(int... dimensions) {
        return new Shape(dimensions.clone());
    }

    public int rank() {
        return dimensions.length;
    }

    /** @param axis 0 for the outermost dimension; negative counts from the end, so -1 is the channels or features */
    public int dimension(int axis) {
        return dimensions[axis < 0 ? axis + dimensions.length : axis];
    }

    /** The product of the dimensions: how many numbers an array of this shape holds. */
    public int size() {
        return size;
    }

    /** The same so many times, along an axis before all others. */
    public Shape times(int count) {
        int[] all = new int[rank() + 1];
        all[0] = count;
        System.arraycopy(dimensions, 0, all, 1, rank());
        return new Shape(all);
    }

    /**
     * What lies at each place of the first axis.
     *
     * @throws ShapeException if there is no other axis
     */
    public Shape inner() {
        if (rank() < 2) {
            throw new ShapeException("There is nothing within the only axis of " + this);
        }
        return new Shape(Arrays.copyOfRange(dimensions, 1, rank()));
    }

    public int[] toArray() {
        return dimensions.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(dimensions, shape.dimensions);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(dimensions);
    }

    /** As Keras prints it, with the batch first: {@code (None, 28, 28, 1)}. */
    public String withBatch() {
        return "(None, " + Arrays.stream(dimensions).mapToObj(String::valueOf).collect(Collectors.joining(", ")) + ")";
    }

    /** The dimensions in brackets: {@code [28, 28, 1]}. */
    @Override
    public String toString() {
        return Arrays.toString(dimensions);
    }
}
