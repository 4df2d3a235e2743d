package dev.hourglass.detect.rivals;

import dev.hourglass.evaluate.NeighbourDistances;
import dev.hourglass.evaluate.Points;

/**
 * The mean Euclidean distance to the nearest training samples (Ramaswamy, Rastogi and Shim 2000; Angiulli and Pizzuti 2002). A
 * training sample is not its own neighbour.
 */
public final class NeighbourDistance implements SampleRival {
    /** Over how many neighbours the distance is averaged, unless it is said. */
    public static final int USUAL_NEIGHBOURS = 5;

    private final Points training;
    private final int neighbours;
    private final int threads;

    private NeighbourDistance(Points training, int neighbours, int threads) {
        this.training = training;
        this.neighbours = neighbours;
        this.threads = threads;
    }

    /**
     * @param training two samples or more; where there are fewer than neighbours besides a sample, all of them are taken
     * @param neighbours &gt;= 1
     * @param threads that compute, &gt;= 1; any number gives the same bits
     */
    public static NeighbourDistance fit(Points training, int neighbours, int threads) {
        if (neighbours < 1) {
            throw new IllegalArgumentException("neighbours must be >= 1, got " + neighbours);
        }
        if (training.count() < 2) {
            throw new IllegalArgumentException(
                    "neighbours need two training samples or more, got " + training.count() + ". Take more data.");
        }
        return new NeighbourDistance(training, Math.min(neighbours, training.count() - 1), threads);
    }

    @Override
    public double[] score(Points samples) {
        return NeighbourDistances.mean(samples, training, neighbours, threads);
    }

    @Override
    public double[] trainingScores() {
        return score(training);
    }
}
