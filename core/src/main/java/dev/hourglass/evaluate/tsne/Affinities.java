package dev.hourglass.evaluate.tsne;

import dev.hourglass.evaluate.neighbours.NearestNeighbours;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How much each point of t-SNE belongs to each of its neighbours: the joint probabilities p (van der Maaten 2014,
 * equations 6 and 7), a sparse symmetric matrix that sums up to 1.
 */
final class Affinities {
    private static final int POINTS_PER_TASK = 64;
    private static final int MOST_HALVINGS = 100;
    /** Of the entropy, in nats; scikit-learn's. */
    private static final double TOLERANCE = 1e-5;

    /** Point i's entries are {@code starts[i]} to {@code starts[i + 1] - 1}, by growing neighbour. */
    final int[] starts;

    final int[] neighbours;
    final float[] values;

    private Affinities(int[] starts) {
        this.starts = starts;
        neighbours = new int[starts[starts.length - 1]];
        values = new float[neighbours.length];
    }

    /** @param perplexity the number of neighbours that count, below {@code nearest.perPoint()} */
    static Affinities of(NearestNeighbours nearest, int points, double perplexity, Workers workers) {
        int perPoint = nearest.perPoint();
        int[] indices = new int[points * perPoint];
        double[] conditional = new double[points * perPoint];
        workers.run(Math.ceilDiv(points, POINTS_PER_TASK), (worker, task) -> {
            int end = Math.min((task + 1) * POINTS_PER_TASK, points);
            double[] probabilities = new double[perPoint];
            long[] order = new long[perPoint];
            for (int i = task * POINTS_PER_TASK; i < end; i++) {
                conditionalProbabilities(nearest, i, perplexity, probabilities);
                for (int k = 0; k < perPoint; k++) {
                    order[k] = ((long) nearest.index(i, k) << 32) | k;
                }
                Arrays.sort(order);
                for (int k = 0; k < perPoint; k++) {
                    indices[i * perPoint + k] = (int) (order[k] >>> 32);
                    conditional[i * perPoint + k] = probabilities[(int) order[k]];
                }
            }
        });
        return symmetric(indices, conditional, points, perPoint);
    }

    /**
     * p(j|i): a Gaussian around point i, whose width is searched by bisection so that the entropy is that of
     * {@code perplexity} equally likely neighbours.
     */
    private static void conditionalProbabilities(
            NearestNeighbours nearest, int point, double perplexity, double[] probabilities) {
        double target = StrictMath.log(perplexity);
        double closest = nearest.squaredDistance(point, 0);
        double precision = 1;
        double low = 0;
        double high = Double.POSITIVE_INFINITY;
        double sum = 0;
        for (int step = 0; step < MOST_HALVINGS; step++) {
            sum = 0;
            double weighted = 0;
            for (int k = 0; k < probabilities.length; k++) {
                // From the closest on: the same probabilities, and the largest is never rounded to 0.
                double distance = nearest.squaredDistance(point, k) - closest;
                double p = StrictMath.exp(-distance * precision);
                probabilities[k] = p;
                sum += p;
                weighted += distance * p;
            }
            double excess = StrictMath.log(sum) + precision * weighted / sum - target;
            if (Math.abs(excess) <= TOLERANCE) {
                break;
            }
            if (excess > 0) {
                low = precision;
                precision = high == Double.POSITIVE_INFINITY ? precision * 2 : (precision + high) / 2;
            } else {
                high = precision;
                precision = (precision + low) / 2;
            }
        }
        for (int k = 0; k < probabilities.length; k++) {
            probabilities[k] /= sum;
        }
    }

    /** p(i, j) = (p(j|i) + p(i|j)) / 2n, for pairs of which at least one is the other's neighbour. */
    private static Affinities symmetric(int[] indices, double[] conditional, int points, int perPoint) {
        int[] reverseStarts = new int[points + 1];
        for (int j : indices) {
            reverseStarts[j + 1]++;
        }
        for (int i = 0; i < points; i++) {
            reverseStarts[i + 1] += reverseStarts[i];
        }
        int[] reverse = new int[indices.length]; // of each point, the places of the entries that name it
        int[] next = Arrays.copyOf(reverseStarts, points);
        for (int place = 0; place < indices.length; place++) {
            reverse[next[indices[place]]++] = place;
        }
        Merge merge = new Merge(indices, conditional, perPoint, reverse, reverseStarts);
        int[] starts = new int[points + 1];
        for (int i = 0; i < points; i++) {
            starts[i + 1] = Math.addExact(starts[i], merge.into(null, i));
        }
        Affinities affinities = new Affinities(starts);
        for (int i = 0; i < points; i++) {
            merge.into(affinities, i);
        }
        return affinities;
    }

    /** Both lists of a point are sorted by the other point; together they are a row of the matrix. */
    private record Merge(int[] indices, double[] conditional, int perPoint, int[] reverse, int[] reverseStarts) {
        /**
         * @param target receives the row, if there is one
         * @return how many entries the row has
         */
        int into(@Nullable Affinities target, int point) {
            int own = point * perPoint;
            int ownEnd = own + perPoint;
            int other = reverseStarts[point];
            int otherEnd = reverseStarts[point + 1];
            double scale = 0.5 * perPoint / indices.length;
            int count = 0;
            while (own < ownEnd || other < otherEnd) {
                int ownPoint = own < ownEnd ? indices[own] : Integer.MAX_VALUE;
                int otherPoint = other < otherEnd ? reverse[other] / perPoint : Integer.MAX_VALUE;
                double p = 0;
                if (ownPoint <= otherPoint) {
                    p += conditional[own++];
                }
                if (otherPoint <= ownPoint) {
                    p += conditional[reverse[other++]];
                }
                if (target != null) {
                    int place = target.starts[point] + count;
                    target.neighbours[place] = Math.min(ownPoint, otherPoint);
                    target.values[place] = (float) (p * scale);
                }
                count++;
            }
            return count;
        }
    }
}
