package dev.hourglass.server.maps;

import dev.hourglass.evaluate.pca.PrincipalComponents;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.Query;
import dev.hourglass.server.models.OpenModel;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Places on a map as codes and samples, and walks between them. */
record MapPlaces(LatentMap map) {
    private static final int NEAREST = 5;

    /** A point of the map near a place. */
    record Near(int index, @Nullable Integer label, double distance) {}

    /** A place as it is shown. */
    record View(double x, double y, boolean exact, int[] shape, float[] sample, float[] code, List<Near> nearest) {}

    /**
     * What lies at a place. On a PCA map the code is the exact inverse, mean + x axis1 + y axis2. t-SNE has none, so
     * the code is the mean of those of the nearest points, weighted by 1 / squared distance (Shepard 1968).
     */
    View at(double x, double y) {
        List<Near> nearest = nearest(x, y);
        PrincipalComponents axes = map.axes();
        float[] code = axes == null
                ? weighted(nearest)
                : narrowed(axes.reconstruct(axes.components() == 1 ? new double[] {x} : new double[] {x, y}));
        return view(x, y, axes != null, code, nearest);
    }

    private View view(double x, double y, boolean exact, float[] code, List<Near> nearest) {
        OpenModel model = map.target().model();
        return new View(x, y, exact, model.input().toArray(), model.decode(code, 1), code, nearest);
    }

    private List<Near> nearest(double x, double y) {
        float[] places = map.places();
        int count = Math.min(NEAREST, map.codes().count());
        int[] indices = new int[count];
        double[] distances = new double[count];
        java.util.Arrays.fill(distances, Double.POSITIVE_INFINITY);
        for (int i = 0; i < map.codes().count(); i++) {
            double dx = places[2 * i] - x;
            double dy = places[2 * i + 1] - y;
            double distance = dx * dx + dy * dy;
            if (distance < distances[count - 1]) {
                int at = count - 1;
                while (at > 0 && distances[at - 1] > distance) {
                    distances[at] = distances[at - 1];
                    indices[at] = indices[at - 1];
                    at--;
                }
                distances[at] = distance;
                indices[at] = i;
            }
        }
        List<Near> nearest = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nearest.add(new Near(indices[i], map.target().label(indices[i]), Math.sqrt(distances[i])));
        }
        return nearest;
    }

    private float[] weighted(List<Near> nearest) {
        if (nearest.getFirst().distance() == 0) {
            return map.codes().point(nearest.getFirst().index());
        }
        double[] sum = new double[map.codes().dimensions()];
        double weights = 0;
        for (Near near : nearest) {
            double weight = 1 / (near.distance() * near.distance());
            float[] code = map.codes().point(near.index());
            for (int i = 0; i < sum.length; i++) {
                sum[i] += weight * code[i];
            }
            weights += weight;
        }
        for (int i = 0; i < sum.length; i++) {
            sum[i] /= weights;
        }
        return narrowed(sum);
    }

    /** One end of a walk: a sample of the map, or a place. */
    record End(@Nullable Integer index, double x, double y) {}

    /** @param text a sample's index, such as 17, or a place, such as 0.5,-2 */
    End end(String field, String text) {
        String[] parts = text.split(",", -1);
        if (parts.length == 2) {
            return new End(null, Query.number(field, parts[0], -1e9, 1e9), Query.number(field, parts[1], -1e9, 1e9));
        }
        if (parts.length == 1
                && text.matches("[0-9]{1,9}")
                && Integer.parseInt(text) < map.codes().count()) {
            int index = Integer.parseInt(text);
            return new End(index, map.places()[2 * index], map.places()[2 * index + 1]);
        }
        throw ApiException.malformed(
                field,
                field + " must be a sample of the map or a place such as 0.5,-2, got '" + ErrorResponses.excerpt(text)
                        + "'.",
                "Give an index below " + map.codes().count() + ", or two numbers with a comma.");
    }

    /**
     * Equal steps from one end to the other. Between two samples the codes change in a straight line, and x and y are
     * where a straight line lies on the map; else each step is {@link #at} its place.
     */
    List<View> walk(End from, End to, int steps) {
        List<View> views = new ArrayList<>();
        Integer first = from.index();
        Integer last = to.index();
        for (int step = 0; step < steps; step++) {
            double share = step / (steps - 1.0);
            double x = from.x() + share * (to.x() - from.x());
            double y = from.y() + share * (to.y() - from.y());
            if (first == null || last == null) {
                views.add(at(x, y));
            } else {
                float[] code = between(map.codes().point(first), map.codes().point(last), share);
                views.add(view(x, y, true, code, nearest(x, y)));
            }
        }
        return views;
    }

    private static float[] between(float[] a, float[] b, double share) {
        float[] code = new float[a.length];
        for (int i = 0; i < code.length; i++) {
            code[i] = (float) (a[i] + share * (b[i] - (double) a[i]));
        }
        return code;
    }

    private static float[] narrowed(double[] values) {
        float[] narrow = new float[values.length];
        for (int i = 0; i < narrow.length; i++) {
            narrow[i] = (float) values[i];
        }
        return narrow;
    }
}
