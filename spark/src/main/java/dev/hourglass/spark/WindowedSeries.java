package dev.hourglass.spark;

import dev.hourglass.tensor.Normalization;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Scores the rows of each series by all windows that hold them, piece by piece, as one machine scores a table. Windows and smoothing
 * end where a piece does, so that memory holds one piece, however long the series is.
 *
 * @param maxGap a row that comes later than that after the one before begins a new piece; null for no bound
 * @param columns as {@link SeriesRows} has them
 */
record WindowedSeries(
        ShippedModel model, @Nullable Duration maxGap, int columns, OnBadRow onBadRow, BadRowCounts counts)
        implements FlatMapGroupsFunction<String, Row, Row> {
    /** @param rows in the order of time */
    @Override
    public Iterator<Row> call(String series, Iterator<Row> rows) {
        return new Pieces(series, rows, model.compiled());
    }

    /**
     * A row that waits for its piece to end.
     *
     * @param place in the piece; -1 for a row that is none of it
     */
    private record Waiting(Row row, int place, @Nullable Flaw flaw) {}

    private final class Pieces implements Iterator<Row> {
        private final String series;
        private final Iterator<Row> rows;
        private final CompiledModel compiled;
        private final SeriesRows reader;
        private final Normalization normalization;
        private final float[] inputs;
        private final Queue<Row> done = new ArrayDeque<>();
        private final List<Waiting> waiting = new ArrayList<>();
        /** Of the piece, [rows, channels], with room for more. */
        private double[] stored;

        private int count;
        private long lastMicros = Long.MIN_VALUE;

        Pieces(String series, Iterator<Row> rows, CompiledModel compiled) {
            this.series = series;
            this.rows = rows;
            this.compiled = compiled;
            int channels = compiled.model().input().dimension(-1);
            reader = new SeriesRows(columns, channels, onBadRow, counts);
            normalization = compiled.model().normalization();
            inputs = new float[channels];
            stored = new double[channels * 64];
        }

        @Override
        public boolean hasNext() {
            while (done.isEmpty() && rows.hasNext()) {
                take(rows.next());
                if (!rows.hasNext()) {
                    endPiece();
                }
            }
            return !done.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("series " + series + " has no more rows");
            }
            return done.remove();
        }

        private void take(Row row) {
            Optional<Flaw> flaw = reader.flaw(row, lastMicros);
            if (flaw.isPresent()) {
                refuse(row, flaw.get());
                return;
            }
            double[] numbers = reader.numbers(row);
            boolean whole = Arrays.stream(numbers).noneMatch(Double::isNaN);
            if (whole && !isFinite(numbers)) {
                refuse(
                        row,
                        new Flaw(
                                BadRow.NOT_FINITE,
                                "expected numbers that are finite after scaling, found " + Arrays.toString(numbers)
                                        + ". Give null or NaN where a number is missing."));
                return;
            }
            long micros = reader.micros(row);
            if (!whole || (count > 0 && SeriesRows.isGap(lastMicros, micros, maxGap))) {
                endPiece();
            }
            lastMicros = micros;
            if (whole) {
                add(row, numbers);
            } else {
                done.add(reader.scored(row, Double.NaN, null));
            }
        }

        private void refuse(Row row, Flaw flaw) {
            reader.refuse(series, flaw);
            waiting.add(new Waiting(row, -1, flaw));
        }

        private boolean isFinite(double[] numbers) {
            normalization.apply(MemorySegment.ofArray(numbers), 0, inputs, 0, numbers.length);
            for (float input : inputs) {
                if (!Float.isFinite(input)) {
                    return false;
                }
            }
            return true;
        }

        private void add(Row row, double[] numbers) {
            int at = count * numbers.length;
            if (at == stored.length) {
                stored = Arrays.copyOf(stored, Math.multiplyExact(2, stored.length));
            }
            System.arraycopy(numbers, 0, stored, at, numbers.length);
            waiting.add(new Waiting(row, count, null));
            count++;
        }

        private void endPiece() {
            double[] scores = new double[0];
            Flaw ofAll = null;
            try {
                scores = compiled.scorePiece(Arrays.copyOf(stored, count * inputs.length), count);
            } catch (IllegalArgumentException e) {
                // The model rebuilds what is not finite, so there is no score for any row.
                ofAll = new Flaw(BadRow.NOT_FINITE, String.valueOf(e.getMessage()));
            }
            for (Waiting each : waiting) {
                Flaw flaw = each.flaw() == null ? ofAll : each.flaw();
                if (ofAll != null && each.flaw() == null) {
                    reader.refuse(series, ofAll);
                }
                double score = flaw != null || each.place() < 0 ? Double.NaN : scores[each.place()];
                done.add(reader.scored(each.row(), score, flaw));
            }
            waiting.clear();
            count = 0;
        }
    }
}
