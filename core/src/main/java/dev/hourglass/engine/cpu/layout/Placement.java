package dev.hourglass.engine.cpu.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where packed matrices lie, one after the other, in one array. */
public final class Placement {
    /** A part of a matrix that is worked on as one task: no two share a weight. */
    public record Slice(PackedMatrix matrix, int offset, PackedMatrix.Part part) {}

    /** About what packs in 10 microseconds. */
    private static final int SLICE_FLOATS = 1 << 14;

    private final Map<PackedMatrix, Integer> offsets = new HashMap<>();
    private final List<Slice> slices = new ArrayList<>();
    private final int size;

    public Placement(List<PackedMatrix> matrices) {
        int end = 0;
        for (PackedMatrix matrix : matrices) {
            offsets.put(matrix, end);
            addSlices(matrix, end);
            end = Math.addExact(end, matrix.size());
        }
        size = end;
    }

    private void addSlices(PackedMatrix matrix, int offset) {
        // One panel at a time lies together; but where columns are groups, panels may share weights.
        int panelsPerSlice = matrix.columns().groups() == 1 ? 1 : matrix.panels();
        int rows = matrix.rows().perGroup();
        int floatsPerRow = panelsPerSlice * matrix.panel() * matrix.rows().groups();
        int rowsPerSlice = Math.clamp(SLICE_FLOATS / floatsPerRow, 1, rows);
        for (int panel = 0; panel < matrix.panels(); panel += panelsPerSlice) {
            for (int row = 0; row < rows; row += rowsPerSlice) {
                int toRow = Math.min(rows, row + rowsPerSlice);
                slices.add(new Slice(matrix, offset, new PackedMatrix.Part(row, toRow, panel, panel + panelsPerSlice)));
            }
        }
    }

    public int offset(PackedMatrix matrix) {
        Integer offset = offsets.get(matrix);
        if (offset == null) {
            throw new IllegalArgumentException("The plan has no matrix " + matrix.name());
        }
        return offset;
    }

    /** All matrices in parts between which nothing is shared. */
    public List<Slice> slices() {
        return slices;
    }

    /** Floats of all matrices together. */
    public int size() {
        return size;
    }
}
