package dev.hourglass.evaluate.probes;

import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.LabelledPoints;
import dev.hourglass.evaluate.Points;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.ShapeException;
import dev.hourglass.tensor.Workers;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How well classes can be told by a linear map: multinomial logistic regression on standardized points. What it
 * minimizes is that of scikit-learn's {@code LogisticRegression(C=1)} after a {@code StandardScaler}: the mean over the
 * points of {@code -log p(class)}, plus {@code |weights|^2 / (2 n)}; intercepts cost nothing. Points are standardized so
 * that the penalty weighs as much on small numbers as on large ones. Immutable.
 */
public final class LinearProbe {
    /** Scikit-learn's. */
    private static final double TOLERANCE = 1e-4;
    /** Beyond, the accuracy hardly changes any more, and points of thousands of dimensions would take minutes. */
    private static final int MOST_ITERATIONS = 200;

    private static final int LEAST_POINTS_PER_TASK = 256;
    private static final int MOST_TASKS = 64;

    private final int[] classes;
    private final Standardization standardization;
    /** [dimension][class], padded to whole lanes; the last row has the intercepts. */
    private final float[] weights;

    private LinearProbe(int[] classes, Standardization standardization, float[] weights) {
        this.classes = classes;
        this.standardization = standardization;
        this.weights = weights;
    }

