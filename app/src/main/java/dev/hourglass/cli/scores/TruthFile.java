package dev.hourglass.cli.scores;

import dev.hourglass.cli.CommandException;
import dev.hourglass.data.files.CsvFile;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.detect.metrics.Labels;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.files.Failures;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Which rows are anomalies, from a file: a table with a label a row, a table of first and last rows, or JSON with windows by
 * time or row.
 *
 * @param windows in order, as the file has them; the runs of anomalous rows where it has labels
 */
public record TruthFile(Labels labels, List<Segment> windows) {
    private static final List<String> NAMES =
            List.of("label", "is_anomaly", "anomaly", "anomalous", "labels", "outlier");
    private static final long MOST_BYTES = 64L << 20;

    /**
     * Reads one for the rows of scores.
     *
     * @param column with the labels; null for the only one, or the one that is called so
     * @param series whose windows are meant, where JSON has those of several; null for the only one, or the one that is called
     *     like the file of scores
     */
    public static TruthFile read(Path file, @Nullable String column, @Nullable String series, ScoreFile scores) {
        int rows = scores.scores().length;
        try {
            if (file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
                return ofWindows(windows(file, series, scores), rows);
            }
            Labels labels = labels(file, column, rows);
            if (labels != null) {
                return new TruthFile(labels, labels.segments());
            }
            Table table = TableReader.readAll(file, TableOptions.DEFAULT.withColumns(List.of("start", "end")));
            List<Segment> windows = new ArrayList<>();
            for (int i = 0; i < table.rows(); i++) {
                windows.add(segment(file, table.value(i, 0), table.value(i, 1)));
            }
            return ofWindows(windows, rows);
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't judge by " + file + ": " + e.getMessage(), e);
        }
    }

    private static TruthFile ofWindows(List<Segment> windows, int rows) {
        List<Segment> sorted =
                windows.stream().sorted(Comparator.comparingInt(Segment::first)).toList();
        return new TruthFile(Labels.of(sorted, rows), sorted);
    }

    /** Null where the table has first and last rows. */
    private static @Nullable Labels labels(Path file, @Nullable String column, int rows) {
        double[] values;
        try {
            Table table = ScoreFile.readTable(file, column, NAMES);
            if (column == null && table.columns().containsAll(List.of("start", "end"))) {
                return null;
            }
            values = ScoreFile.column(file, table, NAMES, "labels", "--label-column");
        } catch (CorruptFileException e) {
            values = named(file, rows, e);
        }
        boolean[] anomalous = new boolean[values.length];
        for (int i = 0; i < values.length; i++) {
            if (values[i] != 0 && values[i] != 1) {
                throw new CommandException(
                        "Labels must be 0 for normal and 1 for anomalous, but row " + i + " (from 0) of " + file
                                + " has " + values[i] + ". Correct it, or name another column with --label-column.");
            }
            anomalous[i] = values[i] == 1;
        }
        return Labels.of(anomalous);
    }

    /** A table of nothing but True and False, as pandas writes them. */
    private static double[] named(Path file, int rows, CorruptFileException notNumbers) {
        try {
            dev.hourglass.data.files.Labels named = CsvFile.readLabels(file, rows);
            List<String> names =
                    named.names().stream().map(n -> n.toLowerCase(Locale.ROOT)).toList();
            if (Set.of("true", "false").containsAll(names)) {
                return Arrays.stream(named.classes())
                        .mapToDouble(label -> names.get(label).equals("true") ? 1 : 0)
                        .toArray();
            }
        } catch (CorruptFileException e) {
            // Nor is it a single column.
        }
        throw new CommandException(
                "Labels must be numbers, 0 for normal and 1 for anomalous, or True and False alone in a table, and those of "
                        + file + " are not. Write them so, or name another column with --label-column.",
                notNumbers);
    }

    private static Segment segment(Path file, double first, double last) {
        if (first != (int) first || last != (int) last) {
            throw new CommandException("Windows must be whole numbers of rows, from 0, but " + file + " has one from "
                    + first + " to " + last + ". Times are read from JSON.");
        }
        return new Segment((int) first, (int) last);
    }

    private static List<Segment> windows(Path file, @Nullable String series, ScoreFile scores) {
        JsonNode root;
        try {
            if (Files.size(file) > MOST_BYTES) {
                throw new CommandException("Can't read " + file + ": expected at most 64 MB of windows, found "
                        + (Files.size(file) >> 20) + " MB. Leave out other series.");
            }
            root = JsonMapper.shared().readTree(Files.readString(file));
        } catch (IOException | JacksonException e) {
            throw new CommandException(
                    "Can't read " + file + ": " + Failures.reason(e)
                            + ". Give JSON such as [[\"2014-04-10 07:15:00\", \"2014-04-11 16:45:00\"]].",
                    e);
        }
        List<Segment> windows = new ArrayList<>();
        for (JsonNode window : root.isObject() ? ofSeries(file, root, series, scores) : root) {
            if (!window.isArray() || window.size() != 2) {
                throw new CommandException("Can't read " + file + ": expected windows of a start and an end, found "
                        + excerpt(window) + ". Give JSON such as [[120, 180]].");
            }
            windows.add(segment(file, window, scores));
        }
        return windows;
    }

    private static String excerpt(JsonNode node) {
        String text = node.toString();
        return text.length() > 60 ? text.substring(0, 60) + "…" : text;
    }

    private static JsonNode ofSeries(Path file, JsonNode root, @Nullable String series, ScoreFile scores) {
        List<String> names = List.copyOf(root.propertyNames());
        String scored = String.valueOf(scores.file().getFileName());
        List<String> meant = names.stream()
                .filter(name -> series == null
                        ? names.size() == 1 || scored.endsWith(name.substring(name.lastIndexOf('/') + 1))
                        : name.equals(series) || name.endsWith("/" + series))
                .toList();
        if (meant.size() != 1) {
            throw new CommandException("Can't tell whose windows to take from " + file + ": "
                    + (series == null ? scored : "'" + series + "'") + " fits " + meant.size() + " of its "
                    + names.size()
                    + " series. Name one with --series, such as "
                    + (names.isEmpty() ? "none" : "'" + names.getFirst() + "'") + ".");
        }
        return root.get(meant.getFirst());
    }

    private static Segment segment(Path file, JsonNode window, ScoreFile scores) {
        JsonNode start = window.get(0);
        JsonNode end = window.get(1);
        if (start.isNumber() && end.isNumber()) {
            return segment(file, start.doubleValue(), end.doubleValue());
        }
        if (!scores.hasTimes()) {
            throw new CommandException("The windows of " + file + " are times, but " + scores.file()
                    + " has none. Add a column of times to the scores, or give windows as numbers of rows, from 0.");
        }
        String said = excerpt(window);
        return scores.rows(nanoseconds(file, start, said), nanoseconds(file, end, said), said);
    }

    private static long nanoseconds(Path file, JsonNode time, String window) {
        String text = time.isString() ? time.stringValue().trim().replace(' ', 'T') : "";
        try {
            boolean zoned = text.matches(".*(Z|[+-]\\d\\d:?\\d\\d)");
            Instant instant = zoned && text.indexOf('T') > 0
                    ? OffsetDateTime.parse(text).toInstant()
                    : LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
            return Math.addExact(Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
        } catch (DateTimeException | ArithmeticException e) {
            throw new CommandException(
                    "Can't read the window " + window + " of " + file
                            + ": expected times such as 2014-04-10 07:15:00. Write them so, or as numbers of rows, from 0.",
                    e);
        }
    }
}
