package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers.Overlap;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowAnswersTest {
    /** Windows of three rows at 0, 1 and 2 of five, and none of the sixth. */
    @ParameterizedTest
    @CsvSource({"MEAN, 1, 5.5, 37, 55, 300", "MEDIAN, 1, 5.5, 10, 55, 300", "LAST, 1, 10, 100, 100, 300"})
    void aRowInSeveralWindowsGetsOneAnswer(Overlap overlap, float a, float b, float c, float d, float e) {
        SamplePlaces places =
                SamplePlaces.of(SourceRows.plain(6), Cuts.windows(List.of(new int[] {0, 5}), 3, 1, false));
        RowAnswers answers = new RowAnswers(places, 1, overlap);

        answers.add(0, new float[] {1, 1, 1}, 0);
        answers.add(1, new float[] {-7, 10, 10, 10}, 1);
        answers.add(2, new float[] {100, 100, 300}, 0);

        assertThat(rows(answers)).containsExactly(a, b, c, d, e, Float.NaN);
        assertThat(answers.unanswered()).isEqualTo(1);
    }

    @Test
    void rowsComeInTheOrderOfTheFileAndFilledStepsCountForNothing() {
        SourceRows rows = new SourceRows(
                3,
                List.of(),
                null,
                new int[] {0, 0, 1},
                List.of("a", "b"),
                SourceRows.Keys.USUAL,
                new int[] {0, 2, 1},
                List.of(new int[] {0, 2}, new int[] {2, 3}));
        RowAnswers answers =
                new RowAnswers(SamplePlaces.of(rows, Cuts.onePiece(rows.pieces(), 2, 99)), 1, Overlap.MEAN);

        answers.add(0, new float[] {1, 2}, 0);
        answers.add(1, new float[] {3, 99}, 0);

        assertThat(rows(answers)).containsExactly(1f, 3f, 2f);
    }

    private static List<Float> rows(RowAnswers answers) {
        List<Float> rows = new ArrayList<>();
        answers.forEach((row, answer) -> rows.add(answer[0]));
        return rows;
    }
}
