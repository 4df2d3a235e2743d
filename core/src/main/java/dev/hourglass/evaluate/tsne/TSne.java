package dev.hourglass.evaluate.tsne;

import dev.hourglass.data.Dataset;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.neighbours.NearestNeighbours;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * t-SNE (van der Maaten and Hinton 2008): puts points of many dimensions on a plane so that neighbours stay neighbours.
 * Distances between groups, and the groups' sizes, mean nothing.
 *
 * <p>Set up as scikit-learn's: principal components scaled to a standard deviation of 1e-4 as the start, neighbours up to
 * three times the perplexity, 250 iterations that exaggerate the neighbourhoods twelvefold, gains by coordinate, and a
 * learning rate of points / 48. Neighbours are exact; repulsion is interpolated ({@link Repulsion}), so time grows with
 * {@code points^2 * dimensions} for the neighbours and with {@code points} for each iteration.
 *
 * <p>The same points, options and seed give the same bits on any number of threads.
 */
public final class TSne {
    private static final int EXAGGERATED_ITERATIONS = 250;
    private static final double EXAGGERATION = 12;
    private static final double START_DEVIATION = 1e-4;
    private static final double LEAST_LEARNING_RATE = 50;
    private static final float LEAST_GAIN = 0.01f;
    private static final int ITERATIONS_PER_EVENT = 50;
    private static final int POINTS_PER_TASK = 256;

    private final TSneOptions options;
    private final Workers workers;
    private final Affinities affinities;
    private final Repulsion repulsion;
    private final double learningRate;
    private final int count;
    /** All as [point][x, y]. */
    private float[] positions;

    private float[] moved;
    private final float[] updates;
    private final float[] gains;

    private TSne(TSneOptions options, Workers workers, Affinities affinities, float[] start) {
        this.options = options;
        this.workers = workers;
        this.affinities = affinities;
        count = start.length / 2;
        repulsion = new Repulsion(count, workers);
        learningRate = Math.max(count / EXAGGERATION / 4, LEAST_LEARNING_RATE);
        positions = start;
        moved = new float[start.length];
        updates = new float[start.length];
        gains = new float[start.length];
    }

    /**
     * Embeds points in the plane.
     *
     * @param points more than the perplexity
     * @param listener told how far it is, on this thread
     * @throws IllegalArgumentException if there are too few points for the perplexity
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static Embedding embed(Points points, TSneOptions options, Consumer<TSneEvent> listener) {
        if (points.count() <= options.perplexity()) {
            throw new IllegalArgumentException("t-SNE needs more points than its perplexity, got " + points.count()
                    + " points at perplexity " + options.perplexity() + ". Give more points or lower the perplexity.");
        }
        long start = System.nanoTime();
        try (Workers workers = Workers.of(options.threads())) {
            int perPoint = (int) Math.min(points.count() - 1, 3 * options.perplexity() + 1);
            NearestNeighbours nearest = NearestNeighbours.find(points, perPoint, workers);
            Affinities affinities = Affinities.of(nearest, points.count(), options.perplexity(), workers);
            listener.accept(new TSneEvent.NeighboursFound(points.count(), perPoint, millisSince(start)));
            return new TSne(options, workers, affinities, startingPositions(points, options)).run(listener, start);
        }
    }

    private Embedding run(Consumer<TSneEvent> listener, long start) {
        for (int i = 0; i < options.iterations(); i++) {
            InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "t-SNE");
            boolean exaggerated = i < EXAGGERATED_ITERATIONS;
            if (i == 0 || i == EXAGGERATED_ITERATIONS) {
                Arrays.fill(updates, 0);
                Arrays.fill(gains, 1);
            }
            double similarities = repulsion.update(positions);
            if (i > 0 && i % ITERATIONS_PER_EVENT == 0) {
                listener.accept(new TSneEvent.IterationFinished(
                        i, options.iterations(), klDivergence(similarities), millisSince(start)));
            }
            descend(exaggerated ? EXAGGERATION : 1, exaggerated ? 0.5f : 0.8f, similarities);
        }
        double divergence = klDivergence(repulsion.update(positions));
        listener.accept(new TSneEvent.IterationFinished(
                options.iterations(), options.iterations(), divergence, millisSince(start)));
        return new Embedding(Points.of(positions, 2), divergence);
    }

    /** The first two principal components; where the points have fewer, small random numbers. */
    private static float[] startingPositions(Points points, TSneOptions options) {
        Dataset samples = points.asDataset();
        PrincipalComponents pca = PrincipalComponents.fit(samples, Math.min(2, points.dimensions()), options.threads());
        float[] positions = new float[Math.multiplyExact(points.count(), 2)];
        float[] sample = new float[points.dimensions()];
        double squares = 0;
        for (int i = 0; i < points.count(); i++) {
            samples.copySample(i, sample, 0);
            double[] codes = pca.transform(sample);
            for (int axis = 0; axis < codes.length; axis++) {
                positions[2 * i + axis] = (float) codes[axis];
            }
            squares += codes.length == 0 ? 0 : codes[0] * codes[0];
        }
        double deviation = Math.sqrt(squares / points.count());
        RandomGenerator random = new RandomSource(options.seed()).stream("t-sne", 0);
        for (int i = 0; i < points.count(); i++) {
            for (int axis = 0; axis < 2; axis++) {
                positions[2 * i + axis] = (float) (START_DEVIATION
                        * (axis < pca.components() ? positions[2 * i + axis] / deviation : random.nextGaussian()));
            }
        }
        return positions;
    }

