package dev.hourglass.engine.cpu.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.tensor.RandomSource;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class LogarithmTest {
    @Test
    void isThatOfStrictMath() {
        RandomGenerator random = new RandomSource(11).stream("logarithm", 0);
        for (int i = 0; i < 100_000; i++) {
            double x = switch (i % 4) {
                case 0 -> random.nextDouble();
                case 1 -> 1 + 1e-3 * (random.nextDouble() - 0.5);
                case 2 -> (float) (1e-7 + random.nextDouble() * 1e-6);
                default -> Math.scalb(1 + random.nextDouble(), random.nextInt(-1022, 1023));
            };
            double wanted = StrictMath.log(x);
            assertThat(Logarithm.of(x)).as("%s", x).isCloseTo(wanted, within(1e-15 * Math.max(1, Math.abs(wanted))));
        }
    }

    /** Where a loss is near 0 its own size counts. */
    @Test
    void isNearItselfBesideOne() {
        for (int i = 1; i < 1000; i++) {
            for (double x : new double[] {1 + i * 0x1p-52, 1 - i * 0x1p-53, 1 + i * 1e-6, 1 - i * 1e-6}) {
                double wanted = StrictMath.log(x);
                assertThat(Logarithm.of(x)).as("%s", x).isCloseTo(wanted, within(1e-15 * Math.abs(wanted)));
            }
        }
    }

    @Test
    void ofWhatIsNoNormalNumberIsThatOfStrictMathExactly() {
        for (double x : new double[] {
            1, 0, -0.0, -1, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, 1e-310
        }) {
            assertThat(Logarithm.of(x)).as("%s", x).isEqualTo(Double.valueOf(StrictMath.log(x)));
        }
    }
}
