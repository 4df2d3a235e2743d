package dev.hourglass.evaluate.pca;

import java.util.Arrays;

/** Sums of rows, each times a number: the inner loop of PCA. */
final class ScaledRows {
    /** So many rows stay in a core's cache while several sums take from them. */
    private static final int ROWS_PER_PASS = 16;

    private ScaledRows() {}

    /**
     * Sets the rows {@code begin} to {@code end - 1} of {@code into} to those of the matrix product
     * {@code scales * rows}.
     *
     * @param everyRow 0, 1, … up to the number of rows
     */
    static void products(double[][] into, double[][] rows, int[] everyRow, double[][] scales, int begin, int end) {
        for (int i = begin; i < end; i++) {
            Arrays.fill(into[i], 0);
        }
        for (int row = 0; row < rows.length; row += ROWS_PER_PASS) {
            int endRow = Math.min(row + ROWS_PER_PASS, rows.length);
            for (int i = begin; i < end; i++) {
                add(into[i], 0, rows, everyRow, scales[i], row, endRow);
            }
        }
    }

    /**
     * For k from {@code begin} to {@code end - 1}, adds {@code scales[k]} times the row {@code chosen[k]} to
     * {@code into}, which is as long as the rows or shorter, from place {@code start} on. Four rows a pass, for fewer
     * loads and stores; whole arrays under one index, which is what the compiler turns into vector code.
     */
    static void add(double[] into, int start, double[][] rows, int[] chosen, double[] scales, int begin, int end) {
        int k = begin;
        for (; k + 4 <= end; k += 4) {
            double[] row0 = rows[chosen[k]];
            double[] row1 = rows[chosen[k + 1]];
            double[] row2 = rows[chosen[k + 2]];
            double[] row3 = rows[chosen[k + 3]];
            double scale0 = scales[k];
            double scale1 = scales[k + 1];
            double scale2 = scales[k + 2];
            double scale3 = scales[k + 3];
            for (int j = start; j < into.length; j++) {
                into[j] = into[j] + scale0 * row0[j] + scale1 * row1[j] + scale2 * row2[j] + scale3 * row3[j];
            }
        }
        for (; k < end; k++) {
            double[] row = rows[chosen[k]];
            double scale = scales[k];
            for (int j = start; j < into.length; j++) {
                into[j] += scale * row[j];
            }
        }
    }
}
