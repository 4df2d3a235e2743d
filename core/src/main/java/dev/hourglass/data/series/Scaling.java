package dev.hourglass.data.series;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.tensor.Normalization;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * How the channels of measured series are brought to one scale. What is fitted to the part that a model learns from is
 * applied to all others as well, so that nothing of them reaches the model before its time; they may therefore leave
 * the range. Missing numbers are left out of account.
 */
public enum Scaling {
    /** Each channel's least number becomes 0 and its greatest 1. */
    MIN_MAX,
    /** Each channel has mean 0 and standard deviation 1. */
    STANDARDIZE,
    /** Each channel has median 0, and 1 between its quartiles, which few extremes don't move. */
    ROBUST,
    /** {@code sign(x) log(1 + |x|)}, then as {@link #MIN_MAX}. */
    LOG1P;

    /** Numbers that are sorted in one go, 16 MB. */
    private static final int GATHERED = 1 << 21;

    private static final int MAX_SORTED = Integer.MAX_VALUE - 64;

    /** Gives rows, one number a channel, to whoever asks; the same at each call. */
    @FunctionalInterface
    public interface Rows {
        void forEach(Consumer<double[]> taker);
    }

    /**
     * The scales of a training set's stored numbers, one for each channel, the last dimension of a sample. A channel
     * that never changes is only shifted.
     *
     * @param training the normalization that it has already is left out of account
     */
    public Normalization fit(FloatDataset training) {
        return fit(training.sampleShape().dimension(-1), false, rowsOf(training));
    }

    /** The stored numbers, a row for each step of each sample. */
    static Rows rowsOf(FloatDataset data) {
        int channels = data.sampleShape().dimension(-1);
        return taker -> {
            double[] sample = new double[data.sampleShape().size()];
            double[] row = new double[channels];
            for (int i = 0; i < data.size(); i++) {
                data.copyStored(i, sample, 0);
                for (int at = 0; at < sample.length; at += channels) {
                    System.arraycopy(sample, at, row, 0, channels);
                    taker.accept(row);
                }
            }
        };
    }

    /**
     * @param channels numbers a row
     * @param together whether all channels get the same scale and offset
     */
    public Normalization fit(int channels, boolean together, Rows rows) {
        int columns = together ? 1 : channels;
        Normalization.Curve curve = this == LOG1P ? Normalization.Curve.LOG1P : Normalization.Curve.LINEAR;
        double[] center = new double[columns];
        double[] spread = new double[columns];
        if (this == ROBUST) {
            quartiles(columns, channels, rows, center, spread);
        } else {
            moments(columns, channels, curved(curve, rows), center, spread);
        }
        List<Double> scales = new ArrayList<>();
        List<Double> offsets = new ArrayList<>();
        for (int column = 0; column < columns; column++) {
            double scale = spread[column] > 0 && Double.isFinite(1 / spread[column]) ? 1 / spread[column] : 1;
            scales.add(scale);
            offsets.add(-center[column] * scale);
        }
        return new Normalization(scales, offsets, curve, null, List.of());
    }

    private static Rows curved(Normalization.Curve curve, Rows rows) {
        return curve == Normalization.Curve.LINEAR
                ? rows
                : taker -> rows.forEach(
                        row -> taker.accept(Arrays.stream(row).map(curve::apply).toArray()));
    }

    private void moments(int columns, int channels, Rows rows, double[] center, double[] spread) {
        double[] least = new double[columns];
        double[] most = new double[columns];
        double[] sum = new double[columns];
        double[] squares = new double[columns];
        long[] count = new long[columns];
        Arrays.fill(least, Double.POSITIVE_INFINITY);
        Arrays.fill(most, Double.NEGATIVE_INFINITY);
        rows.forEach(row -> {
            for (int i = 0; i < channels; i++) {
                int column = i % columns;
                if (!Double.isNaN(row[i])) {
                    least[column] = Math.min(least[column], row[i]);
                    most[column] = Math.max(most[column], row[i]);
                    sum[column] += row[i];
                    count[column]++;
                }
            }
        });
        for (int column = 0; column < columns; column++) {
            boolean empty = count[column] == 0;
            center[column] = empty ? 0 : this == STANDARDIZE ? sum[column] / count[column] : least[column];
            spread[column] = empty ? 0 : most[column] - least[column];
        }
        if (this == STANDARDIZE) {
            rows.forEach(row -> {
                for (int i = 0; i < channels; i++) {
                    double distance = row[i] - center[i % columns];
                    squares[i % columns] += Double.isNaN(distance) ? 0 : distance * distance;
                }
            });
            for (int column = 0; column < columns; column++) {
                // A mean of equal numbers may miss them by a rounding.
                spread[column] = spread[column] > 0 ? Math.sqrt(squares[column] / count[column]) : 0;
            }
        }
    }

    /**
     * Medians and the distances of the quartiles, interpolated as NumPy's percentile does: sorted, as many columns in one
     * go as {@link #GATHERED} numbers make up; found by counting where a column has more.
     */
    private static void quartiles(int columns, int channels, Rows rows, double[] center, double[] spread) {
        int[] counts = counts(columns, channels, rows);
        int column = 0;
        while (column < columns) {
            if (counts[column] > GATHERED) {
                summarize(column, center, spread, Quantiles.of(column, columns, channels, counts[column], rows));
                column++;
                continue;
            }
            for (double[] sorted : gathered(column, counts, rows)) {
                if (sorted.length > 0) {
                    Arrays.sort(sorted);
                    summarize(column, center, spread, Quantiles.of(sorted));
                }
                column++;
            }
        }
    }

    private static void summarize(int column, double[] center, double[] spread, Quantiles quantiles) {
        center[column] = quantiles.median();
        double between = quantiles.upper() - quantiles.lower();
        spread[column] = between > 0 ? between : quantiles.most() - quantiles.least();
    }

    /** How many numbers each column has. */
    private static int[] counts(int columns, int channels, Rows rows) {
        long[] counts = new long[columns];
        rows.forEach(row -> {
            for (int i = 0; i < channels; i++) {
                counts[i % columns] += Double.isNaN(row[i]) ? 0 : 1;
            }
        });
        long most = Arrays.stream(counts).max().orElse(0);
        if (most > MAX_SORTED) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't take the quartiles of %,d numbers: expected at most %,d. Choose another scaling, or scale"
                            + " each channel by itself.",
                    most,
                    MAX_SORTED));
        }
        return Arrays.stream(counts).mapToInt(count -> (int) count).toArray();
    }

    /** The numbers of a column and of as many that follow it as have {@link #GATHERED} together. */
    private static double[][] gathered(int from, int[] counts, Rows rows) {
        int columns = 1;
        long all = counts[from];
        while (from + columns < counts.length && all + counts[from + columns] <= GATHERED) {
            all += counts[from + columns++];
        }
        double[][] numbers = new double[columns][];
        Arrays.setAll(numbers, i -> new double[counts[from + i]]);
        int[] at = new int[columns];
        rows.forEach(row -> {
            for (int begin = from; begin < row.length; begin += counts.length) {
                for (int i = 0; i < numbers.length; i++) {
                    if (!Double.isNaN(row[begin + i])) {
                        numbers[i][at[i]++] = row[begin + i];
                    }
                }
            }
        });
        return numbers;
    }
}
