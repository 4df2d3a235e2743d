package dev.hourglass.engine.cpu.ops.losses;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.cpu.ops.Logarithm;
import dev.hourglass.tensor.Exponential;
import java.util.Arrays;

/** Losses that take the numbers of a row together. Sums are in double and in the order of the numbers. */
final class RowLoss {
    private RowLoss() {}

    @FunctionalInterface
    private interface Row {
        double add(float[] Y, int y, float[] T, int t, float[] D, int d, float factor);
    }

    /** @param length numbers in a row */
    static LossFunction of(Loss.CategoricalCrossentropy loss, int length) {
        float keep = 1 - loss.labelSmoothing();
        float share = loss.labelSmoothing() / length;
        return rows(
                length,
                loss.fromLogits()
                        ? (Y, y, T, t, D, d, factor) ->
                                crossentropyOfLogits(Y, y, T, t, D, d, length, factor, keep, share)
                        : (Y, y, T, t, D, d, factor) -> crossentropy(Y, y, T, t, D, d, length, factor, keep, share));
    }

    /**
     * Of targets as rows of zeros with a single 1.
     *
     * @param length numbers in a row
     */
    static LossFunction of(Loss.SparseCategoricalCrossentropy loss, int length) {
        return rows(
                length,
                loss.fromLogits()
                        ? (Y, y, T, t, D, d, factor) -> crossentropyOfLogits(Y, y, T, t, D, d, length, factor, 1, 0)
                        : (Y, y, T, t, D, d, factor) -> crossentropyOfClasses(Y, y, T, t, D, d, length, factor));
    }

    /** @param length numbers in a row */
    static LossFunction cosine(int length) {
        return rows(length, (Y, y, T, t, D, d, factor) -> cosine(Y, y, T, t, D, d, length, factor));
    }

    private static LossFunction rows(int length, Row row) {
        return (Y, y, T, t, D, d, count, factor) -> {
            double sum = 0;
            for (int j = 0; j < count; j += length) {
                sum += row.add(Y, y + j, T, t + j, D, d + j, factor);
            }
            return sum;
        };
    }

    /**
     * {@code sum(t) log(sum(exp z)) - sum(t z)}, whose slope is {@code sum(t) softmax(z) - t}; both of z less its largest
     * number.
     */
    private static double crossentropyOfLogits(
            float[] Y, int y, float[] T, int t, float[] D, int d, int length, float factor, float keep, float share) {
        float most = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < length; j++) {
            most = Math.max(most, Y[y + j]);
        }
        double powers = 0;
        double targets = 0;
        double products = 0;
        for (int j = 0; j < length; j++) {
            double below = (double) most - Y[y + j];
            double target = keep * T[t + j] + share;
            powers += Exponential.ofMinus(below);
            targets += target;
            products += target * below;
        }
        for (int j = 0; j < length; j++) {
            double probability = Exponential.ofMinus((double) most - Y[y + j]) / powers;
            D[d + j] = (float) ((targets * probability - (keep * T[t + j] + share)) * factor);
        }
        return targets * Logarithm.of(powers) + products;
    }

    /** With {@code p = y / s} and s the sum: {@code dL/dy = (g - sum(g p)) / s}, where g is -t / p, or 0 for a clipped p. */
    private static double crossentropy(
            float[] Y, int y, float[] T, int t, float[] D, int d, int length, float factor, float keep, float share) {
        float epsilon = LossFunction.EPSILON;
        double total = 0;
        for (int j = 0; j < length; j++) {
            total += Y[y + j];
        }
        double sum = 0;
        double unclipped = 0;
        for (int j = 0; j < length; j++) {
            double part = Y[y + j] / total;
            double target = keep * T[t + j] + share;
            sum -= target * Logarithm.of(Math.clamp(part, epsilon, 1 - epsilon));
            unclipped += isClipped(part) ? 0 : target;
        }
        for (int j = 0; j < length; j++) {
            double part = Y[y + j] / total;
            double target = keep * T[t + j] + share;
            double slope = isClipped(part) ? 0 : -target / part;
            D[d + j] = (float) ((slope + unclipped) / total * factor);
        }
        return sum;
    }

    /** With c = y clipped, {@code p = c / sum(c)}: {@code dL/dy = (sum(t) - t / p) / sum(c)}, or 0 for a clipped y. */
    private static double crossentropyOfClasses(
            float[] Y, int y, float[] T, int t, float[] D, int d, int length, float factor) {
        double total = 0;
        double targets = 0;
        for (int j = 0; j < length; j++) {
            total += clipped(Y[y + j]);
            targets += T[t + j];
        }
        double sum = 0;
        for (int j = 0; j < length; j++) {
            double target = T[t + j];
            double part = clipped(Y[y + j]) / total;
            if (target != 0) {
                sum -= target * Logarithm.of(part);
            }
            D[d + j] = isClipped(Y[y + j]) ? 0 : (float) ((targets - target / part) / total * factor);
        }
        return sum;
    }

    /** Math.clamp keeps NaN. */
    private static double clipped(float output) {
        return Math.clamp(output, LossFunction.EPSILON, 1 - LossFunction.EPSILON);
    }

    private static boolean isClipped(double probability) {
        return probability < LossFunction.EPSILON || probability > 1 - LossFunction.EPSILON;
    }

    /** With the unit vectors u and v of y and t: {@code -u v}, whose slope is {@code ((u v) u - v) / |y|}. */
    private static double cosine(float[] Y, int y, float[] T, int t, float[] D, int d, int length, float factor) {
        double ofOutput = 0;
        double ofTarget = 0;
        double product = 0;
        for (int j = 0; j < length; j++) {
            double output = Y[y + j];
            double target = T[t + j];
            ofOutput += output * output;
            ofTarget += target * target;
            product += output * target;
        }
        if (ofOutput == 0 || ofTarget == 0) {
            Arrays.fill(D, d, d + length, 0);
            return 0;
        }
        double cosine = product / Math.sqrt(ofOutput * ofTarget);
        double byOutput = cosine / ofOutput;
        double byTarget = 1 / Math.sqrt(ofOutput * ofTarget);
        for (int j = 0; j < length; j++) {
            D[d + j] = (float) ((byOutput * Y[y + j] - byTarget * T[t + j]) * factor);
        }
        return -cosine;
    }
}
