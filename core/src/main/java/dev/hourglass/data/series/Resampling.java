package dev.hourglass.data.series;

import dev.hourglass.data.DatasetException;
import dev.hourglass.data.tables.Table;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Brings rows to steps of equal time, each series by itself; a step without a number is a gap. */
final class Resampling {
    private static final int MOST_VALUES = 1 << 28;

    private Resampling() {}

    /**
     * Steps begin at whole multiples of their length since 1970 (as pandas has them for lengths that divide a day), and are
     * named by their beginning. A step's label is that of its last row; a step without rows has the label before.
     *
     * @throws DatasetException if there are no times, or the steps would be too many
     */
    static SeriesRows apply(SeriesRows rows, SeriesOptions.Resample resample) {
        Table table = rows.table();
        if (table.times() == null) {
            throw new DatasetException("Can't resample " + table.file()
                    + ": it has no column of times. Name it with 'time_column', or leave 'resample' out.");
        }
        long every = resample.every().toNanos();
        int[] bounds = table.seriesBounds();
        long steps = 0;
        for (int i = 0; i + 1 < bounds.length; i++) {
            steps += Math.floorDiv(table.time(bounds[i + 1] - 1), every)
                    - Math.floorDiv(table.time(bounds[i]), every)
                    + 1;
        }
        if (steps * table.channels() > MOST_VALUES || steps < 0) {
            throw new DatasetException(String.format(
                    Locale.ROOT,
                    "Can't resample the %s of %s to %,d steps of %s: expected at most %,d numbers. Choose longer"
                            + " steps.",
                    rows.part(),
                    table.file(),
                    steps,
                    TimeSteps.text(every),
                    MOST_VALUES));
        }
        return new Filling(rows, resample, every, (int) steps).fill(bounds);
    }

    /** The new rows as they are made. */
    private static final class Filling {
        private final SeriesRows rows;
        private final Table table;
        private final SeriesOptions.Resample.How how;
        private final long every;
        private final double[] values;
        private final long[] newTimes;
        private final int @Nullable [] labels;
        private final int @Nullable [] ids;
        private final boolean @Nullable [] used;
        private int step;

        Filling(SeriesRows rows, SeriesOptions.Resample resample, long every, int steps) {
            this.rows = rows;
            table = rows.table();
            how = resample.how();
            this.every = every;
            values = new double[steps * table.channels()];
            newTimes = new long[steps];
            labels = table.labels() == null ? null : new int[steps];
            ids = table.ids() == null ? null : new int[steps];
            used = rows.used() == null ? null : new boolean[steps];
        }

        SeriesRows fill(int[] bounds) {
            for (int i = 0; i + 1 < bounds.length; i++) {
                int row = bounds[i];
                long last = Math.floorDiv(table.time(bounds[i + 1] - 1), every);
                for (long at = Math.floorDiv(table.time(row), every); at <= last; at++) {
                    int from = row;
                    while (row < bounds[i + 1] && Math.floorDiv(table.time(row), every) == at) {
                        row++;
                    }
                    add(at * every, from, row);
                }
            }
            Table made = new Table(
                    table.file(),
                    table.columns(),
                    table.channels(),
                    MemorySegment.ofArray(values),
                    MemorySegment.ofArray(newTimes),
                    table.zoned(),
                    labels,
                    table.classes(),
                    ids,
                    table.series(),
                    table.notes(),
                    table.keys(),
                    null);
            return new SeriesRows(made, used, rows.part());
        }

        private void add(long time, int from, int to) {
            int channels = table.channels();
            for (int channel = 0; channel < channels; channel++) {
                double[] numbers = new double[to - from];
                int count = 0;
                for (int row = from; row < to; row++) {
                    double value = table.value(row, channel);
                    if (!Double.isNaN(value)) {
                        numbers[count++] = value;
                    }
                }
                values[step * channels + channel] = count == 0 ? Double.NaN : of(Arrays.copyOf(numbers, count));
            }
            newTimes[step] = time;
            int source = Math.max(to - 1, 0);
            if (labels != null && table.labels() != null) {
                labels[step] = table.labels()[source];
            }
            if (ids != null && table.ids() != null) {
                ids[step] = table.ids()[source];
            }
            if (used != null && rows.used() != null) {
                used[step] = rows.used()[source];
                for (int row = from; row < to; row++) {
                    used[step] &= rows.used()[row];
                }
            }
            step++;
        }

        private double of(double[] numbers) {
            return switch (how) {
                case MEAN -> Arrays.stream(numbers).sum() / numbers.length;
                case SUM -> Arrays.stream(numbers).sum();
                case FIRST -> numbers[0];
                case LAST -> numbers[numbers.length - 1];
                case MIN -> Arrays.stream(numbers).min().orElseThrow();
                case MAX -> Arrays.stream(numbers).max().orElseThrow();
                case MEDIAN -> {
                    Arrays.sort(numbers);
                    int half = numbers.length / 2;
                    yield numbers.length % 2 == 1 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
                }
            };
        }
    }
}
