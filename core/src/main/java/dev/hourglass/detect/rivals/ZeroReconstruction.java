package dev.hourglass.detect.rivals;

import dev.hourglass.evaluate.Points;
import java.util.stream.IntStream;

/**
 * The mean square of a sample's numbers: the error of a model that answers 0 to everything. Of standardised data that is the
 * distance from the mean, and an autoencoder that does no better has learned nothing that helps.
 */
public final class ZeroReconstruction implements SampleRival {
    private final Points training;

    private ZeroReconstruction(Points training) {
        this.training = training;
    }

    public static ZeroReconstruction fit(Points training) {
        return new ZeroReconstruction(training);
    }

    @Override
    public double[] score(Points samples) {
        return IntStream.range(0, samples.count())
                .mapToDouble(sample -> meanSquare(samples, sample))
                .toArray();
    }

    @Override
    public double[] trainingScores() {
        return score(training);
    }

    private static double meanSquare(Points samples, int sample) {
        double sum = 0;
        for (int d = 0; d < samples.dimensions(); d++) {
            double value = samples.get(sample, d);
            sum += value * value;
        }
        return sum / samples.dimensions();
    }
}
