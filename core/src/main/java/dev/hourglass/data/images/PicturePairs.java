package dev.hourglass.data.images;

import dev.hourglass.data.Dataset;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A spoiled picture for each clean one, of the same name in another folder.
 *
 * @param folder of the spoiled ones; null where there are no pairs
 * @param partners by their names
 */
record PicturePairs(@Nullable Path folder, Map<String, PictureList.Entry> partners) {
    /** That a message names. */
    private static final int MOST_NAMED = 5;

    /** @throws DatasetException if one of the two folders has a picture that the other lacks */
    static PicturePairs of(PictureList clean, @Nullable Path folder) {
        Map<String, PictureList.Entry> partners = new HashMap<>();
        if (folder != null) {
            list(clean, folder).entries().forEach(entry -> partners.put(entry.name(), entry));
            TreeSet<String> names = clean.entries().stream()
                    .map(PictureList.Entry::name)
                    .collect(Collectors.toCollection(TreeSet::new));
            requireAll(names, partners.keySet(), clean.folder(), folder);
            requireAll(partners.keySet(), names, folder, clean.folder());
        }
        return new PicturePairs(folder, partners);
    }

    private static PictureList list(PictureList clean, Path folder) {
        boolean parts = clean.entries().stream().anyMatch(PictureList.Entry::test);
        try {
            return parts && Folders.parts(folder).isPresent()
                    ? PictureList.of(folder, Folders.parts(folder).get())
                    : PictureList.of(folder);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + folder + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static void requireAll(Set<String> names, Set<String> there, Path of, Path other) {
        List<String> missing = new ArrayList<>();
        names.forEach(name -> {
            if (!there.contains(name)) {
                missing.add(name);
            }
        });
        missing.sort(null);
        if (!missing.isEmpty()) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't pair the pictures of %s with those of %s: expected the same file names in both, found none"
                            + " there for %,d: %s%s. Add them, or take these out.",
                    of,
                    other,
                    missing.size(),
                    String.join(", ", missing.subList(0, Math.min(MOST_NAMED, missing.size()))),
                    missing.size() > MOST_NAMED ? ", ..." : ""));
        }
    }

    /**
     * The partners of what was decoded, in its order; empty without pairs.
     *
     * @throws DatasetException if one can't be read, or has another size than its partner
     */
    Optional<Dataset> noisy(ImageFolder.Decoded clean, PictureOptions options, PictureWorkers workers) {
        Path from = folder;
        if (from == null) {
            return Optional.empty();
        }
        Map<Path, String> names = clean.list().entries().stream()
                .collect(Collectors.toMap(PictureList.Entry::file, PictureList.Entry::name));
        List<PictureList.Entry> wanted = clean.kept().stream()
                .map(PictureList.Entry::file)
                .distinct()
                .map(file -> Objects.requireNonNull(partners.get(names.get(file))))
                .toList();
        PictureList list = new PictureList(from, wanted, List.of(), List.of());
        boolean colour = clean.unlabelled().sampleShape().dimension(2) == Picture.RGB;
        int height = clean.unlabelled().sampleShape().dimension(0);
        int width = clean.unlabelled().sampleShape().dimension(1);
        PictureOptions alike = options.withColour(colour ? PictureOptions.Colour.RGB : PictureOptions.Colour.GREY);
        ImageFolder.Decoded noisy = ImageFolder.Decoded.of(
                FoundPictures.in(list, workers),
                options.patches() == null ? alike.withSize(new Picture.Size(width, height)) : alike,
                workers);
        requireAlike(clean, noisy);
        return Optional.of(noisy.unlabelled());
    }

    private static void requireAlike(ImageFolder.Decoded clean, ImageFolder.Decoded noisy) {
        if (!noisy.skipped().isEmpty()) {
            ImageFolder.Skipped first = noisy.skipped().getFirst();
            throw new DatasetException("Can't read " + first.file() + ", the noisy picture of a pair: " + first.reason()
                    + ". Mend it, or take both of the pair out.");
        }
        for (int i = 0; i < Math.max(clean.kept().size(), noisy.kept().size()); i++) {
            String a = i < clean.kept().size() ? clean.kept().get(i).name() : "none";
            String b = i < noisy.kept().size() ? noisy.kept().get(i).name() : "none";
            if (!a.equals(b)) {
                throw new DatasetException("The pictures of a pair need one size: the patches of the clean ones go on"
                        + " with " + a + ", those of the noisy ones with " + b + ". Give both the same size.");
            }
        }
    }
}
