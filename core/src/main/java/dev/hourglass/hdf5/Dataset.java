package dev.hourglass.hdf5;

import java.util.List;

/**
 * An array of an HDF5 file. Its own attributes are not read and none are written.
 *
 * @param dimensions outermost first, each >= 0; a scalar has none
 * @param values row-major, as many as the product of the dimensions
 */
public record Dataset(List<Integer> dimensions, Values values) implements Node {
    /** The numbers of a data set; the arrays are not copied. */
    public sealed interface Values {
        /** Floating-point numbers: read from 16, 32 or 64 bits, written as 32. */
        record Floats(float[] values) implements Values {}

        /** Integers: read from 8 to 64 bits, signed or not, written with 32 or 64. */
        record Wholes(long[] values, WholeType type) implements Values {}

        /** Numbers with all the digits that a double has: what {@link Hdf5File#readExactly} gives of 64 bits and integers. */
        record Doubles(double[] values) implements Values {}

        /** Unsigned integers of 8 bits, as pictures have them; from {@link Hdf5File#readExactly} alone. */
        record Pixels(byte[] values) implements Values {}

        /**
         * Another type, whose values are not read and which can't be written.
         *
         * @param type such as {@code compound}
         */
        record Other(String type) implements Values {}
    }

    /** The integers that are written; what is read has the smaller one that holds its type. */
    enum WholeType {
        INT32,
        INT64
    }

    /** @throws IllegalArgumentException if there are not as many values as the dimensions say */
    public Dataset {
        dimensions = List.copyOf(dimensions);
        long product = 1;
        for (int dimension : dimensions) {
            if (dimension < 0) {
                throw new IllegalArgumentException("dimensions must be >= 0, got " + dimensions);
            }
            product = Math.multiplyExact(product, dimension);
        }
        long count = switch (values) {
            case Values.Floats floats -> floats.values.length;
            case Values.Wholes wholes -> wholes.values.length;
            case Values.Doubles doubles -> doubles.values.length;
            case Values.Pixels pixels -> pixels.values.length;
            case Values.Other ignored -> product;
        };
        if (count != product) {
            throw new IllegalArgumentException(
                    "dimensions " + dimensions + " need " + product + " values, got " + count);
        }
    }

    public static Dataset floats(List<Integer> dimensions, float[] values) {
        return new Dataset(dimensions, new Values.Floats(values));
    }

    public static Dataset scalar(float value) {
        return floats(List.of(), new float[] {value});
    }

    /** A scalar of 32 bits, as Keras's count of training steps. */
    public static Dataset scalar(int value) {
        return new Dataset(List.of(), new Values.Wholes(new long[] {value}, WholeType.INT32));
    }
}
