package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.tables.values.TimeFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table that comes line by line, each read as soon as it is there. How the table is written and what its columns
 * are is found out from its first lines up to the first row, as {@link TableReader} does from many. A row is a line, so quotes
 * must close in it. Lines that are the table's first ones again, as where a log begins a new file, are passed over.
 */
public final class StreamedRows {
    private static final int MOST_HEAD_LINES = 64;
    /** A byte-order mark. */
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private static final List<Character> SEPARATORS = List.of(';', '\t', '|', ',');

    private final Path name;
    private final TableOptions options;
    private final Gaps gaps;
    /** The lines before the first row. */
    private final List<byte[]> head = new ArrayList<>();
    /** Which told how the table is written. */
    private byte[] firstRow = {};

    private @Nullable TableReader table;
    private @Nullable RowBlock row;

    /**
     * @param name of the table in messages
     * @param options without a column that tells series apart
     * @throws IllegalArgumentException if they have one
     */
    public StreamedRows(Path name, TableOptions options) {
        if (options.roles().id() != null) {
            throw new IllegalArgumentException("a stream is one series, but column '"
                    + options.roles().id() + "' is to tell some apart. Give each series a stream of its own.");
        }
        this.name = name;
        this.options = options;
        gaps = new Gaps(options.syntax().missing(), (byte) '.');
    }

    /**
     * Takes the next line.
     *
     * @param line in UTF-8, without its end
     * @param number of the line, from 1, for messages
     * @return whether it is a row, whose numbers can be asked for; else it names columns, is empty or a comment
     * @throws dev.hourglass.tensor.CorruptFileException if it is none of these
     * @throws DatasetException if a column is missing that a setting names, or the table may be read in two ways; no row of
     *     this table can be read then
     */
    public boolean take(byte[] line, long number) {
        return takeUnmarked(
                number == 1 && hasMark(line) ? Arrays.copyOfRange(line, MARK.length, line.length) : line, number);
    }

    private static boolean hasMark(byte[] line) {
        return line.length >= MARK.length && Arrays.equals(line, 0, MARK.length, MARK, 0, MARK.length);
    }

    private boolean takeUnmarked(byte[] line, long number) {
        if (table == null) {
            head.add(line);
            if (!hasNumber(line)) {
                requireFewLines();
                return false;
            }
            begin();
        } else if (head.stream().anyMatch(before -> Arrays.equals(before, line))) {
            return false;
        }
        return read(line, number);
    }

    private void requireFewLines() {
        if (head.size() == MOST_HEAD_LINES) {
            throw new DatasetException("Can't read " + name + ": its first " + MOST_HEAD_LINES
                    + " lines have no row of numbers. Say how it is written, such as --delimiter.");
        }
    }

    /** Whether it may be the first row. A title has numbers among its words at most. */
    private boolean hasNumber(byte[] line) {
        Character given = options.syntax().delimiter();
        TextFile text = text(line);
        for (char separator : given != null ? List.of(given) : SEPARATORS) {
            List<String> fields = split(text, separator);
            if (fields.size() > 1 || given != null) {
                return fields.stream().anyMatch(StreamedRows::isNumber);
            }
        }
        List<String> words = split(text, ' ');
        return !words.isEmpty() && words.stream().allMatch(this::isData);
    }

    private boolean isData(String field) {
        return isNumber(field) || gaps.isGap(field) || TimeFormat.areTimes(List.of(field));
    }

    private List<String> split(TextFile text, char separator) {
        try {
            List<List<String>> rows = LayoutFinder.rows(text, separator, gaps);
            return rows.isEmpty() ? List.of() : rows.getFirst();
        } catch (IOException e) {
            throw TableReader.unreadable(name, e);
        }
    }

    private static boolean isNumber(String field) {
        return LayoutFinder.isNumber(field, (byte) '.') || LayoutFinder.isNumber(field, (byte) ',');
    }

    private static TextFile text(byte[] lines) {
        return new TextFile(StandardCharsets.UTF_8, "", lines, true, new ByteArrayInputStream(lines), false);
    }

    /** The last line of the head is the first row. */
    private void begin() {
        TextFile text = text(beginning());
        try {
            TableLayout layout = LayoutFinder.find(name, text, options);
            if (layout.channels().isEmpty()) {
                throw new DatasetException(
                        "Can't read " + name + ": it has no columns of numbers. Name the channels with --columns.");
            }
            table = TableReader.ofLine(name, text, layout, options, new byte[0], 1);
            row = new RowBlock(layout.channels().size(), 1);
            firstRow = head.removeLast();
        } catch (IOException e) {
            throw TableReader.unreadable(name, e);
        }
    }

    private boolean read(byte[] line, long number) {
        TableReader like = begun();
        TableReader reader = TableReader.ofLine(name, like.text(), like.layout(), options, line, number);
        return reader.read(block());
    }

    private TableReader begun() {
        if (table == null) {
            throw new IllegalStateException("no row has come yet");
        }
        return table;
    }

    private RowBlock block() {
        if (row == null) {
            throw new IllegalStateException("no row has come yet");
        }
        return row;
    }

    /**
     * The lines that tell how the table is written, which are not read as rows.
     *
     * @param lines what {@link #beginning} gave; empty if no row had come
     */
    public void resume(byte[] lines) {
        int from = 0;
        for (int i = 0; i < lines.length; i++) {
            if (lines[i] == '\n') {
                head.add(Arrays.copyOfRange(lines, from, i));
                from = i + 1;
            }
        }
        if (!head.isEmpty()) {
            begin();
        }
    }

    /** The lines up to the first row, each with its end, for {@link #resume}; empty before there was one. */
    public byte[] beginning() {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (byte[] line : head) {
            text.writeBytes(line);
            text.write('\n');
        }
        if (firstRow.length > 0) {
            text.writeBytes(firstRow);
            text.write('\n');
        }
        return text.toByteArray();
    }

    /** Whether rows have times. */
    public boolean hasTimes() {
        return begun().layout().time() != null;
    }

    /** What the columns of the channels are called, in the order of the numbers; empty where they have no names. */
    public List<String> columns() {
        return begun().layout().channelNames();
    }

    /** What the column of times is called. */
    public String timeColumn() {
        return begun().key(TableColumn.Role.TIME, SourceRows.Keys.USUAL.time());
    }

    /** How the table is read, a sentence. */
    public String note() {
        return begun().notes().getFirst();
    }

    /** The last row's time, nanoseconds since 1970. */
    public long time() {
        return block().times[0];
    }

    /** A row's time as ISO 8601, in UTC or without a zone where the first row named none. */
    public String text(long nanos) {
        TimeFormat format = begun().layout().time();
        return SampleTimes.text(nanos, format != null && format.zoned());
    }

    /** The last row's numbers, [channels], NaN where one is missing; overwritten by the next. */
    public double[] values() {
        return block().values;
    }
}
