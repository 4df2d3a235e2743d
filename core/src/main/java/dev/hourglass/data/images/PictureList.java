package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Folders;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

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

    /**
     * @param name from the folder on, with slashes
     * @param label -1 if there are no classes
     * @param test whether it lies in the folder of those to test by
     */
    record Entry(Path file, String name, int label, boolean test) {
        Entry withName(String other) {
            return new Entry(file, other, label, test);
        }
    }

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
    static PictureList of(Path folder, Folders.Parts parts) {
        PictureList list = new Search(folder).list(List.of(parts.training(), parts.test()));
        for (boolean test : new boolean[] {false, true}) {
            if (list.entries.stream().noneMatch(entry -> entry.test == test)) {
                throw FoundPictures.nothingReadable(test ? parts.test() : parts.training(), list.unread);
            }
        }
        return list;
    }

    /** The folders train and test (or valid) inside a folder, where it has both. */
    static Optional<Folders.Parts> parts(Path folder) {
        try {
            return Folders.parts(folder);
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
            for (Path inner : Folders.folders(part)) {
                String name = name(inner);
                List<Path> files = pictures(Folders.allFiles(inner));
                for (Path file : files) {
                    String within = inner.relativize(file).toString().replace('\\', '/');
                    inClasses.add(new Found(file, prefix + name + "/" + within, Optional.of(name), test));
                }
                if (!files.isEmpty()) {
                    classes.add(name);
                }
            }
            List<Path> own = pictures(Folders.files(part));
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

        private List<Path> pictures(List<Path> files) {
            List<Path> pictures = new ArrayList<>();
            for (Path file : files) {
                String name = name(file).toLowerCase(Locale.ROOT);
                boolean read = suffixes.stream().anyMatch(name::endsWith);
                Optional<String> other = read ? Optional.empty() : PictureFormat.unread(name);
                // What is no file at all is named when it is read.
                if (read || other.isPresent()) {
                    other.ifPresentOrElse(
                            kind -> unread.add(
                                    new ImageFolder.Skipped(file, kind + " is not read; convert it to PNG or JPEG")),
                            () -> pictures.add(file));
                }
            }
            return pictures;
        }
    }

    static String name(Path path) {
        return Folders.name(path);
    }
}
