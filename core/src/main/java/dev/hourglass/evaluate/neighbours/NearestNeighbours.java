package dev.hourglass.evaluate.neighbours;

import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;

/**
 * The nearest of some points to each of others, or of each other, found by measuring all distances: time grows with
 * {@code points^2 * dimensions}, and no structure of the data can make it slower. Of points equally far, the one with
 * the smaller index is nearer.
 */
public final class NearestNeighbours {
    /** Their distances to a block stay in cache, beside the block. */
    private static final int POINTS_PER_TASK = 32;

    private static final int NONE = -1;

    private final int perPoint;
    /** [point][neighbour, nearest first]. */
    private final int[] indices;

    private final float[] distances;

    private NearestNeighbours(int points, int perPoint) {
        this.perPoint = perPoint;
        indices = new int[Math.multiplyExact(points, perPoint)];
        distances = new float[indices.length];
    }

    /**
     * The nearest others of each point.
     *
     * @param perPoint how many to find for each point, 1 to {@code points.count() - 1}
     * @throws InterruptedComputationException if the calling thread is interrupted
     */
    public static NearestNeighbours find(Points points, int perPoint, Workers workers) {
        return find(points, points, perPoint, workers);
    }

    /**
     * The nearest of some points to each of others.
     *
     * @param among where to look; as many dimensions as the others. If they are the same object, a point is not its own
     *     neighbour.
     * @param perPoint how many to find for each, 1 to the number of points, itself left out
     * @throws InterruptedComputationException if the calling thread is interrupted
     */
    public static NearestNeighbours find(Points of, Points among, int perPoint, Workers workers) {
        NearestNeighbours found = new NearestNeighbours(of.count(), perPoint);
        SquaredDistances distances = new SquaredDistances(among);
        Thread caller = Thread.currentThread();
        workers.run(Math.ceilDiv(of.count(), POINTS_PER_TASK), (worker, task) -> {
            InterruptedComputationException.throwIfInterrupted(caller, "The search for nearest neighbours");
            int first = task * POINTS_PER_TASK;
            int count = Math.min(POINTS_PER_TASK, of.count() - first);
            found.search(distances, of, first, count, of == among);
        });
        return found;
    }

    public int perPoint() {
        return perPoint;
    }

    /** @param rank 0 for the nearest */
    public int index(int point, int rank) {
        return indices[point * perPoint + rank];
    }

    /** @param rank 0 for the nearest */
    public float squaredDistance(int point, int rank) {
        return distances[point * perPoint + rank];
    }

    private void search(SquaredDistances distances, Points of, int first, int count, boolean same) {
        Nearest[] nearest = new Nearest[count];
        Arrays.setAll(nearest, i -> new Nearest(perPoint));
        float[][] measured = new float[count][SquaredDistances.BLOCK];
        for (int b = 0; b < distances.blocks(); b++) {
            distances.between(of, first, count, b, measured);
            for (int i = 0; i < count; i++) {
                int self = same ? first + i : NONE;
                nearest[i].offer(measured[i], distances.size(b), b * SquaredDistances.BLOCK, self);
            }
        }
        for (int i = 0; i < count; i++) {
            nearest[i].copyTo(indices, this.distances, (first + i) * perPoint);
        }
    }

    /** The nearest so far, and some that were near when they came. */
    private static final class Nearest {
        private final int wanted;
        /** Distance above, index below: a long each, in the order of nearness, since no distance is negative. */
        private final long[] found;

        private int count;
        private float farthest = Float.POSITIVE_INFINITY;

        Nearest(int wanted) {
            this.wanted = wanted;
            found = new long[4 * wanted + 16];
        }

        void offer(float[] distances, int size, int firstIndex, int self) {
            for (int j = 0; j < size; j++) {
                if (distances[j] < farthest && firstIndex + j != self) {
                    found[count++] = ((long) Float.floatToRawIntBits(distances[j]) << 32) | (firstIndex + j);
                    if (count == found.length) {
                        forgetTheFar();
                    }
                }
            }
        }

        private void forgetTheFar() {
            Arrays.sort(found, 0, count);
            count = Math.min(count, wanted);
            if (count == wanted) {
                farthest = distance(found[count - 1]);
            }
        }

        void copyTo(int[] indices, float[] distances, int offset) {
            forgetTheFar();
            for (int i = 0; i < wanted; i++) {
                indices[offset + i] = (int) found[i];
                distances[offset + i] = distance(found[i]);
            }
        }

        private static float distance(long entry) {
            return Float.intBitsToFloat((int) (entry >>> 32));
        }
    }
}
