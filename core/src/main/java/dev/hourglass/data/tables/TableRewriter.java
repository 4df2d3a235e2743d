package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.values.Decimals;
import dev.hourglass.files.Failures;
import dev.hourglass.files.RegularFile;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table as text in which some gaps get numbers; everything else stays byte for byte: lines of names, comments, other
 * columns, how numbers are written and lines end.
 */
public final class TableRewriter {
    private static final int MAX_LINE_BYTES = 1 << 24;

    /** What gets a number. */
    @FunctionalInterface
    public interface Filling {
        /**
         * @param row in the order of the file, from 0
         * @param channel in the order in which the table is read
         * @return null to leave what is there
         */
        @Nullable
        Float at(int row, int channel);
    }

    private final TableLayout layout;
    private final Gaps gaps;
    private final Path file;
    private final Filling filling;

    private TableRewriter(Path file, TableLayout layout, Gaps gaps, Filling filling) {
        this.file = file;
        this.layout = layout;
        this.gaps = gaps;
        this.filling = filling;
    }

    /**
     * Copies a table.
     *
     * @param options those that it was read with
     * @throws DatasetException if it is no plain text in UTF-8, a record has several lines, or what gets a number is no gap
     * @throws IOException if it can't be read or the copy not be written
     */
    public static void rewrite(Path file, TableOptions options, Filling filling, OutputStream out) throws IOException {
        TableLayout layout;
        List<Long> lines = new ArrayList<>();
        Gaps gaps;
        try (TextFile text = TextFile.open(file)) {
            layout = LayoutFinder.find(file, text, options);
            if (!text.charset().equals(StandardCharsets.UTF_8)
                    || !text.packed().isEmpty()
                    || layout.delimiter() == ' '
                    || layout.columns().size() < 1) {
                throw refused(file, "it is packed, no UTF-8 or separated by blanks");
            }
        }
        gaps = new Gaps(options.syntax().missing(), (byte) layout.decimal());
        try (TextFile text = TextFile.open(file)) {
            RecordReader records = new RecordReader(text.content(), layout.delimiter(), 1 << 16, gaps);
            int header = 0;
            while (records.next()) {
                if (!records.isEmptyLine() && header++ >= layout.headerLines()) {
                    lines.add(records.line());
                }
            }
        } catch (RecordReader.BrokenRecordException e) {
            throw refused(file, Failures.reason(e));
        }
        try (InputStream in = new BufferedInputStream(RegularFile.open(file))) {
            new TableRewriter(file, layout, gaps, filling).copy(in, lines, out);
        }
    }

    private static DatasetException refused(Path file, String reason) {
        return new DatasetException("Can't fill the gaps of " + file + " in its own text: " + reason
                + ". Save it as CSV in UTF-8, a line for each row.");
    }

    /** @param lines of the rows, from 1 */
    private void copy(InputStream in, List<Long> lines, OutputStream out) throws IOException {
        int row = 0;
        long number = 1;
        for (byte[] line = line(in); line.length > 0; line = line(in)) {
            boolean isRow = row < lines.size() && lines.get(row) == number;
            out.write(isRow ? filled(line, row++, number) : line);
            number++;
        }
    }

    /** With what ends it; empty at the end of the file. */
    private byte[] line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            line.write(next);
            if (next == '\n') {
                break;
            }
            if (next == '\r') {
                in.mark(1);
                int after = in.read();
                if (after == '\n') {
                    line.write(after);
                } else if (after >= 0) {
                    in.reset();
                }
                break;
            }
            if (line.size() > MAX_LINE_BYTES) {
                throw refused(file, "a line has more than 16 MB");
            }
        }
        return line.toByteArray();
    }

    private byte[] filled(byte[] line, int row, long number) {
        @Nullable Float[] numbers = new Float[layout.channels().size()];
        boolean any = false;
        for (int channel = 0; channel < numbers.length; channel++) {
            numbers[channel] = filling.at(row, channel);
            any |= numbers[channel] != null;
        }
        if (!any) {
            return line;
        }
        int end = line.length;
        while (end > 0 && (line[end - 1] == '\n' || line[end - 1] == '\r')) {
            end--;
        }
        List<int[]> fields = fields(line, end);
        if (fields.size() != layout.columns().size()) {
            throw refused(file, "line " + number + " is not a row by itself");
        }
        String text = new String(line, StandardCharsets.ISO_8859_1);
        StringBuilder result = new StringBuilder();
        int copied = 0;
        for (int column = 0; column < fields.size(); column++) {
            Float value = numberOf(column, numbers);
            if (value != null) {
                int[] field = fields.get(column);
                requireGap(line, field, number);
                result.append(text, copied, field[0]).append(written(value));
                copied = field[1];
            }
        }
        return result.append(text, copied, text.length()).toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private @Nullable Float numberOf(int column, @Nullable Float[] numbers) {
        for (int channel = 0; channel < numbers.length; channel++) {
            if (layout.channels().get(channel).place() == column) {
                return numbers[channel];
            }
        }
        return null;
    }

    private List<int[]> fields(byte[] line, int end) {
        List<int[]> fields = new ArrayList<>();
        int from = 0;
        boolean quoted = false;
        for (int i = 0; i <= end; i++) {
            if (i == end || (!quoted && line[i] == layout.delimiter())) {
                fields.add(new int[] {from, i});
                from = i + 1;
            } else if (line[i] == '"') {
                quoted = !quoted;
            }
        }
        return fields;
    }

    /** That this is the row and column which is meant. */
    private void requireGap(byte[] line, int[] field, long number) {
        String text = new String(line, field[0], field[1] - field[0], StandardCharsets.UTF_8).strip();
        String inner = text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1).strip()
                : text;
        byte[] bytes = inner.getBytes(StandardCharsets.UTF_8);
        boolean gap = inner.isEmpty()
                || gaps.isGap(inner)
                || gaps.isGap(Decimals.parse(bytes, 0, bytes.length, (byte) layout.decimal()));
        if (!gap) {
            throw refused(file, "line " + number + " has no gap where one was read");
        }
    }

    private String written(float value) {
        String text = Float.toString(value).replace('.', layout.decimal());
        return layout.delimiter() == layout.decimal() ? '"' + text + '"' : text;
    }
}
