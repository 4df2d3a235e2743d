package dev.hourglass.report.results;

import java.util.List;

/**
 * One model trained from scratch for each of several latent sizes, beside PCA with as many components.
 *
 * @param points by growing latent size
 * @param epochs each of them was trained
 * @param pcaMse test MSE of PCA with k components at place k, from 0 on
 */
public record Sweep(List<Point> points, int epochs, List<Double> pcaMse) {
    /**
     * NaN where the training diverged.
     *
     * @param seconds of its training, validation included
     */
    public record Point(int latentSize, double mse, double mae, double seconds) {}

    public Sweep {
        points = List.copyOf(points);
        pcaMse = List.copyOf(pcaMse);
    }

    /** Test MSE of PCA with as many components as the point has numbers, or as many as the data span. */
    public double pcaMse(Point point) {
        return pcaMse.get(Math.min(point.latentSize(), pcaMse.size() - 1));
    }
}
