package dev.hourglass.train.checkpoints;

import dev.hourglass.train.TrainingState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A state of training with what it belongs to.
 *
 * @param origin recipe, digests of the data and version, setting by setting: training goes on to the same bits only
 *     where all are as they were
 */
public record Checkpoint(SortedMap<String, String> origin, TrainingState state) {
    public Checkpoint {
        origin = Collections.unmodifiableSortedMap(new TreeMap<>(origin));
    }

    /**
     * What is different now, one setting an entry, such as {@code training.learning_rate: was 0.001, is 0.01}.
     *
     * @return empty if training may go on
     */
    public List<String> differences(Map<String, String> now) {
        return differences(origin, now);
    }

    /** As {@link #differences(Map)}, between any two. */
    public static List<String> differences(Map<String, String> before, Map<String, String> now) {
        List<String> differences = new ArrayList<>();
        SortedMap<String, String> all = new TreeMap<>(before);
        all.putAll(now);
        for (String key : all.keySet()) {
            String was = before.getOrDefault(key, "not set");
            String is = now.getOrDefault(key, "not set");
            if (!Objects.equals(was, is)) {
                differences.add(key + ": was " + was + ", is " + is);
            }
        }
        return differences;
    }
}
