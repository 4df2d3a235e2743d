package dev.hourglass.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What lies in folders of data, in the order of names. What is hidden, and what archives, servers and desktops add
 * ({@code __MACOSX}, {@code @eaDir}, {@code Thumbs.db}), is passed over.
 */
public final class Folders {
    private static final int MAX_DEPTH = 16;
    private static final List<String> NO_DATA = List.of("__macosx", "@eadir", "thumbs.db", "desktop.ini");
    private static final List<String> TEST_FOLDERS = List.of("test", "testing", "val", "valid", "validation");

    private Folders() {}

    /** Folders with data to train on and to test by. */
    public record Parts(Path training, Path test) {}

    /** The folders train and test (or valid) inside a folder, where it has both. */
    public static Optional<Parts> parts(Path folder) throws IOException {
        Map<String, Path> byName = new HashMap<>();
        for (Path inner : folders(folder)) {
            byName.putIfAbsent(name(inner).toLowerCase(Locale.ROOT), inner);
        }
        Path training = byName.getOrDefault("train", byName.get("training"));
        Optional<Path> test = TEST_FOLDERS.stream()
                .filter(byName::containsKey)
                .map(byName::get)
                .findFirst();
        return training == null ? Optional.empty() : test.map(found -> new Parts(training, found));
    }

    /** The folders of a folder, but for those that have this one itself inside: a link to it or to one above. */
    public static List<Path> folders(Path folder) throws IOException {
        Path real = folder.toRealPath();
        List<Path> folders = new ArrayList<>();
        for (Path inner : inside(folder)) {
            if (Files.isDirectory(inner) && !real.startsWith(inner.toRealPath())) {
                folders.add(inner);
            }
        }
        return folders;
    }

    /** What is no folder in a folder. */
    public static List<Path> files(Path folder) throws IOException {
        return inside(folder).stream().filter(file -> !Files.isDirectory(file)).toList();
    }

    /** The files of a folder and of the folders in it, 16 deep. Links to folders in it are not followed: they may lead in circles. */
    public static List<Path> allFiles(Path folder) throws IOException {
        List<Path> files = new ArrayList<>();
        collect(folder, files, MAX_DEPTH);
        return files;
    }

    private static void collect(Path from, List<Path> into, int depth) throws IOException {
        into.addAll(files(from));
        for (Path inner : folders(from)) {
            if (depth > 1 && !Files.isSymbolicLink(inner)) {
                collect(inner, into, depth - 1);
            }
        }
    }

    private static List<Path> inside(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.sorted()
                    .filter(file -> !name(file).startsWith(".")
                            && !NO_DATA.contains(name(file).toLowerCase(Locale.ROOT)))
                    .toList();
        }
    }

    /** The last name of a path, also of such as {@code .} and {@code ..}. */
    public static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
