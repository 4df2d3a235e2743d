package dev.hourglass.lab.board.files;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What several detectors say of one series, or one split of a data set: numbers by name.
 *
 * @param numbers by name, in order
 */
public record ScoreSet(Map<String, double[]> numbers) {
    public ScoreSet {
        for (String name : numbers.keySet()) {
            if (name.indexOf(',') >= 0) {
                throw new IllegalArgumentException("names of scores are kept between commas, got '" + name + "'");
            }
        }
        numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
    }

    public double[] get(String name) {
        double[] found = numbers.get(name);
        if (found == null) {
            throw new IllegalArgumentException("there are no scores '" + name + "', only " + numbers.keySet());
        }
        return found;
    }
}
