package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The pictures of a folder, in the order of their names. If they lie in folders inside it, one for each class, those are
 * the labels, in the order of their names too; folders within these count to the same class. What is hidden, and what
 * archives and servers add to pictures ({@code __MACOSX}, {@code @eaDir}), is passed over.
 *
 * @param folder that was asked for
 * @param entries those to train on first, where there are two parts
 * @param classNames of the labels 0, 1, …; empty if there are no classes
 * @param unread pictures by their names, of kinds that nobody here reads
 */
record PictureList(Path folder, List<Entry> entries, List<String> classNames, List<ImageFolder.Skipped> unread) {
    private static final int MAX_CLASSES = 256;
    private static final int MAX_DEPTH = 16;
    private static final List<String> NO_CLASSES = List.of("__macosx", "@eadir");
    private static final List<String> TEST_FOLDERS = List.of("test", "testing", "val", "valid", "validation");

    /**
     * @param name from the folder on, with slashes
     * @param label -1 if there are no classes
     * @param test whether it lies in the folder of those to test by
     */
    record Entry(Path file, String name, int label, boolean test) {}

    /** Folders with pictures to train on and to test by. */
    record Parts(Path training, Path test) {}

    PictureList {
        entries = List.copyOf(entries);
        classNames = List.copyOf(classNames);
        unread = List.copyOf(unread);
    }

    /** @throws DatasetException if the folder can't be read, or has pictures both in itself and in folders of it */
    static PictureList of(Path folder) {
        return new Search(folder).list(List.of(folder));
    }

    /** @throws DatasetException as {@link #of} does, or if one of the two has no pictures */
    static PictureList of(Path folder, Parts parts) {
        PictureList list = new Search(folder).list(List.of(parts.training, parts.test));
        for (boolean test : new boolean[] {false, true}) {
            if (list.entries.stream().noneMatch(entry -> entry.test == test)) {
                throw FoundPictures.nothingReadable(test ? parts.test : parts.training, list.unread);
            }
        }
        return list;
    }

    /** The folders train and test (or valid) inside a folder, where it has both. */
    static Optional<Parts> parts(Path folder) {
        try {
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
        } catch (IOException e) {
            throw unreadable(folder, e);
        }
    }

    private static DatasetException unreadable(Path folder, IOException e) {
        return new DatasetException(
                "Can't read " + folder + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
    }

    /** A walk through folders. */
    private static final class Search {
        private final Path folder;
        private final List<String> suffixes = PictureFormat.allSuffixes();
        private final List<ImageFolder.Skipped> unread = new ArrayList<>();

        Search(Path folder) {
            this.folder = folder;
        }

        /** A picture before the classes of all parts are known. */
        private record Found(Path file, String name, Optional<String> ofClass, boolean test) {}

        PictureList list(List<Path> parts) {
            List<Found> found = new ArrayList<>();
            for (Path part : parts) {
                try {
                    boolean test = !part.equals(parts.getFirst());
                    found.addAll(of(part, parts.size() > 1 ? name(part) + "/" : "", test));
                } catch (IOException e) {
                    throw unreadable(part, e);
                }
            }
            TreeSet<String> names = new TreeSet<>();
            found.forEach(picture -> picture.ofClass.ifPresent(names::add));
            if (names.size() > MAX_CLASSES) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't read %s: expected at most %d folders, one per class, found %,d. Join some.",
                        folder,
                        MAX_CLASSES,
                        names.size()));
            }
            List<String> classes = List.copyOf(names);
            Map<String, Integer> labels = new HashMap<>();
            classes.forEach(name -> labels.put(name, labels.size()));
            List<Entry> entries = found.stream()
                    .map(picture -> new Entry(
                            picture.file,
                            picture.name,
                            picture.ofClass.map(labels::get).orElse(-1),
                            picture.test))
                    .toList();
            return new PictureList(folder, entries, classes, unread);
        }

        private List<Found> of(Path part, String prefix, boolean test) throws IOException {
            List<Found> inClasses = new ArrayList<>();
            List<String> classes = new ArrayList<>();
            for (Path inner : folders(part)) {
                String name = name(inner);
                List<Path> files = new ArrayList<>();
                collect(inner, files, MAX_DEPTH);
                for (Path file : files) {
                    String within = inner.relativize(file).toString().replace('\\', '/');
                    inClasses.add(new Found(file, prefix + name + "/" + within, Optional.of(name), test));
                }
                if (!files.isEmpty()) {
                    classes.add(name);
                }
            }
            List<Path> own = pictures(part);
            if (!own.isEmpty() && !classes.isEmpty()) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't read %s: %,d pictures lie in it and others in %,d folders of it, such as %s, which name"
                                + " the classes. Move all into folders, or none.",
                        part,
                        own.size(),
                        classes.size(),
                        classes.getFirst()));
            }
            own.forEach(file -> inClasses.add(new Found(file, prefix + name(file), Optional.empty(), test)));
            return inClasses;
        }

        private void collect(Path from, List<Path> into, int depth) throws IOException {
            into.addAll(pictures(from));
            for (Path inner : folders(from)) {
                // A link may lead in circles.
                if (depth > 1 && !Files.isSymbolicLink(inner)) {
                    collect(inner, into, depth - 1);
                }
            }
        }

        private List<Path> pictures(Path from) throws IOException {
            List<Path> pictures = new ArrayList<>();
            try (Stream<Path> inside = Files.list(from)) {
                for (Path file : inside.sorted().toList()) {
                    String name = name(file).toLowerCase(Locale.ROOT);
                    boolean read = suffixes.stream().anyMatch(name::endsWith);
                    Optional<String> other = read ? Optional.empty() : PictureFormat.unread(name);
                    // What is no file at all is named when it is read.
                    if (!name.startsWith(".") && (read || other.isPresent()) && !Files.isDirectory(file)) {
                        other.ifPresentOrElse(
                                kind -> unread.add(new ImageFolder.Skipped(
                                        file, kind + " is not read; convert it to PNG or JPEG")),
                                () -> pictures.add(file));
                    }
                }
            }
            return pictures;
        }
    }

    /** But for those that have this folder itself inside: a link to it or to one above. */
    private static List<Path> folders(Path folder) throws IOException {
        Path real = folder.toRealPath();
        List<Path> folders = new ArrayList<>();
        try (Stream<Path> inside = Files.list(folder)) {
            for (Path file : inside.sorted().toList()) {
                String name = name(file).toLowerCase(Locale.ROOT);
                boolean named = !name.startsWith(".") && !NO_CLASSES.contains(name);
                if (named && Files.isDirectory(file) && !real.startsWith(file.toRealPath())) {
                    folders.add(file);
                }
            }
        }
        return folders;
    }

    static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
