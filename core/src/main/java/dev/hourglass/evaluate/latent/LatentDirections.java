package dev.hourglass.evaluate.latent;

import dev.hourglass.evaluate.Points;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import java.util.ArrayList;
import java.util.List;

/**
 * The directions in which codes differ most, their principal components: moving a code along one of them and decoding it
 * shows what the model keeps there.
 *
 * @param mean of the codes, [latent size]
 * @param directions by falling variance; orthogonal to each other
 */
public record LatentDirections(float[] mean, List<Direction> directions) {
    /**
     * @param varianceShare of the variance of all codes, 0 to 1; 0 if the codes are all the same
     * @param standardDeviation of the codes along the vector (divided by their number)
     * @param minimum the smallest place of a code along the vector, counted from the mean
     * @param maximum the largest one
     * @param vector of length 1, [latent size]
     */
    public record Direction(
            double varianceShare, double standardDeviation, double minimum, double maximum, float[] vector) {}

    public LatentDirections {
        directions = List.copyOf(directions);
    }

    /**
     * @param codes at least two
     * @param count how many directions, >= 1; fewer come back where the codes have fewer numbers
     * @param threads that compute, >= 1; any number gives the same bits
     * @throws dev.hourglass.evaluate.InterruptedComputationException if this thread is interrupted
     */
    public static LatentDirections of(Points codes, int count, int threads) {
        PrincipalComponents pca =
                PrincipalComponents.fit(codes.asDataset(), Math.min(count, codes.dimensions()), threads);
        double[] mean = pca.reconstruct(new double[0]);
        double total = variance(codes, mean);
        double[][] places = new double[codes.count()][];
        for (int i = 0; i < places.length; i++) {
            places[i] = pca.transform(codes.point(i));
        }
        List<Direction> directions = new ArrayList<>();
        for (int axis = 0; axis < pca.components(); axis++) {
            directions.add(direction(places, axis, total, vector(pca, axis, mean)));
        }
        return new LatentDirections(narrowed(mean), directions);
    }

    private static Direction direction(double[][] places, int axis, double total, float[] vector) {
        double squares = 0;
        double minimum = Double.POSITIVE_INFINITY;
        double maximum = Double.NEGATIVE_INFINITY;
        for (double[] place : places) {
            squares += place[axis] * place[axis];
            minimum = Math.min(minimum, place[axis]);
            maximum = Math.max(maximum, place[axis]);
        }
        double variance = squares / places.length;
        return new Direction(total > 0 ? variance / total : 0, Math.sqrt(variance), minimum, maximum, vector);
    }

    /** A step of length 1 along an axis. */
    private static float[] vector(PrincipalComponents pca, int axis, double[] mean) {
        double[] unit = new double[axis + 1];
        unit[axis] = 1;
        double[] end = pca.reconstruct(unit);
        for (int i = 0; i < end.length; i++) {
            end[i] -= mean[i];
        }
        return narrowed(end);
    }

    /**
     * The variance of points, all dimensions together: the mean squared distance from a centre.
     *
     * @param centre [dimensions], their mean
     */
    public static double variance(Points points, double[] centre) {
        double squares = 0;
        for (int i = 0; i < points.count(); i++) {
            for (int d = 0; d < centre.length; d++) {
                double difference = points.get(i, d) - centre[d];
                squares += difference * difference;
            }
        }
        return squares / points.count();
    }

    private static float[] narrowed(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
