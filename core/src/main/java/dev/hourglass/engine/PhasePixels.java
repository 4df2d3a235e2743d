package dev.hourglass.engine;

/** The output pixels of a convolution's phases, over whose windows and gradients a weight gradient sums. */
record PhasePixels(PhaseWalk walk, Layout.Image out) {
    int height() {
        return out.height() / walk.phases().scale().height();
    }

    int width() {
        return out.width() / walk.scaleColumns();
    }

    /** Floats between neighbours of a phase. */
    int pixelStride() {
        return walk.scaleColumns() * out.channelStride();
    }

    int rowStride() {
        return walk.phases().scale().height() * out.gridRowStride();
    }

    int first(int rowPhase, int columnPhase) {
        return out.row(rowPhase) + columnPhase * out.channelStride();
    }
}
