package dev.hourglass.engine.cpu.layout;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Where packed matrices lie, one after the other, in one array. */
public final class Placement {
    /** A part of a matrix that is worked on as one task: no two of a matrix share a weight. */
    public record Slice(PackedMatrix matrix, int offset, PackedMatrix.Part part) {}

    /** About what packs in 10 microseconds. */
    private static final int SLICE_FLOATS = 1 << 14;

    private final Map<PackedMatrix, Integer> offsets = new HashMap<>();
    private final List<Slice> slices = new ArrayList<>();
    private final List<List<Slice>> rounds = new ArrayList<>();
    private final int size;

    public Placement(List<PackedMatrix> matrices) {
        int end = 0;
        Map<Integer, Integer> ofParameter = new HashMap<>();
        for (PackedMatrix matrix : matrices) {
            offsets.put(matrix, end);
            int before = slices.size();
            addSlices(matrix, end);
            int round = ofParameter.merge(matrix.parameter(), 1, Integer::sum) - 1;
            while (rounds.size() <= round) {
                rounds.add(new ArrayList<>());
            }
            rounds.get(round).addAll(slices.subList(before, slices.size()));
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

    /** All matrices in parts; no two parts of a matrix share a weight. */
    public List<Slice> slices() {
        return slices;
    }

    /**
     * The slices, in groups that must be worked on one after the other: of the matrices of one parameter, which a layer has
     * that is used at several places, each is in another. One group in most plans.
     */
    public List<List<Slice>> rounds() {
        return rounds;
    }

    /** Floats of all matrices together. */
    public int size() {
        return size;
    }
}
