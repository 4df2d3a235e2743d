package dev.hourglass.lab.board.files;

import dev.hourglass.files.Failures;
import dev.hourglass.lab.board.BoardException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A file of a benchmark as its fields: plain text, perhaps packed with gzip, without quotes. Times stay text, so that they are written as they were read, and
 * may go back, as they do in one of NAB's files; {@link dev.hourglass.data.tables.TableReader} refuses that for good reasons.
 *
 * @param file that it was read from
 * @param names of the columns; none where the file has no header
 * @param rows each as long as the first
 */
public record PlainTable(Path file, List<String> names, List<String[]> rows) {
    /** In strings of their own they take much more memory than in the file. */
    private static final int MOST_FIELDS = 2_000_000;

    /**
     * Reads one.
     *
     * @param separator between fields, a regular expression
     * @param header whether the first line has the names of the columns
     * @throws BoardException if it can't be read, has no rows, or rows of several lengths
     */
    public static PlainTable read(Path file, String separator, boolean header) {
        Pattern between = Pattern.compile(separator);
        List<String> names = List.of();
        List<String[]> rows = new ArrayList<>();
        long count = 0;
        try (TextLines lines = new TextLines(file)) {
            int width = -1;
            int number = 0;
            for (String line = lines.next(); line != null; line = lines.next()) {
                number++;
                if (line.isBlank()) {
                    continue;
                }
                String[] fields = between.split(line.strip(), -1);
                if (width >= 0 && fields.length != width) {
                    throw new BoardException(
                            file + ", line " + number + ": expected " + width + " fields as in the lines before, found "
                                    + fields.length + ". Take the benchmark's own file.");
                }
                width = fields.length;
                count += width;
                if (count > MOST_FIELDS) {
                    throw new BoardException(
                            file + " is too long: expected at most 2 million fields. Take the benchmark's own file.");
                }
                if (header && names.isEmpty()) {
                    names = List.of(fields);
                } else {
                    rows.add(fields);
                }
            }
        } catch (IOException e) {
            throw new BoardException("Can't read " + file + ": " + Failures.reason(e), e);
        }
        if (rows.isEmpty()) {
            throw new BoardException(file + " has no rows. Take the benchmark's own file.");
        }
        return new PlainTable(file, names, rows);
    }

    /** The place of a column, from 0. */
    public int column(String name) {
        int place = names.indexOf(name);
        if (place < 0) {
            throw new BoardException(file + ": expected a column '" + name + "', found "
                    + TextLines.shown(String.join(", ", names)) + ". Take the benchmark's own file.");
        }
        return place;
    }

    public String[] texts(int column) {
        return rows.stream().map(row -> row[column]).toArray(String[]::new);
    }

    public double[] numbers(int column) {
        return IntStream.range(0, rows.size())
                .mapToDouble(row -> number(row, column))
                .toArray();
    }

    /** [row][column], from a column on. */
    public double[][] numbersFrom(int first, int count) {
        return IntStream.range(0, rows.size())
                .mapToObj(row -> IntStream.range(first, first + count)
                        .mapToDouble(column -> number(row, column))
                        .toArray())
                .toArray(double[][]::new);
    }

    private double number(int row, int column) {
        String text = rows.get(row)[column].strip();
        try {
            double value = Double.parseDouble(text);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // The same mistake as a number that is not finite.
        }
        throw new BoardException(file + ": expected a finite number in row " + (row + 1) + ", column " + (column + 1)
                + ", found '" + TextLines.shown(text) + "'. Take the benchmark's own file.");
    }
}
