package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.tables.TableColumn.Role;
import dev.hourglass.data.tables.values.DateOrder;
import dev.hourglass.data.tables.values.Decimals;
import dev.hourglass.data.tables.values.TimeFormat;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.tensor.CorruptFileException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table of numbers as text, block by block. How it is written and what its columns are is found out from its
 * first lines, where {@link TableOptions} don't say it. Numbers are read to the nearest double. An empty line is a gap where
 * there is one column, and nothing elsewhere.
 */
public final class TableReader implements AutoCloseable {
    private static final Pattern DECIMAL_COMMA = Pattern.compile("[+-]?[\\d.]*,\\d+([eE][+-]?\\d+)?");
    private static final Pattern DECIMAL_POINT = Pattern.compile("[+-]?[\\d,]*\\.\\d+([eE][+-]?\\d+)?");
    private static final int BUFFER_BYTES = 1 << 18;
    private static final int MAX_FIELD_BYTES = 1 << 10;
    static final int MAX_CLASSES = 1_000;
    private static final long PUT_BACK_NANOS = 3_600_000_000_000L;

    private final Path file;
    private final TextFile text;
    private final TableLayout layout;
    private final RecordReader records;
    private final Gaps gaps;
    private final boolean sort;
    private final byte decimal;
    private final int width;
    private final int[] places;
    private final int labelAt;
    private final int idAt;
    private final int timeAt;
    private final int timeOfDayAt;
    private final Codes classes = new Codes();
    private final Codes series = new Codes();
    /** The last time of each series. */
    private long[] lastTimes = new long[4];

    private final TableOptions options;
    private long emptyLine;
    private boolean begun;
    /** Where several threads read. */
    private @Nullable RowChunks chunks;

    /** Endings of the names of files that are tables, each also packed as .gz or .zip. */
    public static List<String> endings() {
        return Stream.concat(Stream.of(".csv", ".tsv", ".txt"), RowSources.ENDINGS.stream())
                .toList();
    }

    /** Whether a file is a table by its name. */
    public static boolean isTable(Path file) {
        String plain = RowSources.plainName(file);
        return endings().stream().anyMatch(plain::endsWith);
    }

    /** Whether a file that is a table is CSV or its like by its name. */
    public static boolean isText(Path file) {
        String plain = RowSources.plainName(file);
        return RowSources.ENDINGS.stream().noneMatch(plain::endsWith);
    }

    private TableReader(Path file, TextFile text, TableLayout layout, TableOptions options) {
        this(file, text, layout, options, text.content(), 1, BUFFER_BYTES);
    }

    private TableReader(
            Path file,
            TextFile text,
            TableLayout layout,
            TableOptions options,
            InputStream content,
            long firstLine,
            int bufferBytes) {
        this.file = file;
        this.options = options;
        this.text = text;
        this.layout = layout;
        sort = options.times().sort();
        decimal = (byte) layout.decimal();
        gaps = new Gaps(options.syntax().missing(), decimal);
        records = new RecordReader(content, layout.delimiter(), bufferBytes, gaps, firstLine);
        width = layout.columns().size();
        places = layout.channels().stream().mapToInt(TableColumn::place).toArray();
        labelAt = layout.only(Role.LABEL).map(TableColumn::place).orElse(-1);
        idAt = layout.only(Role.ID).map(TableColumn::place).orElse(-1);
        timeAt = layout.only(Role.TIME).map(TableColumn::place).orElse(-1);
        timeOfDayAt = layout.only(Role.TIME_OF_DAY).map(TableColumn::place).orElse(-1);
        Arrays.fill(lastTimes, Long.MIN_VALUE);
    }

