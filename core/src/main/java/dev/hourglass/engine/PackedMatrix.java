package dev.hourglass.engine;

import dev.hourglass.tensor.Kernels;

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
     * @param groupStride packed entries from one group to the next, >= perGroup
     * @param sourceGroupStride floats between groups in the parameter
     * @param sourceStride floats between entries in the parameter
     * @param reversed whether the groups are packed last to first
     */
    record Axis(int groups, int perGroup, int groupStride, int sourceGroupStride, int sourceStride, boolean reversed) {
        static Axis of(int entries, int stride) {
            return new Axis(1, entries, entries, 0, stride, false);
        }

        Axis paddedTo(int multiple) {
            int padded = (groupStride + multiple - 1) / multiple * multiple;
            return new Axis(groups, perGroup, padded, sourceGroupStride, sourceStride, reversed);
        }

        int packed() {
            return groups * groupStride;
        }

        /** Where in the parameter the first entry of a packed group lies. */
        int source(int packedGroup) {
            return (reversed ? groups - 1 - packedGroup : packedGroup) * sourceGroupStride;
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

    /** Rows without the padding between groups: what pack and unpack count. */
    int rowCount() {
        return rows.groups() * rows.perGroup();
    }

    /** Where a counted row lies among the packed ones. */
    int packedRow(int row) {
        return row / rows.perGroup() * rows.groupStride() + row % rows.perGroup();
    }

    /** From the parameter's values to the packed form, for rows {@code from} to {@code to - 1}. */
    void pack(float[] values, float[] packed, int offset, int from, int to) {
        move(values, packed, offset, from, to, true);
    }

    /** From the packed form to the parameter's layout. */
    void unpack(float[] packed, int offset, float[] values, int from, int to) {
        move(values, packed, offset, from, to, false);
    }

    private void move(float[] values, float[] packed, int offset, int from, int to, boolean pack) {
        for (int row = from; row < to; row++) {
            int source = rows.source(row / rows.perGroup()) + row % rows.perGroup() * rows.sourceStride();
            for (int group = 0; group < columns.groups(); group++) {
                moveRun(values, source + columns.source(group), packed, offset, packedRow(row), group, pack);
            }
        }
    }

    /** One row of one column group, panel by panel. */
    private void moveRun(float[] values, int source, float[] packed, int offset, int row, int group, boolean pack) {
        int panel = panel();
        int stride = columns.sourceStride();
        int first = group * columns.groupStride();
        int c = 0;
        while (c < columns.perGroup()) {
            int column = first + c;
            int lane = column % panel;
            int count = Math.min(panel - lane, columns.perGroup() - c);
            int at = offset + column / panel * panelSize() + row * panel + lane;
            int from = source + c * stride;
            if (pack) {
                for (int j = 0; j < count; j++) {
                    packed[at + j] = values[from + j * stride];
                }
            } else {
                for (int j = 0; j < count; j++) {
                    values[from + j * stride] = packed[at + j];
                }
            }
            c += count;
        }
    }
}
