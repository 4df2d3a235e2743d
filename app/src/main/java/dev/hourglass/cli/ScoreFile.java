package dev.hourglass.cli;

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
final class ScoreFile {
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
    static ScoreFile read(Path file, @Nullable String column) {
        Table table = readTable(file);
        return new ScoreFile(file, table, column(file, table, column, NAMES, "scores", "--score-column"));
    }

    static Table readTable(Path file) {
        if (!TableReader.isTable(file)) {
            throw new CommandException("Can't read " + file + ": expected a table that ends with "
                    + String.join(", ", TableReader.endings()) + ". Rename or convert it.");
        }
        return TableReader.readAll(file, TableOptions.DEFAULT);
    }

    /** The column that is asked for, the only one, or the first with one of the names. */
    static double[] column(
            Path file, Table table, @Nullable String asked, List<String> names, String meant, String option) {
        List<String> lower =
                table.columns().stream().map(c -> c.toLowerCase(Locale.ROOT)).toList();
        int found = -1;
        if (asked != null) {
            found = lower.indexOf(asked.toLowerCase(Locale.ROOT));
        } else if (table.channels() == 1) {
            found = 0;
        } else {
            found = names.stream()
                    .mapToInt(lower::indexOf)
                    .filter(i -> i >= 0)
                    .findFirst()
                    .orElse(-1);
        }
        if (found < 0) {
            String has = lower.isEmpty()
                    ? table.channels() + " columns without names"
                    : "columns " + String.join(", ", table.columns());
            throw new CommandException("Can't tell the column of " + meant + " in " + file + ": expected "
                    + (asked == null ? "a single column, or one called " + String.join(", ", names) : "'" + asked + "'")
                    + ", found " + has + ". Name it with " + option + ".");
        }
        int channel = found;
        return IntStream.range(0, table.rows())
                .mapToDouble(row -> table.value(row, channel))
                .toArray();
    }

    Path file() {
        return file;
    }

    double[] scores() {
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
