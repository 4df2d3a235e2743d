package dev.hourglass.engine;

import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.TileTransform;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What each chunk leaves behind, apart until all are done. */
final class ChunkResults {
    final float[][] gradients;
    /** By chunk: what its predictions miss their targets by, summed over all numbers of its samples. */
    final double[] squaredErrors;

    final double[] absoluteErrors;
    /** Where each gradient matrix lies in a chunk's gradients. */
    final Placement placement;
    /** By chunk and batch normalisation: sums and sums of products by channel. */
    final double[][][] moments;

    /** Gradient forms that are components of tiles, with the matrix whose taps they become. */
    private final Map<PackedMatrix, PackedMatrix> components;

    private final Kernels kernels;
    private final TileTransform toTaps;

    int chunks;

    ChunkResults(int chunks, Plan plan, Kernels kernels) {
        placement = new Placement(plan.gradients());
        components = plan.components();
        this.kernels = kernels;
        toTaps = kernels.transform(TileTransform.Kind.KERNEL_GRADIENT);
        List<Plan.Norm> norms = plan.norms();
        gradients = new float[chunks][placement.size()];
        squaredErrors = new double[chunks];
        absoluteErrors = new double[chunks];
        moments = new double[chunks][norms.size()][];
        for (double[][] chunk : moments) {
            for (int i = 0; i < chunk.length; i++) {
                chunk[i] = new double[2 * norms.get(i).channelStride()];
            }
        }
    }

    /** Where a matrix's gradient begins in a chunk's. */
    int offset(PackedMatrix gradient) {
        return placement.offset(gradient);
    }

    void clear(int chunk) {
        Arrays.fill(gradients[chunk], 0);
        squaredErrors[chunk] = 0;
        absoluteErrors[chunk] = 0;
    }

    /**
     * Sums one slice of the placement over the chunks and adds it to the gradient in the parameter's layout. In the order
     * of the chunks, which is what makes it independent of the threads.
     */
    void sum(int task, float[][] ofParameters) {
        Placement.Slice slice = placement.slices().get(task);
        PackedMatrix matrix = slice.matrix();
        PackedMatrix.Part part = slice.part();
        float[] sum = gradients[0];
        int count = (part.toRow() - part.fromRow()) * matrix.panel();
        for (int panel = part.fromPanel(); panel < part.toPanel(); panel++) {
            for (int group = 0; group < matrix.rows().groups(); group++) {
                int row = group * matrix.rows().groupStride() + part.fromRow();
                int offset = slice.offset() + panel * matrix.panelSize() + row * matrix.panel();
                for (int chunk = 1; chunk < chunks; chunk++) {
                    kernels.add(gradients[chunk], offset, sum, offset, count);
                }
            }
        }
        float[] into = ofParameters[matrix.parameter()];
        PackedMatrix ofTaps = components.get(matrix);
        if (ofTaps == null) {
            matrix.unpack(sum, slice.offset(), into, part);
        } else {
            toTaps(slice, count);
            // A panel of taps begins where that of the components does.
            int offset = slice.offset() + part.fromPanel() * (matrix.panelSize() - ofTaps.panelSize());
            ofTaps.unpack(sum, offset, into, part);
        }
    }

    /** From sixteen components to nine taps, in place: along the columns of the kernel, then along its rows. */
    private void toTaps(Placement.Slice slice, int count) {
        PackedMatrix matrix = slice.matrix();
        PackedMatrix.Part part = slice.part();
        int perAxis = Tiling.PIXELS.perAxis;
        int side = Tiling.KERNEL;
        int tap = matrix.rows().groupStride() * matrix.panel();
        float[] sum = gradients[0];
        int place = slice.offset() + part.fromPanel() * matrix.panelSize() + part.fromRow() * matrix.panel();
        toTaps.run(sum, place, perAxis * tap, tap, sum, place, side * tap, tap, perAxis, count);
        toTaps.run(sum, place, tap, side * tap, sum, place, tap, side * tap, side, count);
    }

    /** A chunk's sums for a batch normalisation, set to zero before the first pixels of its first sample. */
    double[] moments(Cursor at, int norm, boolean firstPixels) {
        double[] sums = moments[at.chunk][norm];
        if (firstPixels && at.local == 0) {
            Arrays.fill(sums, 0);
        }
        return sums;
    }

    /** Over the whole batch. */
    double squaredError() {
        return sum(squaredErrors);
    }

    /** Over the whole batch. */
    double absoluteError() {
        return sum(absoluteErrors);
    }

    /** In the order of the chunks, whichever was done first. */
    private double sum(double[] ofChunks) {
        double sum = 0;
        for (int i = 0; i < chunks; i++) {
            sum += ofChunks[i];
        }
        return sum;
    }
}
