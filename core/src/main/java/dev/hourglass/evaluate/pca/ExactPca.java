package dev.hourglass.evaluate.pca;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Workers;

/** The principal axes as eigenvectors of the covariance matrix. */
final class ExactPca {
    private static final int ROWS_PER_TASK = 8;

    private ExactPca() {}

    static PrincipalComponents fit(Dataset training, int maxComponents, Workers workers) {
        SampleBlocks blocks = new SampleBlocks(training, workers);
        FeatureMoments moments = FeatureMoments.of(blocks);
        SymmetricEigen eigen = SymmetricEigen.of(
                covariance(blocks, moments.mean(), origin(moments)), "covariance matrix of " + training.name());
        // n samples span at most n - 1 dimensions.
        int components = Math.min(maxComponents, Math.min(eigen.rank(blocks.features), training.size() - 1));
        double[][] axes = new double[blocks.features][components];
        for (int i = 0; i < axes.length; i++) {
            for (int c = 0; c < components; c++) {
                axes[i][c] = eigen.vectors()[c][i];
            }
        }
        return PrincipalComponents.of(training, moments.mean(), axes);
    }

    /**
     * Of each feature, what the covariance is summed up from: 0, which leaves the many zeros of images to be skipped; or
     * the mean, where it is so large beside the deviation that its square would drown the variance.
     */
    private static double[] origin(FeatureMoments moments) {
        double[] origin = new double[moments.mean().length];
        for (int i = 0; i < origin.length; i++) {
            double mean = moments.mean()[i];
            origin[i] = mean * mean > 100 * moments.variance()[i] ? mean : 0;
        }
        return origin;
    }

    /** E[(x - o)(x - o)'] - (m - o)(m - o)', which loses at most two of the 15 digits by the choice of the origin. */
    private static double[][] covariance(SampleBlocks blocks, double[] mean, double[] origin) {
        int size = blocks.data.size();
        int features = blocks.features;
        double[][] matrix = new double[features][features];
        for (int from = 0; from < size; from += SampleBlocks.BLOCK_SAMPLES) {
            int count = blocks.read(from, origin);
            blocks.workers.run(Math.ceilDiv(features, ROWS_PER_TASK), (worker, task) -> {
                int end = Math.min((task + 1) * ROWS_PER_TASK, features);
                for (int row = task * ROWS_PER_TASK; row < end; row++) {
                    addProducts(matrix, row, blocks.samples, count);
                }
            });
        }
        for (int row = 0; row < features; row++) {
            double rowShift = mean[row] - origin[row];
            for (int column = row; column < features; column++) {
                double columnShift = mean[column] - origin[column];
                matrix[row][column] = matrix[row][column] / size - rowShift * columnShift;
                matrix[column][row] = matrix[row][column];
            }
        }
        return matrix;
    }

    /** Adds each sample's {@code x[row] * x[column]} to one row of the matrix, from the diagonal on. */
    private static void addProducts(double[][] matrix, int row, double[][] samples, int count) {
        int[] chosen = new int[count];
        double[] scales = new double[count];
        int nonZero = 0;
        for (int s = 0; s < count; s++) {
            double value = samples[s][row];
            if (value != 0) {
                chosen[nonZero] = s;
                scales[nonZero++] = value;
            }
        }
        ScaledRows.add(matrix[row], row, samples, chosen, scales, 0, nonZero);
    }
}
