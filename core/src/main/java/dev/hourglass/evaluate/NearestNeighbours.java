package dev.hourglass.evaluate;

import dev.hourglass.tensor.Workers;
import java.util.Arrays;

/**
 * The nearest other points of each point, found by measuring all distances: time grows with
 * {@code points^2 * dimensions}, and no structure of the data can make it slower. Of points equally far, the one with
 * the smaller index is nearer.
 */
final class NearestNeighbours {
    private static final int POINTS_PER_TASK = 64;

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
     * @param perPoint how many to find for each point, 1 to {@code points.count() - 1}
     * @throws InterruptedComputationException if the calling thread is interrupted
     */
    static NearestNeighbours find(Points points, int perPoint, Workers workers) {
        NearestNeighbours found = new NearestNeighbours(points.count(), perPoint);
        SquaredDistances distances = new SquaredDistances(points);
        Thread caller = Thread.currentThread();
        workers.run(Math.ceilDiv(points.count(), POINTS_PER_TASK), (worker, task) -> {
            InterruptedComputationException.throwIfInterrupted(caller, "The search for nearest neighbours");
            int first = task * POINTS_PER_TASK;
            int count = Math.min(POINTS_PER_TASK, points.count() - first);
            found.search(distances, first, count);
        });
        return found;
    }

    int perPoint() {
        return perPoint;
    }

    /** @param rank 0 for the nearest */
    int index(int point, int rank) {
        return indices[point * perPoint + rank];
    }

    /** @param rank 0 for the nearest */
    float squaredDistance(int point, int rank) {
        return distances[point * perPoint + rank];
    }

    private void search(SquaredDistances distances, int first, int count) {
        Nearest[] nearest = new Nearest[count];
        Arrays.setAll(nearest, i -> new Nearest(perPoint));
        float[] block = new float[SquaredDistances.BLOCK];
        for (int b = 0; b < distances.blocks(); b++) {
            for (int i = 0; i < count; i++) {
                distances.between(first + i, b, block);
                nearest[i].offer(block, distances.size(b), b * SquaredDistances.BLOCK, first + i);
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
