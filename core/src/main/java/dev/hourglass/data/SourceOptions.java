package dev.hourglass.data;

import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.data.series.SeriesOptions.Missing;
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
 * @param labelColumn of a CSV file; null for none
 * @param stride from one window of a series to the next, >= 1; null for windows side by side
 * @param scale what stored numbers are divided by, whatever {@code normalization} says; not 0; null leaves it to that
 * @param pictures how those of a folder become samples; their size and colour are those of {@code sampleShape} where that
 *     is given
 * @param missing what becomes of a table's missing numbers
 * @param array of a file of several, such as NPZ; null to choose by their names
 */
public record SourceOptions(
        @Nullable Shape sampleShape,
        @Nullable Normalization normalization,
        @Nullable Path labels,
        @Nullable String labelColumn,
        @Nullable Integer stride,
        @Nullable Float scale,
        PictureOptions pictures,
        Missing missing,
        @Nullable String array) {
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
        return new SourceOptions(null, null, null, null, null, null, PictureOptions.defaults(), Missing.FAIL, null);
    }

    public SourceOptions withSampleShape(Shape shape) {
        return new SourceOptions(shape, normalization, labels, labelColumn, stride, scale, pictures, missing, array);
    }

    public SourceOptions withNormalization(Normalization other) {
        return new SourceOptions(sampleShape, other, labels, labelColumn, stride, scale, pictures, missing, array);
    }

    public SourceOptions withLabels(Path file) {
        return new SourceOptions(
                sampleShape, normalization, file, labelColumn, stride, scale, pictures, missing, array);
    }

    public SourceOptions withLabelColumn(String column) {
        return new SourceOptions(sampleShape, normalization, labels, column, stride, scale, pictures, missing, array);
    }

    public SourceOptions withStride(int steps) {
        return new SourceOptions(
                sampleShape, normalization, labels, labelColumn, steps, scale, pictures, missing, array);
    }

    public SourceOptions withPictures(PictureOptions wanted) {
        return new SourceOptions(
                sampleShape, normalization, labels, labelColumn, stride, scale, wanted, missing, array);
    }

    public SourceOptions withScale(@Nullable Float divisor) {
        return new SourceOptions(
                sampleShape, normalization, labels, labelColumn, stride, divisor, pictures, missing, array);
    }

    public SourceOptions withArray(@Nullable String name) {
        return new SourceOptions(
                sampleShape, normalization, labels, labelColumn, stride, scale, pictures, missing, name);
    }
}
