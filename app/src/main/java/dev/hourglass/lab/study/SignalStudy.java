package dev.hourglass.lab.study;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.series.SyntheticSequences;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.evaluate.errors.ReconstructedSamples;
import dev.hourglass.report.results.SignalErrors;
import dev.hourglass.report.results.SignalErrors.OfKind;
import dev.hourglass.report.results.SignalErrors.OfModel;
import java.util.ArrayList;
import java.util.List;

/** Compares reconstructions of generated series with the parts that the series were made of. */
final class SignalStudy {
    private static final int PARTS = 3;

    private final SyntheticSequences truth;
    private final Dataset test;

    /** @param test the first of these sequences, or all */
    SignalStudy(SyntheticSequences truth, Dataset test) {
        this.truth = truth;
        this.test = test;
    }

    SignalErrors compare(Reconstruction model, Reconstruction pca) {
        double squares = 0;
        int size = test.sampleShape().size();
        float[] noisy = new float[size];
        for (int i = 0; i < test.size(); i++) {
            test.copySample(i, noisy, 0);
            squares += squaredDistance(noisy, 0, truth.clean(i));
        }
        return new SignalErrors(squares / ((double) test.size() * size), judge(model), judge(pca));
    }

    private OfModel judge(Reconstruction reconstruction) {
        int size = test.sampleShape().size();
        List<String> titles = SyntheticSequences.Kind.titles();
        int kinds = titles.size();
        int[] samples = new int[kinds];
        double[] toNoisy = new double[kinds];
        double[] toClean = new double[kinds];
        double[] floor = new double[kinds];
        Regression parts = new Regression();
        new ReconstructedSamples(reconstruction, test, "Judging the series")
                .forEach(done -> {}, (index, noisy, rebuilt, offset) -> {
                    float[] clean = truth.clean(index);
                    int kind = test.label(index);
                    samples[kind]++;
                    toNoisy[kind] += squaredDistance(rebuilt, offset, noisy);
                    toClean[kind] += squaredDistance(rebuilt, offset, clean);
                    floor[kind] += squaredDistance(noisy, 0, clean);
                    float[] trend = truth.trend(index);
                    float[] periodic = truth.periodic(index);
                    for (int i = 0; i < size; i++) {
                        parts.add(rebuilt[offset + i], trend[i], periodic[i], noisy[i] - clean[i]);
                    }
                });
        double[] shares = parts.solve();
        List<OfKind> each = new ArrayList<>();
        double all = 0;
        for (int kind = 0; kind < kinds; kind++) {
            all += toClean[kind];
            if (samples[kind] > 0) {
                double numbers = (double) samples[kind] * size;
                each.add(new OfKind(
                        titles.get(kind),
                        samples[kind],
                        toNoisy[kind] / numbers,
                        toClean[kind] / numbers,
                        floor[kind] / numbers));
            }
        }
        return new OfModel(all / ((double) test.size() * size), each, shares[0], shares[1], shares[2]);
    }

    private static double squaredDistance(float[] a, int from, float[] b) {
        double squares = 0;
        for (int i = 0; i < b.length; i++) {
            double difference = (double) a[from + i] - b[i];
            squares += difference * difference;
        }
        return squares;
    }

    /** Least squares of a number on three others and a constant, from sums. */
    private static final class Regression {
        private final double[] sums = new double[PARTS];
        private final double[][] products = new double[PARTS][PARTS];
        private final double[] withTarget = new double[PARTS];
        private double target;
        private long count;

        void add(double y, double... x) {
            count++;
            target += y;
            for (int i = 0; i < PARTS; i++) {
                sums[i] += x[i];
                withTarget[i] += x[i] * y;
                for (int j = 0; j < PARTS; j++) {
                    products[i][j] += x[i] * x[j];
                }
            }
        }

        /** The three slopes, by Cramer's rule; NaN where the parts do not vary. */
        double[] solve() {
            double[][] covariance = new double[PARTS][PARTS];
            double[] right = new double[PARTS];
            for (int i = 0; i < PARTS; i++) {
                right[i] = withTarget[i] / count - sums[i] / count * (target / count);
                for (int j = 0; j < PARTS; j++) {
                    covariance[i][j] = products[i][j] / count - sums[i] / count * (sums[j] / count);
                }
            }
            double determinant = determinant(covariance);
            double[] slopes = new double[PARTS];
            for (int k = 0; k < PARTS; k++) {
                double[][] replaced = new double[PARTS][];
                for (int i = 0; i < PARTS; i++) {
                    replaced[i] = covariance[i].clone();
                    replaced[i][k] = right[i];
                }
                slopes[k] = determinant(replaced) / determinant;
            }
            return slopes;
        }

        private static double determinant(double[][] m) {
            return m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1])
                    - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
                    + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0]);
        }
    }
}
