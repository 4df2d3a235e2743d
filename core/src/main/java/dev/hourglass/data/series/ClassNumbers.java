package dev.hourglass.data.series;

import dev.hourglass.data.tables.Table;
import dev.hourglass.files.Excerpt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The classes of several tables in one numbering: whole numbers from 0 as they are ({@code 1.0} and {@code 1.0e+00} are 1), else the names in
 * alphabetical order.
 *
 * @param numbers of the texts
 * @param names of the classes 0, 1, …; empty if they are numbers
 */
record ClassNumbers(Map<String, Integer> numbers, List<String> names) {
    private static final Pattern WHOLE = Pattern.compile("(\\d{1,9})(\\.0*)?([eE][+-]?0+)?");

    static ClassNumbers of(Table... tables) {
        Set<String> texts = new TreeSet<>();
        for (Table table : tables) {
            if (table.labels() != null) {
                texts.addAll(used(table));
            }
        }
        boolean numbered = texts.stream().allMatch(text -> WHOLE.matcher(text).matches());
        Map<String, Integer> numbers = new HashMap<>();
        for (String text : texts) {
            numbers.put(text, numbered ? Integer.parseInt(plain(text)) : numbers.size());
        }
        return new ClassNumbers(numbers, numbered ? List.of() : List.copyOf(texts));
    }

    private static Set<String> used(Table table) {
        Set<String> used = new HashSet<>();
        int[] labels = table.labels();
        if (labels != null) {
            Arrays.stream(labels)
                    .distinct()
                    .forEach(code -> used.add(table.classes().get(code)));
        }
        return used;
    }

    private static String plain(String text) {
        return WHOLE.matcher(text).replaceFirst("$1");
    }

    /** Whether two texts mean one class, as 1 and 1.0 do. */
    static boolean same(String a, String b) {
        return a.equals(b)
                || (WHOLE.matcher(a).matches()
                        && WHOLE.matcher(b).matches()
                        && Integer.parseInt(plain(a)) == Integer.parseInt(plain(b)));
    }

    int[] of(Table table, int[] labels) {
        int[] byCode = table.classes().stream()
                .mapToInt(text -> numbers.getOrDefault(text, -1))
                .toArray();
        return Arrays.stream(labels).map(code -> byCode[code]).toArray();
    }

    String name(int number) {
        return names.isEmpty() ? Integer.toString(number) : "'" + Excerpt.of(names.get(number)) + "'";
    }

    /** The class that is no anomaly: the one that is trained on, else the commonest in training, else the smallest. */
    int usual(Table training, List<String> trainOn) {
        List<Integer> chosen = new ArrayList<>();
        numbers.forEach((text, number) -> {
            if (!trainOn.isEmpty() && same(text, trainOn.getFirst())) {
                chosen.add(number);
            }
        });
        if (!chosen.isEmpty()) {
            return chosen.getFirst();
        }
        int[] labels = training.labels();
        if (labels == null) {
            return 0;
        }
        int[] counts = new int[training.classes().size()];
        for (int label : labels) {
            counts[label]++;
        }
        int best = 0;
        for (int code = 1; code < counts.length; code++) {
            best = counts[code] > counts[best] ? code : best;
        }
        return numbers.getOrDefault(training.classes().get(best), 0);
    }
}
