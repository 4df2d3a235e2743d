package dev.hourglass.formats.onnx;

/** An array that an {@link Interpreter} computes with: row-major, the batch among its dimensions. */
record Tensor(int[] dimensions, double[] values) {
    static Tensor zeros(int... dimensions) {
        return new Tensor(dimensions, new double[product(dimensions, 0, dimensions.length)]);
    }

    Tensor reshaped(int... to) {
        return new Tensor(to, values);
    }

    int dimension(int axis) {
        return dimensions[axis];
    }

    /** How many numbers lie behind one place of an axis. */
    int sizeBehind(int axis) {
        return product(dimensions, axis + 1, dimensions.length);
    }

    /**
     * Where a row of an image begins.
     *
     * @param plane which of the images, counted through the batch and its channels
     */
    int row(int plane, int row) {
        return (plane * dimensions[2] + row) * dimensions[3];
    }

    private static int product(int[] dimensions, int from, int to) {
        int product = 1;
        for (int i = from; i < to; i++) {
            product = Math.multiplyExact(product, dimensions[i]);
        }
        return product;
    }
}
