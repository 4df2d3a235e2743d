package dev.hourglass.data.series;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a series of the user's own becomes training and test samples; see {@link SeriesSplit}.
 *
 * @param test a file with what to test by; null takes it from the end of the series
 * @param testShare of the series that is tested by if no file is given, above 0 and below 1
 * @param window how samples are cut; null takes every row of the file as a sample
 * @param scaling of each channel, fitted to the training part; null leaves the numbers as they are
 * @param labels a file with one label a row (NPY, CSV or IDX); null for none, or where a column has them
 * @param labelColumn of a CSV file; null for none
 */
public record SeriesOptions(
        @Nullable Path test,
        double testShare,
        @Nullable Window window,
        @Nullable Scaling scaling,
        @Nullable Path labels,
        @Nullable String labelColumn) {
    /**
     * @param steps the length of a sample, >= 1
     * @param stride from the beginning of one sample to that of the next, >= 1; below {@code steps} they overlap
     */
    public record Window(int steps, int stride) {
        public Window {
            if (steps < 1 || stride < 1) {
                throw new IllegalArgumentException(
                        "a window needs steps and stride >= 1, got " + steps + " and " + stride);
            }
        }
    }

    public SeriesOptions {
        if (!(testShare > 0 && testShare < 1)) {
            throw new IllegalArgumentException("testShare must be above 0 and below 1, got " + testShare);
        }
        if (labels != null && (test != null || labelColumn != null)) {
            throw new IllegalArgumentException(
                    "a file of labels goes with one file of samples and no column of labels");
        }
    }

    /** Rows as samples, the last fifth to test by, every channel from 0 to 1, no labels. */
    public static SeriesOptions defaults() {
        return new SeriesOptions(null, 0.2, null, Scaling.MIN_MAX, null, null);
    }

    public SeriesOptions withTest(Path file) {
        return new SeriesOptions(file, testShare, window, scaling, labels, labelColumn);
    }

    public SeriesOptions withTestShare(double share) {
        return new SeriesOptions(test, share, window, scaling, labels, labelColumn);
    }

    public SeriesOptions withWindow(int steps, int stride) {
        return new SeriesOptions(test, testShare, new Window(steps, stride), scaling, labels, labelColumn);
    }

    public SeriesOptions withScaling(@Nullable Scaling other) {
        return new SeriesOptions(test, testShare, window, other, labels, labelColumn);
    }

    public SeriesOptions withLabels(Path file) {
        return new SeriesOptions(test, testShare, window, scaling, file, labelColumn);
    }

    public SeriesOptions withLabelColumn(String column) {
        return new SeriesOptions(test, testShare, window, scaling, labels, column);
    }
}
