package dev.hourglass.spark;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.jspecify.annotations.Nullable;

/**
 * How the rows of series are read, and given back with their scores.
 *
 * @param columns how many the frame has; behind them stand the numbers, as an array of double, and the time in microseconds
 * @param channels how many numbers a row must have
 */
record SeriesRows(int columns, int channels, OnBadRow onBadRow, BadRowCounts counts) {
    private static final long NANOS_PER_MICRO = 1_000;
    private static final int SCORE_AND_ANOMALY = 2;

    /** When a row was measured, in microseconds; null where it does not say. */
    static @Nullable Long micros(Row row, int columns) {
        return row.isNullAt(columns + 1) ? null : row.getLong(columns + 1);
    }

    long micros(Row row) {
        return row.getLong(columns + 1);
    }

    /** The same in nanoseconds. */
    long nanos(Row row) {
        return Math.multiplyExact(micros(row), NANOS_PER_MICRO);
    }

    /** Whether two rows are further apart than that; null for no bound. */
    static boolean isGap(long beforeMicros, long micros, @Nullable Duration maxGap) {
        return maxGap != null && micros - beforeMicros > maxGap.toNanos() / NANOS_PER_MICRO;
    }

    /**
     * What is wrong with a row, whatever its numbers are.
     *
     * @param lastMicros the time of the row before
     */
    Optional<Flaw> flaw(Row row, long lastMicros) {
        Long micros = micros(row, columns);
        if (micros == null || row.isNullAt(columns)) {
            String found = micros == null ? "no time" : "no numbers";
            return Optional.of(new Flaw(BadRow.NULL, "expected a time and an array of numbers, found " + found + "."));
        }
        if (micros <= lastMicros) {
            return Optional.of(new Flaw(
                    BadRow.ORDER,
                    String.format(
                            Locale.ROOT,
                            "expected a time after that of the row before it, found one that is %,d microseconds"
                                    + " earlier. Rows that come late can't be scored any more.",
                            lastMicros - micros)));
        }
        int found = row.getList(columns).size();
        return found == channels
                ? Optional.empty()
                : Optional.of(new Flaw(BadRow.LENGTH, "expected " + channels + " channels, found " + found + "."));
    }

    /** NaN where one is missing. */
    double[] numbers(Row row) {
        List<@Nullable Double> list = row.getList(columns);
        double[] numbers = new double[list.size()];
        for (int i = 0; i < numbers.length; i++) {
            Double number = list.get(i);
            numbers[i] = number == null ? Double.NaN : number;
        }
        return numbers;
    }

    /**
     * Counts a row that can't be read.
     *
     * @throws BadRowException if such fail the job
     */
    void refuse(String series, Flaw flaw) {
        if (onBadRow == OnBadRow.FAIL) {
            throw new BadRowException("a row of series " + series, flaw.reason());
        }
        counts.add(flaw.kind());
    }

    /** @param score NaN for none */
    Row scored(Row row, double score, @Nullable Flaw flaw) {
        boolean none = flaw != null || Double.isNaN(score);
        int more = SCORE_AND_ANOMALY + (onBadRow == OnBadRow.PASS ? 1 : 0);
        @Nullable Object[] cells = new @Nullable Object[columns + more];
        for (int i = 0; i < columns; i++) {
            cells[i] = row.get(i);
        }
        cells[columns] = none ? null : score;
        cells[columns + 1] = none ? null : score > 1;
        if (flaw != null) {
            cells[columns + 2] = flaw.reason();
        }
        return RowFactory.create(cells);
    }
}
