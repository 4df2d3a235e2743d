package dev.hourglass.data.files;

import dev.hourglass.files.Excerpt;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Takes the rows of a CSV file of classes, whole numbers or names, or says which row is none. */
final class LabelTable {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+[.,]?\\d*|[.,]\\d+)([eE][+-]?\\d+)?");

    private final Path file;
    private final Labels.Column column = new Labels.Column();
    private long emptyLine;

    LabelTable(Path file) {
        this.file = file;
    }

    /** @param line in the file, from 1 */
    void add(long line, List<String> fields) {
        String text = fields.getFirst().strip();
        if (fields.size() > 1) {
            throw corrupt(fields.size() + " columns", line, "Give a file of one column.");
        }
        if (text.isEmpty()) {
            // Nothing is wrong with empty lines at the end.
            emptyLine = emptyLine == 0 ? line : emptyLine;
            return;
        }
        if (emptyLine > 0) {
            throw corrupt("nothing", emptyLine, "Fill the gap or drop it.");
        }
        if (NUMBER.matcher(text).matches() && !Labels.isClass(text)) {
            throw corrupt(Excerpt.of(text), line, "Number the classes from 0, or name them.");
        }
        column.add(text);
    }

    /**
     * All but a heading: a first line that alone is no number, or that is one more than there are samples.
     *
     * @param samples how many labels are wanted; there may be more or less
     */
    Labels toLabels(int samples) {
        boolean headed = column.onlyFirstIsName() || column.count() == samples + 1;
        return column.toLabels(headed ? 1 : 0);
    }

    private CorruptFileException corrupt(String found, long line, String wayOut) {
        return new CorruptFileException(
                file,
                "one class per row, a whole number >= 0 or a name",
                String.format(Locale.ROOT, "%s at line %,d", found, line),
                wayOut);
    }
}
