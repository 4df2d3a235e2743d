package dev.hourglass.cli.scores;

import dev.hourglass.cli.CommandException;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.Table;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.detect.metrics.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A table with a score in each row, and perhaps its time. */
public final class ScoreFile {
    private static final List<String> NAMES = List.of("score", "anomaly_score", "scores", "error", "mse");

    private final Path file;
    private final Table table;
    private final double[] scores;

    private ScoreFile(Path file, Table table, double[] scores) {
        this.file = file;
        this.table = table;
        this.scores = scores;
    }

    /**
     * Reads one.
     *
     * @param column with the scores; null for the only one, or the one that is called so
     */
    public static ScoreFile read(Path file, @Nullable String column) {
        Table table = readTable(file, column, NAMES);
        return new ScoreFile(file, table, column(file, table, NAMES, "scores", "--score-column"));
    }

    /**
     * Of scores that are there already.
     *
     * @param file that was scored, for its times
     * @param options how it is read
     */
    static ScoreFile of(Path file, TableOptions options, double[] scores) {
        Table table = TableReader.readAll(file, options);
        if (table.rows() != scores.length) {
            throw new CommandException(String.format(
                    Locale.ROOT,
                    "Can't judge the scores of %s by labels: it has %,d rows and %,d scores. Leave --resample out.",
                    file,
                    table.rows(),
                    scores.length));
        }
        return new ScoreFile(file, table, scores);
    }

    /**
     * Reads the column that is asked for alone, or the first that has one of the names, or all: others may be text.
     */
    static Table readTable(Path file, @Nullable String asked, List<String> names) {
        if (!TableReader.isTable(file)) {
            throw new CommandException("Can't read " + file + ": expected a table that ends with "
                    + String.join(", ", TableReader.endings()) + ". Rename or convert it.");
        }
        if (asked != null) {
            return TableReader.readAll(file, TableOptions.DEFAULT.withColumns(List.of(asked)));
        }
        for (String name : names) {
            try {
                return TableReader.readAll(file, TableOptions.DEFAULT.withColumns(List.of(name)));
            } catch (DatasetException e) {
                // There is no column of that name, or the file can't be read, which the last attempt will say.
            }
        }
        return TableReader.readAll(file, TableOptions.DEFAULT);
    }

    /** The column that is asked for, the only one, or the first with one of the names. */
    static double[] column(Path file, Table table, List<String> names, String meant, String option) {
        List<String> lower =
                table.columns().stream().map(c -> c.toLowerCase(Locale.ROOT)).toList();
        int channel = table.channels() == 1
                ? 0
                : names.stream()
                        .mapToInt(lower::indexOf)
                        .filter(i -> i >= 0)
                        .findFirst()
                        .orElseThrow(() -> new CommandException("Can't tell the column of " + meant + " in " + file
                                + ": expected a single column, or one called " + String.join(", ", names) + ", found "
                                + (lower.isEmpty()
                                        ? table.channels() + " columns without names"
                                        : "columns " + String.join(", ", table.columns()))
                                + ". Name it with " + option + "."));
        return IntStream.range(0, table.rows())
                .mapToDouble(row -> table.value(row, channel))
                .toArray();
    }

    Path file() {
        return file;
    }

    public double[] scores() {
        return scores.clone();
    }

    boolean hasTimes() {
        return table.times() != null;
    }

    /**
     * The rows between two times, as NAB has them: where a time stands several times, the first row of it.
     *
     * @param start in nanoseconds since 1970, like the end
     * @param said both, as the file has them
     */
    Segment rows(long start, long end, String said) {
        int first = firstFrom(start);
        int after = firstFrom(end);
        int last = after < table.rows() && table.time(after) == end ? after : after - 1;
        if (first == table.rows() || start < table.time(0) || end > table.time(table.rows() - 1) || last < first) {
            throw new CommandException("The window " + said + " is not inside the times of " + file
                    + ". Take the windows of these data: name the series with --series, or correct them.");
        }
        return new Segment(first, last);
    }

    private int firstFrom(long time) {
        int low = 0;
        int high = table.rows();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (table.time(middle) < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
