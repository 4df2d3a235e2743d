package dev.hourglass.evaluate.probes;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Finds the minimum of a smooth convex function: limited-memory BFGS (Nocedal and Wright 2006, algorithms 7.4 and 7.5)
 * with a line search that halves its steps until they go down enough (Armijo's condition).
 */
final class Lbfgs {
    private static final int REMEMBERED = 10;
    private static final double LEAST_DESCENT = 1e-4;
    private static final int MOST_HALVINGS = 40;

    /** A function of many variables. */
    @FunctionalInterface
    interface Objective {
        /**
         * @param gradient receives it
         * @return the function's value
         */
        double evaluate(double[] at, double[] gradient);
    }

    /** Told of each point that is reached, by its number from 1. */
    @FunctionalInterface
    interface Listener {
        void reached(int iteration);
    }

    /** A step that was made, and how the gradient changed by it. */
    private record Step(double[] moved, double[] turned, double curvature) {}

    private Lbfgs() {}

    /**
     * @param at where to begin; ends up at the minimum, or as near as was possible
     * @param tolerance done when no component of the gradient is larger
     */
    static void minimize(Objective objective, double[] at, double tolerance, int mostIterations, Listener listener) {
        Deque<Step> steps = new ArrayDeque<>();
        double[] gradient = new double[at.length];
        double[] next = new double[at.length];
        double[] nextGradient = new double[at.length];
        double value = objective.evaluate(at, gradient);
        for (int iteration = 1; iteration <= mostIterations && largest(gradient) > tolerance; iteration++) {
            double[] direction = direction(gradient, steps);
            double slope = dot(direction, gradient);
            double length = steps.isEmpty() ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1;
            double nextValue = Double.POSITIVE_INFINITY;
            for (int halvings = 0; !(nextValue <= value + LEAST_DESCENT * length * slope); halvings++, length /= 2) {
                if (halvings > MOST_HALVINGS) {
                    return; // what is left to gain is below the rounding of the function
                }
                for (int i = 0; i < at.length; i++) {
                    next[i] = at[i] + length * direction[i];
                }
                nextValue = objective.evaluate(next, nextGradient);
            }
            remember(steps, step(at, next, gradient, nextGradient));
            value = nextValue;
            System.arraycopy(next, 0, at, 0, at.length);
            System.arraycopy(nextGradient, 0, gradient, 0, gradient.length);
            listener.reached(iteration);
        }
    }

    private static Step step(double[] from, double[] to, double[] gradientFrom, double[] gradientTo) {
        double[] moved = new double[from.length];
        double[] turned = new double[from.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = to[i] - from[i];
            turned[i] = gradientTo[i] - gradientFrom[i];
        }
        return new Step(moved, turned, dot(moved, turned));
    }

    private static void remember(Deque<Step> steps, Step step) {
        // Without curvature along it, a step says nothing; rounding can make it seem to bend the other way.
        if (step.curvature > Math.ulp(1.0) * dot(step.turned, step.turned)) {
            steps.addLast(step);
            if (steps.size() > REMEMBERED) {
                steps.removeFirst();
            }
        }
    }

    /** Algorithm 7.4: minus the inverse of the Hessian matrix, as the steps tell of it, times the gradient. */
    private static double[] direction(double[] gradient, Deque<Step> steps) {
        double[] direction = new double[gradient.length];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = -gradient[i];
        }
        double[] weights = new double[steps.size()];
        int k = weights.length;
        for (Iterator<Step> newestFirst = steps.descendingIterator(); newestFirst.hasNext(); ) {
            Step step = newestFirst.next();
            weights[--k] = dot(step.moved, direction) / step.curvature;
            addScaled(direction, -weights[k], step.turned);
        }
        if (!steps.isEmpty()) {
            Step last = steps.getLast();
            double scale = last.curvature / dot(last.turned, last.turned);
            for (int i = 0; i < direction.length; i++) {
                direction[i] *= scale;
            }
        }
        for (Step step : steps) {
            addScaled(direction, weights[k++] - dot(step.turned, direction) / step.curvature, step.moved);
        }
        return direction;
    }

    private static void addScaled(double[] into, double scale, double[] vector) {
        for (int i = 0; i < into.length; i++) {
            into[i] += scale * vector[i];
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double largest(double[] gradient) {
        double largest = 0;
        for (double value : gradient) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }
}
