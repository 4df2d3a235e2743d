package dev.hourglass.data;

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
 * @param labels a file with one label a sample (IDX, NPY or CSV); null for none
 * @param labelColumn of a CSV file; null for none
 * @param stride from one window of a series to the next, >= 1; null for windows side by side
 * @param scale what stored numbers are divided by, whatever {@code normalization} says; not 0; null leaves it to that
 * @param resize whether images of other sizes are brought to that of {@code sampleShape} instead of refused
 */
public record SourceOptions(
        @Nullable Shape sampleShape,
        @Nullable Normalization normalization,
        @Nullable Path labels,
        @Nullable String labelColumn,
        @Nullable Integer stride,
        @Nullable Float scale,
        boolean resize) {
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
        return new SourceOptions(null, null, null, null, null, null, false);
    }

    public SourceOptions withSampleShape(Shape shape) {
        return new SourceOptions(shape, normalization, labels, labelColumn, stride, scale, resize);
    }

    public SourceOptions withNormalization(Normalization other) {
        return new SourceOptions(sampleShape, other, labels, labelColumn, stride, scale, resize);
    }

    public SourceOptions withLabels(Path file) {
        return new SourceOptions(sampleShape, normalization, file, labelColumn, stride, scale, resize);
    }

    public SourceOptions withLabelColumn(String column) {
        return new SourceOptions(sampleShape, normalization, labels, column, stride, scale, resize);
    }

    public SourceOptions withStride(int steps) {
        return new SourceOptions(sampleShape, normalization, labels, labelColumn, steps, scale, resize);
    }

    public SourceOptions withResize(boolean wanted) {
        return new SourceOptions(sampleShape, normalization, labels, labelColumn, stride, scale, wanted);
    }

    public SourceOptions withScale(@Nullable Float divisor) {
        return new SourceOptions(sampleShape, normalization, labels, labelColumn, stride, divisor, resize);
    }
}
