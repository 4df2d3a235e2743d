package dev.hourglass.data.series;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.data.tables.Table;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class TimeStepsTest {
    @RepeatedTest(20)
    void stepsAreThoseThatSortingFinds(RepetitionInfo repetition) {
        long seed = repetition.getCurrentRepetition();
        Random random = new Random(seed);
        long most = 1L << random.nextInt(1, 55);
        long[] steps = LongStream.generate(() -> random.nextInt(4) == 0 ? 0 : random.nextLong(most))
                .limit(random.nextInt(1, 40))
                .toArray();
        long[] times = new long[steps.length + 1];
        times[0] = -12;
        for (int i = 0; i < steps.length; i++) {
            times[i + 1] = times[i] + steps[i];
        }

        TimeSteps found = TimeSteps.of(table(times));

        Arrays.sort(steps);
        long usual = steps[steps.length / 2];
        assertThat(found)
                .as("seed %d", seed)
                .isEqualTo(new TimeSteps(
                        usual,
                        (int) Arrays.stream(steps).filter(step -> step == 0).count(),
                        (int) Arrays.stream(steps)
                                .filter(step -> step != 0 && Math.abs(step - usual) > usual / 100)
                                .count(),
                        steps[steps.length - 1],
                        steps.length));
    }

    @Test
    void oneRowHasNoSteps() {
        assertThat(TimeSteps.of(table(5))).isEqualTo(new TimeSteps(0, 0, 0, 0, 0));
    }

    private static Table table(long... times) {
        return new Table(
                Path.of("table.csv"),
                List.of(),
                1,
                MemorySegment.ofArray(new double[times.length]),
                MemorySegment.ofArray(times),
                true,
                new int[times.length],
                List.of("normal"),
                new int[times.length],
                List.of("series"),
                List.of());
    }
}
