package dev.hourglass.server.recipes;

import java.util.regex.Pattern;

/** Valid names of runs, which are also their folders': nothing that leads out of the folder of runs. */
public final class RunName {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\\.[A-Za-z0-9_-]{1,40}){0,3}");
    /** Leaves room for a time and a number behind it. */
    private static final int MOST_OF_A_BEGINNING = 60;

    private RunName() {}

    public static boolean isValid(String text) {
        return VALID.matcher(text).matches();
    }

    /**
     * The beginning of a valid name, as near to a text as may be.
     *
     * @param text such as a recipe's name, wherever it comes from
     */
    public static String beginningWith(String text) {
        String letters = text.replaceAll("[^A-Za-z0-9_-]+", "-").replaceAll("^[_-]+|-$", "");
        return letters.isEmpty() ? "run" : letters.substring(0, Math.min(letters.length(), MOST_OF_A_BEGINNING));
    }
}
