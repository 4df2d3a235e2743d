package dev.hourglass.data;

import dev.hourglass.data.files.LogMelSpectrogram;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.series.SeriesOptions;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a source is opened.
 *
 * @param sampleShape what a sample has to be, such as a model's input; null takes what is there
 * @param normalization from stored numbers to a model's inputs, see {@link DataSources#open}; null leaves it to the
 *     source
 * @param labels a file with one label a sample (IDX, NPY, NPZ or CSV); null for none
 * @param stride from one window of a series to the next, >= 1; null for windows side by side
 * @param scale what stored numbers are divided by, whatever {@code normalization} says; not 0; null leaves it to that
 * @param pictures how those of a folder become samples; their size and colour are those of {@code sampleShape} where that
 *     is given
 * @param tables how tables are read
 * @param array of a file of several, such as NPZ; null to choose by their names
 * @param spectrogram that sound becomes; null for its frames, and of anything else
 */
public record SourceOptions(
        @Nullable Shape sampleShape,
        @Nullable Normalization normalization,
        @Nullable Path labels,
        @Nullable Integer stride,
        @Nullable Float scale,
        PictureOptions pictures,
        Tables tables,
        @Nullable String array,
        @Nullable LogMelSpectrogram spectrogram) {
    /**
     * How tables are read.
     *
     * @param table how they are written and what their columns are; channels that it does not name are the model's
     * @param steps what happens to their rows
     * @param fillUp whether each series is a sample, filled up to the model's steps; else they are cut into windows
     * @param rule which label a window gets; the usual class is the commonest of the table
     */
    public record Tables(TableOptions table, SeriesOptions.Steps steps, boolean fillUp, LabelRule rule) {
        public static final Tables PLAIN =
                new Tables(TableOptions.DEFAULT, SeriesOptions.Steps.PLAIN, false, LabelRule.MAJORITY);

        /** @param column with the classes of the rows */
        public Tables withLabel(String column) {
            return new Tables(table.withLabel(column), steps, fillUp, rule);
        }
    }

    public SourceOptions {
        if (stride != null && stride < 1) {
            throw new IllegalArgumentException("stride must be >= 1, got " + stride);
        }
        if (scale != null && (scale == 0 || !Float.isFinite(scale))) {
            throw new IllegalArgumentException("scale must be finite and not 0, got " + scale);
        }
    }

    /** Everything as it lies there. */
    public static SourceOptions defaults() {
        return new SourceOptions(null, null, null, null, null, PictureOptions.defaults(), Tables.PLAIN, null, null);
    }

    public SourceOptions withSampleShape(Shape shape) {
        return new SourceOptions(shape, normalization, labels, stride, scale, pictures, tables, array, spectrogram);
    }

    public SourceOptions withNormalization(Normalization other) {
        return new SourceOptions(sampleShape, other, labels, stride, scale, pictures, tables, array, spectrogram);
    }

    public SourceOptions withLabels(Path file) {
        return new SourceOptions(sampleShape, normalization, file, stride, scale, pictures, tables, array, spectrogram);
    }

    public SourceOptions withStride(int steps) {
        return new SourceOptions(
                sampleShape, normalization, labels, steps, scale, pictures, tables, array, spectrogram);
    }

    public SourceOptions withPictures(PictureOptions wanted) {
        return new SourceOptions(sampleShape, normalization, labels, stride, scale, wanted, tables, array, spectrogram);
    }

    public SourceOptions withScale(@Nullable Float divisor) {
        return new SourceOptions(
                sampleShape, normalization, labels, stride, divisor, pictures, tables, array, spectrogram);
    }

    public SourceOptions withTables(Tables other) {
        return new SourceOptions(
                sampleShape, normalization, labels, stride, scale, pictures, other, array, spectrogram);
    }

    public SourceOptions withArray(@Nullable String name) {
        return new SourceOptions(
                sampleShape, normalization, labels, stride, scale, pictures, tables, name, spectrogram);
    }

    public SourceOptions withSpectrogram(@Nullable LogMelSpectrogram wanted) {
        return new SourceOptions(sampleShape, normalization, labels, stride, scale, pictures, tables, array, wanted);
    }
}
