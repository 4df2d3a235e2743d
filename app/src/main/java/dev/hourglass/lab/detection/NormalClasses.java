package dev.hourglass.lab.detection;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The classes that count as normal, by name; all others are anomalies.
 *
 * @param names empty where data have no labels
 */
public record NormalClasses(List<String> names) {
    public NormalClasses {
        names = List.copyOf(names);
    }

    /**
     * @param said what was said; empty for the commonest class
     * @throws IllegalArgumentException if there are no such classes
     */
    public static NormalClasses of(Dataset training, List<String> said) {
        if (!training.hasLabels()) {
            if (said.isEmpty()) {
                return new NormalClasses(List.of());
            }
            throw new IllegalArgumentException("The classes " + said + " can't be the normal ones of " + training.name()
                    + ": it has no labels. Leave out 'normal', or name a column of labels.");
        }
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < training.size(); i++) {
            counts.merge(name(training, training.label(i)), 1, Integer::sum);
        }
        for (String name : said) {
            if (!counts.containsKey(name)) {
                throw new IllegalArgumentException("No sample of " + training.name() + " is of the class '" + name
                        + "'. Its classes are " + String.join(", ", counts.keySet()) + ".");
            }
        }
        return said.isEmpty()
                ? new NormalClasses(List.of(counts.entrySet().stream()
                        .max(Map.Entry.comparingByValue())
                        .orElseThrow()
                        .getKey()))
                : new NormalClasses(said);
    }

    private static String name(Dataset data, int label) {
        return label < data.classNames().size() ? data.classNames().get(label) : Integer.toString(label);
    }

    /** Whether a sample is of these classes. */
    public boolean holds(Dataset data, int sample) {
        return names.contains(name(data, data.label(sample)));
    }

    /** Whether no sample is of another class. */
    public boolean isAll(Dataset data) {
        return names.isEmpty() || IntStream.range(0, data.size()).allMatch(i -> holds(data, i));
    }

    /** Which rows of a series are anomalies, in its order; null where that is not known. */
    public boolean @Nullable [] anomalousRows(Dataset data) {
        SamplePlaces places = data.places().filter(SamplePlaces::hasLabels).orElse(null);
        if (names.isEmpty() || places == null) {
            return null;
        }
        boolean[] anomalous = new boolean[places.rows().count()];
        for (int row = 0; row < anomalous.length; row++) {
            anomalous[row] = !names.contains(name(data, places.label(row)));
        }
        return anomalous;
    }

    /** Which samples are anomalies; null where that is not known. */
    public boolean @Nullable [] anomalousSamples(Dataset data) {
        if (names.isEmpty() || !data.hasLabels()) {
            return null;
        }
        boolean[] anomalous = new boolean[data.size()];
        for (int i = 0; i < anomalous.length; i++) {
            anomalous[i] = !holds(data, i);
        }
        return anomalous;
    }
}
