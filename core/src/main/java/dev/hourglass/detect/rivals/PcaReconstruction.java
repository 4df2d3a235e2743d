package dev.hourglass.detect.rivals;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.Reconstruction;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import java.util.stream.IntStream;

/**
 * The mean squared error of rebuilding a sample from the first principal components of the training samples (Q, Jackson and
 * Mudholkar 1979, divided by the size of a sample).
 */
public final class PcaReconstruction implements SampleRival {
    private final Points training;
    private final KeptComponents kept;

    private PcaReconstruction(Points training, KeptComponents kept) {
        this.training = training;
        this.kept = kept;
    }

    /**
     * @param training one sample or more
     * @param explained keeps as few components as explain this share of the variance, above 0 and at most 1
     * @param threads that compute, &gt;= 1; any number gives the same bits
     */
    public static PcaReconstruction fit(Points training, double explained, int threads) {
        return new PcaReconstruction(training, KeptComponents.explaining(training, explained, threads));
    }

    /** @param components how many to keep, 1 to the size of a sample; fewer where the samples span fewer dimensions */
    public static PcaReconstruction ofComponents(Points training, int components, int threads) {
        return new PcaReconstruction(training, KeptComponents.atMost(training, components, threads));
    }

    /** How many components are kept; 0 where all training samples are equal, and the error is the distance to them. */
    public int components() {
        return kept.count();
    }

    /** What it makes of samples, as many numbers each as the training samples have; it needs a component or more. */
    public Reconstruction reconstruction(Dataset samples) {
        return kept.axes().reconstruction(samples, kept.count());
    }

    @Override
    public double[] score(Points samples) {
        return IntStream.range(0, samples.count())
                .mapToDouble(sample -> error(samples.point(sample)))
                .toArray();
    }

    @Override
    public double[] trainingScores() {
        return score(training);
    }

    private double error(float[] sample) {
        PrincipalComponents axes = kept.axes();
        double[] rebuilt = axes.reconstruct(kept.codes(sample));
        double sum = 0;
        for (int i = 0; i < sample.length; i++) {
            double difference = sample[i] - rebuilt[i];
            sum += difference * difference;
        }
        return sum / sample.length;
    }
}
