package dev.hourglass.data.images;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import dev.hourglass.files.FileStamp;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * PNG and JPEG pictures of a folder as samples [height, width, channels], in the order of their names. If they lie in
 * folders inside it, one for each class, those are the labels, in the order of their names too. A picture that can't be
 * read is skipped and listed; all others have to be of one size, or are resized to it.
 *
 * @param data the pictures that could be read, named as the folder
 */
public record ImageFolder(ByteDataset data, List<Skipped> skipped) {
    private static final List<String> SUFFIXES = List.of(".png", ".jpg", ".jpeg");
    private static final int MAX_CLASSES = 256;
    private static final int MAX_BYTES = Integer.MAX_VALUE - 64;

    /**
     * A picture that could not be read.
     *
     * @param reason in words
     */
    public record Skipped(Path file, String reason) {}

    public ImageFolder {
        skipped = List.copyOf(skipped);
    }

    /**
     * Reads pictures as they lie there.
     *
     * @param sampleShape [height, width, 1] for gray or [height, width, 3]; null takes it from the first picture
     * @param resize whether pictures of other sizes are stretched to it instead of refused
     * @throws DatasetException if there is no picture that can be read, their sizes are others, or the folder can't be
     *     read
     */
    public static ImageFolder read(Path folder, @Nullable Shape sampleShape, boolean resize) {
        List<Entry> entries = list(folder);
        List<Skipped> skipped = new ArrayList<>();
        List<Entry> readable = new ArrayList<>();
        List<Picture.Size> sizes = new ArrayList<>();
        for (Entry entry : entries) {
            try {
                Entry stamped = entry.stamped();
                sizes.add(PictureReader.size(entry.file));
                readable.add(stamped);
            } catch (IOException e) {
                skipped.add(new Skipped(entry.file, Failures.reason(e)));
            }
        }
        Shape shape = sampleShape != null ? pictureShape(folder, sampleShape) : firstShape(folder, readable, skipped);
        Picture.Size size = new Picture.Size(shape.dimension(1), shape.dimension(0));
        if (!resize) {
            requireSize(folder, size, readable, sizes);
        }
        return decode(folder, shape, readable, skipped);
    }

    /**
     * @param label -1 if there are no classes
     * @param stamp of the file when its header was looked at, before its pixels are
     */
    private record Entry(
            Path file,
            int label,
            String className,
            @Nullable FileStamp stamp) {
        Entry(Path file, int label, String className) {
            this(file, label, className, null);
        }

        Entry stamped() throws IOException {
            return new Entry(file, label, className, FileStamp.of(file));
        }

        void requireUnchanged() {
            if (stamp != null) {
                stamp.requireUnchanged();
            }
        }
    }

