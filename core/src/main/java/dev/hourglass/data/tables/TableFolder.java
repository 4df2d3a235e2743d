package dev.hourglass.data.tables;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.tables.TableColumn.Role;
import dev.hourglass.data.tables.formats.WfdbRows;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A folder of tables as one, each file a series that is called as the file, in the order of these names. Files in folders
 * of the folder count too, their names from the folder on, with slashes. How each is written is found out by itself; the
 * columns of the first that are channels are those of all, by name.
 */
public final class TableFolder {
    /** What the column of the files' names is called. */
    static final String ID = "file";

    private static final int MOST_NOTES = 5;
    private static final Set<String> WFDB_LISTS = Set.of("records", "annotators");

    private final Path folder;
    private final List<Path> files;

    private TableFolder(Path folder, List<Path> files) {
        this.folder = folder;
        this.files = List.copyOf(files);
    }

    /**
     * What a folder has, by the names of its files.
     *
     * @param tables how many are tables
     * @param pictures how many are pictures
     * @param table such as is one; empty where none is
     */
    public record Content(int tables, int pictures, String table) {}

    /** @throws DatasetException if the folder can't be read */
    public static Content content(Path folder) {
        List<Path> tables = new ArrayList<>();
        int pictures = 0;
        for (Path file : list(folder)) {
            if (TableReader.isTable(file)) {
                tables.add(file);
            } else if (ImageFolder.isPicture(file)) {
                pictures++;
            }
        }
        return new Content(tables.size(), pictures, tables.isEmpty() ? "" : name(folder, tables.getFirst()));
    }

    /**
     * @throws DatasetException if it has anything else than tables, or none, or their columns differ
     * @throws dev.hourglass.tensor.CorruptFileException if one of them is damaged or has no rows
     */
    static Table read(Path folder, TableOptions options) {
        return new TableFolder(folder, files(folder)).read(options);
    }

    /**
     * The tables of a folder, in the order of their names; throws as {@link #read} does where it has others.
     */
    static List<Path> files(Path folder) {
        List<Path> files = new ArrayList<>(list(folder));
        Content content = content(folder);
        if (content.tables == 0) {
            throw new DatasetException("Can't read " + folder + " as series: expected tables ("
                    + String.join(", ", TableReader.endings()) + "), a series each, found "
                    + (content.pictures > 0
                            ? "pictures. In a recipe write 'images:' in place of 'source:'."
                            : "none. Give another folder."));
        }
        for (Path file : files) {
            if (!TableReader.isTable(file)) {
                throw new DatasetException("Can't read " + folder + " as series: expected tables alone, a series each,"
                        + " found " + Excerpt.of(name(folder, file), 200) + " among them. Take it out"
                        + (ImageFolder.isPicture(file) ? ", or in a recipe write 'images:' for the pictures." : "."));
            }
        }
        files.sort(Comparator.comparing(file -> name(folder, file)));
        return files;
    }

    /** The folders train and test (or valid) inside a folder, where it has both and no files of its own. */
    public static Optional<Folders.Parts> parts(Path folder) {
        try {
            return Folders.files(folder).isEmpty() ? Folders.parts(folder) : Optional.empty();
        } catch (IOException e) {
            throw TableReader.unreadable(folder, e);
        }
    }

    private static List<Path> list(Path folder) {
        try {
            List<Path> files = new ArrayList<>(Folders.files(folder));
            for (Path inner : Folders.folders(folder)) {
                files.addAll(Folders.allFiles(inner));
            }
            Set<Path> records = files.stream()
                    .filter(file -> lowerName(file).endsWith(WfdbRows.ENDING))
                    .map(TableFolder::stem)
                    .collect(Collectors.toSet());
            files.removeIf(file -> !records.isEmpty() && isOfRecord(file, records));
            return files;
        } catch (IOException e) {
            throw TableReader.unreadable(folder, e);
        }
    }

    /** What belongs to a record of WFDB beside its header, or to a folder of such. */
    private static boolean isOfRecord(Path file, Set<Path> records) {
        return !TableReader.isTable(file) && (records.contains(stem(file)) || WFDB_LISTS.contains(lowerName(file)));
    }

    private static String lowerName(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
    }

    /** The path of a file up to the first dot of its name. */
    private static Path stem(Path file) {
        return file.resolveSibling(String.valueOf(file.getFileName()).split("\\.", 2)[0]);
    }

    static String name(Path folder, Path file) {
        return folder.relativize(file).toString().replace('\\', '/');
    }

    private Table read(TableOptions given) {
        TableOptions options = given;
        Map<String, List<String>> bySyntax = new LinkedHashMap<>();
        Set<String> others = new LinkedHashSet<>();
        SourceRows.Keys keys = new SourceRows.Keys(SourceRows.Keys.USUAL.time(), ID);
        try (TableRows rows = new TableRows(folder)) {
            for (Path file : files) {
                String name = name(folder, file);
                TableReader reader = rows.add(file, options, name);
                if (bySyntax.isEmpty()) {
                    keys = new SourceRows.Keys(reader.key(Role.TIME, keys.time()), ID);
                    List<String> columns = reader.layout().channelNames();
                    options = columns.isEmpty() ? options : options.withColumns(columns);
                }
                bySyntax.computeIfAbsent(reader.describe(), ignored -> new ArrayList<>())
                        .add(name);
                others.addAll(reader.layout().notes());
            }
            return rows.table(notes(bySyntax, others), keys);
        }
    }

    private List<String> notes(Map<String, List<String>> bySyntax, Set<String> others) {
        List<String> notes = new ArrayList<>();
        notes.add(String.format(
                Locale.ROOT,
                "%s: %,d file%s, each a series.",
                Folders.name(folder),
                files.size(),
                files.size() == 1 ? "" : "s"));
        bySyntax.forEach((syntax, names) -> notes.add(String.format(
                Locale.ROOT,
                "%s%s: %s.",
                names.getFirst(),
                names.size() == 1 ? "" : String.format(Locale.ROOT, " and %,d more", names.size() - 1),
                syntax)));
        notes.addAll(others);
        int more = notes.size() - 1 - MOST_NOTES;
        if (more <= 1) {
            return notes;
        }
        List<String> some = new ArrayList<>(notes.subList(0, 1 + MOST_NOTES));
        some.add(String.format(Locale.ROOT, "%,d more sentences like these.", more));
        return some;
    }
}
