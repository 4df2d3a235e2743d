package dev.hourglass.files;

/** What a file holds, fit for one line of an error: the beginning of it, with nothing that a terminal would obey. */
public final class Excerpt {
    private static final int MAX_CHARACTERS = 40;

    private Excerpt() {}

    public static String of(String text) {
        return of(text, MAX_CHARACTERS);
    }

    public static String of(String text, int most) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(most)
                .map(character ->
                        Character.isISOControl(character) || !Character.isDefined(character) ? '?' : character)
                .forEach(shown::appendCodePoint);
        return text.codePointCount(0, text.length()) > most ? shown + "…" : shown.toString();
    }
}
