package dev.hourglass.evaluate.pca;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.QRDecomposition;

/**
 * The principal axes by a randomized subspace iteration (Halko, Martinsson and Tropp 2011, algorithms 4.4 and 5.3): a
 * few more random directions than axes are wanted are multiplied by the covariance matrix and made orthogonal, again
 * and again, which turns them towards the axes of largest variance. The matrix itself is never formed; a
 * multiplication is a pass over the samples.
 */
final class RandomizedPca {
    /** Directions beside those wanted, at least; else there are twice as many. The more, the fewer passes. */
    private static final int LEAST_EXTRA = 10;

    /** So many directions fill vector registers. */
    private static final int DIRECTIONS_MULTIPLE = 16;

    /** A larger data set begins with the axes of so many of its samples, which cost little and are nearly right. */
    private static final int FIRST_SAMPLES = 8_000;

    private static final int FEATURES_PER_TASK = 32;
    private static final int MOST_PASSES = 30;
    /** Of the variance that the axes leave; when a pass gains less, what all further ones would gain is about as little. */
    private static final double LEAST_GAIN = 3e-5;

    private final SampleBlocks blocks;
    private final double[] mean;
    private final double totalVariance;
    private final int wanted;
    private final int directions;

    /** @param wanted how many axes, 0 to one below the number of samples */
    private RandomizedPca(SampleBlocks blocks, int wanted) {
        this.blocks = blocks;
        this.wanted = wanted;
        FeatureMoments moments = FeatureMoments.of(blocks);
        mean = moments.mean();
        totalVariance = Arrays.stream(moments.variance()).sum();
        int enough = Math.max(wanted + LEAST_EXTRA, 2 * wanted);
        directions = Math.min(blocks.features, Math.ceilDiv(enough, DIRECTIONS_MULTIPLE) * DIRECTIONS_MULTIPLE);
    }

    static PrincipalComponents fit(Dataset training, int maxComponents, RandomSource random, Workers workers) {
        int wanted = Math.min(maxComponents, training.size() - 1);
        RandomizedPca pca = new RandomizedPca(new SampleBlocks(training, workers), wanted);
        double[][] start = pca.randomDirections(random.stream("pca", 0));
        if (training.size() > 2 * FIRST_SAMPLES && wanted < FIRST_SAMPLES) {
            SampleBlocks some = new SampleBlocks(training.limit(FIRST_SAMPLES), workers);
            start = new RandomizedPca(some, wanted).converge(start).basis;
        }
        Converged converged = pca.converge(start);
        return PrincipalComponents.of(training, pca.mean, pca.axes(converged));
    }

    /** The basis [feature][direction], and what the covariance matrix is to somebody who knows only that. */
    private record Converged(double[][] basis, SymmetricEigen eigen) {}

    private Converged converge(double[][] start) {
        double[][] directions = start;
        double leftBefore = Double.POSITIVE_INFINITY;
        for (int pass = 1; ; pass++) {
            double[][] basis = orthonormal(directions);
            double[][] product = timesCovariance(basis);
            SymmetricEigen eigen = withinBasis(basis, product);
            double left =
                    totalVariance - Arrays.stream(eigen.values()).limit(wanted).sum();
            if (pass == MOST_PASSES || leftBefore - left <= LEAST_GAIN * left) {
                return new Converged(basis, eigen);
            }
            leftBefore = left;
            directions = product;
        }
    }

    private double[][] randomDirections(RandomGenerator random) {
        double[][] start = new double[blocks.features][directions];
        for (double[] row : start) {
            Arrays.setAll(row, i -> 2 * random.nextDouble() - 1);
        }
        return start;
    }

    /** The same space by orthonormal columns: Q of a QR decomposition. */
    private static double[][] orthonormal(double[][] columns) {
        QRDecomposition<DMatrixRMaj> qr = DecompositionFactory_DDRM.qr(columns.length, columns[0].length);
        qr.decompose(new DMatrixRMaj(columns));
        return qr.getQ(null, true).get2DData();
    }

    /** [feature][direction] times the covariance matrix: the mean over the samples of {@code x (x' basis)}. */
    private double[][] timesCovariance(double[][] basis) {
        double[][] product = new double[blocks.features][directions];
        double[][] codes = new double[blocks.samples.length][directions];
        int[] everyFeature = IntStream.range(0, blocks.features).toArray();
        int[] everySample = IntStream.range(0, codes.length).toArray();
        for (int from = 0; from < blocks.data.size(); from += SampleBlocks.BLOCK_SAMPLES) {
            int count = blocks.read(from, mean);
            blocks.workers.run(Math.ceilDiv(count, SampleBlocks.SAMPLES_PER_TASK), (worker, task) -> {
                int first = task * SampleBlocks.SAMPLES_PER_TASK;
                int end = Math.min(first + SampleBlocks.SAMPLES_PER_TASK, count);
                ScaledRows.products(codes, basis, everyFeature, blocks.samples, first, end);
            });
            blocks.workers.run(Math.ceilDiv(blocks.features, FEATURES_PER_TASK), (worker, task) -> {
                int end = Math.min((task + 1) * FEATURES_PER_TASK, blocks.features);
                double[] values = new double[count];
                for (int i = task * FEATURES_PER_TASK; i < end; i++) {
                    for (int s = 0; s < count; s++) {
                        values[s] = blocks.samples[s][i];
                    }
                    ScaledRows.add(product[i], 0, codes, everySample, values, 0, count);
                }
            });
        }
        for (double[] row : product) {
            for (int j = 0; j < directions; j++) {
                row[j] /= blocks.data.size();
            }
        }
        return product;
    }

    /** Of basis' covariance basis. */
    private SymmetricEigen withinBasis(double[][] basis, double[][] product) {
        double[][] small = new double[directions][directions];
        for (int i = 0; i < basis.length; i++) {
            for (int row = 0; row < directions; row++) {
                for (int column = 0; column < directions; column++) {
                    small[row][column] += basis[i][row] * product[i][column];
                }
            }
        }
        for (int row = 0; row < directions; row++) {
            for (int column = 0; column < row; column++) {
                double symmetric = (small[row][column] + small[column][row]) / 2;
                small[row][column] = symmetric;
                small[column][row] = symmetric;
            }
        }
        return SymmetricEigen.of(small, "randomized covariance matrix of " + blocks.data.name());
    }

    private double[][] axes(Converged converged) {
        int components = Math.min(wanted, converged.eigen.rank(blocks.features));
        double[][] axes = new double[blocks.features][components];
        for (int i = 0; i < axes.length; i++) {
            for (int c = 0; c < components; c++) {
                for (int j = 0; j < directions; j++) {
                    axes[i][c] += converged.basis[i][j] * converged.eigen.vectors()[c][j];
                }
            }
        }
        return axes;
    }
}
