package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.formats.ArffRows;
import dev.hourglass.data.tables.formats.CaseRows;
import dev.hourglass.data.tables.formats.JsonRows;
import dev.hourglass.data.tables.formats.TsRows;
import dev.hourglass.data.tables.formats.UcrRows;
import dev.hourglass.data.tables.formats.WfdbRows;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.zip.ZipInputStream;

/** Opens tables in other formats than CSV, by their names. */
final class RowSources {
    private static final String PARQUET = ".parquet";

    /** Endings of the names of such files. */
    static final List<String> ENDINGS = List.of(".ts", ".arff", ".jsonl", ".ndjson", ".json", PARQUET, WfdbRows.ENDING);

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
        if (name.endsWith(WfdbRows.ENDING)) {
            return Optional.of(new WfdbRows(file));
        }
        if (name.endsWith(PARQUET)) {
            return Optional.of(openByLibrary(file, options));
        }
        String label = options.roles().label();
        boolean plain = options.syntax().headerLines() != null || (label != null && !label.equals(CaseRows.CLASS));
        return !plain && UcrRows.is(file) ? Optional.of(new UcrRows(file)) : Optional.empty();
    }

    private static RowSource openByLibrary(Path file, TableOptions options) throws IOException {
        String name = lowerName(file);
        if (!name.endsWith(PARQUET)) {
            throw new DatasetException(
                    "Can't read " + file + ": a Parquet file is read as it lies on the disk. Unpack it.");
        }
        for (RowFormat format : ServiceLoader.load(RowFormat.class, RowFormat.class.getClassLoader())) {
            if (format.ending().equals(PARQUET)) {
                return format.open(file, options);
            }
        }
        throw new DatasetException(
                "Can't read " + file
                        + ": Parquet needs a reader that is not on the class path. Add hourglass-app, or save the table as CSV.");
    }

    /** In lower case, without what it is packed in; of a zip that doesn't say what it holds, the name of its first file. */
    static String plainName(Path file) {
        String name = lowerName(file);
        String plain = name.replaceFirst("\\.(gz|zip)$", "");
        boolean told = !name.endsWith(".zip") || TableReader.endings().stream().anyMatch(plain::endsWith);
        return told ? plain : firstName(file).orElse(plain);
    }

    private static Optional<String> firstName(Path zip) {
        if (!Files.isRegularFile(zip)) {
            return Optional.empty();
        }
        try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
            return Optional.ofNullable(in.getNextEntry()).map(entry -> lowerName(Path.of(entry.getName())));
        } catch (IOException | IllegalArgumentException e) {
            // Whoever reads it says what is wrong with it.
            return Optional.empty();
        }
    }

    private static String lowerName(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    }
}
