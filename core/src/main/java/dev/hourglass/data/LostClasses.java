package dev.hourglass.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Classes that rows have, and none of the windows that are cut of them: a short anomaly is outnumbered in each. */
public final class LostClasses {
    private static final int MOST_NAMED = 5;

    private LostClasses() {}

    /**
     * A sentence for each, of the first five.
     *
     * @param part of the data, such as {@code test part}
     * @param setting by which a window gets the class of any step, as it is written where the rule was said
     */
    public static List<String> describe(
            FloatDataset rows, FloatDataset windows, LabelRule rule, String part, String setting) {
        int[] kept = labels(windows);
        return Arrays.stream(labels(rows))
                .filter(label -> Arrays.binarySearch(kept, label) < 0)
                .limit(MOST_NAMED)
                .mapToObj(label -> String.format(
                        Locale.ROOT,
                        "No window of the %s has the class %s, which %,d of its rows have: a window gets %s. Say"
                                + " '%s' to count a window by any step beside the usual class.",
                        part,
                        rows.classNames().isEmpty() ? label : rows.classNames().get(label),
                        IntStream.range(0, rows.size())
                                .filter(row -> rows.label(row) == label)
                                .count(),
                        switch (rule) {
                            case MAJORITY -> "the commonest of its steps";
                            case ANY -> "the commonest of its steps' unusual ones";
                            case LAST -> "that of its last step";
                        },
                        setting))
                .toList();
    }

    private static int[] labels(FloatDataset data) {
        return IntStream.range(0, data.size())
                .map(data::label)
                .distinct()
                .sorted()
                .toArray();
    }
}
