package dev.hourglass.data.images;

import dev.hourglass.data.ByteDataset;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SamplePairs;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.Split;
import dev.hourglass.data.ValueRange;
import dev.hourglass.data.files.ArrayChoice;
import dev.hourglass.data.files.ArrayFile;
import dev.hourglass.files.Folders;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Pictures of the user's own as samples [height, width, channels] from 0 to 1, to train and to test by: those of a folder,
 * or the rows of a table, an NPY, NPZ or IDX file.
 *
 * <p>A folder with folders {@code train} and {@code test} is split already. Else a share of each class is drawn to test by.
 * Samples come in an order that depends on the seed alone, so that the first ones are of all classes.
 *
 * @param skipped what can't be read, in the order of the names
 * @param notes what was found and taken, a sentence each
 * @param whole the pictures to test by, where the samples are patches; null where these are whole
 */
public record PictureSplit(
        Dataset training,
        Dataset test,
        List<ImageFolder.Skipped> skipped,
        List<String> notes,
        @Nullable WholePictures whole) {
    private static final double DIVIDED_TWICE = 1.5 / 255;
    /** Of noisy pictures whose clean ones go to 1; what goes to 255 is far above. */
    private static final double MOST_DIVIDED = 20;

    public PictureSplit {
        skipped = List.copyOf(skipped);
        notes = List.copyOf(notes);
    }

    /**
     * Reads a folder or file, or two.
     *
     * @throws dev.hourglass.tensor.CorruptFileException if a file of numbers is damaged, or labels don't match
     * @throws DatasetException if there are fewer than two pictures that can be read, they have other sizes, or something
     *     can't be read at all
     */
    public static PictureSplit open(Path source, PictureSplitOptions options) {
        DataSources.requireFile(source);
        Path test = options.test();
        if (test != null) {
            DataSources.requireFile(test);
            if (Files.isDirectory(source) != Files.isDirectory(test)) {
                throw new DatasetException("Can't test on " + test + ": expected "
                        + (Files.isDirectory(source) ? "a folder" : "a file") + " as " + source
                        + " is. Give both as folders, or both as files.");
            }
        }
        return Files.isDirectory(source) ? folder(source, options) : numbers(source, options);
    }

    private static PictureSplit folder(Path folder, PictureSplitOptions options) {
        if (!options.numbers().equals(PictureSplitOptions.Numbers.NONE)) {
            throw new DatasetException("Can't use 'labels', 'label_column', 'array' or 'scale' for the folder " + folder
                    + ": the classes of its pictures are the folders in it, and pixels go from 0 to 255. Leave"
                    + " them out.");
        }
        Path test = options.test();
        Optional<Folders.Parts> parts =
                test == null ? PictureList.parts(folder) : Optional.of(new Folders.Parts(folder, test));
        PictureList list = parts.map(both -> PictureList.of(folder, both)).orElseGet(() -> PictureList.of(folder));
        PicturePairs pairs = PicturePairs.of(list, options.noisy());
        ImageFolder.Decoded decoded;
        Optional<Dataset> noisy;
        try (PictureWorkers workers = PictureWorkers.of(Runtime.getRuntime().availableProcessors())) {
            decoded = ImageFolder.Decoded.of(FoundPictures.in(list, workers), options.pictures(), workers);
            noisy = pairs.noisy(decoded, options.pictures(), workers);
        }
        List<PictureList.Entry> entries = decoded.kept();
        List<String> notes = new ArrayList<>();
        Order order;
        if (parts.isPresent()) {
            order = new Order(
                    shuffled(indices(entries, false), options.seed(), "training"),
                    shuffled(indices(entries, true), options.seed(), "test"));
            requireBoth(folder, order, entries.size());
            if (test == null) {
                notes.add("Pictures of " + parts.get().training() + " are trained on, those of "
                        + parts.get().test() + " are tested by.");
            }
            classesOfOnePart(list, entries).ifPresent(notes::add);
        } else {
            order = options.pictures().patches() == null
                    ? drawn(folder, entries.size(), i -> entries.get(i).label(), options)
                    : drawnByPicture(folder, entries, options);
        }
        Patches patches = options.pictures().patches();
        Dataset testing = part(decoded, noisy, order.test);
        return new PictureSplit(
                part(decoded, noisy, order.training),
                testing,
                decoded.skipped(),
                notes,
                patches == null ? null : WholePictures.of(testing, patches, whole(decoded), order.test));
    }

    /** Each picture with the places of its patches. */
    private static List<WholePictures.Whole> whole(ImageFolder.Decoded decoded) {
        Map<Path, String> names = new LinkedHashMap<>();
        decoded.list().entries().forEach(entry -> names.put(entry.file(), entry.name()));
        return samplesByPicture(decoded.kept()).entrySet().stream()
                .map(picture -> new WholePictures.Whole(
                        Objects.requireNonNull(names.get(picture.getKey())),
                        Objects.requireNonNull(decoded.sizes().get(picture.getKey())),
                        picture.getValue().stream().mapToInt(i -> i).toArray()))
                .toList();
    }

    private static Map<Path, List<Integer>> samplesByPicture(List<PictureList.Entry> samples) {
        Map<Path, List<Integer>> pictures = new LinkedHashMap<>();
        for (int i = 0; i < samples.size(); i++) {
            pictures.computeIfAbsent(samples.get(i).file(), file -> new ArrayList<>())
                    .add(i);
        }
        return pictures;
    }

    /** @param noisy the partners of the clean ones, where there are pairs */
    private static Dataset part(ImageFolder.Decoded decoded, Optional<Dataset> noisy, int[] indices) {
        Dataset clean = decoded.labelled(
                select(decoded.unlabelled(), indices),
                Arrays.stream(indices).mapToObj(decoded.kept()::get).toList());
        return noisy.<Dataset>map(partners -> new SamplePairs(clean, select(partners, indices)))
                .orElse(clean);
    }

    /** All patches of a picture are trained on or tested by: those that overlap share pixels. */
    private static Order drawnByPicture(Path folder, List<PictureList.Entry> patches, PictureSplitOptions options) {
        List<List<Integer>> each = List.copyOf(samplesByPicture(patches).values());
        Order order = drawn(
                folder, each.size(), i -> patches.get(each.get(i).getFirst()).label(), options);
        return new Order(
                shuffled(patchesOf(order.training, each), options.seed(), "training"),
                shuffled(patchesOf(order.test, each), options.seed(), "test"));
    }

    private static int[] patchesOf(int[] pictures, List<List<Integer>> patches) {
        return Arrays.stream(pictures)
                .flatMap(picture -> patches.get(picture).stream().mapToInt(Integer::intValue))
                .toArray();
    }

    private static int[] indices(List<PictureList.Entry> entries, boolean test) {
        return IntStream.range(0, entries.size())
                .filter(i -> entries.get(i).test() == test)
                .toArray();
    }

    private static Optional<String> classesOfOnePart(PictureList list, List<PictureList.Entry> entries) {
        String lacking = IntStream.range(0, list.classNames().size())
                .filter(label -> entries.stream().noneMatch(entry -> entry.label() == label && !entry.test()))
                .mapToObj(list.classNames()::get)
                .collect(Collectors.joining(", "));
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of("No picture to train on has one of these classes of the test: " + lacking + ".");
    }

    private record Order(int[] training, int[] test) {}

    /** A share of each class to test by, so that the shares of all add up to the one that is wanted. */
    private static Order drawn(Path source, int size, IntUnaryOperator labels, PictureSplitOptions options) {
        if (size < 2) {
            throw tooFew(source, size);
        }
        double share = Math.clamp(Math.round(size * options.testShare()), 1, size - 1) / (double) size;
        int[] mixed = shuffled(IntStream.range(0, size).toArray(), options.seed(), "split");
        int[] classes = Arrays.stream(mixed).map(labels).distinct().sorted().toArray();
        boolean[] tested = new boolean[size];
        int before = 0;
        for (int ofClass : classes) {
            int[] members = Arrays.stream(mixed)
                    .filter(index -> labels.applyAsInt(index) == ofClass)
                    .toArray();
            int count = (int) (Math.round((before + members.length) * share) - Math.round(before * share));
            Arrays.stream(members, 0, count).forEach(index -> tested[index] = true);
            before += members.length;
        }
        return new Order(
                Arrays.stream(mixed).filter(index -> !tested[index]).toArray(),
                Arrays.stream(mixed).filter(index -> tested[index]).toArray());
    }

    private static void requireBoth(Path source, Order order, int found) {
        if (order.training.length == 0 || order.test.length == 0) {
            throw tooFew(source, found);
        }
    }

    private static DatasetException tooFew(Path source, int found) {
        return new DatasetException(String.format(
                Locale.ROOT,
                "Can't split %s: expected at least 2 pictures that can be read, one to train on and one to test by,"
                        + " found %,d. Give more, or a folder or file of its own as 'test'.",
                source,
                found));
    }

    /** Fisher and Yates's way. */
    private static int[] shuffled(int[] indices, long seed, String purpose) {
        RandomGenerator random = new RandomSource(seed).stream("data/pictures/" + purpose, 0);
        for (int i = indices.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int index = indices[i];
            indices[i] = indices[other];
            indices[other] = index;
        }
        return indices;
    }

    private static Dataset select(Dataset data, int[] indices) {
        return switch (data) {
            case ByteDataset bytes -> bytes.select(indices);
            case FloatDataset floats -> floats.select(indices);
            default -> throw new IllegalStateException("pictures of an unknown kind: " + data.getClass());
        };
    }

    private static PictureSplit numbers(Path file, PictureSplitOptions options) {
        if (options.pictures().fit() != null) {
            throw new DatasetException("Can't fit the pictures of " + file
                    + ": a file of numbers has pictures of one size. Leave 'fit' out, or give a folder of pictures.");
        }
        List<String> notes = new ArrayList<>();
        PictureSplitOptions.Numbers numbers = options.numbers();
        Dataset all = read(file, numbers.labels(), options, Split.TRAINING, notes);
        boolean parts = options.test() == null
                && DataSources.arrays(file).stream()
                        .anyMatch(arrays -> ArrayChoice.hasBoth(file, arrays, numbers.array()));
        Path testFile = parts ? file : options.test();
        Dataset noisy = noisy(file, all, options, Split.TRAINING, notes);
        if (testFile == null) {
            IntUnaryOperator labels = all.hasLabels() ? all::label : index -> 0;
            Order order = drawn(file, all.size(), labels, options);
            return split(new Part(all, noisy, order.training), new Part(all, noisy, order.test), options, notes);
        }
        Dataset test = read(testFile, numbers.testLabels(), options, Split.TEST, notes);
        if (!test.sampleShape().equals(all.sampleShape())) {
            throw new DatasetException("The pictures of " + testFile + " are " + test.sampleShape() + ", expected "
                    + all.sampleShape() + " as in " + file + ". Give both the same shape.");
        }
        if (all.hasLabels() && test.hasLabels() && !all.classNames().equals(test.classNames())) {
            throw new DatasetException("The classes of " + testFile + " are " + test.classNames() + ", expected "
                    + all.classNames() + " as in " + file + ". Give both the same classes, or number them from 0.");
        }
        int[] order = shuffled(IntStream.range(0, all.size()).toArray(), options.seed(), "training");
        int[] testOrder = shuffled(IntStream.range(0, test.size()).toArray(), options.seed(), "test");
        Dataset noisyTest = noisy(testFile, test, options, Split.TEST, notes);
        return split(new Part(all, noisy, order), new Part(test, noisyTest, testOrder), options, notes);
    }

    /**
     * Some pictures of an array.
     *
     * @param noisy their partners; null without pairs
     */
    private record Part(Dataset clean, @Nullable Dataset noisy, int[] order) {
        Dataset whole() {
            return paired(select(clean, order), noisy == null ? null : select(noisy, order));
        }

        /** @param samples in the order of the patches that are cut */
        Dataset cut(Patches patches, int[] samples) {
            return paired(
                    select(new ArrayPatches(clean, order, patches).cut(), samples),
                    noisy == null ? null : select(new ArrayPatches(noisy, order, patches).cut(), samples));
        }

        /** The places of all patches of all pictures, mixed. */
        int[] shuffledPatches(List<WholePictures.Whole> pictures, long seed, String purpose) {
            return shuffled(
                    pictures.stream()
                            .flatMapToInt(picture -> Arrays.stream(picture.samples()))
                            .toArray(),
                    seed,
                    purpose);
        }

        private static Dataset paired(Dataset clean, @Nullable Dataset noisy) {
            return noisy == null ? clean : new SamplePairs(clean, noisy);
        }
    }

    private static PictureSplit split(Part training, Part test, PictureSplitOptions options, List<String> notes) {
        Patches patches = options.pictures().patches();
        if (patches == null) {
            return new PictureSplit(training.whole(), test.whole(), List.of(), notes, null);
        }
        int[] mixed = training.shuffledPatches(
                new ArrayPatches(training.clean, training.order, patches).whole(), options.seed(), "training");
        List<WholePictures.Whole> pictures = new ArrayPatches(test.clean, test.order, patches).whole();
        int[] order = test.shuffledPatches(pictures, options.seed(), "test");
        Dataset testing = test.cut(patches, order);
        return new PictureSplit(
                training.cut(patches, mixed),
                testing,
                List.of(),
                notes,
                WholePictures.of(testing, patches, pictures, order));
    }

    /** The partners of an array's pictures, under the same scale; null without pairs. */
    private static @Nullable Dataset noisy(
            Path file, Dataset clean, PictureSplitOptions options, Split split, List<String> notes) {
        Path from = options.noisy();
        if (from == null) {
            return null;
        }
        DataSources.requireFile(from);
        if (Files.isDirectory(from)) {
            throw new DatasetException("Can't pair the pictures of " + file + " with the folder " + from
                    + ". Give both as folders, or both as files.");
        }
        Dataset stored = stored(from, options, split, notes);
        Dataset shaped = stored.reshaped(shape(from, stored.sampleShape(), options));
        if (shaped.size() != clean.size() || !shaped.sampleShape().equals(clean.sampleShape())) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't pair the %,d pictures %s of %s with the %,d pictures %s of %s: expected as many of one shape"
                            + " in the same order. Give such files.",
                    clean.size(),
                    clean.sampleShape(),
                    file,
                    shaped.size(),
                    shaped.sampleShape(),
                    from));
        }
        boolean scaleTold = options.numbers().scale() != null;
        boolean divided =
                !shaped.normalization().isPixels() && ValueRange.of(shaped).most() <= MOST_DIVIDED;
        if (!scaleTold && divided == clean.normalization().isPixels()) {
            throw new DatasetException("Can't pair the pictures of " + file + " with those of " + from
                    + ": the numbers of" + " one go to 255, those of the other to 1. Save both in one way.");
        }
        return DataSources.normalized(shaped, clean.normalization());
    }

    private static Dataset read(
            Path file, @Nullable Path labels, PictureSplitOptions options, Split split, List<String> notes) {
        Dataset stored = stored(file, options, split, notes);
        Dataset shaped = stored.reshaped(shape(file, stored.sampleShape(), options));
        Dataset scaled = scaled(file, shaped, options.numbers().scale(), notes);
        return labels == null ? scaled : DataSources.labelled(scaled, labels);
    }

    private static Dataset stored(Path file, PictureSplitOptions options, Split split, List<String> notes) {
        String column = options.numbers().labelColumn();
        Optional<ArrayFile> arrays = DataSources.arrays(file);
        if (arrays.isPresent()) {
            return ArrayChoice.open(file, arrays.get(), options.numbers().array(), split, notes);
        }
        SourceOptions source = SourceOptions.defaults();
        return DataSources.openFile(
                file,
                column == null ? source : source.withTables(SourceOptions.Tables.PLAIN.withLabel(column)),
                notes::add);
    }

    /** The column that is called as one of classes, where none is named. */
    private static Optional<String> labels(Path file, @Nullable String named) {
        return named == null ? DataSources.likelyLabels(file) : Optional.empty();
    }

    /** [height, width, channels] of what lies there as [numbers], [height, width] or [height, width, channels]. */
    private static Shape shape(Path file, Shape found, PictureSplitOptions options) {
        PictureOptions wanted = options.pictures();
        String labelColumn = options.numbers().labelColumn();
        Picture.Size size = wanted.size();
        PictureOptions.Colour colour = wanted.colour();
        if (found.rank() == 1) {
            if (wanted.patches() != null) {
                throw new DatasetException("Can't cut the rows of " + file + " into patches: they have "
                        + found.size() + " numbers, and don't tell the height and width of a picture. Save them as"
                        + " NPY [n, height, width, channels], or leave 'patches' out.");
            }
            if (size == null) {
                Optional<String> label = labels(file, labelColumn);
                int numbers = found.size() - (label.isPresent() ? 1 : 0);
                int side = (int) Math.sqrt(numbers);
                String example = side * side == numbers ? "[" + side + ", " + side + "]" : "[28, 28]";
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't take the rows of %s as pictures: they have %,d numbers, and their size is not known."
                                + " Say it, such as 'size: %s' (height, width)%s.",
                        file,
                        found.size(),
                        example,
                        label.map(name -> ", and 'label_column: " + name + "', which is probably the class")
                                .orElse("")));
            }
            int channels = colour != null
                    ? colour.channels()
                    : found.size() == size.pixels() * Picture.RGB ? Picture.RGB : Picture.GRAY;
            if (found.size() != size.pixels() * channels) {
                Optional<String> label =
                        found.size() == size.pixels() * channels + 1 ? labels(file, labelColumn) : Optional.empty();
                throw new DatasetException(String.format(
                        Locale.ROOT,
                        "Can't take the rows of %s as pictures of %s pixels%s: expected %,d numbers in a row, found"
                                + " %,d. %s",
                        file,
                        size,
                        channels == Picture.RGB ? " in colour" : "",
                        size.pixels() * channels,
                        found.size(),
                        label.map(name -> "Column '" + name + "' is probably the class: say 'label_column: " + name
                                        + "'.")
                                .orElse("Change 'size' or 'colour', or say 'label_column' where one of them is the"
                                        + " class.")));
            }
            return Shape.of(size.height(), size.width(), channels);
        }
        boolean pictures = found.rank() == 2
                || (found.rank() == 3 && (found.dimension(2) == Picture.GRAY || found.dimension(2) == Picture.RGB));
        if (!pictures) {
            boolean channelsFirst =
                    found.rank() == 3 && (found.dimension(0) == Picture.GRAY || found.dimension(0) == Picture.RGB);
            throw new DatasetException("Can't take the samples of " + file + " as pictures: expected [height, width],"
                    + " [height, width, 1] or [height, width, 3], found " + found + ". "
                    + (channelsFirst ? "Save them with channels last: numpy.moveaxis(x, 1, -1)." : "Save them so."));
        }
        Shape shape = found.rank() == 3 ? found : Shape.of(found.dimension(0), found.dimension(1), Picture.GRAY);
        boolean otherSize = size != null && !size.equals(new Picture.Size(shape.dimension(1), shape.dimension(0)));
        if (otherSize || (colour != null && colour.channels() != shape.dimension(2))) {
            throw new DatasetException("The pictures of " + file + " are " + shape
                    + " (height, width, channels); 'size' or 'colour' say otherwise. Leave both out: the file tells.");
        }
        return shape;
    }

    private static Dataset scaled(Path file, Dataset data, @Nullable Float scale, List<String> notes) {
        if (scale != null) {
            return DataSources.normalized(
                    file.toString(), data, SourceOptions.defaults().withScale(scale));
        }
        boolean bytes = data.normalization().isPixels();
        ValueRange range = ValueRange.of(data);
        if (bytes) {
            if (range.most() > 0 && range.most() < DIVIDED_TWICE) {
                notes.add(String.format(
                        Locale.ROOT,
                        "The bytes of %s are at most %.0f, and are divided by 255. If they are not pixels from 0 to"
                                + " 255, write 'scale: 1' to take them as they are.",
                        file,
                        range.most() * 255));
            }
            return data;
        }
        Normalization normalization = range.asPixels()
                .orElseThrow(() -> new DatasetException("The numbers of " + file + " are " + range
                        + "; expected pixels: whole numbers from 0 to 255, or 0 to 1 where they are divided already."
                        + " Say what they are to be divided by, such as 'scale: 65535' ('scale: 1' takes them as they"
                        + " are)."));
        notes.add("The numbers of " + file + " are " + range
                + (normalization.isPixels() ? " and are divided by 255." : " and are taken as they are."));
        return DataSources.normalized(data, normalization);
    }
}