    private static ImageFolder decode(Path folder, Shape shape, List<Entry> entries, List<Skipped> skipped) {
        if (entries.size() > MAX_BYTES / shape.size()) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read %s: %,d pictures of %s don't fit an array of %,d bytes. Take fewer or smaller ones.",
                    folder,
                    entries.size(),
                    shape,
                    MAX_BYTES));
        }
        byte[] samples = new byte[entries.size() * shape.size()];
        byte[] labels = new byte[entries.size()];
        int count = 0;
        for (Entry entry : entries) {
            try {
                byte[] pixels = PictureReader.read(entry.file)
                        .withChannels(shape.dimension(2))
                        .resized(new Picture.Size(shape.dimension(1), shape.dimension(0)))
                        .pixels();
                entry.requireUnchanged();
                System.arraycopy(pixels, 0, samples, count * shape.size(), pixels.length);
                labels[count++] = (byte) entry.label;
            } catch (IOException e) {
                entry.requireUnchanged();
                skipped.add(new Skipped(entry.file, Failures.reason(e)));
            }
        }
        if (count == 0) {
            throw nothingReadable(folder, skipped);
        }
        ByteDataset data = ByteDataset.of(name(folder), shape, Normalization.PIXELS, samples);
        List<String> classNames = entries.stream()
                .filter(entry -> entry.label >= 0)
                .map(Entry::className)
                .distinct()
                .toList();
        ByteDataset labelled =
                classNames.isEmpty() ? data : data.withLabels(labels).withClassNames(classNames);
        return new ImageFolder(labelled.limit(count), skipped);
    }

    private static Shape pictureShape(Path folder, Shape wanted) {
        boolean picture =
                wanted.rank() == 3 && (wanted.dimension(2) == Picture.GRAY || wanted.dimension(2) == Picture.RGB);
        // A sequence model reads the rows of a gray picture one after the other.
        if (!picture && wanted.rank() != 2) {
            throw new DatasetException("Can't read " + folder + ": the pictures of a folder are [height, width, 1] or"
                    + " [height, width, 3], and can't become " + wanted + ". Use another model or other data.");
        }
        return picture ? wanted : Shape.of(wanted.dimension(0), wanted.dimension(1), Picture.GRAY);
    }

    private static Shape firstShape(Path folder, List<Entry> entries, List<Skipped> skipped) {
        for (Entry entry : entries) {
            try {
                Picture first = PictureReader.read(entry.file);
                return Shape.of(first.size().height(), first.size().width(), first.channels());
            } catch (IOException e) {
                // It is skipped, with this reason, when all are decoded.
            }
        }
        throw nothingReadable(folder, skipped);
    }

    private static void requireSize(Path folder, Picture.Size wanted, List<Entry> entries, List<Picture.Size> sizes) {
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < sizes.size(); i++) {
            if (!sizes.get(i).equals(wanted)) {
                others.add(i);
            }
        }
        if (!others.isEmpty()) {
            int first = others.getFirst();
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read %s: expected pictures of %s pixels, found %,d of %,d with other sizes, such as %s with %s."
                            + " Have them resized or take them out.",
                    folder,
                    wanted,
                    others.size(),
                    entries.size(),
                    folder.relativize(entries.get(first).file),
                    sizes.get(first)));
        }
    }

    private static DatasetException nothingReadable(Path folder, List<Skipped> skipped) {
        if (skipped.isEmpty()) {
            return new DatasetException("Can't read " + folder + ": expected pictures (" + String.join(", ", SUFFIXES)
                    + ") in it or in folders of it, found none. Give another folder.");
        }
        Skipped first = skipped.getFirst();
        return new DatasetException(String.format(
                Locale.ROOT,
                "Can't read %s: none of its %,d pictures can be read, such as %s (%s). Check them.",
                folder,
                skipped.size(),
                folder.relativize(first.file),
                first.reason));
    }

    private static List<Entry> list(Path folder) {
        try {
            List<Path> pictures = pictures(folder);
            List<Path> classes = new ArrayList<>();
            List<Entry> entries = new ArrayList<>();
            for (Path inner : folders(folder)) {
                List<Path> ofClass = pictures(inner);
                if (!ofClass.isEmpty()) {
                    ofClass.forEach(file -> entries.add(new Entry(file, classes.size(), name(inner))));
                    classes.add(inner);
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
                        classes.getFirst().getFileName()));
            }
            if (classes.size() > MAX_CLASSES) {
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't read %s: expected at most %d folders, one per class, found %,d. Join some.",
                        folder,
                        MAX_CLASSES,
                        classes.size()));
            }
            pictures.forEach(file -> entries.add(new Entry(file, -1, "")));
            return entries;
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + folder + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static List<Path> pictures(Path folder) throws IOException {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.filter(file -> {
                        String name = name(file).toLowerCase(Locale.ROOT);
                        return !name.startsWith(".") && SUFFIXES.stream().anyMatch(name::endsWith);
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

    private static String name(Path path) {
        return String.valueOf(path.toAbsolutePath().normalize().getFileName());
    }
}
