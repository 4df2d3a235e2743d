package dev.hourglass.hdf5;

/** Names out of a file that nobody vouches for. */
final class Name {
    private static final int MAX_SHOWN = 200;

    private Name() {}

    /** What can go into a line of an error: nothing that breaks the line or moves the cursor, and not too much of it. */
    static String shown(String name) {
        StringBuilder shown = new StringBuilder();
        name.codePoints().limit(MAX_SHOWN).map(Name::harmless).forEach(shown::appendCodePoint);
        return shown.length() < name.length() ? shown + "…" : shown.toString();
    }

    private static int harmless(int letter) {
        return switch (Character.getType(letter)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> '?';
            default -> letter;
        };
    }
}
