package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.tables.values.TimeFormat;
import dev.hourglass.files.FileStamp;
import dev.hourglass.files.ScratchNumbers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The rows of a file, or of several one after the other, on their way to one table. */
final class TableRows implements AutoCloseable {
    private static final int MAX_ROWS = Integer.MAX_VALUE - 64;

    private final Path source;
    private final ScratchNumbers values = ScratchNumbers.ofThisProcess();
    private final ScratchNumbers times = ScratchNumbers.ofThisProcess();
    private final Codes classes = new Codes();
    private final Codes series = new Codes();
    private int[] labels = {};
    private int[] ids = {};
    private int rows;
    private @Nullable TableReader first;
    private boolean told;

    /** @param source that the table is named by */
    TableRows(Path source) {
        this.source = source;
    }

    /**
     * Appends all rows of a file, if it stays as it is meanwhile.
     *
     * @param name of the series that the file is; null where it is the only file
     * @return what has read it, for what it has to say
     * @throws DatasetException if its columns, times or labels are others than those of the first
     */
    TableReader add(Path file, TableOptions options, @Nullable String name) {
        return FileStamp.whileUnchanged(file, () -> {
            try (TableReader reader = TableReader.open(file, options)) {
                if (first == null) {
                    first = reader;
                    told = name != null || reader.hasIds();
                } else {
                    requireSameKind(first, reader);
                }
                add(reader, name);
                return reader;
            } catch (IOException e) {
                throw TableReader.unreadable(file, e);
            }
        });
    }

    private void add(TableReader reader, @Nullable String name) {
        RowBlock block = reader.newBlock();
        JointCodes jointClasses = new JointCodes(classes, reader::classNames, text -> text);
        JointCodes jointSeries = new JointCodes(series, reader::seriesNames, id -> name == null ? id : name + "/" + id);
        int only = name == null || reader.hasIds() ? -1 : series.code(name);
        long before = values.bytes() + times.bytes();
        int begin = rows;
        boolean hasAsked = false;
        while (reader.read(block)) {
            if (rows + (long) block.rows > MAX_ROWS) {
                throw reader.corrupt("at most 2,147,483,583 rows", "more", "Split the table.");
            }
            try {
                values.append(
                        block.values, block.rows * reader.layout().channels().size());
                if (reader.layout().time() != null) {
                    times.append(block.times, block.rows);
                }
                if (values.isInFile() && !hasAsked) {
                    hasAsked = true;
                    values.requireRoom(reader.restBytes(values.bytes() + times.bytes() - before));
                }
            } catch (IOException e) {
                throw TableReader.noScratch(source, e);
            }
            labels = reader.hasLabels() ? room(labels, rows + (long) block.rows) : labels;
            ids = told ? room(ids, rows + (long) block.rows) : ids;
            for (int row = 0; row < block.rows; row++) {
                if (reader.hasLabels()) {
                    labels[rows + row] = jointClasses.of(block.labels[row]);
                }
                if (told) {
                    ids[rows + row] = only >= 0 ? only : jointSeries.of(block.ids[row]);
                }
            }
            if (classes.count() > TableReader.MAX_CLASSES) {
                throw reader.corrupt(
                        String.format(Locale.ROOT, "at most %,d classes in all files", TableReader.MAX_CLASSES),
                        "more",
                        "Labels are the classes of rows, such as normal and broken; take a column that has such.");
            }
            rows += block.rows;
        }
        if (rows == begin) {
            throw reader.noRows();
        }
    }

    static void requireSameKind(TableReader first, TableReader other) {
        TableLayout expected = first.layout();
        TableLayout found = other.layout();
        if (!found.channelNames().equals(expected.channelNames())
                || found.channels().size() != expected.channels().size()) {
            throw differ(first, other, columns(expected), columns(found), "Give all files the same columns.");
        }
        TimeFormat expectedTime = expected.time();
        TimeFormat foundTime = found.time();
        if ((expectedTime == null) != (foundTime == null)) {
            throw differ(
                    first,
                    other,
                    expectedTime == null ? "no times" : "times",
                    foundTime == null ? "none" : "some",
                    "Name their column with 'time_column', or leave it out of all (exclude).");
        }
        if (expectedTime != null && foundTime != null && expectedTime.zoned() != foundTime.zoned()) {
            throw differ(
                    first,
                    other,
                    expectedTime.zoned() ? "times that name their zone" : "times without a zone",
                    foundTime.zoned() ? "times that do" : "times that don't",
                    "Write all times alike.");
        }
        if (first.hasLabels() != other.hasLabels()) {
            throw differ(
                    first,
                    other,
                    first.hasLabels() ? "labels" : "no labels",
                    other.hasLabels() ? "some" : "none",
                    "Give all files labels, or none.");
        }
    }

    private static String columns(TableLayout layout) {
        return layout.named()
                ? "the columns " + TableLayout.quoted(layout.channels())
                : String.format(
                        Locale.ROOT,
                        "%,d columns without names",
                        layout.channels().size());
    }

    private static DatasetException differ(
            TableReader first, TableReader other, String expected, String found, String wayOut) {
        return new DatasetException("Can't read " + other.file() + " beside " + first.file() + ": expected " + expected
                + " as there, found " + found + ". " + wayOut);
    }

    /** The table of all rows so far; nothing can be added any more. */
    Table table(List<String> notes, SourceRows.Keys keys) {
        TableReader reader = first;
        if (reader == null) {
            throw new IllegalStateException("a table is of at least one file");
        }
        TableLayout layout = reader.layout();
        TimeFormat time = layout.time();
        try {
            return new Table(
                    source,
                    layout.channelNames(),
                    layout.channels().size(),
                    values.finish(),
                    time == null ? null : times.finish(),
                    time != null && time.zoned(),
                    reader.hasLabels() ? Arrays.copyOf(labels, rows) : null,
                    classes.texts(),
                    told ? Arrays.copyOf(ids, rows) : null,
                    series.texts(),
                    notes,
                    keys,
                    null);
        } catch (IOException e) {
            throw TableReader.noScratch(source, e);
        }
    }

    private static int[] room(int[] all, long needed) {
        return all.length >= needed
                ? all
                : Arrays.copyOf(all, (int) Math.min(MAX_ROWS, Math.max(needed, all.length + (all.length >> 1) + 16L)));
    }

    @Override
    public void close() {
        try (values;
                times) {
            // Both, whatever happens to the first.
        } catch (IOException e) {
            throw TableReader.noScratch(source, e);
        }
    }

    /** The codes of one file as those of all. */
    private static final class JointCodes {
        private final Codes all;
        private final Supplier<List<String>> texts;
        private final UnaryOperator<String> name;
        private int[] joint = {};

        JointCodes(Codes all, Supplier<List<String>> texts, UnaryOperator<String> name) {
            this.all = all;
            this.texts = texts;
            this.name = name;
        }

        int of(int code) {
            if (code >= joint.length) {
                List<String> known = texts.get();
                int before = joint.length;
                joint = Arrays.copyOf(joint, known.size());
                for (int i = before; i < joint.length; i++) {
                    joint[i] = all.code(name.apply(known.get(i)));
                }
            }
            return joint[code];
        }
    }
}
