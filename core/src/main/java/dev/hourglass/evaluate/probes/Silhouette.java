package dev.hourglass.evaluate.probes;

import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.LabelledPoints;
import dev.hourglass.evaluate.neighbours.SquaredDistances;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;

/**
 * Whether classes lie apart as clusters (Rousseeuw 1987): for each point the mean distance to its own class, a, is set
 * against that to the nearest other class, b, as {@code (b - a) / max(a, b)}. 1 if classes are far apart, 0 if they
 * overlap, negative if points lie nearer to another class than to their own.
 */
public final class Silhouette {
    private static final int POINTS_PER_TASK = 64;

    private Silhouette() {}

    /**
     * The mean over the points; one that is alone in its class counts as 0, as in scikit-learn's
     * {@code silhouette_score}. Exact: time grows with {@code points^2 * dimensions}, so give it a
     * {@linkplain LabelledPoints#sample sample} of some thousand points.
     *
     * @param points of at least two classes
     * @param threads that compute, >= 1; any number gives the same bits
     * @return -1 to 1
     * @throws IllegalArgumentException if all points are of one class
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static double of(LabelledPoints points, int threads) {
        int classes = points.classes().length;
        if (classes < 2) {
            throw new IllegalArgumentException("A silhouette needs points of at least two classes, got " + classes);
        }
        int count = points.count();
        int[] sizes = new int[classes];
        for (int i = 0; i < count; i++) {
            sizes[points.classOf(i)]++;
        }
        SquaredDistances distances = new SquaredDistances(points.points());
        double[] each = new double[count];
        Thread caller = Thread.currentThread();
        try (Workers workers = Workers.of(threads)) {
            workers.run(Math.ceilDiv(count, POINTS_PER_TASK), (worker, task) -> {
                InterruptedComputationException.throwIfInterrupted(caller, "Measuring the silhouette");
                int end = Math.min((task + 1) * POINTS_PER_TASK, count);
                float[] block = new float[SquaredDistances.BLOCK];
                for (int i = task * POINTS_PER_TASK; i < end; i++) {
                    each[i] = ofPoint(points, i, distances, sizes, block);
                }
            });
        }
        return Arrays.stream(each).sum() / count;
    }

    private static double ofPoint(
            LabelledPoints points, int point, SquaredDistances distances, int[] sizes, float[] block) {
        double[] sums = new double[sizes.length];
        for (int b = 0; b < distances.blocks(); b++) {
            distances.between(point, b, block);
            for (int j = 0; j < distances.size(b); j++) {
                sums[points.classOf(b * SquaredDistances.BLOCK + j)] += Math.sqrt(block[j]);
            }
        }
        int own = points.classOf(point);
        if (sizes[own] == 1) {
            return 0;
        }
        double within = sums[own] / (sizes[own] - 1); // the distance to itself is 0
        double beside = Double.POSITIVE_INFINITY;
        for (int c = 0; c < sizes.length; c++) {
            beside = c == own ? beside : Math.min(beside, sums[c] / sizes[c]);
        }
        double larger = Math.max(within, beside);
        return larger == 0 ? 0 : (beside - within) / larger;
    }
}
