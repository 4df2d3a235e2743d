package dev.hourglass.engine;

import dev.hourglass.model.Size2;

/**
 * Where the windows and the weights of a convolution's output pixels lie. Output rows alternate between the row
 * phases; within a row, the pixels of each column phase are computed together.
 */
record PhaseWalk(Step.Phases phases, Size2 kernel, Size2 stride, PackedMatrix matrix, Layout.Image in) {
    int scaleColumns() {
        return phases.scale().width();
    }

    /** Floats between the windows of neighbours in a phase. */
    int pixelStride() {
        return stride.width() * in.channelStride();
    }

    /** Floats between the windows of one row and the next in a phase. */
    int rowStride() {
        return stride.height() * in.gridRowStride();
    }

    int segments() {
        return kernel.height();
    }

    /** Floats of a window's row. */
    int segmentLength() {
        return matrix.rows().packed() / phases.count() / kernel.height();
    }

    /** Offset of the first window of an output row and column phase. */
    int window(int y, int columnPhase) {
        int scale = phases.scale().height();
        int rows = y % scale == 0 ? 0 : phases.shiftRows();
        int columns = columnPhase == 0 ? 0 : phases.shiftColumns();
        return y / scale * rowStride() + rows * in.gridRowStride() + columns * in.channelStride();
    }

    /** The first of a phase's weights: a row of the packed matrix. */
    int firstRow(int y, int columnPhase) {
        int phase = y % phases.scale().height() * scaleColumns() + columnPhase;
        return phase * segments() * segmentLength();
    }
}
