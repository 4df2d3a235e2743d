package dev.hourglass.data.images;

import dev.hourglass.data.DatasetException;
import dev.hourglass.files.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * What lies in a folder of pictures, by their headers: no pixel is decoded, however many there are.
 *
 * @param folder that was asked for
 * @param files of those whose headers can be read, those to train on first
 * @param testing how many of these lie in a folder of their own to test by; 0 where nothing is split yet
 * @param sizes upright, the commonest first
 * @param kinds by their first bytes, such as PNG, the commonest first
 * @param colour how many have others than gray
 * @param deep how many have more than 8 bits
 * @param classes in the order of their names; empty if there are none
 * @param skipped what can't be read
 */
public record PictureProfile(
        Path folder,
        List<Path> files,
        int testing,
        List<Count<Picture.Size>> sizes,
        List<Count<String>> kinds,
        int colour,
        int deep,
        List<Count<String>> classes,
        List<ImageFolder.Skipped> skipped) {
    /** How many pictures are so. */
    public record Count<T>(T of, int pictures) {}

    /**
     * Some pictures, decoded.
     *
     * @param damaged those whose pixels can't be read
     */
    public record Look(List<Shown> shown, List<ImageFolder.Skipped> damaged) {
        public Look {
            shown = List.copyOf(shown);
            damaged = List.copyOf(damaged);
        }
    }

    /** @param name from the folder on */
    public record Shown(String name, Picture picture) {}

    public PictureProfile {
        files = List.copyOf(files);
        sizes = List.copyOf(sizes);
        kinds = List.copyOf(kinds);
        classes = List.copyOf(classes);
        skipped = List.copyOf(skipped);
    }

    /** @throws DatasetException if no picture can be read, or the folder can't be */
    public static PictureProfile of(Path folder) {
        PictureList list = PictureList.parts(folder)
                .map(parts -> PictureList.of(folder, parts))
                .orElseGet(() -> PictureList.of(folder));
        FoundPictures found;
        try (PictureWorkers workers = PictureWorkers.of(Runtime.getRuntime().availableProcessors())) {
            found = FoundPictures.in(list, workers);
        }
        List<FoundPictures.Found> readable = found.readable();
        Map<Integer, Integer> labels = new HashMap<>();
        readable.forEach(one -> labels.merge(one.entry().label(), 1, Integer::sum));
        List<Count<String>> classes = new ArrayList<>();
        for (int label = 0; label < list.classNames().size(); label++) {
            classes.add(new Count<>(list.classNames().get(label), labels.getOrDefault(label, 0)));
        }
        return new PictureProfile(
                folder,
                readable.stream().map(one -> one.entry().file()).toList(),
                (int) readable.stream().filter(one -> one.entry().test()).count(),
                counts(readable, one -> one.header().size()),
                counts(readable, PictureProfile::kind),
                (int) readable.stream().filter(one -> one.header().colour()).count(),
                (int) readable.stream().filter(one -> one.header().deep()).count(),
                classes,
                found.skipped());
    }

    private static String kind(FoundPictures.Found found) {
        try {
            return PictureReader.format(found.entry().file()).name();
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + found.entry().file() + ": " + Failures.reason(e)
                            + ". It changed just now; try again.",
                    e);
        }
    }

    private static <T> List<Count<T>> counts(
            List<FoundPictures.Found> readable, Function<FoundPictures.Found, T> property) {
        Map<T, Integer> counts = new HashMap<>();
        readable.forEach(one -> counts.merge(property.apply(one), 1, Integer::sum));
        return counts.entrySet().stream()
                .map(entry -> new Count<>(entry.getKey(), entry.getValue()))
                .sorted(Comparator.comparingInt((Count<T> count) -> -count.pictures())
                        .thenComparing(count -> String.valueOf(count.of())))
                .toList();
    }

    /**
     * Into how many patches all pictures are cut.
     *
     * @throws DatasetException if one is smaller than a patch
     */
    public long patches(Patches patches) {
        List<Count<Picture.Size>> small = sizes.stream()
                .filter(count -> count.of().width() < patches.size().width()
                        || count.of().height() < patches.size().height())
                .toList();
        if (!small.isEmpty()) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't cut %s into patches of %s pixels: %,d of its %,d pictures are smaller, such as those of %s."
                            + " Choose smaller patches, or take these out.",
                    folder,
                    patches.size(),
                    small.stream().mapToInt(Count::pictures).sum(),
                    files.size(),
                    small.getFirst().of()));
        }
        return sizes.stream()
                .mapToLong(count -> count.pictures() * patches.count(count.of()))
                .sum();
    }

    /** The middle of all widths and of all heights. */
    public Picture.Size middleSize() {
        return new Picture.Size(middle(Picture.Size::width), middle(Picture.Size::height));
    }

    private int middle(Function<Picture.Size, Integer> side) {
        List<Count<Picture.Size>> sorted = sizes.stream()
                .sorted(Comparator.comparing(count -> side.apply(count.of())))
                .toList();
        int before = 0;
        for (Count<Picture.Size> count : sorted) {
            before += count.pictures();
            if (before * 2 >= files.size()) {
                return side.apply(count.of());
            }
        }
        throw new IllegalStateException("no pictures");
    }

    /**
     * Some pictures from the first to the last, one after the other decoded and made small.
     *
     * @param most how many, at most
     * @param side of the longer edge, at most
     */
    public Look some(int most, int side) {
        List<Shown> shown = new ArrayList<>();
        List<ImageFolder.Skipped> damaged = new ArrayList<>();
        Rendering rendering = new Rendering(Background.BLACK);
        int count = Math.min(most, files.size());
        for (int i = 0; i < count; i++) {
            Path file = files.get((int) ((long) i * files.size() / count));
            try {
                Picture picture = PictureReader.read(file, rendering).withChannels(Picture.RGB);
                String name = file.startsWith(folder) ? folder.relativize(file).toString() : file.toString();
                shown.add(new Shown(name.replace('\\', '/'), picture.within(side)));
            } catch (IOException e) {
                damaged.add(new ImageFolder.Skipped(file, Failures.reason(e)));
            }
        }
        return new Look(shown, damaged);
    }
}
