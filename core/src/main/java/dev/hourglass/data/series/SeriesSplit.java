package dev.hourglass.data.series;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.JoinedInputs;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.data.Split;
import dev.hourglass.data.files.ArrayChoice;
import dev.hourglass.data.files.ArrayFile;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A series of the user's own, such as measurements, as samples to train and to test by. A CSV file has one row per step
 * and one column per channel; an NPY file is [steps, channels], or [samples, steps, channels] where it is cut already.
 *
 * <p>Nothing of the test part reaches training: the series is split by time, the end being tested by; each part is cut
 * into windows by itself, so that no window of the one shares a step with one of the other; and the scales are fitted
 * to the training part alone, so test samples may leave its range. No window crosses from one series to the next. In
 * the test part every row is in a window where its piece is long enough: the last window ends at the last row.
 *
 * @param notes what was found and taken, a sentence each, such as gaps and columns that are left out
 */
public record SeriesSplit(FloatDataset training, FloatDataset test, List<String> notes) {
    public SeriesSplit {
        notes = List.copyOf(notes);
    }

    /**
     * Reads a file or a folder, or two, and makes training and test samples of it.
     *
     * @throws CorruptFileException if a file is damaged, holds NaN or infinity, or labels don't match the rows
     * @throws DatasetException if a file can't be read, is no series, is too short, or both differ in kind
     */
    public static SeriesSplit open(Path file, SeriesOptions options) {
        if (SoundFolder.isOne(file)) {
            return TableSplit.open(file, options);
        }
        if (options.spectrogram() != null && isOfTables(file)) {
            throw LogMelSpectrogram.noSound(file);
        }
        if (isOfTables(file) && (options.test() == null || isOfTables(options.test()))) {
            return TableSplit.open(file, options);
        }
        Optional<ArrayFile> arrays = DataSources.arrays(file);
        List<String> notes = new ArrayList<>();
        Path testFile = options.test();
        boolean isOne = arrays.isPresent() && !hasSeveral(file, arrays.get(), options.arrays());
        if (isOne && testFile == null && ArrayChoice.hasBoth(file, arrays.orElseThrow(), options.array())) {
            testFile = file;
        }
        FloatDataset series = read(file, arrays, options, Split.TRAINING, notes);
        FloatDataset training;
        FloatDataset test;
        if (testFile == null) {
            int testRows = (int) Math.round(series.size() * options.testShare());
            int rows = series.size() - testRows;
            requireRows(file, "training", rows, series.size(), options);
            requireRows(file, "test", testRows, series.size(), options);
            training = series.range(0, rows);
            test = series.range(rows, series.size());
        } else {
            training = series;
            Optional<ArrayFile> others = testFile.equals(file) ? arrays : DataSources.arrays(testFile);
            test = read(testFile, others, options, Split.TEST, notes);
            requireSameKind(file, training, testFile, test);
            requireRows(file, "training", training.size(), training.size(), options);
            requireRows(testFile, "test", test.size(), test.size(), options);
        }
        SeriesOptions.Scale scale = options.scaling();
        int channels = training.sampleShape().dimension(-1);
        Normalization normalization =
                scale == null ? Normalization.NONE : scale.fit(channels, Scaling.rowsOf(training));
        return new SeriesSplit(
                windows(training, options, false).withNormalization(normalization),
                windows(test, options, true).withNormalization(normalization),
                notes);
    }

    private static boolean isOfTables(Path source) {
        return Files.isDirectory(source) || DataSources.isTable(source);
    }

    private static FloatDataset read(
            Path file, Optional<ArrayFile> arrays, SeriesOptions options, Split split, List<String> notes) {
        LogMelSpectrogram spectrogram = options.spectrogram();
        boolean areSeveral = arrays.isPresent() && hasSeveral(file, arrays.get(), options.arrays());
        Dataset data = spectrogram != null
                ? spectrogram.of(file, arrays)
                : arrays.isPresent()
                        ? areSeveral
                                ? sideBySide(file, arrays.get(), options.arrays(), split)
                                : ArrayChoice.open(file, arrays.get(), options.array(), split, notes)
                        : DataSources.openFile(file, SourceOptions.defaults());
        if (!(data instanceof FloatDataset rows)) {
            throw new DatasetException("Can't read " + file
                    + " as a series: expected " + DataSources.FILES + ", found pictures. Write 'images:'"
                    + " in place of 'source:'.");
        }
        if (!options.table().equals(TableOptions.DEFAULT)) {
            String label = options.table().roles().label();
            throw new DatasetException((label == null
                            ? "Can't use the settings of a table for "
                            : "Can't take labels from column '" + label + "' of ")
                    + file + ": only CSV files have named columns. "
                    + (label == null ? "Leave them out." : "Give the labels as a file of their own."));
        }
        if (!options.steps().equals(SeriesOptions.Steps.PLAIN)
                || !options.classes().trainOn().isEmpty()) {
            throw new DatasetException("Can't use 'missing', 'max_gap', 'resample', 'lengths' or 'train_on' for " + file
                    + ": they are for tables. Save the series as CSV.");
        }
        if (options.window() != null && rows.sampleShape().rank() > 1) {
            throw new DatasetException("Can't cut " + file + " into windows: expected [steps, channels], found "
                    + rows.sampleShape().withBatch() + ", which is cut already. Leave the window out.");
        }
        requireFinite(file, rows);
        return options.labels() == null ? rows : (FloatDataset) DataSources.labelled(rows, options.labels());
    }

