package dev.hourglass.engine.cpu.layout;

import dev.hourglass.tensor.Kernels;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A weight array as the right operand of a product: panels of 32 (or 16) columns, row after row, padded with zeros. It
 * is packed from the parameter after each update; its gradient is summed in the same form and unpacked.
 *
 * @param parameter index of the parameter in the model's order
 * @param rows what the product sums over
 * @param columns what it gives
 */
public record PackedMatrix(String name, int parameter, Axis rows, Axis columns) {
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
    public record Axis(List<int[]> sources, int perGroup, int groupStride, int sourceGroupStride, int sourceStride) {
        /** One group, nothing padded. */
        public static Axis of(int entries, int stride) {
            return new Axis(inOrder(1), entries, entries, 0, stride);
        }

        /** Each group by itself. */
        public static List<int[]> inOrder(int groups) {
            return IntStream.range(0, groups).mapToObj(g -> new int[] {g}).toList();
        }

        public Axis paddedTo(int multiple) {
            int padded = (groupStride + multiple - 1) / multiple * multiple;
            return new Axis(sources, perGroup, padded, sourceGroupStride, sourceStride);
        }

        /** The same with other groups. */
        public Axis of(List<int[]> otherSources) {
            return new Axis(otherSources, perGroup, groupStride, sourceGroupStride, sourceStride);
        }

        /** Two are equal if they are made of the same; an array by itself would be equal to none but itself. */
        @Override
        public boolean equals(@Nullable Object other) {
            if (!(other instanceof Axis axis) || axis.sources.size() != sources.size()) {
                return false;
            }
            for (int group = 0; group < sources.size(); group++) {
                if (!Arrays.equals(sources.get(group), axis.sources.get(group))) {
                    return false;
                }
            }
            return perGroup == axis.perGroup
                    && groupStride == axis.groupStride
                    && sourceGroupStride == axis.sourceGroupStride
                    && sourceStride == axis.sourceStride;
        }

        /** Of the numbers alone: it is asked for in each training step. */
        @Override
        public int hashCode() {
            return ((sources.size() * 31 + perGroup) * 31 + groupStride) * 31 + sourceStride;
        }

        public int groups() {
            return sources.size();
        }

        public int packed() {
            return groups() * groupStride;
        }
    }

    /** Rows of a block that is packed at a time: where columns are not adjacent in the parameter, rows are. */
    private static final int BLOCK_ROWS = 16;

    /** The same weights with rows and columns exchanged. */
    public PackedMatrix exchanged() {
        return new PackedMatrix(name, parameter, /* rows= */ columns, /* columns= */ rows);
    }

    /** The same columns of other rows. */
    public PackedMatrix withRows(Axis others) {
        return new PackedMatrix(name, parameter, others, columns);
    }

    /** Columns with their padding. */
    public int packedColumns() {
        return Kernels.padded(columns.packed());
    }

    /** Columns of a panel: 32 where they fill panels of 32, else 16. */
    public int panel() {
        return packedColumns() % 32 == 0 ? 32 : 16;
    }

    public int panels() {
        return packedColumns() / panel();
    }

    /** Floats from one panel to the next. */
    public int panelSize() {
        return rows.packed() * panel();
    }

    public int size() {
        return panels() * panelSize();
    }

    /**
     * Some rows of every group of rows, in some panels.
     *
     * @param fromPanel 0, and toPanel all, unless columns are one group
     */
    public record Part(int fromRow, int toRow, int fromPanel, int toPanel) {}

    /** From the parameter's values to a part of the packed form. */
    public void pack(float[] values, float[] packed, int offset, Part part) {
        forEachBlock(values, packed, offset, part, false);
    }

    /**
     * Adds a part of the packed form of a gradient to one in the parameter's layout: what was added to make a packed
     * group shares its gradient.
     */
    void unpack(float[] packed, int offset, float[] values, Part part) {
        forEachBlock(values, packed, offset, part, true);
    }

    /** Moves each block of some rows within a panel, small enough for the cache, from or to each of its sources. */
    private void forEachBlock(float[] values, float[] packed, int offset, Part part, boolean unpacks) {
        int rowStride = rows.sourceStride();
        int columnStride = columns.sourceStride();
        int panel = panel();
        int end = Math.min(columns.perGroup(), part.toPanel() * panel);
        for (int rowGroup = 0; rowGroup < rows.groups(); rowGroup++) {
            for (int group = 0; group < columns.groups(); group++) {
                for (int column = part.fromPanel() * panel; column < end; column += width(group, column)) {
                    int width = width(group, column);
                    for (int row = part.fromRow(); row < part.toRow(); row += BLOCK_ROWS) {
                        int height = Math.min(BLOCK_ROWS, part.toRow() - row);
                        int place = offset + place(rowGroup * rows.groupStride() + row, group, column);
                        boolean isFirst = true;
                        for (int rowSource : rows.sources().get(rowGroup)) {
                            for (int columnSource : columns.sources().get(group)) {
                                int source = source(rowSource, row, columnSource, column);
                                if (unpacks) {
                                    add(
                                            packed,
                                            place,
                                            panel,
                                            1,
                                            values,
                                            source,
                                            rowStride,
                                            columnStride,
                                            height,
                                            width);
                                } else if (isFirst) {
                                    copy(values, source, rowStride, columnStride, packed, place, panel, height, width);
                                } else {
                                    add(
                                            values,
                                            source,
                                            rowStride,
                                            columnStride,
                                            packed,
                                            place,
                                            panel,
                                            1,
                                            height,
                                            width);
                                }
                                isFirst = false;
                            }
                        }
                    }
                }
            }
        }
    }

    private static void copy(
            float[] A, int a, int aRow, int aColumn, float[] B, int b, int bRow, int height, int width) {
        if (aColumn == 1) {
            for (int row = 0; row < height; row++) {
                System.arraycopy(A, a + row * aRow, B, b + row * bRow, width);
            }
            return;
        }
        // Down the columns, since where those are apart in a parameter its rows are adjacent.
        for (int column = 0; column < width; column++) {
            int i = a + column * aColumn;
            for (int row = 0; row < height; row++) {
                B[b + column + row * bRow] = A[i + row * aRow];
            }
        }
    }

    private static void add(
            float[] A, int a, int aRow, int aColumn, float[] B, int b, int bRow, int bColumn, int height, int width) {
        if (aColumn == 1 && bColumn == 1) {
            for (int row = 0; row < height; row++) {
                int i = a + row * aRow;
                int j = b + row * bRow;
                for (int column = 0; column < width; column++) {
                    B[j + column] += A[i + column];
                }
            }
            return;
        }
        for (int column = 0; column < width; column++) {
            int i = a + column * aColumn;
            int j = b + column * bColumn;
            for (int row = 0; row < height; row++) {
                B[j + row * bRow] += A[i + row * aRow];
            }
        }
    }

    /** How many columns from this one on lie side by side in a panel. */
    private int width(int group, int column) {
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
