package dev.hourglass.evaluate.pca;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.Workers;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;

/**
 * The principal axes of fewer samples than features: where u is an eigenvector of the products of the centred samples X
 * with each other, X X', X'u is one of their covariance matrix (Jolliffe 2002, section 3.5). Time grows with
 * {@code samples^2 * features}.
 */
final class FewSamplesPca {
    private static final int ROWS_PER_TASK = 8;

    private FewSamplesPca() {}

    /** Whether this is quicker than {@link ExactPca}'s covariance matrix, by far. */
    static boolean isFor(Dataset training) {
        return training.size() <= training.sampleShape().size() / 2;
    }

    static PrincipalComponents fit(Dataset training, int maxComponents, Workers workers) {
        SampleBlocks blocks = new SampleBlocks(training, workers);
        double[] mean = FeatureMoments.of(blocks).mean();
        double[][] byFeature = byFeature(blocks, mean);
        SymmetricEigen eigen = SymmetricEigen.of(
                products(byFeature, training.size(), workers), "matrix of products of samples of " + training.name());
        // n samples span at most n - 1 dimensions.
        int components = Math.min(maxComponents, Math.min(eigen.rank(blocks.features), training.size() - 1));
        return PrincipalComponents.of(training, mean, axes(byFeature, eigen, components, workers));
    }

    /** The centred samples, [feature][sample]. */
    private static double[][] byFeature(SampleBlocks blocks, double[] mean) {
        int size = blocks.data.size();
        double[][] byFeature = new double[blocks.features][size];
        for (int from = 0; from < size; from += SampleBlocks.BLOCK_SAMPLES) {
            int count = blocks.read(from, mean);
            for (int feature = 0; feature < byFeature.length; feature++) {
                for (int s = 0; s < count; s++) {
                    byFeature[feature][from + s] = blocks.samples[s][feature];
                }
            }
        }
        return byFeature;
    }

    /** Of each sample with each, [sample][sample]. */
    private static double[][] products(double[][] byFeature, int size, Workers workers) {
        double[][] products = new double[size][size];
        int[] everyFeature = IntStream.range(0, byFeature.length).toArray();
        workers.run(Math.ceilDiv(size, ROWS_PER_TASK), (worker, task) -> {
            double[] sample = new double[byFeature.length];
            int end = Math.min((task + 1) * ROWS_PER_TASK, size);
            for (int s = task * ROWS_PER_TASK; s < end; s++) {
                for (int feature = 0; feature < sample.length; feature++) {
                    sample[feature] = byFeature[feature][s];
                }
                ScaledRows.add(products[s], 0, byFeature, everyFeature, sample, 0, sample.length);
            }
        });
        return products;
    }

    /** [feature][component]; what rounding has bent of axes of little variance is put at right angles again. */
    private static double[][] axes(double[][] byFeature, SymmetricEigen eigen, int components, Workers workers) {
        double[][] axes = new double[byFeature.length][components];
        if (components == 0) {
            return axes;
        }
        int size = byFeature[0].length;
        double[][] bySample = new double[size][components];
        for (int c = 0; c < components; c++) {
            double length = Math.sqrt(eigen.values()[c]);
            for (int s = 0; s < size; s++) {
                bySample[s][c] = eigen.vectors()[c][s] / length;
            }
        }
        int[] everySample = IntStream.range(0, size).toArray();
        workers.run(Math.ceilDiv(axes.length, ROWS_PER_TASK), (worker, task) -> {
            int first = task * ROWS_PER_TASK;
            int end = Math.min(first + ROWS_PER_TASK, axes.length);
            ScaledRows.products(axes, bySample, everySample, byFeature, first, end);
        });
        QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(axes.length, components);
        qr.decompose(new DMatrixRMaj(axes));
        return qr.getQ(null, true).get2DData();
    }
}
