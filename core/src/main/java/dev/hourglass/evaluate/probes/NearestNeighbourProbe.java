package dev.hourglass.evaluate.probes;

import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.LabelledPoints;
import dev.hourglass.evaluate.neighbours.NearestNeighbours;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;

/**
 * How well classes can be told by looking at neighbours: a point is given the class that most of its k nearest labelled
 * points have. As scikit-learn's {@code KNeighborsClassifier}, all neighbours count alike, and of classes with as many
 * the smallest label wins; of points equally far the first is nearest.
 */
public final class NearestNeighbourProbe {
    private NearestNeighbourProbe() {}

    /**
     * The share of points that get their own class. Exact: time grows with
     * {@code known.count() * asked.count() * dimensions}.
     *
     * @param known points to look among
     * @param asked points of as many dimensions, to be told the class of
     * @param neighbours k, 1 to the number of known points; scikit-learn's default is 5
     * @param threads that compute, >= 1; any number gives the same bits
     * @return 0 to 1
     * @throws ShapeException if the dimensions differ
     * @throws IllegalArgumentException if there are too few known points
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static double accuracy(LabelledPoints known, LabelledPoints asked, int neighbours, int threads) {
        if (known.points().dimensions() != asked.points().dimensions()) {
            throw new ShapeException("Neighbours of points of " + asked.points().dimensions()
                    + " dimensions can't be found among points of "
                    + known.points().dimensions());
        }
        if (neighbours < 1 || neighbours > known.count()) {
            throw new IllegalArgumentException(
                    "neighbours must be 1 to the " + known.count() + " known points, got " + neighbours);
        }
        try (Workers workers = Workers.of(threads)) {
            NearestNeighbours nearest = NearestNeighbours.find(asked.points(), known.points(), neighbours, workers);
            int right = 0;
            for (int i = 0; i < asked.count(); i++) {
                right += elected(nearest, i, known) == asked.label(i) ? 1 : 0;
            }
            return (double) right / asked.count();
        }
    }

    private static int elected(NearestNeighbours nearest, int point, LabelledPoints known) {
        int[] classes = known.classes();
        int[] votes = new int[classes.length];
        int winner = 0;
        for (int k = 0; k < nearest.perPoint(); k++) {
            votes[known.classOf(nearest.index(point, k))]++;
        }
        for (int c = 1; c < votes.length; c++) {
            winner = votes[c] > votes[winner] ? c : winner;
        }
        return classes[winner];
    }
}