    /**
     * @throws DatasetException if the file can't be read, has no column that a setting names, or may be read in two ways
     * @throws CorruptFileException if it has no rows
     */
    static TableReader open(Path file, TableOptions given) {
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new DatasetException("Can't read " + file + ": expected a file. Give the path of a CSV file.");
        }
        try {
            Optional<RowSource> rows = RowSources.open(file, given);
            TableOptions options = rows.map(source -> optionsFor(source, given)).orElse(given);
            TextFile text = rows.isPresent() ? textOf(rows.get()) : TextFile.open(file);
            try {
                TableLayout layout = LayoutFinder.find(file, text, options);
                if (layout.channels().isEmpty()) {
                    throw new CorruptFileException(
                            file, "columns of numbers", "none", "Name the channels with 'columns'.");
                }
                return new TableReader(file, text, layout, options);
            } catch (IOException | RuntimeException e) {
                text.close();
                throw e;
            }
        } catch (IOException | UncheckedIOException e) {
            throw unreadable(file, e);
        }
    }

    /**
     * Of one line, which may be a row; all else is known.
     *
     * @param line without its end
     * @param number of the line, from 1
     */
    static TableReader ofLine(
            Path file, TextFile text, TableLayout layout, TableOptions options, byte[] line, long number) {
        int buffer = 2 * line.length + 64; // so that it is read in one go
        TableReader reader =
                new TableReader(file, text, layout, options, new ByteArrayInputStream(line), number, buffer);
        reader.begun = true;
        return reader;
    }

    private static TextFile textOf(RowSource rows) throws IOException {
        try {
            return TextFile.of(rows);
        } catch (IOException | RuntimeException e) {
            rows.close();
            throw e;
        }
    }

    /** What the format knows, where nobody has said it; how a table is written is known. */
    private static TableOptions optionsFor(RowSource rows, TableOptions given) {
        TableOptions.Roles said = given.roles();
        String label = rows.label();
        String id = rows.id();
        boolean labelled =
                label == null || said.label() != null || said.columns().contains(label);
        boolean told = id == null || said.id() != null || said.columns().contains(id);
        return new TableOptions(
                new TableOptions.Syntax(',', '.', 1, given.syntax().missing()),
                new TableOptions.Roles(
                        said.time(),
                        said.columns(),
                        said.exclude(),
                        labelled ? said.label() : label,
                        said.labelOptional() && labelled,
                        told ? said.id() : id),
                given.times());
    }

    /**
     * A whole table, or those of a folder as one, see {@link TableFolder}.
     *
     * @throws CorruptFileException if it is damaged, has no rows, its times are out of order, or what should be labels are
     *     more than 1,000 different texts
     * @throws DatasetException if it can't be read, has no column that a setting names, or may be read in two ways
     * @throws dev.hourglass.files.FileChangedException if somebody wrote to it meanwhile
     */
    public static Table readAll(Path file, TableOptions options) {
        if (Files.isDirectory(file)) {
            return TableFolder.read(file, options);
        }
        try (TableRows rows = new TableRows(file)) {
            TableReader reader = rows.add(file, options, null);
            return rows.table(
                    reader.notes(),
                    new SourceRows.Keys(
                            reader.key(Role.TIME, SourceRows.Keys.USUAL.time()),
                            reader.key(Role.ID, SourceRows.Keys.USUAL.id())));
        }
    }

    /**
     * The names of all columns of a table, or of the first one of a folder.
     *
     * @throws DatasetException if it can't be read
     */
    public static List<String> columnsOf(Path file, TableOptions options) {
        Path table = Files.isDirectory(file) ? TableFolder.files(file).getFirst() : file;
        // Nobody is to be asked what their times mean.
        TableOptions plain = new TableOptions(
                options.syntax(),
                TableOptions.Roles.FOUND,
                new TableOptions.Times(DateOrder.DAY_FIRST, options.times().zone()));
        try (TableReader reader = open(table, plain)) {
            return reader.layout.columns().stream().map(TableColumn::name).toList();
        } catch (IOException e) {
            throw unreadable(table, e);
        }
    }

    static DatasetException unreadable(Path file, Exception e) {
        return new DatasetException(
                "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
    }

    RowBlock newBlock() {
        return new RowBlock(places.length);
    }

    /** For no more than so many rows. */
    RowBlock newBlock(long rows) {
        return new RowBlock(places.length, rows);
    }

    /**
     * Reads the next rows.
     *
     * @return false if there are no more
     * @throws CorruptFileException if a row is none; the message says line and column, both from 1
     */
    boolean read(RowBlock block) {
        block.rows = 0;
        try {
            if (!begun) {
                boolean plain = isPlain() && !text.whole();
                int threads = Runtime.getRuntime().availableProcessors();
                skipHeader();
                chunks = plain ? inChunks(threads, RowChunks.CHUNK_BYTES) : null;
            }
            if (chunks != null) {
                RowBlock next = chunks.next();
                if (next != null) {
                    block.take(next);
                }
                return next != null;
            }
            while (block.rows < block.mostRows() && records.next()) {
                if (records.isEmptyLine()) {
                    emptyLine = emptyLine == 0 ? records.line() : emptyLine;
                    continue;
                }
                if (emptyLine > 0 && width == 1) {
                    throw corrupt("a number at line " + emptyLine, "an empty line", "Write NaN for a gap, or drop it.");
                }
                row(block);
            }
            return block.rows > 0;
        } catch (RecordReader.BrokenRecordException e) {
            throw corrupt("a table of numbers", String.valueOf(e.getMessage()), e.wayOut());
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /** Whether rows are numbers alone, so that none depends on another. */
    private boolean isPlain() {
        return width > 1 && timeAt < 0 && labelAt < 0 && idAt < 0 && !text.ofRows();
    }

    /** All rows, in chunks of about so many bytes. */
    RowChunks inChunks(int threads, int bytes) throws IOException {
        if (!begun) {
            skipHeader();
        }
        return new RowChunks(records.rest(), records.nextLine(), threads, bytes, (rest, line) -> {
            TableReader part = new TableReader(file, text, layout, options, rest, line, BUFFER_BYTES);
            part.begun = true;
            return part;
        });
    }

    private void skipHeader() throws IOException {
        begun = true;
        int skipped = 0;
        while (skipped < layout.headerLines() && records.next()) {
            skipped += records.isEmptyLine() ? 0 : 1;
        }
    }

    private void row(RowBlock block) {
        if (records.fields() != width) {
            throw corrupt(
                    String.format(Locale.ROOT, "%,d columns at line %,d, as in the first line", width, records.line()),
                    String.format(Locale.ROOT, "%,d", records.fields()),
                    width == 1 || records.fields() % width == 0
                            ? "Give every row as many; numbers with a decimal comma need another separator."
                            : "Give every row as many.");
        }
        int at = block.rows * places.length;
        for (int channel = 0; channel < places.length; channel++) {
            block.values[at + channel] = number(places[channel]);
        }
        if (labelAt >= 0) {
            block.labels[block.rows] = code(classes, labelAt, "a label");
            requireFewClasses();
        }
        if (idAt >= 0) {
            block.ids[block.rows] = code(series, idAt, "the name of a series");
        }
        if (timeAt >= 0) {
            block.times[block.rows] = time(idAt >= 0 ? block.ids[block.rows] : 0);
        }
        block.rows++;
    }

    private double number(int place) {
        int from = records.from(place);
        int to = records.to(place);
        if (from == to) {
            return Double.NaN;
        }
        double number = Decimals.parse(records.bytes(), from, to, decimal);
        if (Math.abs(number) <= Float.MAX_VALUE) {
            return gaps.isGap(number) ? Double.NaN : number;
        }
        if (to - from > MAX_FIELD_BYTES) {
            throw corrupt(place("a number", place), "more than 1,024 characters", "Check its quotes and line ends.");
        }
        String field = records.text(place);
        if (gaps.isGap(field)) {
            return Double.NaN;
        }
        if (!Double.isNaN(number)) {
            throw corrupt(place("a number below 3.4e38", place), "'" + Excerpt.of(field) + "'", "Scale the column.");
        }
        throw corrupt(place("a number", place), "'" + Excerpt.of(field) + "'", wayOut(place, field));
    }

    /** Whether a text is a number with another decimal sign, or with signs between thousands. */
    static boolean isOtherNumber(String field) {
        return DECIMAL_COMMA.matcher(field).matches()
                || DECIMAL_POINT.matcher(field).matches();
    }

    private String wayOut(int place, String field) {
        if (isOtherNumber(field) && field.indexOf(',') >= 0 && field.indexOf('.') >= 0) {
            return "Write numbers without a sign between thousands.";
        }
        if (isOtherNumber(field)) {
            return decimal == '.'
                    ? "Write all numbers with a decimal point, or say decimal: ','."
                    : "Write all numbers with a decimal comma, or say decimal: '.'.";
        }
        if (isMostlyNumbers(place)) {
            return "If it stands for a gap, say missing_values: ['" + Excerpt.of(field) + "']; else write a number.";
        }
        if (layout.headerLines() == 0 && records.line() == 1 && !text.ofRows()) {
            return "If the first line names the columns, say header: 1; else leave the column out (exclude).";
        }
        return labelAt < 0
                ? "Leave the column out (exclude), or name it as the one with the labels."
                : "Leave the column out (exclude), or write numbers.";
    }

    /** Whether most of the first rows have numbers there. */
    private boolean isMostlyNumbers(int place) {
        try {
            List<List<String>> rows = sample();
            long numbers = rows.stream()
                    .filter(row -> place < row.size() && LayoutFinder.isNumber(row.get(place), decimal))
                    .count();
            return 2 * numbers > rows.size();
        } catch (IOException e) {
            return false; // The line that can't be read is what has to be said.
        }
    }

    private int code(Codes codes, int place, String what) {
        int again = codes.again(records.bytes(), records.from(place), records.to(place));
        if (again >= 0) {
            return again;
        }
        String field = records.text(place);
        if (field.isEmpty()) {
            throw corrupt(place(what, place), "nothing", "Fill the gap or drop the row.");
        }
        if (field.length() > MAX_FIELD_BYTES) {
            throw corrupt(place(what, place), "more than 1,024 characters", "Check its quotes and line ends.");
        }
        return codes.code(field);
    }

    private void requireFewClasses() {
        if (classes.count() > MAX_CLASSES) {
            throw corrupt(
                    place(String.format(Locale.ROOT, "at most %,d classes", MAX_CLASSES), labelAt),
                    "more",
                    "Labels are the classes of rows, such as normal and broken; take a column that has such.");
        }
    }

    private long time(int of) {
        TimeFormat format = layout.time();
        if (format == null) {
            throw new IllegalStateException("a column of times has a format");
        }
        String field = records.text(timeAt);
        String clock = timeOfDayAt < 0 ? "" : records.text(timeOfDayAt);
        long time = timeOfDayAt < 0 ? format.nanos(field) : format.nanos(field, clock);
        if (time == TimeFormat.NONE) {
            throw corrupt(
                    place(timeOfDayAt < 0 ? "a time" : "a date and a time of day", timeAt),
                    field.isEmpty() ? "nothing" : quoted(field, clock),
                    "Write all times as the first ones are, or leave the column out (exclude).");
        }
        if (of >= lastTimes.length) {
            int known = lastTimes.length;
            lastTimes = Arrays.copyOf(lastTimes, 2 * of);
            Arrays.fill(lastTimes, known, lastTimes.length, Long.MIN_VALUE);
        }
        long last = lastTimes[of];
        if (time < last && !sort) {
            // An hour that a clock showed twice is told by the order of the rows.
            long again = format.again(field, clock);
            if (again == TimeFormat.NONE || again < last) {
                throw corrupt(
                        place("times in order", timeAt),
                        quoted(field, clock) + " behind a later one",
                        (format.zoned() || last - time > PUT_BACK_NANOS
                                        ? ""
                                        : "If a clock was put back there, name its zone with 'time_zone'. ")
                                + "Sort the rows by time, say 'sort: true', or leave the column out (exclude).");
            }
            time = again;
        }
        lastTimes[of] = Math.max(last, time);
        return time;
    }

    /** The first rows as texts, names left out. */
    List<List<String>> sample() throws IOException {
        List<List<String>> rows = LayoutFinder.rows(text, layout.delimiter(), gaps);
        return rows.subList(Math.min(rows.size(), layout.headerLines()), rows.size());
    }

    Path file() {
        return file;
    }

    TableLayout layout() {
        return layout;
    }

    TextFile text() {
        return text;
    }

    byte decimal() {
        return decimal;
    }

    boolean hasLabels() {
        return labelAt >= 0;
    }

    boolean hasIds() {
        return idAt >= 0;
    }

    /** What the codes of labels stand for, so far. */
    List<String> classNames() {
        return classes.texts();
    }

    /** What the codes of series stand for, so far. */
    List<String> seriesNames() {
        return series.texts();
    }

    /** How many series there were so far; 0 where no column tells them apart. */
    int seriesCount() {
        return series.count();
    }

    private static String quoted(String time, String clock) {
        return "'" + Excerpt.of(clock.isEmpty() ? time : time + " " + clock) + "'";
    }

    private String place(String expected, int column) {
        String name =
                layout.named() ? " ('" + Excerpt.of(layout.columns().get(column).name()) + "')" : "";
        return text.ofRows()
                ? String.format(Locale.ROOT, "%s in row %,d%s", expected, records.line() - 1, name)
                : String.format(
                        Locale.ROOT, "%s at line %,d, column %,d%s", expected, records.line(), column + 1, name);
    }

    CorruptFileException corrupt(String expected, String found, String wayOut) {
        return new CorruptFileException(file, expected, found, wayOut);
    }

    static DatasetException noScratch(Path file, IOException e) {
        return new DatasetException(
                "Can't keep the numbers of " + file + " in a file in " + System.getProperty("java.io.tmpdir") + ": "
                        + Failures.reason(e)
                        + ". Choose another folder with HOURGLASS_JAVA_OPTS=-Djava.io.tmpdir=DIR, or give"
                        + " Java more memory with HOURGLASS_JAVA_OPTS=-Xmx8g.",
                e);
    }

    CorruptFileException noRows() {
        return corrupt("rows of numbers", layout.headerLines() == 0 ? "none" : "only names", "Give at least one row.");
    }

    /** How the table is read, sentences. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add(file.getFileName() + ": " + describe() + ".");
        notes.addAll(layout.notes());
        return notes;
    }

    /** How the table is written. */
    String describe() {
        return layout.describe(text);
    }

    /** What a column is called; something else where there is none or it has no name. */
    String key(Role role, String usual) {
        return layout.named() ? layout.only(role).map(TableColumn::name).orElse(usual) : usual;
    }

    /** How much the rest of the file will take, about, where that can be told: by what its beginning took. */
    long restBytes(long taken) throws IOException {
        long read = bytesRead();
        boolean known = text.packed().isEmpty() && read > 0;
        return known ? (long) (taken * Math.max(0.0, (double) Files.size(file) / read - 1)) : 0;
    }

    /** Of the text that the file holds, so far. */
    long bytesRead() {
        return records.bytesRead() + (chunks == null ? 0 : chunks.bytesRead());
    }

    @Override
    public void close() throws IOException {
        if (chunks != null) {
            chunks.close();
        }
        text.close();
    }
}
