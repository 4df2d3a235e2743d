package dev.hourglass.report.results;

import java.util.List;

/**
 * How reconstructions of series relate to the parts that the series were made of: trend, oscillation and noise.
 *
 * @param noiseFloor mean squared error of the signal without noise against the samples: what a perfect model would have
 * @param model of the model
 * @param pca of PCA with as many components as the model has numbers at its waist
 */
public record SignalErrors(double noiseFloor, OfModel model, OfModel pca) {
    /**
     * @param cleanMse mean squared error against the signal without noise
     * @param kinds by kind of behaviour, in the order of the labels
     * @param trend the share of the trends that is in the reconstructions: 1 if they are reconstructed completely
     * @param periodic the same of the oscillations
     * @param noise the same of the noise: 0 if none is kept, 1 if it is memorised
     */
    public record OfModel(double cleanMse, List<OfKind> kinds, double trend, double periodic, double noise) {
        public OfModel {
            kinds = List.copyOf(kinds);
        }
    }

    /**
     * @param kind such as {@code damped}
     * @param mse against the samples
     * @param cleanMse against the signal without noise
     * @param noiseFloor of these samples
     */
    public record OfKind(String kind, int samples, double mse, double cleanMse, double noiseFloor) {}
}