    /** One step for every point, from {@link #positions} to {@link #moved}, which then trade places. */
    private void descend(double exaggeration, float momentum, double similarities) {
        workers.run(Math.ceilDiv(count, POINTS_PER_TASK), (worker, task) -> {
            float[] push = new float[2];
            int end = Math.min((task + 1) * POINTS_PER_TASK, count);
            for (int i = task * POINTS_PER_TASK; i < end; i++) {
                float x = positions[2 * i];
                float y = positions[2 * i + 1];
                repulsion.force(x, y, push);
                float pullX = 0;
                float pullY = 0;
                for (int e = affinities.starts[i]; e < affinities.starts[i + 1]; e++) {
                    int neighbour = 2 * affinities.neighbours[e];
                    float dx = x - positions[neighbour];
                    float dy = y - positions[neighbour + 1];
                    float pull = affinities.values[e] / (1 + dx * dx + dy * dy);
                    pullX += pull * dx;
                    pullY += pull * dy;
                }
                move(2 * i, 4 * (exaggeration * pullX - push[0] / similarities), momentum);
                move(2 * i + 1, 4 * (exaggeration * pullY - push[1] / similarities), momentum);
            }
        });
        float[] before = positions;
        positions = moved;
        moved = before;
    }

    /** Momentum, and a gain that grows while a coordinate's gradient keeps its sign (Jacobs 1988). */
    private void move(int coordinate, double gradient, float momentum) {
        float gain = updates[coordinate] * gradient < 0 ? gains[coordinate] + 0.2f : gains[coordinate] * 0.8f;
        gains[coordinate] = Math.max(gain, LEAST_GAIN);
        updates[coordinate] = (float) (momentum * updates[coordinate] - learningRate * gains[coordinate] * gradient);
        moved[coordinate] = positions[coordinate] + updates[coordinate];
    }

    /** Sum of p log(p / q), where q is {@code 1 / (1 + d^2)} over the sum of all similarities. */
    private double klDivergence(double similarities) {
        double logSimilarities = StrictMath.log(similarities);
        double[] sums = new double[Math.ceilDiv(count, POINTS_PER_TASK)];
        workers.run(sums.length, (worker, task) -> {
            int end = Math.min((task + 1) * POINTS_PER_TASK, count);
            double sum = 0;
            for (int i = task * POINTS_PER_TASK; i < end; i++) {
                for (int e = affinities.starts[i]; e < affinities.starts[i + 1]; e++) {
                    int neighbour = 2 * affinities.neighbours[e];
                    double dx = (double) positions[2 * i] - positions[neighbour];
                    double dy = (double) positions[2 * i + 1] - positions[neighbour + 1];
                    double p = affinities.values[e];
                    if (p > 0) {
                        sum += p * (StrictMath.log(p * (1 + dx * dx + dy * dy)) + logSimilarities);
                    }
                }
            }
            sums[task] = sum;
        });
        double divergence = 0;
        for (double sum : sums) {
            divergence += sum;
        }
        return divergence;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }
}
