package dev.hourglass.server.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.SourceRows;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.detect.series.StepScores;
import java.util.List;
import org.junit.jupiter.api.Test;

class SeriesRoutesTest {
    @Test
    void theHighestEventsAreListedInTheOrderOfTheirRows() {
        double[] scores = {5, 0, 9, 7, 0, 7, 0, 7, 0, 1};
        StepScores steps = StepScores.of(SourceRows.plain(10), scores, new float[10]);
        List<Segment> events =
                List.of(new Segment(0, 0), new Segment(2, 3), new Segment(5, 5), new Segment(7, 7), new Segment(9, 9));

        assertThat(SeriesRoutes.worst(steps, events, 2)).containsExactly(new Segment(2, 3), new Segment(5, 5));
        assertThat(SeriesRoutes.worst(steps, events, 4))
                .containsExactly(new Segment(0, 0), new Segment(2, 3), new Segment(5, 5), new Segment(7, 7));
        assertThat(SeriesRoutes.worst(steps, events, 5)).isEqualTo(events);
        assertThat(SeriesRoutes.worst(steps, events, 0)).isEmpty();
    }

    @Test
    void theLongestStretchesAreListedInTheOrderOfTheirRows() {
        List<Segment> known = List.of(new Segment(0, 0), new Segment(2, 5), new Segment(8, 8), new Segment(9, 11));

        assertThat(SeriesRoutes.longest(known, 2)).containsExactly(new Segment(2, 5), new Segment(9, 11));
        assertThat(SeriesRoutes.longest(known, 4)).isEqualTo(known);
    }
}
