package dev.hourglass.evaluate.pca;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix, by falling eigenvalue.
 *
 * @param vectors [eigenvalue][row]
 */
record SymmetricEigen(double[] values, double[][] vectors) {
    /** @param what the matrix is, for the message of an error that is not to be expected */
    static SymmetricEigen of(double[][] matrix, String what) {
        int size = matrix.length;
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, true, true);
        if (!eigen.decompose(new DMatrixRMaj(matrix))) {
            throw new IllegalStateException(
                    "The eigenvectors of the " + size + "x" + size + " " + what + " did not converge");
        }
        int[] order = IntStream.range(0, size)
                .boxed()
                .sorted(Comparator.comparingDouble(
                                (Integer i) -> eigen.getEigenvalue(i).getReal())
                        .reversed())
                .mapToInt(Integer::intValue)
                .toArray();
        double[] values = new double[size];
        double[][] vectors = new double[size][];
        for (int i = 0; i < size; i++) {
            values[i] = eigen.getEigenvalue(order[i]).getReal();
            vectors[i] = eigen.getEigenVector(order[i]).getData();
        }
        return new SymmetricEigen(values, vectors);
    }

    /** How many eigenvalues are more than what rounding makes of 0 in sums of {@code terms} terms. */
    int rank(int terms) {
        double rounding = terms * Math.ulp(1.0) * values[0];
        int rank = 0;
        while (rank < values.length && values[rank] > rounding) {
            rank++;
        }
        return rank;
    }
}
