package dev.hourglass.data.series;

import dev.hourglass.data.LabelRule;
import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a series of the user's own becomes training and test samples; see {@link SeriesSplit}.
 *
 * @param test a file with what to test by; null takes it from the end of the series
 * @param testShare of the series that is tested by if no file is given, above 0 and below 1
 * @param window how samples are cut; null takes every row of the file as a sample
 * @param scaling fitted to the training part; null leaves the numbers as they are
 * @param labels a file with one label a row (NPY, CSV or IDX); null for none, or where a column has them
 * @param table how a table is written and what its columns are
 * @param steps what happens to its rows before they are cut
 * @param classes what labels are used for
 * @param arrays of a file of several, such as NPZ: the one that has the samples, or those whose numbers lie side by side in a
 *     sample, one for each input of a model; empty to choose by their names
 * @param spectrogram of sound, which is what is cut; null for its frames, and of anything else
 */
public record SeriesOptions(
        @Nullable Path test,
        double testShare,
        @Nullable Window window,
        @Nullable Scale scaling,
        @Nullable Path labels,
        TableOptions table,
        Steps steps,
        Classes classes,
        List<String> arrays,
        @Nullable LogMelSpectrogram spectrogram) {
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

    /**
     * @param together whether all channels get the same scale
     * @param clip between which scaled numbers are kept; null for no bounds
     */
    public record Scale(Scaling scaling, boolean together, Normalization.@Nullable Clip clip) {
        public static Scale of(Scaling scaling) {
            return new Scale(scaling, false, null);
        }

        /**
         * Fitted to the numbers that a model learns from.
         *
         * @param channels numbers a row
         */
        Normalization fit(int channels, Scaling.Rows rows) {
            return scaling.fit(channels, together, rows).withClip(clip);
        }
    }

    /**
     * What happens to the rows of a table.
     *
     * @param missing numbers
     * @param maxGap the longest time between two neighbours of a window; null for any
     * @param resample to steps of equal time; null leaves the rows as they are
     * @param lengths of series that {@code id} tells apart, where there is no window
     */
    public record Steps(
            Missing missing,
            @Nullable Duration maxGap,
            @Nullable Resample resample,
            Lengths lengths) {
        public static final Steps PLAIN = new Steps(Missing.FAIL, null, null, new Lengths(false, -1));

        public Steps {
            if (maxGap != null && (maxGap.isNegative() || maxGap.isZero())) {
                throw new IllegalArgumentException("maxGap must be above 0, got " + maxGap);
            }
        }
    }

    /** What becomes of missing numbers. */
    public enum Missing {
        /** They are refused. */
        FAIL,
        /** On the line between the numbers around them; at the ends the nearest. */
        INTERPOLATE,
        /** The last number before; at the beginning the first. */
        HOLD,
        /** The mean of the channel's training part. */
        MEAN,
        /** No window has a step with one. */
        DROP_WINDOWS
    }

    /** @param every the new step, at least a millisecond */
    public record Resample(Duration every, How how) {
        /** What the numbers within a step become. */
        public enum How {
            MEAN,
            MEDIAN,
            FIRST,
            LAST,
            MIN,
            MAX,
            SUM
        }

        public Resample {
            if (every.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("every must be >= 1 ms, got " + every);
            }
        }
    }

    /**
     * @param cut whether series are cut to the shortest; else they are filled up to the longest
     * @param filling what the model reads for steps that are not there
     */
    public record Lengths(boolean cut, float filling) {}

    /**
     * @param trainOn classes whose rows are trained on; empty for all
     * @param rule which label a window gets
     * @param testAlike whether rows of other classes are not tested by either
     */
    public record Classes(List<String> trainOn, LabelRule rule, boolean testAlike) {
        public static final Classes ALL = new Classes(List.of(), LabelRule.MAJORITY);

        public Classes {
            trainOn = List.copyOf(trainOn);
        }

        /** All rows are tested by. */
        public Classes(List<String> trainOn, LabelRule rule) {
            this(trainOn, rule, false);
        }
    }

    public SeriesOptions {
        arrays = List.copyOf(arrays);
        if (!(testShare > 0 && testShare < 1)) {
            throw new IllegalArgumentException("testShare must be above 0 and below 1, got " + testShare);
        }
        if (labels != null && (test != null || table.roles().label() != null)) {
            throw new IllegalArgumentException(
                    "a file of labels goes with one file of samples and no column of labels");
        }
    }

    /** Rows as samples, the last fifth to test by, every channel from 0 to 1, no labels. */
    public static SeriesOptions defaults() {
        return new SeriesOptions(
                null,
                0.2,
                null,
                Scale.of(Scaling.MIN_MAX),
                null,
                TableOptions.DEFAULT,
                Steps.PLAIN,
                Classes.ALL,
                List.of(),
                null);
    }

    public SeriesOptions withTest(Path file) {
        return new SeriesOptions(file, testShare, window, scaling, labels, table, steps, classes, arrays, spectrogram);
    }

    public SeriesOptions withTestShare(double share) {
        return new SeriesOptions(test, share, window, scaling, labels, table, steps, classes, arrays, spectrogram);
    }

    public SeriesOptions withWindow(int length, int stride) {
        return new SeriesOptions(
                test,
                testShare,
                new Window(length, stride),
                scaling,
                labels,
                table,
                steps,
                classes,
                arrays,
                spectrogram);
    }

    /** By channel, without bounds. */
    public SeriesOptions withScaling(@Nullable Scaling other) {
        return withScale(other == null ? null : Scale.of(other));
    }

    public SeriesOptions withScale(@Nullable Scale other) {
        return new SeriesOptions(test, testShare, window, other, labels, table, steps, classes, arrays, spectrogram);
    }

    public SeriesOptions withLabels(Path file) {
        return new SeriesOptions(test, testShare, window, scaling, file, table, steps, classes, arrays, spectrogram);
    }

    public SeriesOptions withLabelColumn(String column) {
        return withTable(table.withLabel(column));
    }

    public SeriesOptions withTable(TableOptions other) {
        return new SeriesOptions(test, testShare, window, scaling, labels, other, steps, classes, arrays, spectrogram);
    }

    public SeriesOptions withSteps(Steps other) {
        return new SeriesOptions(test, testShare, window, scaling, labels, table, other, classes, arrays, spectrogram);
    }

    public SeriesOptions withClasses(Classes other) {
        return new SeriesOptions(test, testShare, window, scaling, labels, table, steps, other, arrays, spectrogram);
    }

    public SeriesOptions withArrays(List<String> names) {
        return new SeriesOptions(test, testShare, window, scaling, labels, table, steps, classes, names, spectrogram);
    }

    /** The array that has the samples; null to choose one by the names, or where it is several. */
    public @Nullable String array() {
        return arrays.size() == 1 ? arrays.getFirst() : null;
    }

    public SeriesOptions withSpectrogram(@Nullable LogMelSpectrogram other) {
        return new SeriesOptions(test, testShare, window, scaling, labels, table, steps, classes, arrays, other);
    }
}