    /**
     * Learns to tell the classes of points, by L-BFGS until no component of the gradient is above 1e-4, in at most 200
     * iterations.
     *
     * @param points of at least two classes
     * @param threads that compute, >= 1; any number gives the same bits
     * @param progress told each iteration that is done, from 1; how many there will be is not known
     * @throws IllegalArgumentException if all points are of one class
     * @throws InterruptedComputationException if this thread is interrupted
     */
    public static LinearProbe fit(LabelledPoints points, int threads, IntConsumer progress) {
        int[] classes = points.classes();
        if (classes.length < 2) {
            throw new IllegalArgumentException(
                    "A linear probe needs points of at least two classes, got " + classes.length);
        }
        Standardization standardization = Standardization.of(points.points());
        try (Workers workers = Workers.of(threads)) {
            Loss loss = new Loss(points, standardization.apply(points.points()), workers);
            double[] weights = new double[(points.points().dimensions() + 1) * loss.columns];
            Lbfgs.minimize(loss::evaluate, weights, TOLERANCE, MOST_ITERATIONS, iteration -> {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "The linear probe");
                progress.accept(iteration);
            });
            return new LinearProbe(classes, standardization, toFloats(weights));
        }
    }

    /**
     * The share of points that are given their own class.
     *
     * @param points of as many dimensions as those learned from
     * @return 0 to 1
     * @throws ShapeException if they have others
     */
    public double accuracy(LabelledPoints points) {
        int[] predicted = predict(points.points());
        int right = 0;
        for (int i = 0; i < predicted.length; i++) {
            right += predicted[i] == points.label(i) ? 1 : 0;
        }
        return (double) right / predicted.length;
    }

    /**
     * The most likely class of each point, by label; of equally likely ones the smallest.
     *
     * @throws ShapeException if the points have other dimensions than those learned from
     */
    public int[] predict(Points points) {
        int dimensions = standardization.means.length;
        if (points.dimensions() != dimensions) {
            throw new ShapeException("The linear probe learned from points of " + dimensions + " dimensions, got points"
                    + " of " + points.dimensions());
        }
        int columns = Kernels.padded(classes.length);
        float[] logits = new float[points.count() * columns];
        logits(
                Kernels.best().product(columns, dimensions, columns, columns),
                standardization.apply(points),
                0,
                points.count(),
                weights,
                logits);
        int[] predicted = new int[points.count()];
        for (int i = 0; i < predicted.length; i++) {
            int best = 0;
            for (int c = 1; c < classes.length; c++) {
                best = logits[i * columns + c] > logits[i * columns + best] ? c : best;
            }
            predicted[i] = classes[best];
        }
        return predicted;
    }

    /** [point][class]: intercept plus weights times point. */
    private static void logits(
            Kernels.Product product, float[] points, int from, int count, float[] weights, float[] into) {
        int columns = into.length / count;
        int dimensions = weights.length / columns - 1;
        product.run(
                count,
                points,
                from * dimensions,
                0,
                1,
                dimensions,
                weights,
                0,
                weights,
                dimensions * columns,
                0,
                into,
                0);
    }

    private static float[] toFloats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    /** Of each dimension, what is subtracted and what multiplied to get mean 0 and deviation 1. */
    private record Standardization(double[] means, double[] scales) {
        static Standardization of(Points points) {
            int dimensions = points.dimensions();
            double[] means = new double[dimensions];
            double[] scales = new double[dimensions];
            for (int d = 0; d < dimensions; d++) {
                double first = points.get(0, d);
                double sum = 0;
                double squares = 0;
                for (int i = 0; i < points.count(); i++) {
                    double distance = points.get(i, d) - first;
                    sum += distance;
                    squares += distance * distance;
                }
                double shift = sum / points.count();
                double variance = squares / points.count() - shift * shift;
                means[d] = first + shift;
                scales[d] = variance > 0 ? 1 / Math.sqrt(variance) : 1;
            }
            return new Standardization(means, scales);
        }

        /** [point][dimension] */
        float[] apply(Points points) {
            float[] values = points.toArray();
            for (int i = 0; i < values.length; i++) {
                int d = i % means.length;
                values[i] = (float) ((values[i] - means[d]) * scales[d]);
            }
            return values;
        }
    }

    /** What is minimized, as a function of the weights. Products are in float, sums over tasks and points in double. */
    private static final class Loss {
        final int columns;
        private final LabelledPoints labels;
        private final float[] points;
        private final Workers workers;
        private final int classes;
        private final int dimensions;
        private final Kernels.Product product;
        private final Kernels.TransposedProduct transposed;
        private final int perTask;
        private final double[] losses;
        private final float[][] gradients;

        Loss(LabelledPoints labels, float[] points, Workers workers) {
            this.labels = labels;
            this.points = points;
            this.workers = workers;
            classes = labels.classes().length;
            columns = Kernels.padded(classes);
            dimensions = labels.points().dimensions();
            product = Kernels.best().product(columns, dimensions, columns, columns);
            transposed = Kernels.best().transposedProduct(columns, dimensions, columns, columns);
            perTask = Math.max(LEAST_POINTS_PER_TASK, Math.ceilDiv(labels.count(), MOST_TASKS));
            losses = new double[Math.ceilDiv(labels.count(), perTask)];
            gradients = new float[losses.length][(dimensions + 1) * columns];
        }

        double evaluate(double[] weights, double[] gradient) {
            float[] rounded = toFloats(weights);
            workers.run(losses.length, (worker, task) -> {
                int from = task * perTask;
                losses[task] = addPoints(rounded, from, Math.min(perTask, labels.count() - from), gradients[task]);
            });
            Arrays.fill(gradient, 0);
            double loss = 0;
            for (int task = 0; task < losses.length; task++) {
                loss += losses[task];
                for (int i = 0; i < gradient.length; i++) {
                    gradient[i] += gradients[task][i];
                }
            }
            double penalty = 0;
            for (int i = 0; i < gradient.length; i++) {
                double penalized = i < dimensions * columns ? weights[i] : 0;
                penalty += penalized * penalized / 2;
                gradient[i] = (gradient[i] + penalized) / labels.count();
            }
            return (loss + penalty) / labels.count();
        }

        /** Some points' loss; their gradient overwrites what is there. */
        private double addPoints(float[] weights, int from, int count, float[] gradient) {
            float[] excess = new float[count * columns];
            logits(product, points, from, count, weights, excess);
            double loss = 0;
            for (int i = 0; i < count; i++) {
                loss += softmax(excess, i * columns, labels.classOf(from + i));
            }
            Arrays.fill(gradient, 0);
            transposed.run(dimensions, points, from * dimensions, 0, 1, count, excess, 0, 0, gradient, 0);
            for (int i = 0; i < excess.length; i++) {
                gradient[dimensions * columns + i % columns] += excess[i];
            }
            return loss;
        }

        /** Turns logits into the loss's gradient by them: the probabilities, less 1 for the right class. */
        private double softmax(float[] logits, int at, int right) {
            double largest = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                largest = Math.max(largest, logits[at + c]);
            }
            double sum = 0;
            for (int c = 0; c < classes; c++) {
                sum += StrictMath.exp(logits[at + c] - largest);
            }
            double loss = StrictMath.log(sum) - (logits[at + right] - largest);
            for (int c = 0; c < classes; c++) {
                double probability = StrictMath.exp(logits[at + c] - largest) / sum;
                logits[at + c] = (float) (probability - (c == right ? 1 : 0));
            }
            return loss;
        }
    }
}
