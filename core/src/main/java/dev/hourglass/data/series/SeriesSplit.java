package dev.hourglass.data.series;

import dev.hourglass.data.DataSources;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SourceOptions;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A series of the user's own, such as measurements, as samples to train and to test by. A CSV file has one row per step
 * and one column per channel; an NPY file is [steps, channels], or [samples, steps, channels] where it is cut already.
 *
 * <p>Nothing of the test part reaches training: the series is split by time, the end being tested by; each part is cut
 * into windows by itself, so that no window of the one shares a step with one of the other; and the scales are fitted
 * to the training part alone, so test samples may leave its range. A window's label is the commonest of its steps, the
 * smallest of equally common ones.
 */
public record SeriesSplit(FloatDataset training, FloatDataset test) {
    /**
     * Reads a file, or two, and makes training and test samples of it.
     *
     * @throws CorruptFileException if a file is damaged, holds NaN or infinity, or labels don't match the rows
     * @throws DatasetException if a file can't be read, is no series, is too short, or both differ in kind
     */
    public static SeriesSplit open(Path file, SeriesOptions options) {
        FloatDataset series = read(file, options);
        Path testFile = options.test();
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
            test = read(testFile, options);
            requireSameKind(file, training, testFile, test);
            requireRows(file, "training", training.size(), training.size(), options);
            requireRows(testFile, "test", test.size(), test.size(), options);
        }
        Scaling scaling = options.scaling();
        Normalization normalization = scaling == null ? Normalization.NONE : scaling.fit(training);
        return new SeriesSplit(
                windows(training, options).withNormalization(normalization),
                windows(test, options).withNormalization(normalization));
    }

    private static FloatDataset read(Path file, SeriesOptions options) {
        SourceOptions source = SourceOptions.defaults();
        if (options.labelColumn() != null) {
            source = source.withLabelColumn(options.labelColumn());
        }
        Dataset data = DataSources.openFile(file, source);
        if (!(data instanceof FloatDataset rows)) {
            throw new DatasetException(
                    "Can't read " + file + " as a series: expected a CSV or NPY file, found images. Give their data set"
                            + " by name or folder.");
        }
        if (options.labelColumn() != null && !rows.hasLabels()) {
            throw new DatasetException("Can't take labels from column '" + options.labelColumn() + "' of " + file
                    + ": only CSV files have named columns. Give the labels as a file of their own.");
        }
        if (options.window() != null && rows.sampleShape().rank() > 1) {
            throw new DatasetException("Can't cut " + file + " into windows: expected [steps, channels], found "
                    + rows.sampleShape().withBatch() + ", which is cut already. Leave the window out.");
        }
        requireFinite(file, rows);
        return options.labels() == null ? rows : (FloatDataset) DataSources.labelled(rows, options.labels());
    }

    private static FloatDataset windows(FloatDataset rows, SeriesOptions options) {
        SeriesOptions.Window window = options.window();
        return window == null ? rows : rows.windows(window.steps(), window.stride());
    }

    private static void requireRows(Path file, String part, int found, int of, SeriesOptions options) {
        SeriesOptions.Window window = options.window();
        int needed = window == null ? 1 : window.steps();
        if (found < needed) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "The %s part of %s has %,d of its %,d rows; expected at least %s. Give a longer series, shorter windows"
                            + " or another share for the test.",
                    part,
                    file,
                    found,
                    of,
                    window == null ? "one" : String.format(Locale.ROOT, "the %,d of a window", needed)));
        }
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
