package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.engine.cpu.layout.Tiling;
import dev.hourglass.engine.cpu.step.Plan;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.TileTransform;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The packed forms of a model's weights in one array: forward matrices and transposed ones. Shared by all that compute
 * with the same parameters.
 */
public final class PackedWeights {
    private static final Tiling TILING = Tiling.PIXELS;

    private final Placement placement;
    private final List<RowBlocks.Block> blocks;
    /** What no block packs. */
    private final List<Placement.Slice> rest;

    private final Parameters parameters;
    private final List<float[]> values;
    private final TileTransform kernelTransform;
    private final Kernels kernels;
    /** Where the components of a matrix that is transformed begin. */
    private final Map<PackedMatrix, Integer> components = new HashMap<>();

    private final float[] packed;

    public PackedWeights(Plan plan, Parameters parameters, Kernels kernels) {
        this.kernels = kernels;
        kernelTransform = kernels.transform(TileTransform.Kind.KERNEL);
        this.parameters = parameters;
        values = parameters.list().stream().map(Parameter::values).toList();
        placement = new Placement(plan.weights());
        blocks = RowBlocks.of(plan.weights(), placement, parameters);
        rest = placement.slices().stream()
                .filter(slice -> blocks.stream()
                        .noneMatch(block -> block.parameter() == slice.matrix().parameter()))
                .toList();
        int end = placement.size();
        for (PackedMatrix matrix : plan.tiled()) {
            components.put(matrix, end);
            end = Math.addExact(end, matrix.panels() * componentsOfPanel(matrix));
        }
        packed = new float[end];
        placement.slices().forEach(this::pack);
    }

    /** From which the weights are packed. */
    public Parameters parameters() {
        return parameters;
    }

    public float[] array() {
        return packed;
    }

    public int offset(PackedMatrix matrix) {
        return placement.offset(matrix);
    }

    /** How many tasks pack everything again after the parameters have changed. */
    public int packTasks() {
        return blocks.size() + rest.size();
    }

    /**
     * How many of these tasks, the first ones, read no more than some rows of one parameter, so that they can follow upon the
     * change of these.
     */
    public int rowTasks() {
        return blocks.size();
    }

    /** The parameter that one of the {@link #rowTasks} packs rows of. */
    public int parameterOf(int task) {
        return blocks.get(task).parameter();
    }

    /** The first float of that parameter which one of the {@link #rowTasks} packs. */
    public int from(int task) {
        return blocks.get(task).from();
    }

    /** The last one, excluded. */
    public int to(int task) {
        return blocks.get(task).to();
    }

    /** One of the tasks. */
    public void pack(int worker, int task) {
        if (task >= blocks.size()) {
            pack(rest.get(task - blocks.size()));
            return;
        }
        List<Placement.Slice> slices = blocks.get(task).slices();
        for (int i = 0; i < slices.size(); i++) {
            pack(slices.get(i));
        }
    }

    /** Floats of all matrices together. */
    public int size() {
        return packed.length;
    }

    private void pack(Placement.Slice slice) {
        PackedMatrix matrix = slice.matrix();
        matrix.pack(values.get(matrix.parameter()), packed, slice.offset(), slice.part(), kernels);
        Integer to = components.get(matrix);
        if (to != null) {
            transform(slice, to);
        }
    }

    /** From nine taps to sixteen components: along the columns of the kernel, then in place along its rows. */
    private void transform(Placement.Slice slice, int to) {
        PackedMatrix matrix = slice.matrix();
        PackedMatrix.Part part = slice.part();
        int tap = matrix.rows().groupStride() * matrix.panel();
        int perAxis = TILING.perAxis;
        int count = (part.toRow() - part.fromRow()) * matrix.panel();
        for (int panel = part.fromPanel(); panel < part.toPanel(); panel++) {
            int first = part.fromRow() * matrix.panel();
            int taps = slice.offset() + panel * matrix.panelSize() + first;
            int place = to + panel * componentsOfPanel(matrix) + first;
            kernelTransform.run(
                    packed, taps, tap, Tiling.KERNEL * tap, packed, place, tap, perAxis * tap, Tiling.KERNEL, count);
            for (int row = 0; row < perAxis; row++) {
                int rowPlace = place + row * perAxis * tap;
                kernelTransform.run(packed, rowPlace, 0, tap, packed, rowPlace, 0, tap, 1, count);
            }
        }
    }

    private static int componentsOfPanel(PackedMatrix matrix) {
        return TILING.components() * matrix.rows().groupStride() * matrix.panel();
    }

    /** Where the components for a convolution by tiles begin: {@code [panel][component][row][column]}. */
    public int componentsOffset(PackedMatrix matrix) {
        Integer offset = components.get(matrix);
        return offset == null ? offset(matrix) : offset;
    }
}
