package dev.hourglass.server.series;

import static dev.hourglass.server.series.Mark.Kind.ANOMALY;
import static dev.hourglass.server.series.Mark.Kind.NORMAL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.detect.metrics.Segment;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowTruthTest {
    /** Ten rows, of which 2 to 4 and 8 are of class 1. */
    private static SamplePlaces labelled() {
        FloatDataset rows = FloatDataset.of("rows", Shape.of(1), new float[10])
                .withLabels(new int[] {0, 0, 1, 1, 1, 0, 0, 0, 1, 0}, List.of("good", "bad"));
        return rows.cut(Cuts.windows(List.of(new int[] {0, 10}), 2, 2, true), LabelRule.MAJORITY, 0)
                .places()
                .orElseThrow();
    }

    @Test
    void eventsAreHeldAgainstClasses() {
        RowTruth truth = RowTruth.of(labelled(), Set.of(1), List.of());

        RowTruth.Agreement found = truth.with(List.of(new Segment(0, 0), new Segment(3, 5)));

        assertThat(found).isEqualTo(new RowTruth.Agreement(10, 2, 1, 1, 0.5, 0.5, 0.5));
        assertThat(truth.of(new Segment(5, 8))).isEqualTo("anomaly");
        assertThat(truth.of(new Segment(5, 7))).isEqualTo("normal");
    }

    @Test
    void whatAPersonSaysWinsOverAClass() {
        RowTruth truth = RowTruth.of(labelled(), Set.of(1), List.of(new Mark(2, 4, NORMAL), new Mark(6, 6, ANOMALY)));

        assertThat(truth.anomalies()).containsExactly(new Segment(6, 6), new Segment(8, 8));
    }

    @Test
    void rowsOfWhichNothingIsKnownCountForNothing() {
        RowTruth truth = RowTruth.of(labelled(), Set.of(), List.of(new Mark(0, 1, NORMAL), new Mark(2, 3, ANOMALY)));

        RowTruth.Agreement found = truth.with(List.of(new Segment(1, 2), new Segment(7, 9)));

        assertThat(found).isEqualTo(new RowTruth.Agreement(4, 1, 1, 0, 0.5, 0.5, 0.5));
        assertThat(truth.of(new Segment(7, 9))).isEqualTo("unknown");
        assertThat(RowTruth.of(labelled(), Set.of(), List.of()).isKnown()).isFalse();
    }
}
