package dev.hourglass.evaluate.probes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LbfgsTest {
    @Test
    void findsTheMinimumOfAStretchedBowl() {
        // Sum of 4^i (x_i - i)^2: the condition number is 4^9.
        double[] at = new double[10];
        List<Integer> iterations = new ArrayList<>();

        Lbfgs.minimize(
                (x, gradient) -> {
                    double value = 0;
                    for (int i = 0; i < x.length; i++) {
                        double weight = Math.pow(4, i);
                        value += weight * (x[i] - i) * (x[i] - i);
                        gradient[i] = 2 * weight * (x[i] - i);
                    }
                    return value;
                },
                at,
                1e-8,
                500,
                iterations::add);

        for (int i = 0; i < at.length; i++) {
            assertThat(at[i]).as("x%d", i).isEqualTo(i, within(1e-8));
        }
        assertThat(iterations).hasSizeLessThan(200).startsWith(1, 2, 3);
    }

    @Test
    void stopsAtTheMostIterationsAndWhereNothingIsLeftToGain() {
        double[] at = {1};
        Lbfgs.minimize(
                (x, gradient) -> {
                    gradient[0] = Math.sinh(x[0]);
                    return Math.cosh(x[0]);
                },
                at,
                0,
                2,
                iteration -> assertThat(iteration).isLessThanOrEqualTo(2));
        assertThat(Math.abs(at[0])).isLessThan(0.5);

        // A gradient that is wrong by its sign: no step goes down.
        double[] stuck = {3};
        Lbfgs.minimize(
                (x, gradient) -> {
                    gradient[0] = -2 * x[0];
                    return x[0] * x[0];
                },
                stuck,
                1e-9,
                100,
                iteration -> {});
        assertThat(stuck[0]).isEqualTo(3);
    }
}
