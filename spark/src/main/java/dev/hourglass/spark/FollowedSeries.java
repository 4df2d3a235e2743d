package dev.hourglass.spark;

import dev.hourglass.detect.series.RefusedRowException;
import dev.hourglass.detect.series.StreamingDetector;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapGroupsWithStateFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.streaming.GroupState;
import org.jspecify.annotations.Nullable;

/**
 * Scores the rows of each series in the order of time, as one machine follows a stream. What is kept between two batches is the time
 * of the last row, microseconds as 8 bytes, and then the state of a {@link StreamingDetector}.
 *
 * @param maxGap as {@link StreamingDetector} takes it; null for no bound
 * @param columns how many the frame has; behind them stand the numbers, as an array of double, and the time in microseconds
 */
record FollowedSeries(
        ShippedModel model, @Nullable Duration maxGap, int columns, OnBadRow onBadRow, BadRowCounts counts)
        implements FlatMapGroupsWithStateFunction<String, Row, byte[], Row> {
    private static final long NANOS_PER_MICRO = 1_000;

    @Override
    public Iterator<Row> call(String series, Iterator<Row> rows, GroupState<byte[]> state) {
        List<Row> ordered = new ArrayList<>();
        rows.forEachRemaining(ordered::add);
        ordered.sort(Comparator.comparing(this::micros, Comparator.nullsFirst(Comparator.naturalOrder())));
        CompiledModel compiled = model.compiled();
        CompiledModel.Follower follower = compiled.follower(maxGap);
        Following following = new Following(series, follower.detector());
        if (state.exists()) {
            following.restore(state.get());
        } else {
            follower.begin();
        }
        List<Row> scored = ordered.stream().map(following::scored).toList();
        state.update(following.state());
        compiled.giveBack(maxGap, follower);
        return scored.iterator();
    }

    private @Nullable Long micros(Row row) {
        return row.isNullAt(columns + 1) ? null : row.getLong(columns + 1);
    }

    /** One series on its way through a batch. */
    private final class Following {
        private final String series;
        private final StreamingDetector detector;
        private long lastMicros = Long.MIN_VALUE;

        Following(String series, StreamingDetector detector) {
            this.series = series;
            this.detector = detector;
        }

        void restore(byte[] state) {
            lastMicros = ByteBuffer.wrap(state).getLong();
            detector.restore(Arrays.copyOfRange(state, Long.BYTES, state.length), "the state of series " + series);
        }

        byte[] state() {
            byte[] state = detector.state();
            return ByteBuffer.allocate(Long.BYTES + state.length)
                    .putLong(lastMicros)
                    .put(state)
                    .array();
        }

        Row scored(Row row) {
            Optional<Flaw> flaw = take(row);
            boolean none = flaw.isPresent() || Double.isNaN(detector.score());
            int more = onBadRow == OnBadRow.PASS ? 3 : 2;
            @Nullable Object[] cells = new @Nullable Object[columns + more];
            for (int i = 0; i < columns; i++) {
                cells[i] = row.get(i);
            }
            cells[columns] = none ? null : detector.score();
            cells[columns + 1] = none ? null : detector.score() > 1;
            flaw.ifPresent(found -> cells[columns + 2] = found.reason());
            return RowFactory.create(cells);
        }

        /** @return what is wrong with the row, if it passes all the same */
        private Optional<Flaw> take(Row row) {
            Optional<Flaw> flaw = flaw(row);
            if (flaw.isEmpty()) {
                long micros = row.getLong(columns + 1);
                try {
                    detector.accept(Math.multiplyExact(micros, NANOS_PER_MICRO), numbers(row));
                    lastMicros = micros;
                } catch (RefusedRowException e) {
                    flaw = Optional.of(new Flaw(BadRow.NOT_FINITE, e.reason()));
                }
            }
            if (flaw.isPresent()) {
                if (onBadRow == OnBadRow.FAIL) {
                    throw new BadRowException(
                            "a row of series " + series, flaw.get().reason());
                }
                counts.add(flaw.get().kind());
            }
            return flaw;
        }

        private Optional<Flaw> flaw(Row row) {
            Long micros = micros(row);
            if (micros == null || row.isNullAt(columns)) {
                String found = micros == null ? "no time" : "no numbers";
                return Optional.of(
                        new Flaw(BadRow.NULL, "expected a time and an array of numbers, found " + found + "."));
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
            return found == detector.channels()
                    ? Optional.empty()
                    : Optional.of(new Flaw(
                            BadRow.LENGTH, "expected " + detector.channels() + " channels, found " + found + "."));
        }

        private double[] numbers(Row row) {
            List<@Nullable Double> list = row.getList(columns);
            double[] numbers = new double[list.size()];
            for (int i = 0; i < numbers.length; i++) {
                Double number = list.get(i);
                numbers[i] = number == null ? Double.NaN : number;
            }
            return numbers;
        }
    }
}
