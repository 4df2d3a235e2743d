package dev.hourglass.data.files;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Spelling;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the rows of a CSV file and makes a data set of them, or says where a number is missing. */
final class CsvTable {
    /** What Float.parseFloat would take beyond this, such as 1f and 0x1p3, is no number in a table. */
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?[\\d.]*,\\d+([eE][+-]?\\d+)?");
    private static final int MAX_VALUES = Integer.MAX_VALUE - 64;

    private final Path file;
    private final @Nullable String labelColumn;
    private final Labels.Column labels = new Labels.Column();
    private List<String> header = List.of();
    /** -1 before the first line. */
    private int columns = -1;

    private int labelAt = -1;
    private long emptyLine;
    private float[] values = new float[1 << 10];
    private int count;
    private int rows;

    CsvTable(Path file, @Nullable String labelColumn) {
        this.file = file;
        this.labelColumn = labelColumn;
    }

    /** @param line in the file, from 1 */
    void add(long line, List<String> fields) {
        if (fields.size() == 1 && fields.getFirst().isBlank()) {
            // Nothing is wrong with empty lines at the end.
            emptyLine = emptyLine == 0 ? line : emptyLine;
            return;
        }
        if (columns < 0) {
            emptyLine = 0;
            columns = fields.size();
            boolean names = fields.stream().map(String::strip).noneMatch(CsvTable::looksLikeNumber);
            header = names ? fields.stream().map(String::strip).toList() : List.of();
            labelAt = findLabels();
            if (names) {
                return;
            }
        }
        if (emptyLine > 0) {
            throw corrupt("a row of " + columns + " at line " + emptyLine, "an empty line", "Fill the gap or drop it.");
        }
        if (fields.size() != columns) {
            throw corrupt(
                    String.format(Locale.ROOT, "%,d columns at line %,d, as in the first line", columns, line),
                    String.format(Locale.ROOT, "%,d", fields.size()),
                    columns == 1 || fields.size() % columns == 0
                            ? "Give every row as many; numbers with a decimal comma need a decimal point."
                            : "Give every row as many.");
        }
        for (int column = 0; column < columns; column++) {
            String field = fields.get(column).strip();
            if (column == labelAt) {
                labels.add(label(field, line, column));
            } else {
                append(number(field, line, column));
            }
        }
        rows++;
    }

    FloatDataset toDataset() {
        if (rows == 0) {
            throw corrupt("rows of numbers", header.isEmpty() ? "none" : "only names", "Give at least one row.");
        }
        int features = labelAt < 0 ? columns : columns - 1;
        FloatDataset data =
                FloatDataset.of(String.valueOf(file.getFileName()), Shape.of(features), Arrays.copyOf(values, count));
        if (labelAt < 0) {
            return data;
        }
        Labels found = labels.toLabels(0);
        return data.withLabels(found.classes(), found.names());
    }

    private int findLabels() {
        if (labelColumn == null) {
            return -1;
        }
        int at = header.indexOf(labelColumn);
        if (at < 0) {
            throw new DatasetException("Can't take labels from " + file + ": "
                    + (header.isEmpty()
                            ? "its first line names no columns. Add a line of names."
                            : "it has no column '" + labelColumn + "'." + Spelling.hint(labelColumn, header)));
        }
        if (columns == 1) {
            throw new DatasetException(
                    "Can't take labels from " + file + ": it has no other column. Add the columns of the samples.");
        }
        return at;
    }

    /** Whether somebody meant a number, so that a wrong one in the first line isn't taken for a name. */
    static boolean looksLikeNumber(String field) {
        return NUMBER.matcher(field).matches() || DECIMAL_COMMA.matcher(field).matches();
    }

    private float number(String field, long line, int column) {
        if (field.isEmpty()) {
            throw corrupt(place("a number", line, column), "nothing", "Fill the gap or drop the row.");
        }
        if (!NUMBER.matcher(field).matches()) {
            String wayOut = DECIMAL_COMMA.matcher(field).matches()
                    ? "Write numbers with a decimal point."
                    : labelColumn == null
                            ? "Drop the column, or name it as the one with the labels."
                            : "Drop the column, or write numbers.";
            throw corrupt(place("a number", line, column), "'" + Excerpt.of(field) + "'", wayOut);
        }
        float number = Float.parseFloat(field);
        if (!Float.isFinite(number)) {
            throw corrupt(
                    place("a number below 3.4e38", line, column), "'" + Excerpt.of(field) + "'", "Scale the column.");
        }
        return number;
    }

    private String label(String field, long line, int column) {
        if (field.isEmpty()) {
            throw corrupt(place("a label", line, column), "nothing", "Fill the gap or drop the row.");
        }
        return field;
    }

    private String place(String expected, long line, int column) {
        String name = header.isEmpty() ? "" : " ('" + Excerpt.of(header.get(column)) + "')";
        return String.format(Locale.ROOT, "%s at line %,d, column %,d%s", expected, line, column + 1, name);
    }

    private void append(float value) {
        if (count == values.length) {
            values = Arrays.copyOf(values, grown(count));
        }
        values[count++] = value;
    }

    private int grown(int length) {
        if (length == MAX_VALUES) {
            throw corrupt("at most 2,147,483,583 numbers", "more", "Save the table as NPY.");
        }
        return (int) Math.min(MAX_VALUES, length + (length >> 1) + 16L);
    }

    private CorruptFileException corrupt(String expected, String found, String wayOut) {
        return new CorruptFileException(file, expected, found, wayOut);
    }
}
