package dev.hourglass.data.tables;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Opens tables in other formats than CSV, by their names. */
final class RowSources {
    /** Endings of the names of such files. */
    static final List<String> ENDINGS = List.of(".ts", ".arff", ".jsonl", ".ndjson", ".json");

    private RowSources() {}

    /** @return empty where the file is a table as text */
    static Optional<RowSource> open(Path file, TableOptions options) throws IOException {
        String name = plainName(file);
        if (name.endsWith(".ts")) {
            return Optional.of(new TsRows(file));
        }
        if (name.endsWith(".arff")) {
            return Optional.of(ArffRows.open(file));
        }
        if (name.endsWith(".json") || name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
            return Optional.of(new JsonRows(file));
        }
        boolean plain =
                options.syntax().headerLines() != null || options.roles().label() != null;
        return !plain && UcrRows.is(file) ? Optional.of(new UcrRows(file)) : Optional.empty();
    }

    /** In lower case, without what it is packed in. */
    static String plainName(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).replaceFirst("\\.(gz|zip)$", "");
    }
}
