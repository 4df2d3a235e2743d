package dev.hourglass.lab.board;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TsbBoardTest {
    @Test
    void scoresAreAveragedOverTheRowsAroundEach() {
        double[] scores = {1, 2, 3, 10, 5};

        assertThat(TsbBoard.smoothed(scores, 1)).containsExactly(1, 2, 3, 10, 5);
        assertThat(TsbBoard.smoothed(scores, 3)).containsExactly(1.5, 2, 5, 6, 7.5);
        // Two before, itself and one after.
        assertThat(TsbBoard.smoothed(scores, 4)).containsExactly(1.5, 2, 4, 5, 6);
        assertThat(TsbBoard.smoothed(scores, 99)).containsExactly(4.2, 4.2, 4.2, 4.2, 4.2);
    }
}
