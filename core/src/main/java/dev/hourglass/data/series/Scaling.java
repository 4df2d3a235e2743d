package dev.hourglass.data.series;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.Normalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the channels of measured series are brought to one scale. What is fitted to the part that a model learns from is
 * applied to all others as well, so that nothing of them reaches the model before its time; they may therefore leave
 * the range.
 */
public enum Scaling {
    /** Each channel's least number becomes 0 and its greatest 1. */
    MIN_MAX,
    /** Each channel has mean 0 and standard deviation 1. */
    STANDARDIZE;

    /**
     * The scales of a training set's stored numbers, one for each channel, the last dimension of a sample. A channel
     * that never changes is only shifted.
     *
     * @param training the normalization that it has already is left out of account
     */
    public Normalization fit(FloatDataset training) {
        int channels = training.sampleShape().dimension(-1);
        int size = training.sampleShape().size();
        double[] least = new double[channels];
        double[] most = new double[channels];
        double[] sum = new double[channels];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        float[] sample = new float[size];
        for (int i = 0; i < training.size(); i++) {
            training.copyStored(i, sample, 0);
            for (int j = 0; j < size; j++) {
                int channel = j % channels;
                least[channel] = Math.min(least[channel], sample[j]);
                most[channel] = Math.max(most[channel], sample[j]);
                sum[channel] += sample[j];
            }
        }
        long each = (long) training.size() * (size / channels);
        double[] center = new double[channels];
        double[] spread = new double[channels];
        for (int channel = 0; channel < channels; channel++) {
            center[channel] = this == MIN_MAX ? least[channel] : sum[channel] / each;
            spread[channel] = most[channel] - least[channel];
        }
        if (this == STANDARDIZE) {
            spread = deviations(training, center, each);
        }
        return normalization(center, spread);
    }

    private static double[] deviations(FloatDataset training, double[] means, long each) {
        double[] squares = new double[means.length];
        float[] sample = new float[training.sampleShape().size()];
        for (int i = 0; i < training.size(); i++) {
            training.copyStored(i, sample, 0);
            for (int j = 0; j < sample.length; j++) {
                double distance = sample[j] - means[j % means.length];
                squares[j % means.length] += distance * distance;
            }
        }
        return Arrays.stream(squares).map(square -> Math.sqrt(square / each)).toArray();
    }

    private static Normalization normalization(double[] center, double[] spread) {
        List<Float> scales = new ArrayList<>();
        List<Float> offsets = new ArrayList<>();
        for (int channel = 0; channel < center.length; channel++) {
            double scale = spread[channel] > 0 ? 1 / spread[channel] : 1;
            scales.add((float) scale);
            offsets.add((float) (-center[channel] * scale));
        }
        return new Normalization(scales, offsets);
    }
}
