package dev.hourglass.data;

import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.data.catalog.FetchListener;
import dev.hourglass.data.files.ArrayChoice;
import dev.hourglass.data.files.ArrayFile;
import dev.hourglass.data.files.ArrayPath;
import dev.hourglass.data.files.CsvFile;
import dev.hourglass.data.files.Hdf5Arrays;
import dev.hourglass.data.files.IdxFile;
import dev.hourglass.data.files.Labels;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.files.MatFile;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.data.files.NpzFile;
import dev.hourglass.data.files.WavFile;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.series.SoundFolder;
import dev.hourglass.data.series.TableSamples;
import dev.hourglass.data.tables.LabelColumns;
import dev.hourglass.data.tables.TableFolder;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.data.tables.TableReader;
import dev.hourglass.files.Excerpt;
import dev.hourglass.files.Failures;
import dev.hourglass.files.Spelling;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Opens data by the words of a command: the name of a data set ({@code mnist:test}; without a split the test set) or
 * the path of a file ({@link #FILES}) or of a folder of images or tables. What a file is, its first bytes tell; tables have none, and
 * are recognised by their names, see {@link TableReader#endings}.
 */
public final class DataSources {
    private static final byte[] NPY_MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final byte[] ZIP_MAGIC = {'P', 'K', 3, 4};
    private static final byte[] EMPTY_ZIP_MAGIC = {'P', 'K', 5, 6};
    private static final byte[] MAT_MAGIC = {'M', 'A', 'T', 'L', 'A', 'B'};
    private static final byte[] WAV_MAGIC = {'R', 'I', 'F', 'F'};
    private static final byte[] HDF5_MAGIC = {(byte) 0x89, 'H', 'D', 'F'};
    private static final byte[] PARQUET_MAGIC = {'P', 'A', 'R', '1'};
    private static final byte[] IDX_MAGIC = {0, 0, 8};
    private static final byte[] GZIP_MAGIC = {0x1f, (byte) 0x8b};
    /** What can be read as series or samples, in messages; docs/data.md says more of each. */
    public static final String FILES =
            "a table (CSV, TSV, UCR/UEA .ts, ARFF, JSON, Parquet, WFDB .hea) or arrays (NPY, NPZ, MAT, HDF5, WAV, IDX)";

    private static final String KINDS = FILES + ", or a folder of pictures, tables or sounds";
    private static final String OTHER_SHAPE = "Give data of the shape that the model was trained on.";
    private static final int MAX_SIBLINGS = 1_000;

    private final DatasetCatalog catalog;

    public DataSources(DatasetCatalog catalog) {
        this.catalog = catalog;
    }

    /**
     * Opens a source as samples that a model takes.
     *
     * <p>Where {@link SourceOptions#sampleShape} is [steps, features] and the source is a series, whose rows are
     * [features], it is cut into windows. Any other shape has to have as many numbers as a sample of the source.
     *
     * <p>{@link SourceOptions#normalization}, such as that of a model, is applied to the numbers as they are stored,
     * with one exception: {@link Normalization#PIXELS} is for bytes and whole numbers up to 255; other numbers around 0 to
     * 1 count as divided already, and the rest is refused. {@link SourceOptions#scale} is applied whatever the numbers are.
     *
     * @param source such as {@code mnist:test} or {@code codes.npy}
     * @throws DatasetException if there is no such source or its samples can't have that shape
     * @throws CorruptFileException if a file is damaged, or the labels don't match the samples
     */
    public Dataset open(String source, SourceOptions options, FetchListener listener) {
        List<FetchEvent> notes = new ArrayList<>(); // Told where the data fit: a refusal is one line.
        FetchListener other = event -> {
            if (event instanceof FetchEvent.Noted) {
                notes.add(event);
            } else {
                listener.onEvent(event);
            }
        };
        Dataset data = normalized(source, find(source, options, other), options);
        Shape shape = options.sampleShape();
        Dataset shaped = shape == null
                ? data
                : shaped(source, data, shape, options, note -> notes.add(new FetchEvent.Noted(note)));
        Path labels = options.labels();
        Dataset opened = labels == null ? shaped : labelled(shaped, labels);
        notes.forEach(listener::onEvent);
        return opened;
    }

    private Dataset find(String source, SourceOptions options, FetchListener listener) {
        Optional<Path> path = path(source).filter(DataSources::isThere);
        if (path.isPresent()) {
            return Files.isDirectory(path.get())
                    ? openFolder(path.get(), options, listener)
                    : openFile(path.get(), options, note -> listener.onEvent(new FetchEvent.Noted(note)));
        }
        if (looksLikePath(source)) {
            throw notFound(source);
        }
        DatasetReference reference = DatasetReference.parse(source, Split.TEST);
        if (!catalog.names().contains(reference.dataset())) {
            throw new DatasetException("Can't find data source '" + source + "': no such data set, file or folder."
                    + Spelling.hint(reference.dataset(), catalog.names()) + " Else give the path of " + KINDS + ".");
        }
        return catalog.open(reference.dataset(), reference.split(), listener);
    }

    private static DatasetException notFound(String source) {
        return new DatasetException(
                "Can't find data source '" + source + "': no such file or folder." + neighbours(source));
    }

    private static Optional<Path> path(String source) {
        try {
            return source.isBlank() ? Optional.empty() : Optional.of(Path.of(source));
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    private static boolean looksLikePath(String source) {
        return source.contains("/") || source.contains("\\") || source.contains(".");
    }

    /** What lies beside a file that isn't there and has nearly its name. */
    private static String neighbours(String source) {
        Path path = path(source).map(Path::toAbsolutePath).orElse(null);
        if (path == null || path.getParent() == null || path.getFileName() == null) {
            return " Give " + KINDS + ".";
        }
        try (Stream<Path> siblings = Files.list(path.getParent())) {
            List<String> names = siblings.limit(MAX_SIBLINGS)
                    .map(sibling -> String.valueOf(sibling.getFileName()))
                    .toList();
            return Spelling.nearest(path.getFileName().toString(), names)
                    .map(near -> " Did you mean '" + near + "'?")
                    .orElse(" Give " + KINDS + ".");
        } catch (IOException e) {
            return " There is no folder " + path.getParent() + ".";
        }
    }

    private static Dataset openFolder(Path given, SourceOptions options, FetchListener listener) {
        Optional<Path> test = ImageFolder.testPart(given);
        test.ifPresent(part -> listener.onEvent(new FetchEvent.Noted(
                given + " has data to train on and to test by; these are those of " + part + ".")));
        Path folder = test.orElse(given);
        if (SoundFolder.isOne(folder)) {
            TableSamples sounds = TableSamples.readSounds(
                    folder, options.spectrogram(), options.tables().steps());
            sounds.notes().forEach(note -> listener.onEvent(new FetchEvent.Noted(note)));
            return sounds.data();
        }
        if (options.spectrogram() != null) {
            throw LogMelSpectrogram.noSound(folder);
        }
        if (hasTables(folder, options, listener)) {
            return rows(folder, options, note -> listener.onEvent(new FetchEvent.Noted(note)));
        }
        ImageFolder images = ImageFolder.read(folder, options.sampleShape(), options.pictures());
        if (!images.skipped().isEmpty()) {
            listener.onEvent(
                    new FetchEvent.Skipped(images.skipped(), images.data().size()));
        }
        return images.data();
    }

    /** Whether a folder is one of series; of both, what a model takes decides. */
    private static boolean hasTables(Path folder, SourceOptions options, FetchListener listener) {
        TableFolder.Content content = TableFolder.content(folder);
        if (content.tables() == 0 || content.pictures() == 0) {
            return content.tables() > 0;
        }
        Shape wanted = options.sampleShape();
        if (wanted == null || wanted.rank() < 3) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't tell what %s is: expected pictures or tables, found %,d pictures and %,d tables, such as %s."
                            + " Take the ones or the others out.",
                    folder,
                    content.pictures(),
                    content.tables(),
                    Excerpt.of(content.table(), 200)));
        }
        listener.onEvent(new FetchEvent.Noted(String.format(
                Locale.ROOT,
                "The %,d pictures of %s are taken, as the model takes such, and not its tables, such as %s.",
                content.pictures(),
                folder,
                Excerpt.of(content.table(), 200))));
        return false;
    }

    private static FloatDataset rows(Path tables, SourceOptions options, Consumer<String> notes) {
        TableSamples rows =
                TableSamples.read(tables, table(options), options.tables().steps());
        rows.notes().forEach(notes);
        return rows.data();
    }

    /** @throws DatasetException if there is no such file; the message names one that is nearly called so */
    public static void requireFile(Path file) {
        if (!isThere(file)) {
            throw notFound(file.toString());
        }
    }

    /** Whether there is such a file or folder, or an array in a file as {@link ArrayPath} tells. */
    private static boolean isThere(Path path) {
        return !Files.notExists(path) || ArrayPath.of(path).isPresent();
    }

    /** A file by what its first bytes and its name tell, as it lies there. */
    public static Dataset openFile(Path file, SourceOptions options) {
        return openFile(file, options, note -> {});
    }

    /** The same; {@code notes} is told what was found in a table and taken, a sentence each. */
    public static Dataset openFile(Path file, SourceOptions options, Consumer<String> notes) {
        requireFile(file);
        LogMelSpectrogram spectrogram = options.spectrogram();
        if (spectrogram != null) {
            return spectrogram.of(file, arrays(file));
        }
        if (ArrayPath.of(file).isPresent()) {
            return chosen(file, arrays(file).orElseThrow(), options, notes);
        }
        byte[] beginning = beginning(file);
        if (startsWith(beginning, NPY_MAGIC)) {
            return NpyFile.open(file);
        }
        if (startsWith(beginning, IDX_MAGIC)) {
            return IdxFile.readDataset(file);
        }
        if (isTable(file)) {
            return rows(file, options, notes);
        }
        Optional<ArrayFile> arrays = arrays(file);
        if (arrays.isPresent()) {
            return chosen(file, arrays.get(), options, notes);
        }
        if (startsWith(beginning, GZIP_MAGIC)) {
            return IdxFile.readDataset(file);
        }
        throw new CorruptFileException(
                file,
                KINDS,
                beginning.length == 0 ? "an empty file" : "none of these by its first bytes and its name",
                wayOut(file, beginning));
    }

    private static FloatDataset chosen(Path file, ArrayFile arrays, SourceOptions options, Consumer<String> notes) {
        List<String> taken = new ArrayList<>();
        FloatDataset data = ArrayChoice.open(file, arrays, options.array(), Split.TEST, taken);
        taken.forEach(notes);
        return data;
    }

    private static String wayOut(Path file, byte[] beginning) {
        if (startsWith(beginning, PARQUET_MAGIC)) {
            return "It is Parquet: name it .parquet.";
        }
        Path header = file.resolveSibling(String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "") + ".hea");
        return Files.exists(header)
                ? "Give the header of the record, " + header.getFileName() + "."
                : "Name a table by its format, such as .csv or .parquet; convert anything else.";
    }

    /**
     * A file of arrays with names.
     *
     * @return empty if it is none
     * @throws CorruptFileException if it is damaged
     */
    public static Optional<ArrayFile> arrays(Path file) {
        requireFile(file);
        Optional<ArrayPath> within = ArrayPath.of(file);
        if (within.isPresent()) {
            return Optional.of(within.get()
                    .in(arrays(within.get().file())
                            .orElseThrow(() -> new DatasetException(
                                    "Can't read " + file + ": " + within.get().file()
                                            + " is no file of arrays with names. Give its path alone."))));
        }
        byte[] beginning = beginning(file);
        if (isTable(file)) {
            return Optional.empty();
        }
        if (startsWith(beginning, ZIP_MAGIC) || startsWith(beginning, EMPTY_ZIP_MAGIC)) {
            return Optional.of(NpzFile.open(file));
        }
        if (startsWith(beginning, MAT_MAGIC)) {
            return Optional.of(MatFile.open(file));
        }
        if (startsWith(beginning, HDF5_MAGIC)) {
            return Optional.of(Hdf5Arrays.open(file));
        }
        return startsWith(beginning, WAV_MAGIC) ? Optional.of(WavFile.open(file)) : Optional.empty();
    }

    /** With the model's columns, by name, where no others are named. */
    private static TableOptions table(SourceOptions options) {
        Normalization model = options.normalization();
        TableOptions table = options.tables().table();
        return model == null || !table.roles().columns().isEmpty() ? table : table.withColumns(model.columns());
    }

    /**
     * The column of a table that has the classes of its rows, as far as names tell.
     *
     * @return empty of anything but a table, and where there are none or several
     * @throws DatasetException if the table can't be read
     */
    public static Optional<String> likelyLabels(Path file) {
        return LabelColumns.find(file, TableOptions.DEFAULT);
    }

    /** Whether a file is a table by its name, see {@link TableReader#endings}. */
    public static boolean isTable(Path file) {
        return TableReader.isTable(file);
    }

    private static byte[] beginning(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new DatasetException("Can't read " + file + ": expected a file, found "
                    + (Files.isDirectory(file) ? "a folder" : "neither file nor folder") + ". Give " + KINDS + ".");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(NPY_MAGIC.length);
        } catch (IOException e) {
            throw new DatasetException(
                    "Can't read " + file + ": " + Failures.reason(e) + ". Check that it exists and is readable.", e);
        }
    }

    private static boolean startsWith(byte[] bytes, byte[] magic) {
        return bytes.length >= magic.length && Arrays.equals(bytes, 0, magic.length, magic, 0, magic.length);
    }

    /**
     * Samples as a reader of files made them, normalized as {@link #open} tells.
     *
     * @param source in messages
     * @throws DatasetException if the numbers are neither pixels nor divided already, where pixels are wanted
     */
    public static Dataset normalized(String source, Dataset data, SourceOptions options) {
        Float scale = options.scale();
        if (scale != null) {
            return normalized(data, dividingBy(scale));
        }
        Normalization wanted = options.normalization();
        if (wanted == null) {
            return data;
        }
        boolean isStoredAsNumbers =
                data instanceof FloatDataset && data.normalization().isNone();
        return wanted.isPixels() && isStoredAsNumbers
                ? normalized(data, ValueRange.of(data).towardsPixels(source))
                : normalized(data, wanted);
    }

    private static Normalization dividingBy(float scale) {
        return scale == 255 ? Normalization.PIXELS : scale == 1 ? Normalization.NONE : new Normalization(1 / scale, 0);
    }

    /**
     * The same samples, their stored numbers normalized like this.
     *
     * @param data that a reader of files made
     */
    public static Dataset normalized(Dataset data, Normalization normalization) {
        return switch (data) {
            case ByteDataset bytes -> bytes.withNormalization(normalization);
            case FloatDataset floats -> floats.withNormalization(normalization);
            default -> throw new IllegalStateException("a source of an unknown kind: " + data.getClass());
        };
    }

    private static Dataset shaped(
            String source, Dataset data, Shape wanted, SourceOptions options, Consumer<String> notes) {
        Shape found = data.sampleShape();
        if (found.size() == wanted.size()) {
            Dataset whole = withoutGaps(data);
            return found.equals(wanted) ? whole : whole.reshaped(wanted);
        }
        if (data instanceof FloatDataset series
                && found.rank() == 1
                && isOfSteps(wanted)
                && found.size() == wanted.dimension(1)) {
            Shape steps = Shape.of(wanted.dimension(0), wanted.dimension(1));
            return windows(source, series, steps, options, notes).reshaped(wanted);
        }
        throw new DatasetException(String.format(
                Locale.ROOT,
                "Data source '%s' has samples %s = %,d numbers; expected %s = %,d, or a series whose steps are the"
                        + " last dimension. %s",
                source,
                found,
                found.size(),
                wanted,
                wanted.size(),
                found.size() == wanted.size() + 1
                        ? path(source)
                                .flatMap(file ->
                                        LabelColumns.find(file, options.tables().table()))
                                .map(label -> "Column '" + label + "' is probably the class: say --label-column "
                                        + label + ".")
                                .orElse(OTHER_SHAPE)
                        : OTHER_SHAPE));
    }

    /** Whether a window of a series has that shape: [steps, features], or as a grey picture [steps, features, 1]. */
    private static boolean isOfSteps(Shape wanted) {
        return wanted.rank() == 2 || (wanted.rank() == 3 && wanted.dimension(2) == 1);
    }

    /** The same without the rows that no sample may have, such as those with gaps. */
    private static Dataset withoutGaps(Dataset data) {
        SourceRows rows = data.places().map(SamplePlaces::rows).orElse(null);
        if (rows == null || rows.used() == data.size() || !(data instanceof FloatDataset each)) {
            return data;
        }
        if (rows.used() == 0) {
            throw new DatasetException("Data source '" + data.name()
                    + "' has no row without gaps. Fill them by --missing, in a recipe by 'missing'.");
        }
        Cuts cuts = Cuts.windows(rows.pieces(), 1, 1, true);
        return each.cut(cuts, LabelRule.MAJORITY, 0).reshaped(data.sampleShape());
    }

    private static FloatDataset windows(
            String source, FloatDataset series, Shape wanted, SourceOptions options, Consumer<String> notes) {
        int steps = wanted.dimension(0);
        SourceRows rows = series.places().map(SamplePlaces::rows).orElseGet(() -> SourceRows.plain(series.size()));
        int stride = options.stride() == null ? steps : options.stride();
        if (options.tables().fillUp()) {
            return filledUp(source, series, rows, wanted, options);
        }
        Cuts cuts = Cuts.windows(rows.pieces(), steps, stride, true);
        if (cuts.count() == 0) {
            boolean whole = rows.longest() == series.size();
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Data source '%s' is a series of %,d steps%s; expected at least the %,d of a sample %s.%s",
                    source,
                    series.size(),
                    whole ? "" : String.format(Locale.ROOT, ", of which %,d follow each other", rows.longest()),
                    steps,
                    wanted,
                    whole
                            ? " Give a longer one."
                            : " Give a longer one, or fill its gaps by --missing, in a recipe by 'missing'."));
        }
        describeShort(rows, steps).ifPresent(notes);
        LabelRule rule = options.tables().rule();
        if (!series.hasLabels()) {
            return series.cut(cuts, rule, 0);
        }
        FloatDataset cut = series.cut(cuts, rule, series.commonestLabel());
        LostClasses.describe(series, cut, rule, "series", "--label-rule any").forEach(notes);
        return cut;
    }

    /** Says which rows no window has. */
    private static Optional<String> describeShort(SourceRows rows, int steps) {
        int[] tooShort = rows.pieces().stream()
                .mapToInt(piece -> piece[1] - piece[0])
                .filter(length -> length < steps)
                .toArray();
        return tooShort.length == 0
                ? Optional.empty()
                : Optional.of(String.format(
                        Locale.ROOT,
                        "%,d of the %,d %s have fewer than the %,d steps of a sample and are left out, %,d of %,d rows."
                                + " --lengths pad takes each as a sample, filled up.",
                        tooShort.length,
                        rows.pieces().size(),
                        rows.ids() == null ? "pieces between gaps" : "series, or pieces of them between gaps,",
                        steps,
                        Arrays.stream(tooShort).sum(),
                        rows.count()));
    }

    /** Each series is a sample. */
    private static FloatDataset filledUp(
            String source, FloatDataset series, SourceRows rows, Shape wanted, SourceOptions options) {
        if (rows.longest() > wanted.dimension(0) || rows.used() == 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Data source '%s' has a series of %,d steps; expected 1 to %,d, as many as a sample %s has. Leave"
                            + " --lengths out to cut it into windows.",
                    source,
                    rows.longest(),
                    wanted.dimension(0),
                    wanted));
        }
        float filling = options.tables().steps().lengths().filling();
        Cuts cuts = Cuts.onePiece(rows.pieces(), wanted.dimension(0), filling);
        return series.cut(cuts, options.tables().rule(), series.hasLabels() ? series.commonestLabel() : 0);
    }

    /** The same samples with the labels of a file, one each. */
    public static Dataset labelled(Dataset data, Path file) {
        Labels labels = readLabels(file, data.size());
        int[] classes = labels.classes();
        if (classes.length != data.size()) {
            throw new CorruptFileException(
                    file,
                    String.format(Locale.ROOT, "%,d labels, one for each sample of %s", data.size(), data.name()),
                    String.format(Locale.ROOT, "%,d", classes.length),
                    "Samples and labels are of different sets; take both from the same one.");
        }
        return switch (data) {
            case ByteDataset bytes -> bytes.withLabels(asBytes(file, classes)).withClassNames(labels.names());
            case FloatDataset floats -> floats.withLabels(classes, labels.names());
            default -> throw new IllegalStateException("a source of an unknown kind: " + data.getClass());
        };
    }

    /**
     * The labels of a file.
     *
     * @param samples how many are wanted; there may be more or less
     * @throws CorruptFileException if the file holds no labels
     */
    public static Labels readLabels(Path file, int samples) {
        if (ArrayPath.of(file).isPresent()) {
            return new Labels(ArrayChoice.labels(file, arrays(file).orElseThrow(), samples), List.of());
        }
        byte[] beginning = beginning(file);
        if (startsWith(beginning, NPY_MAGIC)) {
            return new Labels(NpyFile.readLabels(file), List.of());
        }
        if (isTable(file)) {
            if (!TableReader.isText(file)) {
                throw new DatasetException("Can't read " + file
                        + " as labels: expected an IDX, NPY, NPZ or CSV file. Save one label a line as CSV.");
            }
            return CsvFile.readLabels(file, samples);
        }
        Optional<ArrayFile> arrays = arrays(file);
        if (arrays.isPresent()) {
            return new Labels(ArrayChoice.labels(file, arrays.get(), samples), List.of());
        }
        byte[] labels = IdxFile.readLabels(file).values();
        int[] classes = new int[labels.length];
        Arrays.setAll(classes, i -> Byte.toUnsignedInt(labels[i]));
        return new Labels(classes, List.of());
    }

    private static byte[] asBytes(Path file, int[] labels) {
        byte[] bytes = new byte[labels.length];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] > 255) {
                throw new CorruptFileException(
                        file,
                        "labels of 0 to 255 for samples kept as bytes",
                        labels[i] + " for sample " + i,
                        "Number the classes from 0.");
            }
            bytes[i] = (byte) labels[i];
        }
        return bytes;
    }
}
