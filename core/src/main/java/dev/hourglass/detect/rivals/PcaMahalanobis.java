package dev.hourglass.detect.rivals;

import dev.hourglass.evaluate.Points;
import java.util.stream.IntStream;

/**
 * The squared Mahalanobis distance within the first principal components of the training samples (Hotelling's T2): the squared
 * coordinates along the components, each divided by its variance in training, added up.
 */
public final class PcaMahalanobis implements SampleRival {
    private final Points training;
    private final KeptComponents kept;
    /** By component, divided by the samples less one, as scikit-learn has them. */
    private final double[] variances;

    private PcaMahalanobis(Points training, KeptComponents kept) {
        this.training = training;
        this.kept = kept;
        variances = new double[kept.count()];
        for (int i = 0; i < training.count(); i++) {
            double[] codes = kept.codes(training.point(i));
            for (int c = 0; c < codes.length; c++) {
                variances[c] += codes[c] * codes[c] / (training.count() - 1);
            }
        }
    }

    /**
     * @param training two samples or more, not all equal: nothing varies in those
     * @param explained keeps as few components as explain this share of the variance, above 0 and at most 1
     * @param threads that compute, &gt;= 1; any number gives the same bits
     * @throws IllegalArgumentException if they are not like that
     */
    public static PcaMahalanobis fit(Points training, double explained, int threads) {
        KeptComponents kept = KeptComponents.explaining(training, explained, threads);
        if (kept.count() == 0) {
            throw new IllegalArgumentException("Mahalanobis distances need training samples that differ, got "
                    + training.count() + " equal ones. Take other data, or the error of a reconstruction.");
        }
        return new PcaMahalanobis(training, kept);
    }

    /** How many components are kept, &gt;= 1. */
    public int components() {
        return kept.count();
    }

    @Override
    public double[] score(Points samples) {
        return IntStream.range(0, samples.count())
                .mapToDouble(sample -> distance(kept.codes(samples.point(sample))))
                .toArray();
    }

    @Override
    public double[] trainingScores() {
        return score(training);
    }

    private double distance(double[] codes) {
        double sum = 0;
        for (int c = 0; c < codes.length; c++) {
            sum += codes[c] * codes[c] / variances[c];
        }
        return sum;
    }
}
