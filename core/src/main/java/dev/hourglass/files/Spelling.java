package dev.hourglass.files;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What somebody may have meant by a name that doesn't exist: a data set, a layer, a command. */
public final class Spelling {
    private static final int LISTED = 20;
    /** Names that are longer are near to none: to compare two takes as many steps as the product of their lengths. */
    private static final int MOST_LETTERS = 256;

    private Spelling() {}

    /** The candidate nearest to the word, if at most a third of the letters differ; upper and lower case are the same. */
    public static Optional<String> nearest(String word, Collection<String> candidates) {
        return candidates.stream()
                .filter(candidate -> isNear(word, candidate))
                .min(Comparator.comparingInt(candidate -> edits(word, candidate)));
    }

    private static boolean isNear(String word, String candidate) {
        int longer = Math.max(word.length(), candidate.length());
        int most = Math.max(1, longer / 3);
        return longer <= MOST_LETTERS
                && Math.abs(word.length() - candidate.length()) <= most
                && edits(word, candidate) <= most;
    }

    /**
     * A sentence to append to an error: {@code " Did you mean 'filters'?"} where one is near, else what there is:
     * {@code " Known: a, b."}, of many the first and how many there are.
     */
    public static String hint(String word, Collection<String> candidates) {
        return nearest(word, candidates)
                .map(candidate -> " Did you mean '" + Excerpt.of(candidate, MOST_LETTERS) + "'?")
                .orElseGet(() -> " Known: " + listed(candidates) + ".");
    }

    private static String listed(Collection<String> names) {
        String first = names.stream().limit(LISTED).map(Excerpt::of).collect(Collectors.joining(", "));
        return names.size() <= LISTED
                ? first
                : String.format(Locale.ROOT, "%s and %,d more", first, names.size() - LISTED);
    }

    /** Levenshtein's distance: letters inserted, dropped, replaced, and two neighbours swapped, count as one each. */
    static int edits(String from, String to) {
        String a = from.toLowerCase(Locale.ROOT);
        String b = to.toLowerCase(Locale.ROOT);
        int[][] edits = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                edits[i][j] = i == 0 || j == 0 ? i + j : fewest(edits, a, b, i, j);
            }
        }
        return edits[a.length()][b.length()];
    }

    private static int fewest(int[][] edits, String a, String b, int i, int j) {
        int replaced = edits[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int fewest = Math.min(replaced, 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
        boolean swapped = i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
        return swapped ? Math.min(fewest, edits[i - 2][j - 2] + 1) : fewest;
    }
}
