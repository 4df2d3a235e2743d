package dev.hourglass.data.files;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The class of each of some samples.
 *
 * @param classes >= 0, one per sample
 * @param names of the classes 0, 1, …; empty if they have none
 */
public record Labels(int[] classes, List<String> names) {
    private static final Pattern CLASS = Pattern.compile("\\d{1,9}");

    /** Whether the text is a class's number. */
    static boolean isClass(String text) {
        return CLASS.matcher(text).matches();
    }

    /** Labels as text: whole numbers from 0, or anything else as names, which are numbered in alphabetical order. */
    static final class Column {
        private final Map<String, Integer> places = new LinkedHashMap<>();
        private int[] texts = new int[64];
        private int count;

        void add(String text) {
            if (count == texts.length) {
                texts = Arrays.copyOf(texts, (int) Math.min(Integer.MAX_VALUE - 64, count + (count >> 1) + 16L));
            }
            texts[count++] = places.computeIfAbsent(text, ignored -> places.size());
        }

        int count() {
            return count;
        }

        /** Whether all are numbers of classes but the first. */
        boolean onlyFirstIsName() {
            List<String> distinct = List.copyOf(places.keySet());
            return distinct.size() > 1
                    && !isClass(distinct.getFirst())
                    && distinct.stream().skip(1).allMatch(Labels::isClass)
                    && Arrays.stream(texts, 1, count).allMatch(place -> place > 0);
        }

        /** @param first how many of the first to leave out */
        Labels toLabels(int first) {
            int[] rows = Arrays.copyOfRange(texts, first, count);
            String[] distinct = places.keySet().toArray(String[]::new);
            List<String> used = Arrays.stream(rows)
                    .distinct()
                    .mapToObj(place -> distinct[place])
                    .sorted()
                    .toList();
            boolean numbered = used.stream().allMatch(Labels::isClass);
            Map<String, Integer> classes = new LinkedHashMap<>();
            used.forEach(text -> classes.put(text, numbered ? Integer.parseInt(text) : classes.size()));
            int[] classOf = Arrays.stream(distinct)
                    .mapToInt(text -> classes.getOrDefault(text, -1))
                    .toArray();
            return new Labels(Arrays.stream(rows).map(row -> classOf[row]).toArray(), numbered ? List.of() : used);
        }
    }
}
