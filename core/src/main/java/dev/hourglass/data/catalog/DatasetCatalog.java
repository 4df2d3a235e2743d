package dev.hourglass.data.catalog;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.DatasetReference;
import dev.hourglass.data.Split;
import dev.hourglass.data.files.CifarFile;
import dev.hourglass.data.files.IdxFile;
import dev.hourglass.data.series.SyntheticSequences;
import dev.hourglass.files.Spelling;
import dev.hourglass.tensor.CorruptFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The data sets that are known by name. Their files are kept in a cache, fetched when they are needed first and checked
 * by SHA-256 whatever their source, at each opening again. Thread-safe, and several processes may share a cache.
 */
public final class DatasetCatalog {
    private final List<DatasetSpec> specs;
    private final FetchSettings settings;

    /** @param specs with different names */
    public DatasetCatalog(List<DatasetSpec> specs, FetchSettings settings) {
        this.specs = List.copyOf(specs);
        this.settings = settings;
    }

    /** Hourglass's own data sets, cached where {@link FetchSettings#of} says for this process. */
    public static DatasetCatalog standard() {
        return new DatasetCatalog(
                StandardDatasets.ALL,
                FetchSettings.of(
                        System.getenv(), Path.of(System.getProperty("user.home")), System.getProperty("os.name")));
    }

    /** In the order in which they are listed. */
    public List<String> names() {
        return specs.stream().map(DatasetSpec::name).toList();
    }

    /** @throws DatasetException if the name is unknown */
    public DatasetSpec spec(String name) {
        return specs.stream()
                .filter(spec -> spec.name().equals(name))
                .findFirst()
                .orElseThrow(() -> {
                    String meant = Spelling.nearest(name, names())
                            .map(known -> " Did you mean '" + known + "'?")
                            .orElse("");
                    return new DatasetException(
                            "Unknown data set '" + name + "'; known are: " + String.join(", ", names()) + "." + meant);
                });
    }

    /** Where the cache keeps the files of a data set, whether or not they are there. */
    public Path folder(String name) {
        return cache(spec(name)).path();
    }

    /** How the files of a data set stand in the cache; computes their digests. */
    public List<CachedFile> cached(String name) {
        DatasetSpec spec = spec(name);
        return spec.files().stream().map(cache(spec)::check).toList();
    }

    /**
     * Gets what the cache lacks of a data set.
     *
     * @throws DatasetException if the name is unknown, no source can give it, the cache can't be written to or the
     *     thread was interrupted, which stays set
     */
    public void fetch(String name, FetchListener listener) {
        DatasetSpec spec = spec(name);
        // A cache that has all is only read, so it may be write-protected.
        if (!cache(spec).holds(spec.files())) {
            new Fetch(spec, cache(spec), settings, listener).run();
        }
    }

    /**
     * A data set from the cache, fetched whole if a file of the split is missing or damaged.
     *
     * @return named such as {@code mnist:train}, labelled
     * @throws DatasetException as {@link #fetch} does
     */
    public Dataset open(String name, Split split, FetchListener listener) {
        DatasetSpec spec = spec(name);
        CacheFolder cache = cache(spec);
        if (!cache.holds(spec.files(split))) {
            new Fetch(spec, cache, settings, listener).run();
        }
        return open(spec, split, cache::path);
    }

    /**
     * The user's own copy of a data set, or one of the same make. Files may be gzipped; their digests may be others
     * and their samples fewer, but image size, classes and counts have to fit.
     *
     * @param folder holds the files under the names of {@link DatasetSpec#files}, with or without {@code .gz}
     * @return named such as {@code mnist:train}, labelled
     * @throws DatasetException if the name is unknown, a file is missing or the data set is a generated one
     * @throws CorruptFileException if a file is damaged or not the one that its name says
     */
    public Dataset openFolder(String name, Path folder, Split split) {
        DatasetSpec spec = spec(name);
        if (spec.generated()) {
            throw new DatasetException("Can't take data set '" + name + "' from " + folder
                    + ": it is generated and has no files. Leave the folder out.");
        }
        if (!Files.isDirectory(folder)) {
            throw new DatasetException("Can't find data set '" + name + "': " + folder
                    + " is not a folder. Give the folder that holds its files.");
        }
        return open(spec, split, file -> find(spec, folder, file));
    }

    private CacheFolder cache(DatasetSpec spec) {
        return new CacheFolder(settings.home().resolve("datasets").resolve(spec.name()));
    }

    private static Path find(DatasetSpec spec, Path folder, DataFile file) {
        List<Path> candidates = Stream.of(file.name(), file.alternativeName())
                .distinct()
                .flatMap(stem -> Stream.of(stem, stem + ".gz"))
                .map(folder::resolve)
                .toList();
        Optional<Path> found = candidates.stream().filter(Files::isRegularFile).findFirst();
        return found.orElseThrow(() -> new DatasetException(
                "Can't find the " + file.content().name().toLowerCase(Locale.ROOT) + " of " + spec.name() + ":"
                        + file.split().key() + " in " + folder + "; looked for "
                        + String.join(
                                ", ",
                                candidates.stream()
                                        .map(path -> path.getFileName().toString())
                                        .toList())
                        + ". Put one of them there or give another folder."));
    }

    private static Dataset open(DatasetSpec spec, Split split, Function<DataFile, Path> locate) {
        return switch (spec.format()) {
            case IDX -> openIdx(spec, split, locate);
            case CIFAR -> openCifar(spec, split, locate);
            case SEQUENCES -> SyntheticSequences.of(split).data();
        };
    }

    private static Dataset openCifar(DatasetSpec spec, Split split, Function<DataFile, Path> locate) {
        List<Path> files = spec.files(split).stream().map(locate).toList();
        return CifarFile.readDataset(new DatasetReference(spec.name(), split).toString(), files, spec.classNames());
    }

    private static Dataset openIdx(DatasetSpec spec, Split split, Function<DataFile, Path> locate) {
        Path images = locate.apply(spec.file(split, DataFile.Content.IMAGES));
        Path labels = locate.apply(spec.file(split, DataFile.Content.LABELS));
        ByteDataset data = IdxFile.readDataset(new DatasetReference(spec.name(), split).toString(), images, labels);
        if (!data.sampleShape().equals(spec.sampleShape())) {
            throw new CorruptFileException(
                    images,
                    "images of " + spec.sampleShape(),
                    data.sampleShape().toString(),
                    "These are of another data set than " + spec.name() + ".");
        }
        for (Split other : Split.values()) {
            // The two sets can only be told apart by their counts.
            if (data.size() == spec.samples(other) && data.size() != spec.samples(split)) {
                throw new CorruptFileException(
                        images,
                        String.format(Locale.ROOT, "the %,d images of %s", spec.samples(split), data.name()),
                        String.format(Locale.ROOT, "%,d as %s:%s has", data.size(), spec.name(), other.key()),
                        "Are the files of training and test set swapped?");
            }
        }
        for (int i = 0; i < data.size(); i++) {
            if (data.label(i) >= spec.classes()) {
                throw new CorruptFileException(
                        labels,
                        "labels of 0 to " + (spec.classes() - 1),
                        data.label(i) + " for sample " + i,
                        "These are of another data set than " + spec.name() + ".");
            }
        }
        return data.withClassNames(spec.classNames());
    }
}
