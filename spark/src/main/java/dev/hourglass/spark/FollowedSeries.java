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
import java.util.Optional;
import org.apache.spark.api.java.function.FlatMapGroupsWithStateFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.streaming.GroupState;
import org.jspecify.annotations.Nullable;

/**
 * Scores the rows of each series in the order of time, as one machine follows a stream. What is kept between two batches is the time
 * of the last row, microseconds as 8 bytes, and then the state of a {@link StreamingDetector}.
 *
 * @param maxGap as {@link StreamingDetector} takes it; null for no bound
 * @param columns as {@link SeriesRows} has them
 */
record FollowedSeries(
        ShippedModel model, @Nullable Duration maxGap, int columns, OnBadRow onBadRow, BadRowCounts counts)
        implements FlatMapGroupsWithStateFunction<String, Row, byte[], Row> {
    @Override
    public Iterator<Row> call(String series, Iterator<Row> rows, GroupState<byte[]> state) {
        List<Row> ordered = new ArrayList<>();
        rows.forEachRemaining(ordered::add);
        ordered.sort(Comparator.comparing(
                row -> SeriesRows.micros(row, columns), Comparator.nullsFirst(Comparator.naturalOrder())));
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

    /** One series on its way through a batch. */
    private final class Following {
        private final String series;
        private final StreamingDetector detector;
        private final SeriesRows rows;
        private long lastMicros = Long.MIN_VALUE;

        Following(String series, StreamingDetector detector) {
            this.series = series;
            this.detector = detector;
            rows = new SeriesRows(columns, detector.channels(), onBadRow, counts);
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
            Optional<Flaw> flaw = rows.flaw(row, lastMicros).or(() -> take(row));
            flaw.ifPresent(found -> rows.refuse(series, found));
            return rows.scored(row, detector.score(), flaw.orElse(null));
        }

        private Optional<Flaw> take(Row row) {
            try {
                detector.accept(rows.nanos(row), rows.numbers(row));
                lastMicros = rows.micros(row);
                return Optional.empty();
            } catch (RefusedRowException e) {
                return Optional.of(new Flaw(BadRow.NOT_FINITE, e.reason()));
            }
        }
    }
}
