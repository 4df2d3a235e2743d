package dev.hourglass.tensor;

import java.nio.file.Path;

/**
 * A file that is damaged, cut short or not what its place demands. The message is one line: the file, what was
 * expected, what was found and the way out.
 */
public final class CorruptFileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String finding;

    /**
     * @param expected such as {@code 47,040,016 bytes}
     * @param found such as {@code 1,000 bytes}
     * @param wayOut a whole sentence
     */
    public CorruptFileException(Path file, String expected, String found, String wayOut) {
        this(file.toString(), expected, found, wayOut);
    }

    /**
     * Of a place within a file.
     *
     * @param place such as {@code model.h5, /layers/conv2d at byte 2,048}
     * @param expected such as {@code the signature TREE}
     * @param found such as {@code 00 00 00 00}
     * @param wayOut a whole sentence
     */
    public CorruptFileException(String place, String expected, String found, String wayOut) {
        this(place, "expected " + expected + ", found " + withoutStop(found), wayOut);
    }

    private CorruptFileException(String place, String finding, String wayOut) {
        super(place + ": " + finding + ". " + wayOut);
        this.finding = finding;
    }

    /** What was found may be told in a sentence of its own. */
    private static String withoutStop(String found) {
        return found.endsWith(".") && !found.endsWith("..") ? found.substring(0, found.length() - 1) : found;
    }

    /** The message without the file and the way out, for one that names the file itself: {@code expected …, found …}. */
    public String finding() {
        return finding;
    }
}
