package dev.hourglass.engine;

import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A weight array as the right operand of a product: panels of 32 (or 16) columns, row after row, padded with zeros. It
 * is packed from the parameter after each update; its gradient is summed in the same form and unpacked.
 *
 * @param parameter index of the parameter in the model's order
 * @param rows what the product sums over
 * @param columns what it gives
 */
record PackedMatrix(String name, int parameter, Axis rows, Axis columns) {
    /**
     * One axis of a packed matrix: groups (taps of a kernel, gates of an LSTM) of entries, where each group may be
     * padded.
     *
     * @param sources for each packed group, which groups of the parameter are added to make it
     * @param perGroup entries of a group
     * @param groupStride packed entries from one group to the next, >= perGroup
     * @param sourceGroupStride floats between groups in the parameter
     * @param sourceStride floats between entries in the parameter
     */
    record Axis(List<int[]> sources, int perGroup, int groupStride, int sourceGroupStride, int sourceStride) {
        /** One group, nothing padded. */
        static Axis of(int entries, int stride) {
            return new Axis(inOrder(1), entries, entries, 0, stride);
        }

        /** Each group by itself. */
        static List<int[]> inOrder(int groups) {
            return IntStream.range(0, groups).mapToObj(g -> new int[] {g}).toList();
        }

        Axis paddedTo(int multiple) {
            int padded = (groupStride + multiple - 1) / multiple * multiple;
            return new Axis(sources, perGroup, padded, sourceGroupStride, sourceStride);
        }

        int groups() {
            return sources.size();
        }

        int packed() {
            return groups() * groupStride;
        }
    }

    /** Columns with their padding. */
    int packedColumns() {
        return Kernels.padded(columns.packed());
    }

    /** Columns of a panel: 32 where they fill panels of 32, else 16. */
    int panel() {
        return packedColumns() % 32 == 0 ? 32 : 16;
    }

    int panels() {
        return packedColumns() / panel();
    }

    /** Floats from one panel to the next. */
    int panelSize() {
        return rows.packed() * panel();
    }

    int size() {
        return panels() * panelSize();
    }

    /** From the parameter's values to the packed form, for rows {@code from} to {@code to - 1} of every group. */
    void pack(float[] values, float[] packed, int offset, int from, int to) {
        int stride = columns.sourceStride();
        forEachRun(from, to, (place, source, count, isFirst) -> {
            int at = offset + place;
            if (isFirst) {
                Arrays.fill(packed, at, at + count, 0);
            }
            for (int j = 0; j < count; j++) {
                packed[at + j] += values[source + j * stride];
            }
        });
    }

    /**
     * Adds the packed form of a gradient to one in the parameter's layout, for rows {@code from} to {@code to - 1} of
     * every group: what was added to make a packed group shares its gradient.
     */
    void unpack(float[] packed, int offset, float[] values, int from, int to) {
        int stride = columns.sourceStride();
        forEachRun(from, to, (place, source, count, isFirst) -> {
            for (int j = 0; j < count; j++) {
                values[source + j * stride] += packed[offset + place + j];
            }
        });
    }

    @FunctionalInterface
    private interface Run {
        /**
         * @param place of the first number in the packed form
         * @param source of the first number in the parameter
         * @param isFirst whether this is the first source of that place
         */
        void visit(int place, int source, int count, boolean isFirst);
    }

    /** Visits, for each run of adjacent packed numbers, each of its sources. */
    private void forEachRun(int from, int to, Run run) {
        for (int rowGroup = 0; rowGroup < rows.groups(); rowGroup++) {
            for (int row = from; row < to; row++) {
                for (int group = 0; group < columns.groups(); group++) {
                    for (int column = 0; column < columns.perGroup(); column += run(group, column)) {
                        int place = place(rowGroup * rows.groupStride() + row, group, column);
                        boolean isFirst = true;
                        for (int rowSource : rows.sources().get(rowGroup)) {
                            for (int columnSource : columns.sources().get(group)) {
                                int source = source(rowSource, row, columnSource, column);
                                run.visit(place, source, run(group, column), isFirst);
                                isFirst = false;
                            }
                        }
                    }
                }
            }
        }
    }

    /** How many columns from this one on lie side by side in a panel. */
    private int run(int group, int column) {
        int lane = (group * columns.groupStride() + column) % panel();
        return Math.min(panel() - lane, columns.perGroup() - column);
    }

    private int place(int row, int group, int column) {
        int packedColumn = group * columns.groupStride() + column;
        return packedColumn / panel() * panelSize() + row * panel() + packedColumn % panel();
    }

    private int source(int rowSource, int row, int columnSource, int column) {
        return rowSource * rows.sourceGroupStride()
                + row * rows.sourceStride()
                + columnSource * columns.sourceGroupStride()
                + column * columns.sourceStride();
    }
}
