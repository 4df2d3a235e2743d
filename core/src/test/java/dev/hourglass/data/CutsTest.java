package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class CutsTest {
    /** Against windows that are written down one by one. */
    @RepeatedTest(50)
    void windowsLieWhereALoopOverThePiecesPutsThem(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        int steps = random.nextInt(1, 9);
        int stride = random.nextInt(1, 12);
        boolean toTheEnd = random.nextBoolean();
        List<int[]> pieces = new ArrayList<>();
        List<Integer> starts = new ArrayList<>();
        int row = 0;
        for (int piece = random.nextInt(1, 6); piece > 0; piece--) {
            int begin = row + random.nextInt(3);
            int end = begin + random.nextInt(1, 40);
            pieces.add(new int[] {begin, end});
            int start = begin;
            for (; start + steps <= end; start += stride) {
                starts.add(start);
            }
            if (toTheEnd && end - begin >= steps && starts.getLast() + steps < end) {
                starts.add(end - steps);
            }
            row = end;
        }

        Cuts cuts = Cuts.windows(pieces, steps, stride, toTheEnd);

        assertThat(cuts.count()).as("seed %d", seed).isEqualTo(starts.size());
        for (int i = 0; i < starts.size(); i++) {
            assertThat(cuts.start(i)).as("start of %d, seed %d", i, seed).isEqualTo(starts.get(i));
            assertThat(cuts.length(i)).as("seed %d", seed).isEqualTo(steps);
        }
    }

    @Test
    void aWholePieceIsCutOrTooShort() {
        Cuts cuts = Cuts.onePiece(List.of(new int[] {2, 4}, new int[] {4, 11}), 5, -1);

        assertThat(cuts.count()).isEqualTo(2);
        assertThat(cuts.start(0)).isEqualTo(2);
        assertThat(cuts.length(0)).isEqualTo(2);
        assertThat(cuts.start(1)).isEqualTo(4);
        assertThat(cuts.length(1)).isEqualTo(5);
    }
}
