package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The pictures of a folder, in the order of their names. If they lie in folders inside it, one for each class, those are
 * the labels, in the order of their names too.
 *
 * @param classNames of the labels 0, 1, …; empty if there are no classes
 */
record PictureList(Path folder, List<Entry> entries, List<String> classNames) {
    private static final int MAX_CLASSES = 256;

    /**
     * @param name from the folder on, with slashes
     * @param label -1 if there are no classes
     */
    record Entry(Path file, String name, int label) {}

    PictureList {
        entries = List.copyOf(entries);
        classNames = List.copyOf(classNames);
    }

    /** @throws DatasetException if the folder can't be read, or has pictures both in itself and in folders of it */
    static PictureList of(Path folder) {
        try {
            List<Path> pictures = pictures(folder);
            List<String> classes = new ArrayList<>();
            List<Entry> entries = new ArrayList<>();
            for (Path inner : folders(folder)) {
                List<Path> ofClass = pictures(inner);
                if (!ofClass.isEmpty()) {
                    String name = name(inner);
                    ofClass.forEach(file -> entries.add(new Entry(file, name + "/" + name(file), classes.size())));
                    classes.add(name);
                }
            }
            if (!pictures.isEmpty() && !classes.isEmpty()) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't read %s: %,d pictures lie in it and others in %,d folders of it, such as %s, which name the"
                                + " classes. Move all into folders, or none.",
                        folder,
                        pictures.size(),
                        classes.size(),
                        classes.getFirst()));
            }
            if (classes.size() > MAX_CLASSES) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't read %s: expected at most %d folders, one per class, found %,d. Join some.",
                        folder,
                        MAX_CLASSES,
                        classes.size()));
            }
            pictures.forEach(file -> entries.add(new Entry(file, name(file), -1)));
            return new PictureList(folder, entries, classes);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + folder + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static List<Path> pictures(Path folder) throws IOException {
        List<String> suffixes = PictureFormat.allSuffixes();
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(file -> {
                        String name = name(file).toLowerCase(Locale.ROOT);
                        return !name.startsWith(".") && suffixes.stream().anyMatch(name::endsWith);
                    })
                    .filter(file -> !Files.isDirectory(file)) // what is no file at all is named when it is read
                    .sorted()
                    .toList();
        }
    }

    private static List<Path> folders(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(file -> !name(file).startsWith("."))
                    .filter(Files::isDirectory)
                    .sorted()
                    .toList();
        }
    }

    static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