    /** Whether a file has the arrays that are to lie side by side; false where it has none of them, as a file of rows. */
    private static boolean hasSeveral(Path file, ArrayFile arrays, List<String> names) {
        List<String> there =
                arrays.entries().stream().map(ArrayFile.Entry::name).toList();
        if (names.size() < 2 || names.stream().noneMatch(there::contains)) {
            return false;
        }
        List<String> missing =
                names.stream().filter(name -> !there.contains(name)).toList();
        if (!missing.isEmpty()) {
            throw new DatasetException(file + " has no array " + String.join(", ", missing) + " beside "
                    + String.join(", ", names.stream().filter(there::contains).toList())
                    + ". Save an array for each input of the model, by its name.");
        }
        return true;
    }

    /** The numbers of several arrays in a row, sample by sample; labels are those of the first. */
    private static FloatDataset sideBySide(Path file, ArrayFile arrays, List<String> names, Split split) {
        Map<String, Dataset> parts = new LinkedHashMap<>();
        names.forEach(name -> parts.put(name, ArrayChoice.open(file, arrays, name, split, new ArrayList<>())));
        JoinedInputs joined = JoinedInputs.of(parts);
        int size = joined.sampleShape().size();
        long numbers = (long) joined.size() * size;
        if (numbers > Integer.MAX_VALUE - 64) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "The arrays of %s have %,d numbers, which is more than lie side by side in memory. Use fewer samples.",
                    file,
                    numbers));
        }
        float[] rows = new float[Math.toIntExact(numbers)];
        for (int i = 0; i < joined.size(); i++) {
            joined.copySample(i, rows, i * size);
        }
        FloatDataset whole = FloatDataset.of(String.valueOf(file.getFileName()), joined.sampleShape(), rows);
        return joined.hasLabels()
                ? whole.withLabels(
                        IntStream.range(0, joined.size()).map(joined::label).toArray(), joined.classNames())
                : whole;
    }

    private static FloatDataset windows(FloatDataset rows, SeriesOptions options, boolean toTheEnd) {
        SeriesOptions.Window window = options.window();
        if (window == null) {
            return rows;
        }
        List<int[]> whole = List.of(new int[] {0, rows.size()});
        return rows.cut(
                Cuts.windows(whole, window.steps(), window.stride(), toTheEnd),
                options.classes().rule(),
                0);
    }

    private static void requireRows(Path file, String part, int found, int of, SeriesOptions options) {
        SeriesOptions.Window window = options.window();
        int needed = window == null ? 1 : window.steps();
        if (found < needed) {
            throw tooShort(file, part, found, of, window);
        }
    }

    static DatasetException tooShort(Path file, String part, int found, int of, SeriesOptions.@Nullable Window window) {
        return new DatasetException(String.format(
                Locale.ROOT,
                "The %s part of %s has %,d of its %,d rows; expected at least %s. Give a longer series, shorter windows"
                        + " or another share for the test.",
                part,
                file,
                found,
                of,
                window == null ? "one" : String.format(Locale.ROOT, "the %,d of a window", window.steps())));
    }

    private static void requireSameKind(Path file, FloatDataset training, Path testFile, FloatDataset test) {
        if (!training.sampleShape().equals(test.sampleShape())) {
            throw new DatasetException("Rows of " + testFile + " are " + test.sampleShape() + ", expected "
                    + training.sampleShape() + " as in " + file + ". Give both the same columns.");
        }
        if (!training.classNames().equals(test.classNames())) {
            throw new DatasetException(
                    "The labels of " + testFile + " are " + test.classNames() + ", expected " + training.classNames()
                            + " as in " + file + ". Give both the same classes, or number them from 0.");
        }
    }

    private static void requireFinite(Path file, FloatDataset rows) {
        int size = rows.sampleShape().size();
        float[] row = new float[size];
        for (int i = 0; i < rows.size(); i++) {
            rows.copyStored(i, row, 0);
            for (int j = 0; j < size; j++) {
                if (!Float.isFinite(row[j])) {
                    rows.requireUnchanged();
                    throw new CorruptFileException(
                            file,
                            "numbers",
                            row[j] + String.format(Locale.ROOT, " in row %,d, column %,d, both from 1", i + 1, j + 1),
                            "Fill the gap or drop the row.");
                }
            }
        }
    }
}
