package dev.hourglass.evaluate.tsne;

import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.neighbours.NearestNeighbours;
import dev.hourglass.evaluate.neighbours.SquaredDistances;
import dev.hourglass.tensor.Workers;

/**
 * How far an embedding can be trusted where it shows points as neighbours (Venna and Kaski 2001): 1 if the neighbours
 * in the picture are neighbours in the space as well, less by how far down the list they stand there; about 0.5 for a
 * picture drawn by chance.
 */
public final class Trustworthiness {
    private static final int POINTS_PER_TASK = 64;

    private Trustworthiness() {}

    /**
     * {@code 1 - 2 / (n k (2n - 3k - 1)) * sum over i and the k neighbours j of i in the picture of max(0, rank(i, j) - k)},
     * where rank counts the neighbours of i in the space from 1. Exact: time grows with {@code points^2 * dimensions}.
     *
     * @param picture as many points as the space, in the same order
     * @param neighbours k, 1 to below half the number of points; scikit-learn's default is 5
     * @param threads that compute, >= 1; any number gives the same bits
     * @throws IllegalArgumentException if the numbers of points differ, or there are too few for {@code neighbours}
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static double of(Points space, Points picture, int neighbours, int threads) {
        int count = space.count();
        if (picture.count() != count) {
            throw new IllegalArgumentException("Trustworthiness compares the same points twice, got " + count
                    + " in the space and " + picture.count() + " in the picture");
        }
        if (neighbours < 1 || 2L * neighbours >= count) {
            throw new IllegalArgumentException(
                    "Trustworthiness needs neighbours >= 1 and below half the " + count + " points, got " + neighbours);
        }
        try (Workers workers = Workers.of(threads)) {
            NearestNeighbours shown = NearestNeighbours.find(picture, neighbours, workers);
            SquaredDistances distances = new SquaredDistances(space);
            Thread caller = Thread.currentThread();
            long[] excess = new long[Math.ceilDiv(count, POINTS_PER_TASK)];
            workers.run(excess.length, (worker, task) -> {
                InterruptedComputationException.throwIfInterrupted(caller, "Measuring the trustworthiness");
                int end = Math.min((task + 1) * POINTS_PER_TASK, count);
                float[][] row = new float[distances.blocks()][SquaredDistances.BLOCK];
                for (int i = task * POINTS_PER_TASK; i < end; i++) {
                    for (int b = 0; b < row.length; b++) {
                        distances.between(i, b, row[b]);
                    }
                    for (int k = 0; k < neighbours; k++) {
                        excess[task] += Math.max(0, rank(distances, row, i, shown.index(i, k)) - neighbours);
                    }
                }
            });
            long sum = 0;
            for (long part : excess) {
                sum += part;
            }
            return 1 - 2.0 * sum / ((double) count * neighbours * (2.0 * count - 3.0 * neighbours - 1));
        }
    }

    /** Which neighbour of a point another one is in the space, from 1; of points equally far, by index. */
    private static int rank(SquaredDistances distances, float[][] row, int point, int other) {
        float limit = row[other / SquaredDistances.BLOCK][other % SquaredDistances.BLOCK];
        int rank = 1;
        for (int b = 0; b < row.length; b++) {
            int first = b * SquaredDistances.BLOCK;
            for (int j = 0; j < distances.size(b); j++) {
                boolean nearer = row[b][j] < limit || (row[b][j] == limit && first + j < other);
                if (nearer && first + j != point) {
                    rank++;
                }
            }
        }
        return rank;
    }
}
