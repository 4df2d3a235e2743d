package dev.hourglass.server.series;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class ExtremesTest {
    @Test
    void partsHaveTheirSmallestAndLargestNumbers() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 60; round++) {
            int rows = 1 + random.nextInt(round < 50 ? 300 : 20_000);
            int stride = 1 + random.nextInt(3);
            float[] values = new float[rows * stride];
            for (int i = 0; i < values.length; i++) {
                values[i] = random.nextInt(20) == 0 ? Float.NaN : random.nextFloat() - 0.5f;
            }
            int column = random.nextInt(stride);
            int from = random.nextInt(rows);
            int to = from + 1 + random.nextInt(rows - from);
            int parts = 1 + random.nextInt(to - from);

            Extremes.Curve curve = new Extremes(values, stride, column).of(from, to, parts);

            for (int part = 0; part < parts; part++) {
                float least = Float.NaN;
                float most = Float.NaN;
                int end = from + (int) ((to - from) * (part + 1L) / parts);
                for (int row = from + (int) ((to - from) * (long) part / parts); row < end; row++) {
                    float value = values[row * stride + column];
                    if (!Float.isNaN(value)) {
                        least = Float.isNaN(least) ? value : Math.min(least, value);
                        most = Float.isNaN(most) ? value : Math.max(most, value);
                    }
                }
                assertThat(curve.low()[part]).as("seed %d, part %d", seed, part).isEqualTo(Float.valueOf(least));
                assertThat(curve.high()[part])
                        .as("seed %d, part %d", seed, part)
                        .isEqualTo(Float.valueOf(most));
            }
        }
    }

    @Test
    void aMillionRowsTakeFewBlocks() {
        assertThat(new Extremes(new float[1 << 20], 1, 0).bytes()).isLessThan(140_000);
    }
}
