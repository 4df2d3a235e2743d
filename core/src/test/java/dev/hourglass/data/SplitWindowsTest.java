package dev.hourglass.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class SplitWindowsTest {
    @Test
    void timesAreThoseOfTheWholeWindows() {
        long[] seconds = new long[8];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = i * 1_000_000_000L;
        }
        FloatDataset series = FloatDataset.of("series", Shape.of(1), new float[] {0, 1, 2, 3, 4, 5, 6, 7})
                .withTimes(SampleTimes.of(MemorySegment.ofArray(seconds), true));

        SplitWindows split = SplitWindows.of(series.windows(4, 2), 1);

        assertThat(split.sampleShape()).isEqualTo(Shape.of(3, 1));
        SampleTimes times = split.times().orElseThrow();
        assertThat(times.begin(1)).isEqualTo("1970-01-01T00:00:02Z");
        assertThat(times.end(1)).as("of the step that is to be predicted").isEqualTo("1970-01-01T00:00:05Z");
        assertThat(split.limit(2).times().orElseThrow().size()).isEqualTo(2);
        assertThat(SplitWindows.of(FloatDataset.of("plain", Shape.of(4, 1), new float[4]), 1)
                        .times())
                .isEmpty();
    }
}
