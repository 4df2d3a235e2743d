package dev.hourglass.engine.cpu.ops.recurrent;

import dev.hourglass.engine.cpu.layout.Layout;
import dev.hourglass.engine.cpu.layout.PackedMatrix;
import dev.hourglass.engine.cpu.memory.ChunkResults;
import dev.hourglass.engine.cpu.memory.PackedWeights;
import dev.hourglass.engine.cpu.ops.Resources;
import dev.hourglass.tensor.Kernels;

/**
 * Products of rows in panels of 32 features, {@code [panel][row][32]}: a sequence's steps and samples are its rows. Each
 * result is the operand of the next product, so nothing is packed but the weights.
 *
 * <p>The methods take arrays, offsets and strides one by one, and so many of them: they run for each step of a sequence,
 * where a record of each operand would be garbage unless the JIT happened to inline the whole loop.
 */
final class PanelProducts {
    private static final int PANEL = Layout.Steps.PANEL;

    /** Rows that a weight gradient takes at a time: two panels of so many rows stay in the first-level cache. */
    private static final int GRADIENT_ROWS = 128;

    private final Kernels kernels;
    private final PackedWeights weights;
    private final ChunkResults results;
    private final Kernels.Product product;
    private final Kernels.TransposedProduct transposedProduct;

    PanelProducts(Resources resources) {
        kernels = resources.kernels();
        weights = resources.weights();
        results = resources.results();
        product = kernels.product(PANEL, PANEL, PANEL, PANEL);
        transposedProduct = kernels.transposedProduct(PANEL, PANEL, PANEL, PANEL);
    }

    /** The kernel for operands and results in panels. */
    Kernels.Product product() {
        return product;
    }

    /** Every row of a sequence times a matrix, plus what the sums start at. The last panel may be mostly padding, which is left out. */
    void allRows(
            float[] from, int offset, int rows, PackedMatrix matrix, Resources.Start start, float[] to, int result) {
        columns(from, offset, rows, matrix, 0, matrix.panels(), start, to, result);
    }

    /** As {@link #allRows}, of some panels of the result alone. */
    void columns(
            float[] from,
            int offset,
            int rows,
            PackedMatrix matrix,
            int firstPanel,
            int panels,
            Resources.Start start,
            float[] to,
            int result) {
        int inPanels = matrix.rows().packed() / PANEL;
        int rest = inputsInLastPanel(matrix);
        int whole = rest == PANEL ? inPanels : inPanels - 1;
        for (int panel = firstPanel; panel < firstPanel + panels; panel++) {
            int place = weights.offset(matrix) + panel * matrix.panelSize();
            int at = result + panel * rows * PANEL;
            if (whole > 0) {
                product.run(
                        rows,
                        from,
                        offset,
                        rows * PANEL,
                        whole,
                        PANEL,
                        weights.array(),
                        place,
                        start.array(),
                        start.offset() + panel * PANEL,
                        0,
                        to,
                        at);
            }
            if (whole < inPanels) {
                boolean first = whole == 0;
                product.run(
                        rows,
                        from,
                        offset + whole * rows * PANEL,
                        0,
                        1,
                        rest,
                        weights.array(),
                        place + whole * PANEL * PANEL,
                        first ? start.array() : to,
                        first ? start.offset() + panel * PANEL : at,
                        first ? 0 : PANEL,
                        to,
                        at);
            }
        }
    }

    /** Of every row of a sequence some panels times the rows of a matrix that they meet; {@code from} has all panels. */
    void rows(
            float[] from,
            int offset,
            int rows,
            PackedMatrix matrix,
            int firstPanel,
            int panels,
            Resources.Start start,
            float[] to,
            int result) {
        for (int panel = 0; panel < matrix.panels(); panel++) {
            product.run(
                    rows,
                    from,
                    offset + firstPanel * rows * PANEL,
                    rows * PANEL,
                    panels,
                    PANEL,
                    weights.array(),
                    weights.offset(matrix) + panel * matrix.panelSize() + firstPanel * PANEL * PANEL,
                    start.array(),
                    start.offset() + panel * PANEL,
                    0,
                    to,
                    result + panel * rows * PANEL);
        }
    }

    private static int inputsInLastPanel(PackedMatrix matrix) {
        int rest = matrix.rows().groups() == 1 ? matrix.rows().perGroup() % PANEL : 0;
        return rest == 0 ? PANEL : rest;
    }

    /** {@code W += sum over rows of from[row] x gradient[row]}, some rows at a time so that both stay in cache. */
    void addWeightGradient(
            float[] from,
            int offset,
            int fromStride,
            float[] gradient,
            int gradientOffset,
            int gradientStride,
            int rows,
            PackedMatrix matrix,
            float[] sum) {
        addWeightGradient(
                from,
                offset,
                fromStride,
                gradient,
                gradientOffset,
                gradientStride,
                rows,
                matrix,
                0,
                matrix.panels(),
                sum);
    }

    /** The same of some panels of the gradient and of the matrix's columns alone. */
    void addWeightGradient(
            float[] from,
            int offset,
            int fromStride,
            float[] gradient,
            int gradientOffset,
            int gradientStride,
            int rows,
            PackedMatrix matrix,
            int firstPanel,
            int panels,
            float[] sum) {
        int inPanels = matrix.rows().packed() / PANEL;
        for (int row = 0; row < rows; row += GRADIENT_ROWS) {
            int count = Math.min(GRADIENT_ROWS, rows - row);
            for (int panel = firstPanel; panel < firstPanel + panels; panel++) {
                int place = results.offset(matrix) + panel * matrix.panelSize();
                for (int inPanel = 0; inPanel < inPanels; inPanel++) {
                    transposedProduct.run(
                            inPanel == inPanels - 1 ? inputsInLastPanel(matrix) : PANEL,
                            from,
                            offset + inPanel * fromStride + row * PANEL,
                            0,
                            1,
                            count,
                            gradient,
                            gradientOffset + panel * gradientStride + row * PANEL,
                            0,
                            sum,
                            place + inPanel * PANEL * PANEL);
                }
            }
        }
    }

    void addBiasGradient(float[] gradient, int offset, int rows, PackedMatrix bias, float[] sum) {
        for (int panel = 0; panel < bias.panels(); panel++) {
            kernels.addPixels(
                    gradient, offset + panel * rows * PANEL, rows, PANEL, sum, results.offset(bias) + panel * PANEL);
        }
    }
}
