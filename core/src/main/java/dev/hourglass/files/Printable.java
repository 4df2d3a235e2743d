package dev.hourglass.files;

import java.util.Locale;

/**
 * Text that a terminal only shows. What stands in a file may hold escape sequences that move the cursor, rename the window
 * or forge a line, and marks that turn the order of letters round. Each such character is written as JSON writes it, such
 * as {@code \}{@code u001b}: it can be seen, and JSON stays the same JSON.
 */
public final class Printable {
    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private Printable() {}

    /** A text that is one line, whatever it holds. */
    public static String line(String text) {
        return of(text, false);
    }

    /** A text of several lines, which may end in {@code \n} or {@code \r\n}; tabs stay as well. */
    public static String lines(String text) {
        return of(text, true);
    }

    private static String of(String text, boolean lines) {
        if (text.codePoints().noneMatch(Printable::acts)) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            int next = i + Character.charCount(character);
            boolean layout =
                    character == '\n' || character == '\t' || (character == '\r' && text.startsWith("\n", next));
            if (acts(character) && !(lines && layout)) {
                text.substring(i, next)
                        .chars()
                        .forEach(unit -> shown.append(String.format(Locale.ROOT, "\\u%04x", unit)));
            } else {
                shown.appendCodePoint(character);
            }
            i = next;
        }
        return shown.toString();
    }

    /** Joiners only join letters, as in Persian and in emoji. */
    private static boolean acts(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            case Character.FORMAT -> character != ZERO_WIDTH_NON_JOINER && character != ZERO_WIDTH_JOINER;
            default -> false;
        };
    }
}
