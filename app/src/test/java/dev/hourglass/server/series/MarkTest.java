package dev.hourglass.server.series;

import static dev.hourglass.server.series.Mark.Kind.ANOMALY;
import static dev.hourglass.server.series.Mark.Kind.NORMAL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.hourglass.detect.metrics.Segment;
import java.util.List;
import org.junit.jupiter.api.Test;

class MarkTest {
    @Test
    void whatIsSaidLastHolds() {
        List<Mark> marks = Mark.with(List.of(new Mark(10, 19, ANOMALY)), new Mark(13, 15, NORMAL));

        assertThat(marks)
                .containsExactly(new Mark(10, 12, ANOMALY), new Mark(13, 15, NORMAL), new Mark(16, 19, ANOMALY));
        assertThat(Mark.with(marks, new Mark(0, 30, NORMAL))).containsExactly(new Mark(0, 30, NORMAL));
    }

    @Test
    void thoseOfAKindThatTouchBecomeOne() {
        List<Mark> marks = List.of(new Mark(0, 4, NORMAL), new Mark(8, 9, NORMAL));

        assertThat(Mark.with(marks, new Mark(5, 7, NORMAL))).containsExactly(new Mark(0, 9, NORMAL));
        assertThat(Mark.with(marks, new Mark(5, 6, NORMAL)))
                .containsExactly(new Mark(0, 6, NORMAL), new Mark(8, 9, NORMAL));
    }

    @Test
    void rowsAreTakenOutOfMarks() {
        List<Mark> marks = List.of(new Mark(0, 4, NORMAL), new Mark(5, 9, ANOMALY));

        assertThat(Mark.without(marks, new Segment(3, 6)))
                .containsExactly(new Mark(0, 2, NORMAL), new Mark(7, 9, ANOMALY));
    }

    @Test
    void aMarkThatEndsBeforeItBeginsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Mark(3, 2, NORMAL))
                .withMessageContaining("got 3 to 2");
    }
}
