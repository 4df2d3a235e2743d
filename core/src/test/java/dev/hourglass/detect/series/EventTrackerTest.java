package dev.hourglass.detect.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.SourceRows;
import dev.hourglass.detect.series.EventTracker.Change;
import dev.hourglass.tensor.RandomSource;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class EventTrackerTest {
    private static final int CHANNELS = 2;

    /** What happens with each score of one channel: S, E or a dot; after the last one a gap. */
    private static String changes(EventOptions options, double... scores) {
        EventTracker tracker = new EventTracker(options, 1);
        StringBuilder text = new StringBuilder();
        for (int row = 0; row <= scores.length; row++) {
            Change change = row == scores.length ? tracker.end() : tracker.take(row, row, scores[row], new float[1]);
            text.append(
                    switch (change) {
                        case NONE -> '.';
                        case STARTED -> 'S';
                        case ENDED -> 'E';
                    });
        }
        return text.toString();
    }

    @Test
    void anEventStartsAboveTheStartAndLastsAboveTheEnd() {
        EventOptions options = new EventOptions(1, 0.5, 0, 1);

        assertThat(changes(options, 0.9, 1, 1.1, 0.6, 0.5, 0.7, 2)).isEqualTo("..S.E.SE");
    }

    @Test
    void itsStartIsToldOnceItIsLongEnough() {
        EventOptions options = new EventOptions(1, 1, 0, 3);

        assertThat(changes(options, 2, 2, 0, 2, 2, 2, 2, 0)).isEqualTo(".....S.E.");
    }

    @Test
    void itsEndIsToldOnceNothingCanBeMerged() {
        EventOptions options = new EventOptions(1, 1, 2, 1);

        assertThat(changes(options, 2, 0, 0, 2, 0, 0, 0, 2)).isEqualTo("S.....ESE");
        assertThat(changes(options.withLeastRows(4), 2, 0, 0, 2, 0, 0, 0)).isEqualTo("...S..E.");
    }

    @Test
    void aRowWithoutAScoreEndsItAtOnce() {
        assertThat(changes(new EventOptions(1, 1, 5, 1), 2, 0, Double.NaN, 2)).isEqualTo("S.ESE");
    }

    @Test
    void anEventStartsWithTheNewPieceThatEndsTheLastOne() {
        EventTracker tracker = new EventTracker(EventOptions.defaults(), 1);
        tracker.take(0, 0, 2, new float[1]);

        assertThat(tracker.end()).isEqualTo(Change.ENDED);
        assertThat(tracker.ongoing()).isFalse();
        assertThat(tracker.take(1, 1, 2, new float[1])).isEqualTo(Change.STARTED);
        assertThat(tracker.ongoing()).isTrue();
    }

    @Test
    void eventsAreThoseThatAllRowsTogetherHave() {
        for (long seed = 0; seed < 300; seed++) {
            RandomGenerator random = new RandomSource(seed).stream("events", 0);
            double start = 1 + random.nextInt(3) * 0.25;
            EventOptions options =
                    new EventOptions(start, start - random.nextInt(3) * 0.25, random.nextInt(4), 1 + random.nextInt(4));
            int rows = 60;
            double[] scores = new double[rows];
            float[] parts = new float[rows * CHANNELS];
            for (int row = 0; row < rows; row++) {
                scores[row] = random.nextInt(12) == 0 ? Double.NaN : random.nextInt(9) * 0.25;
                parts[row * CHANNELS] = random.nextFloat() - 0.3f;
                parts[row * CHANNELS + 1] = random.nextFloat();
            }

            assertThat(streamed(options, scores, parts))
                    .as("seed %d, %s", seed, options)
                    .isEqualTo(AnomalyEvent.find(StepScores.of(SourceRows.plain(rows), scores, parts), options));
        }
    }

    private static List<AnomalyEvent> streamed(EventOptions options, double[] scores, float[] parts) {
        EventTracker tracker = new EventTracker(options, CHANNELS);
        List<AnomalyEvent> events = new ArrayList<>();
        for (int row = 0; row <= scores.length; row++) {
            Change change = row == scores.length
                    ? tracker.end()
                    : tracker.take(row, 0, scores[row], new float[] {parts[row * CHANNELS], parts[row * CHANNELS + 1]});
            if (change == Change.ENDED) {
                StreamedEvent event = tracker.event(false);
                StreamedEvent.Span span = event.rows();
                events.add(new AnomalyEvent(
                        (int) span.first(), (int) span.last(), (int) span.peak(), event.score(), event.blame()));
            }
        }
        return events;
    }
}
