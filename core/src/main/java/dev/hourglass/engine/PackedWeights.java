package dev.hourglass.engine;

import dev.hourglass.model.Parameters;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The packed forms of a model's weights, one array each way: forward matrices (gradients have the same offsets) and
 * transposed ones. Shared by all that compute with the same parameters.
 */
final class PackedWeights {
    /** Some rows of every group of a matrix, which are packed or unpacked as one task: no two share a weight. */
    record Slice(PackedMatrix matrix, int offset, int fromRow, int toRow) {}

    /** About what packs in 10 microseconds. */
    private static final int SLICE_FLOATS = 1 << 14;

    private final Map<PackedMatrix, Integer> offsets = new HashMap<>();
    private final List<Slice> forwardSlices = new ArrayList<>();
    private final List<Slice> allSlices = new ArrayList<>();
    private final List<float[]> values;
    private final int forwardSize;
    private final float[] packed;

    PackedWeights(Plan plan, Parameters parameters) {
        values = parameters.list().stream().map(p -> p.values()).toList();
        int size = 0;
        for (PackedMatrix matrix : plan.matrices()) {
            size = place(matrix, size);
        }
        forwardSize = size;
        forwardSlices.addAll(allSlices);
        for (PackedMatrix matrix : plan.transposed()) {
            size = place(matrix, size);
        }
        packed = new float[size];
        allSlices.forEach(this::pack);
    }

    private int place(PackedMatrix matrix, int offset) {
        offsets.put(matrix, offset);
        int rows = matrix.rows().perGroup();
        int rowsPerSlice = Math.clamp(
                SLICE_FLOATS / (matrix.packedColumns() * matrix.rows().groups()), 1, rows);
        for (int from = 0; from < rows; from += rowsPerSlice) {
            allSlices.add(new Slice(matrix, offset, from, Math.min(rows, from + rowsPerSlice)));
        }
        return offset + matrix.size();
    }

    float[] array() {
        return packed;
    }

    int offset(PackedMatrix matrix) {
        Integer offset = offsets.get(matrix);
        if (offset == null) {
            throw new IllegalArgumentException("The plan has no matrix " + matrix.name());
        }
        return offset;
    }

    /** Floats of all forward matrices together: the size of a gradient. */
    int forwardSize() {
        return forwardSize;
    }

    /** The parts of the forward matrices, between which nothing is shared. */
    List<Slice> forwardSlices() {
        return forwardSlices;
    }

    /** How many tasks pack everything anew after the parameters have changed. */
    int packTasks() {
        return allSlices.size();
    }

    /** One of them. */
    void pack(int worker, int task) {
        pack(allSlices.get(task));
    }

    /** Floats of all matrices together. */
    int size() {
        return packed.length;
    }

    private void pack(Slice slice) {
        slice.matrix()
                .pack(values.get(slice.matrix().parameter()), packed, slice.offset(), slice.fromRow(), slice.toRow());
    }
}
