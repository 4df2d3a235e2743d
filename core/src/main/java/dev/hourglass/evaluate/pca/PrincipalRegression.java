package dev.hourglass.evaluate.pca;

import dev.hourglass.data.Dataset;
import dev.hourglass.tensor.ShapeException;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * What follows a sample, told linearly from its first principal components (principal component regression; Jolliffe 1982):
 * the baseline of a model that predicts from a code of as many numbers.
 */
public final class PrincipalRegression {
    private final PrincipalComponents pca;
    private final int components;
    /** [1 + components][numbers], the constant first. */
    private final DMatrixRMaj coefficients;

    private PrincipalRegression(PrincipalComponents pca, int components, DMatrixRMaj coefficients) {
        this.pca = pca;
        this.components = components;
        this.coefficients = coefficients;
    }

    /**
     * Least squares over all samples.
     *
     * @param pca of the training samples
     * @param components from 0 (what follows is the mean of all) to those of {@code pca}
     * @param training samples of which it is known {@linkplain Dataset#next what follows}
     * @throws IllegalArgumentException if that is not known, {@code components} is out of range, or too few samples differ
     * @throws ShapeException if the samples are of another size than those of {@code pca}
     */
    public static PrincipalRegression fit(PrincipalComponents pca, int components, Dataset training) {
        Dataset.Next next = training.next()
                .orElseThrow(() -> new IllegalArgumentException(
                        "A prediction needs what follows each sample, and " + training.name() + " has nothing of it"));
        if (components < 0 || components > pca.components()) {
            throw new IllegalArgumentException("components must be 0 to " + pca.components() + ", got " + components);
        }
        int terms = 1 + components;
        int numbers = next.shape().size();
        double[] products = new double[terms * terms];
        double[] withNext = new double[terms * numbers];
        float[] sample = new float[training.sampleShape().size()];
        float[] following = new float[numbers];
        double[] read = new double[terms];
        for (int s = 0; s < training.size(); s++) {
            training.copySample(s, sample, 0);
            next.copy(s, following, 0);
            readInto(read, pca, sample);
            for (int i = 0; i < terms; i++) {
                for (int j = 0; j < terms; j++) {
                    products[i * terms + j] += read[i] * read[j];
                }
                for (int j = 0; j < numbers; j++) {
                    withNext[i * numbers + j] += read[i] * following[j];
                }
            }
        }
        LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.symmPosDef(terms);
        DMatrixRMaj solution = new DMatrixRMaj(terms, numbers);
        if (!solver.setA(DMatrixRMaj.wrap(terms, terms, products))) {
            throw new IllegalArgumentException("The " + training.size() + " samples of " + training.name()
                    + " differ in fewer than " + components + " directions; use fewer components");
        }
        solver.solve(DMatrixRMaj.wrap(terms, numbers, withNext), solution);
        return new PrincipalRegression(pca, components, solution);
    }

    private static void readInto(double[] read, PrincipalComponents pca, float[] sample) {
        read[0] = 1;
        System.arraycopy(pca.transform(sample), 0, read, 1, read.length - 1);
    }

    /**
     * @param sample as many numbers as a fitted sample
     * @return what is expected to follow it
     */
    public double[] predict(float[] sample) {
        double[] read = new double[1 + components];
        readInto(read, pca, sample);
        DMatrixRMaj following = new DMatrixRMaj(1, coefficients.getNumCols());
        CommonOps_DDRM.mult(DMatrixRMaj.wrap(1, read.length, read), coefficients, following);
        return following.getData();
    }
}
