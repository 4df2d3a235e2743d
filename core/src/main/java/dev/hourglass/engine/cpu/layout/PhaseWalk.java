package dev.hourglass.engine.cpu.layout;

import dev.hourglass.engine.cpu.layout.WindowAxis.Phase;

/**
 * Where the windows, the weights and the output pixels of a convolution's phases lie. Output rows alternate between the
 * row phases; within a row, the pixels of each column phase are computed together.
 */
public final class PhaseWalk {
    private final WindowAxis rows;
    private final WindowAxis columns;
    private final Layout.Image in;
    private final Layout.Image out;
    private final Phase[] rowPhases;
    private final Phase[] columnPhases;
    private final int floatsPerTap;

    /**
     * @param weights of all phases, one below the other
     * @param in the grid that the windows slide over
     * @param out the image of the output pixels
     */
    public PhaseWalk(WindowAxis rows, WindowAxis columns, PackedMatrix weights, Layout.Image in, Layout.Image out) {
        this.rows = rows;
        this.columns = columns;
        this.in = in;
        this.out = out;
        rowPhases = rows.phases().toArray(Phase[]::new);
        columnPhases = columns.phases().toArray(Phase[]::new);
        int rowTaps = rows.phases().stream().mapToInt(Phase::taps).sum();
        int columnTaps = columns.phases().stream().mapToInt(Phase::taps).sum();
        floatsPerTap = weights.rows().packed() / (rowTaps * columnTaps);
    }

    public int rowPhases() {
        return rowPhases.length;
    }

    public int columnPhases() {
        return columnPhases.length;
    }

    /** Floats between the windows of neighbours in a phase. */
    public int windowStride() {
        return columns.stride() * in.channelStride();
    }

    /** Floats between the windows of one row and the next in a phase. */
    public int windowRowStride() {
        return rows.stride() * in.gridRowStride();
    }

    /** Rows of a window. */
    public int segments(int rowPhase) {
        return rowPhases[rowPhase].taps();
    }

    /** Floats of a window's row. */
    public int segmentLength(int columnPhase) {
        return columnPhases[columnPhase].taps() * floatsPerTap;
    }

    /** Offset of the first window of an output row and column phase. */
    public int window(int y, int columnPhase) {
        int row = in.top() + y / rowPhases.length * rows.stride() + rowPhases[y % rowPhases.length].first();
        int column = in.left() + columnPhases[columnPhase].first();
        return row * in.gridRowStride() + column * in.channelStride();
    }

    /** The first of a phase's weights: a row of the packed matrix. */
    public int firstRow(int rowPhase, int columnPhase) {
        int before = 0;
        for (int r = 0; r <= rowPhase; r++) {
            int end = r < rowPhase ? columnPhases.length : columnPhase;
            for (int c = 0; c < end; c++) {
                before += segments(r) * segmentLength(c);
            }
        }
        return before;
    }

    /** Output rows of a phase. */
    public int height(int rowPhase) {
        return rows.count(out.height(), rowPhase);
    }

    /** Output pixels of a phase in a row. */
    public int width(int columnPhase) {
        return columns.count(out.width(), columnPhase);
    }

    /** Floats between neighbouring output pixels of a phase. */
    public int pixelStride() {
        return columnPhases.length * out.channelStride();
    }

    public int pixelRowStride() {
        return rowPhases.length * out.gridRowStride();
    }

    /** Offset of the first output pixel of a phase in an output row. */
    public int pixel(int y, int columnPhase) {
        return out.row(y) + columnPhase * out.channelStride();
    }
}
