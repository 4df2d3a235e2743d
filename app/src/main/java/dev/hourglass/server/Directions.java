package dev.hourglass.server;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.evaluate.pca.PrincipalComponents;
import java.util.ArrayList;
import java.util.List;

/** The directions in which codes differ most: what sliders move along. */
record Directions(float[] mean, List<Direction> directions) {
    /**
     * @param varianceShare of all variance of the codes, 0 to 1
     * @param standardDeviation of the codes along the vector
     * @param minimum the smallest place of a code along the vector, less the mean's
     * @param vector of length 1
     */
    record Direction(double varianceShare, double standardDeviation, double minimum, double maximum, float[] vector) {}

    static Directions of(Codes codes, int count, int threads) {
        FloatDataset data = codes.dataset();
        PrincipalComponents pca = PrincipalComponents.fit(data, Math.min(count, codes.size()), threads);
        double[] mean = pca.reconstruct(new double[0]);
        double total = variance(codes, mean);
        List<Direction> directions = new ArrayList<>();
        double[][] places = new double[codes.count()][];
        for (int i = 0; i < places.length; i++) {
            places[i] = pca.transform(codes.code(i));
        }
        for (int axis = 0; axis < pca.components(); axis++) {
            double[] unit = new double[axis + 1];
            unit[axis] = 1;
            double[] end = pca.reconstruct(unit);
            float[] vector = new float[codes.size()];
            for (int i = 0; i < vector.length; i++) {
                vector[i] = (float) (end[i] - mean[i]);
            }
            double squares = 0;
            double minimum = Double.POSITIVE_INFINITY;
            double maximum = Double.NEGATIVE_INFINITY;
            for (double[] place : places) {
                squares += place[axis] * place[axis];
                minimum = Math.min(minimum, place[axis]);
                maximum = Math.max(maximum, place[axis]);
            }
            double variance = squares / codes.count();
            directions.add(
                    new Direction(total > 0 ? variance / total : 0, Math.sqrt(variance), minimum, maximum, vector));
        }
        return new Directions(floats(mean), directions);
    }

    /** The mean squared distance of the codes from their mean. */
    static double variance(Codes codes, double[] mean) {
        double squares = 0;
        for (int i = 0; i < codes.values().length; i++) {
            double difference = codes.values()[i] - mean[i % codes.size()];
            squares += difference * difference;
        }
        return squares / codes.count();
    }

    static float[] floats(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
