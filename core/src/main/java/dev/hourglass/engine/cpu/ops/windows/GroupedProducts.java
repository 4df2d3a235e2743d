package dev.hourglass.engine.cpu.ops.windows;

import dev.hourglass.tensor.Kernels;

/**
 * The products of a convolution in groups. So many groups make a block that what they write fills whole lanes; a block's
 * matrix has their kernels along its diagonal and zeros beside them, so that it costs as much as the groups where they are
 * wide, and never more than one group of all channels.
 *
 * @param taps of a window
 * @param groups of the convolution
 * @param each how many groups a block has
 * @param read channels of what is read, of one group
 * @param written channels of what is written, of one group
 * @param columns of a block's matrix: what its groups write, padded
 * @param fromFilters whether the rows of a block are filters and its columns channels, as on the way from the small volume to the
 *     large one
 */
record GroupedProducts(int taps, int groups, int each, int read, int written, int columns, boolean fromFilters) {
    static GroupedProducts of(int taps, int groups, int read, int written, boolean fromFilters) {
        int each = 1;
        while (each < groups && (groups % each > 0 || each * written % Kernels.LANES > 0)) {
            each++;
        }
        return new GroupedProducts(taps, groups, each, read, written, Kernels.padded(each * written), fromFilters);
    }

    int blocks() {
        return groups / each;
    }

    /** The rows of a block's matrix. */
    int rows() {
        return each * read;
    }

    /** Floats of the matrices of all taps. */
    int size() {
        return taps * blocks() * rows() * columns;
    }

    /** Where the matrix of a tap and a block begins. */
    int matrix(int tap, int block) {
        return (tap * blocks() + block) * rows() * columns;
    }

    /** What goes over each number of the kernel, as it is stored, and the place that it has in a block's matrix. */
    private interface Entries {
        void visit(int stored, int place, int count);
    }

    /**
     * The kernel along the diagonals.
     *
     * @param row floats from one channel of a stored tap to the next
     * @param matrices zeros beside the diagonals
     */
    void spread(float[] kernel, int from, int row, float[] matrices) {
        if (!fromFilters) {
            eachRow(from, row, (stored, place, count) -> System.arraycopy(kernel, stored, matrices, place, count));
            return;
        }
        eachRow(from, row, (stored, place, count) -> {
            for (int f = 0; f < count; f++) {
                matrices[place + f * columns] = kernel[stored + f];
            }
        });
    }

    /** Adds what stands on the diagonals to the kernel's sums. */
    void gather(float[] matrices, float[] sums, int to, int row) {
        eachRow(to, row, (stored, place, count) -> {
            for (int f = 0; f < count; f++) {
                sums[stored + f] += matrices[place + f];
            }
        });
    }

    /** Each group's filters of one channel, which lie side by side in the kernel. */
    private void eachRow(int from, int row, Entries entries) {
        int channels = fromFilters ? written : read;
        int filters = fromFilters ? read : written;
        for (int tap = 0; tap < taps; tap++) {
            for (int group = 0; group < groups; group++) {
                int matrix = matrix(tap, group / each);
                int within = group % each;
                for (int channel = 0; channel < channels; channel++) {
                    int stored = from + (tap * channels + channel) * row + group * filters;
                    int place = fromFilters
                            ? matrix + within * filters * columns + within * channels + channel
                            : matrix + (within * channels + channel) * columns + within * filters;
                    entries.visit(stored, place, filters);
                }
            }
        }
    }
}
