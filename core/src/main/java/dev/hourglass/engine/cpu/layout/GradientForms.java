package dev.hourglass.engine.cpu.layout;

import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.TileTransform;
import java.util.Map;

/** From the forms in which weight gradients are summed to the parameters' own layouts. */
public final class GradientForms {
    /** Forms that are components of tiles, with the matrix whose taps they become. */
    private final Map<PackedMatrix, PackedMatrix> components;

    private final TileTransform toTaps;
    private final Kernels kernels;

    public GradientForms(Map<PackedMatrix, PackedMatrix> components, Kernels kernels) {
        this.components = components;
        this.kernels = kernels;
        toTaps = kernels.transform(TileTransform.Kind.KERNEL_GRADIENT);
    }

    /**
     * Adds one slice to the gradient of its parameter.
     *
     * @param sums what the slice lies in; components are overwritten
     */
    public void addUnpacked(Placement.Slice slice, float[] sums, float[] gradient) {
        PackedMatrix matrix = slice.matrix();
        PackedMatrix.Part part = slice.part();
        PackedMatrix weights = components.get(matrix);
        if (weights == null) {
            matrix.addUnpacked(sums, slice.offset(), gradient, part, kernels);
            return;
        }
        for (int panel = part.fromPanel(); panel < part.toPanel(); panel++) {
            int start = slice.offset() + panel * matrix.panelSize();
            toTaps(matrix, part, sums, start);
            // The panel of taps begins where that of the components does.
            PackedMatrix.Part ofPanel = new PackedMatrix.Part(part.fromRow(), part.toRow(), panel, panel + 1);
            weights.addUnpacked(sums, start - panel * weights.panelSize(), gradient, ofPanel, kernels);
        }
    }

    /** Whether a matrix has each number of its parameter once, and as it is. */
    public boolean holdsEachOnce(PackedMatrix matrix, int parameterSize) {
        return !components.containsKey(matrix) && matrix.holdsEachOnce(parameterSize);
    }

    /** Makes one slice of a matrix that {@linkplain #holdsEachOnce holds each number once} the gradient of its parameter. */
    public void unpack(Placement.Slice slice, float[] sums, float[] gradient) {
        slice.matrix().unpack(sums, slice.offset(), gradient, slice.part(), kernels);
    }

    /** From sixteen components to nine taps, in place: along the columns of the kernel, then along its rows. */
    private void toTaps(PackedMatrix matrix, PackedMatrix.Part part, float[] sums, int panelStart) {
        int perAxis = Tiling.PIXELS.perAxis;
        int side = Tiling.KERNEL;
        int tap = matrix.rows().groupStride() * matrix.panel();
        int place = panelStart + part.fromRow() * matrix.panel();
        int count = (part.toRow() - part.fromRow()) * matrix.panel();
        toTaps.run(sums, place, perAxis * tap, tap, sums, place, side * tap, tap, perAxis, count);
        toTaps.run(sums, place, tap, side * tap, sums, place, tap, side * tap, side, count);
    }
}
