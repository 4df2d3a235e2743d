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

        private boolean hasEachGroupOnce() {
            return sources.stream().allMatch(ofGroup -> ofGroup.length == 1)
                    && sources.stream()
                                    .mapToInt(ofGroup -> ofGroup[0])
                                    .distinct()
                                    .count()
                            == sources.size();
        }

        public int packed() {
            return groups() * groupStride;
        }
    }

    /** Rows of a block that is packed at a time: where columns are not adjacent in the parameter, rows are. */
    private static final int BLOCK_ROWS = 128;

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
    public void pack(float[] values, float[] packed, int offset, Part part, Kernels kernels) {
        forEachBlock(values, packed, offset, part, Move.PACK, kernels);
    }

    /**
     * Adds a part of the packed form of a gradient to one in the parameter's layout: what was added to make a packed
     * group shares its gradient.
     */
    void addUnpacked(float[] packed, int offset, float[] values, Part part, Kernels kernels) {
        forEachBlock(values, packed, offset, part, Move.ADD_UNPACKED, kernels);
    }

    /** As the other, of a matrix that {@linkplain #holdsEachOnce holds each number once}: replaces what was there. */
    void unpack(float[] packed, int offset, float[] values, Part part, Kernels kernels) {
        forEachBlock(values, packed, offset, part, Move.UNPACK, kernels);
    }

    /** Whether each of a parameter's numbers has one place here. */
    public boolean holdsEachOnce(int parameterSize) {
        return rows.hasEachGroupOnce()
                && columns.hasEachGroupOnce()
                && (long) rows.groups() * rows.perGroup() * columns.groups() * columns.perGroup() == parameterSize;
    }

    private enum Move {
        PACK,
        ADD_UNPACKED,
        UNPACK
    }

    /** Moves each block of some rows within a panel, small enough for the cache, from or to each of its sources. */
    private void forEachBlock(float[] values, float[] packed, int offset, Part part, Move move, Kernels kernels) {
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
                                switch (move) {
                                    case PACK -> {
                                        if (isFirst) {
                                            copyFrom(values, source, packed, place, height, width, kernels);
                                        } else {
                                            addFrom(values, source, packed, place, height, width, kernels);
                                        }
                                    }
                                    case ADD_UNPACKED -> addTo(packed, place, values, source, height, width, kernels);
                                    case UNPACK -> copyTo(packed, place, values, source, height, width, kernels);
                                }
                                isFirst = false;
                            }
                        }
                    }
                }
            }
        }
    }

    // Where columns are not adjacent in a parameter, its rows are: loops go down the columns there.

    private void copyFrom(float[] A, int a, float[] B, int b, int height, int width, Kernels kernels) {
        int down = rows.sourceStride();
        int across = columns.sourceStride();
        int panel = panel();
        if (across == 1) {
            kernels.copyRows(A, a, down, B, b, panel, height, width);
            return;
        }
        for (int column = 0; column < width; column++) {
            copyColumn(A, a + column * across, down, B, b + column, panel, height);
        }
    }

    /** Where one of the strides is a constant of the code, the JIT leaves out the checks of every place: twice as fast. */
    private static void copyColumn(float[] A, int a, int down, float[] B, int b, int panel, int height) {
        if (down == 1 && panel == 16) {
            for (int row = 0; row < height; row++) {
                B[b + row * 16] = A[a + row];
            }
        } else if (down == 1 && panel == 32) {
            for (int row = 0; row < height; row++) {
                B[b + row * 32] = A[a + row];
            }
        } else {
            for (int row = 0; row < height; row++) {
                B[b + row * panel] = A[a + row * down];
            }
        }
    }

    private void addFrom(float[] A, int a, float[] B, int b, int height, int width, Kernels kernels) {
        int down = rows.sourceStride();
        int across = columns.sourceStride();
        int panel = panel();
        if (across == 1) {
            kernels.addRows(A, a, down, B, b, panel, height, width);
            return;
        }
        for (int column = 0; column < width; column++) {
            int i = a + column * across;
            for (int row = 0; row < height; row++) {
                B[b + column + row * panel] += A[i + row * down];
            }
        }
    }

    private void copyTo(float[] A, int a, float[] B, int b, int height, int width, Kernels kernels) {
        int down = rows.sourceStride();
        int across = columns.sourceStride();
        int panel = panel();
        if (across == 1) {
            kernels.copyRows(A, a, panel, B, b, down, height, width);
            return;
        }
        for (int column = 0; column < width; column++) {
            int j = b + column * across;
            for (int row = 0; row < height; row++) {
                B[j + row * down] = A[a + column + row * panel];
            }
        }
    }

    private void addTo(float[] A, int a, float[] B, int b, int height, int width, Kernels kernels) {
        int down = rows.sourceStride();
        int across = columns.sourceStride();
        int panel = panel();
        if (across == 1) {
            kernels.addRows(A, a, panel, B, b, down, height, width);
            return;
        }
        for (int column = 0; column < width; column++) {
            int j = b + column * across;
            for (int row = 0; row < height; row++) {
                B[j + row * down] += A[a + column + row * panel];
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
