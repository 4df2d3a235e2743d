package dev.hourglass.data.images;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.tensor.Workers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A folder of the user's own pictures as samples to train and to test by, see {@link ImageFolder}. Where it has two folders
 * {@code train} and {@code test}, those are the two; else a share of each class is tested by, chosen by chance, the same
 * at every run. Both have the same classes, size and colour.
 *
 * @param skipped pictures of either that can't be read
 */
public record PictureSplit(Dataset training, Dataset test, List<ImageFolder.Skipped> skipped) {
    public PictureSplit {
        skipped = List.copyOf(skipped);
    }

    /** Whether a folder has parts of its own to train and to test by. */
    public static boolean isDivided(Path folder) {
        return Files.isDirectory(folder.resolve("train")) && Files.isDirectory(folder.resolve("test"));
    }

    /**
     * Reads all pictures, twice: their headers, and then their pixels.
     *
     * @param testShare of each class, above 0 and below 1; of no use where the folder is divided
     * @throws DatasetException as {@link ImageFolder#read} does, or if one of the parts would be empty
     */
    public static PictureSplit open(Path folder, PictureOptions options, double testShare) {
        List<PictureList> parts = isDivided(folder) ? divided(folder) : shared(folder, testShare);
        try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors())) {
            ImageFolder.Found found = ImageFolder.Found.in(parts, options, workers);
            ImageFolder training = found.decode(parts.get(0), options.background(), workers);
            ImageFolder test = found.decode(parts.get(1), options.background(), workers);
            List<ImageFolder.Skipped> skipped = new ArrayList<>(training.skipped());
            skipped.addAll(test.skipped());
            return new PictureSplit(training.data(), test.data(), skipped);
        }
    }

    private static List<PictureList> divided(Path folder) {
        PictureList training = PictureList.of(folder.resolve("train"));
        PictureList test = PictureList.of(folder.resolve("test"));
        if (training.classNames().isEmpty() != test.classNames().isEmpty()) {
            throw new DatasetException("Can't read " + folder
                    + ": one of train and test has folders of classes, the other has not. Give both the same.");
        }
        List<String> classes = PictureList.classesOf(training, test);
        return List.of(training.withClasses(classes), test.withClasses(classes));
    }

    private static List<PictureList> shared(Path folder, double testShare) {
        PictureList all = PictureList.of(folder);
        List<PictureList> parts = all.split(testShare);
        if (!all.entries().isEmpty()
                && parts.stream().anyMatch(part -> part.entries().isEmpty())) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't read %s: of its %,d pictures, %,d would be trained and %,d tested by; expected at least one of"
                            + " each. Add pictures, or choose another share to test by.",
                    folder,
                    all.entries().size(),
                    parts.get(0).entries().size(),
                    parts.get(1).entries().size()));
        }
        return parts;
    }
}
