package dev.hourglass.server.maps;

import dev.hourglass.evaluate.errors.ErrorMeasure;
import dev.hourglass.evaluate.errors.SampleErrors;
import dev.hourglass.server.http.ApiException;
import dev.hourglass.server.http.ErrorResponses;
import dev.hourglass.server.http.NpyArray;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the points of a map can be coloured by: label, errors and every number of the code. */
record MapColumns(LatentMap map, Optional<SampleErrors> errors) {
    private static final String CODE = "code_";

    /** A column as it is announced. */
    record View(String name, String kind, double minimum, double maximum, List<String> names) {}

    List<View> views() {
        List<View> views = new ArrayList<>();
        if (map.target().data().hasLabels()) {
            views.add(view("label", "category", labels(), map.target().data().classNames()));
        }
        errors.ifPresent(found -> {
            views.add(view("mse", "number", first(found.mse()), List.of()));
            views.add(view("mae", "number", first(found.mae()), List.of()));
        });
        for (int i = 0; i < map.codes().dimensions(); i++) {
            views.add(view(CODE + i, "number", code(i), List.of()));
        }
        return views;
    }

    private static View view(String name, String kind, float[] values, List<String> names) {
        double minimum = Double.POSITIVE_INFINITY;
        double maximum = Double.NEGATIVE_INFINITY;
        for (float value : values) {
            minimum = Math.min(minimum, value);
            maximum = Math.max(maximum, value);
        }
        return new View(name, kind, minimum, maximum, names);
    }

    /** @throws ApiException 404 if there is no such column */
    NpyArray array(String name) {
        int count = map.codes().count();
        if (name.equals("label") && map.target().data().hasLabels()) {
            int[] labels = new int[count];
            for (int i = 0; i < count; i++) {
                labels[i] = map.target().data().label(i);
            }
            return NpyArray.of(labels, count);
        }
        if (ErrorMeasure.keys().contains(name) && errors.isPresent()) {
            return NpyArray.of(first(errors.get().by(ErrorMeasure.of(name))), count);
        }
        if (name.matches(CODE + "[0-9]{1,7}")) {
            int number = Integer.parseInt(name.substring(CODE.length()));
            if (number < map.codes().dimensions()) {
                return NpyArray.of(code(number), count);
            }
        }
        throw ApiException.missing(
                "column",
                "This map has no column '" + ErrorResponses.excerpt(name) + "'.",
                "GET the map; it lists them.");
    }

    private float[] first(float[] values) {
        return java.util.Arrays.copyOf(values, map.codes().count());
    }

    private float[] labels() {
        float[] labels = new float[map.codes().count()];
        for (int i = 0; i < labels.length; i++) {
            labels[i] = map.target().data().label(i);
        }
        return labels;
    }

    private float[] code(int number) {
        float[] values = new float[map.codes().count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = map.codes().get(i, number);
        }
        return values;
    }
}
