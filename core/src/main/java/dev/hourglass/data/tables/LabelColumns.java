package dev.hourglass.data.tables;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Which column of a table has the classes of its rows, as far as names tell. */
public final class LabelColumns {
    private static final Pattern NAME =
            Pattern.compile("(?i)(is_?)?(label|labels|class|target|status|state|anomaly|anomalies|outlier|fault|kind)");

    private LabelColumns() {}

    /** Whether a column is called as one of classes. */
    public static boolean isName(String column) {
        return NAME.matcher(column).matches();
    }

    /**
     * The only column of a table that is called so; settings that name one win.
     *
     * @return empty of anything but a table, where another column is named, and where there are none or several
     * @throws dev.hourglass.data.DatasetException if the table can't be read
     */
    public static Optional<String> find(Path file, TableOptions options) {
        if (options.roles().label() != null || !TableReader.isTable(file)) {
            return Optional.empty();
        }
        List<String> found = TableReader.columnsOf(file, options).stream()
                .filter(LabelColumns::isName)
                .toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }
}
