package dev.hourglass.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class NumpyRandomTest {
    /** {@code numpy.random.default_rng(42).random(1001, dtype=numpy.float32)}, its first five and its last. */
    @Test
    void theNumbersAreNumPys() {
        float[] numbers = new NumpyRandom().random(1001);
        assertThat(Arrays.copyOf(numbers, 5))
                .containsExactly(0.08925092f, 0.773956f, 0.6545715f, 0.43887842f, 0.43301523f);
        assertThat(numbers[1000]).isEqualTo(0.8083004f);
    }
}
