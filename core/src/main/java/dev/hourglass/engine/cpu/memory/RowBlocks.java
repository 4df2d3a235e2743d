package dev.hourglass.engine.cpu.memory;

import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.layout.Placement;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of weights that are packed as soon as a step has changed them, while they are in the cache: by the time that all
 * weights of a large dense layer are changed, the first have left it.
 *
 * <p>Precondition: the parameter is trained, has {@value #MANY_WEIGHTS} floats, and each of its packed forms has its rows as
 * rows or as columns, all in one group. So no two blocks share anything, and any thread may take any of them.
 */
final class RowBlocks {
    /** 64 KB. */
    static final int MANY_WEIGHTS = 1 << 14;

    private static final int BLOCK_FLOATS = 1 << 14;
    /** Whole panels, where rows become columns. */
    private static final int LEAST_ROWS = 32;

    /**
     * Adjacent rows.
     *
     * @param from the first float in the parameter
     * @param to the last one, excluded
     * @param slices what of its packed forms is made of them
     */
    record Block(int parameter, int from, int to, List<Placement.Slice> slices) {
        Block {
            slices = List.copyOf(slices);
        }
    }

    private RowBlocks() {}

    /** The blocks of all parameters that hold the precondition; each of their packed numbers lies in one of them. */
    static List<Block> of(List<PackedMatrix> matrices, Placement placement, Parameters parameters) {
        Map<Integer, List<PackedMatrix>> byParameter = new LinkedHashMap<>();
        for (PackedMatrix matrix : matrices) {
            byParameter
                    .computeIfAbsent(matrix.parameter(), ignored -> new ArrayList<>())
                    .add(matrix);
        }
        List<Block> blocks = new ArrayList<>();
        byParameter.forEach((index, forms) -> {
            Parameter parameter = parameters.list().get(index);
            if (holds(parameter, forms)) {
                addBlocks(blocks, index, parameter, forms, placement);
            }
        });
        return List.copyOf(blocks);
    }

    private static boolean holds(Parameter parameter, List<PackedMatrix> forms) {
        int size = parameter.shape().size();
        if (!parameter.trainable() || size < MANY_WEIGHTS) {
            return false;
        }
        int rowFloats = parameter.shape().dimension(-1);
        return rowFloats > 1 && forms.stream().allMatch(form -> form.holdsEachOnce(size) && isOfRows(form, rowFloats));
    }

    private static boolean isOfRows(PackedMatrix form, int rowFloats) {
        boolean upright =
                form.rows().sourceStride() == rowFloats && form.columns().sourceStride() == 1;
        boolean turned = form.rows().sourceStride() == 1 && form.columns().sourceStride() == rowFloats;
        return form.rows().groups() == 1 && form.columns().groups() == 1 && (upright || turned);
    }

    private static void addBlocks(
            List<Block> blocks, int index, Parameter parameter, List<PackedMatrix> forms, Placement placement) {
        int rowFloats = parameter.shape().dimension(-1);
        int rows = parameter.shape().size() / rowFloats;
        int ofBlock = Math.ceilDiv(Math.ceilDiv(BLOCK_FLOATS, rowFloats), LEAST_ROWS) * LEAST_ROWS;
        for (int row = 0; row < rows; row += ofBlock) {
            int from = row;
            int to = Math.min(rows, row + ofBlock);
            List<Placement.Slice> slices = forms.stream()
                    .map(form -> new Placement.Slice(form, placement.offset(form), part(form, from, to)))
                    .toList();
            blocks.add(new Block(index, from * rowFloats, to * rowFloats, slices));
        }
    }

    private static PackedMatrix.Part part(PackedMatrix form, int from, int to) {
        if (form.columns().sourceStride() == 1) {
            return new PackedMatrix.Part(from, to, 0, form.panels());
        }
        int panel = form.panel();
        return new PackedMatrix.Part(0, form.rows().perGroup(), from / panel, Math.ceilDiv(to, panel));
    }
}
