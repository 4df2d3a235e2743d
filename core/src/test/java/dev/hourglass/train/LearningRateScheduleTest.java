package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.train.LearningRateSchedule.CosineDecay;
import dev.hourglass.train.LearningRateSchedule.ExponentialDecay;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

/** The expected rates are those of Keras 3.15.1, {@code float(keras.optimizers.schedules.CosineDecay(...)(step))}. */
class LearningRateScheduleTest {
    /** Keras computes in 32 bits. */
    private static final Percentage KERAS_PRECISION = Percentage.withPercentage(0.01);

    @Test
    void aConstantRateIsTheInitialOne() {
        assertThat(LearningRateSchedule.CONSTANT.rate(0.003f, 77, 100)).isEqualTo(0.003f);
    }

    @Test
    void cosineDecayIsThatOfKeras() {
        requireRates(new CosineDecay(100, 0, null, 0), 0.001f, new int[] {0, 1, 25, 50, 99, 100, 150}, new double[] {
            1e-3, 0.000999753247, 0.000853553472, 0.0005, 2.467334e-7, 0, 0
        });
        requireRates(new CosineDecay(80, 0.1f, null, 0), 0.001f, new int[] {0, 40, 79, 80, 200}, new double[] {
            1e-3, 0.00055, 0.000100346952, 0.0001, 0.0001
        });
    }

    @Test
    void cosineDecayAfterAWarmUpIsThatOfKeras() {
        requireRates(
                new CosineDecay(90, 0.05f, 0.002f, 10),
                0.0001f,
                new int[] {0, 1, 5, 9, 10, 11, 55, 99, 100, 130},
                new double[] {
                    0.0001, 0.00029, 0.00105, 0.00181, 0.002, 0.00199942128, 0.00105, 0.000100578705, 0.0001, 0.0001
                });
    }

    @Test
    void exponentialDecayIsThatOfKeras() {
        requireRates(new ExponentialDecay(30, 0.5f, false), 0.01f, new int[] {0, 1, 15, 30, 100}, new double[] {
            0.01, 0.00977159943, 0.00707106743, 0.005, 0.000992125712
        });
        requireRates(new ExponentialDecay(30, 0.5f, true), 0.01f, new int[] {0, 29, 30, 59, 60, 100}, new double[] {
            0.01, 0.01, 0.005, 0.005, 0.0025, 0.00125
        });
    }

    @Test
    void cosineDecayWithoutStepsEndsWithTheTraining() {
        CosineDecay spelledOut = new CosineDecay(990, 0, 0.002f, 10);
        CosineDecay whole = new CosineDecay(null, 0, 0.002f, 10);

        for (int step = 0; step < 1000; step++) {
            assertThat(whole.rate(0.0001f, step, 1000)).isEqualTo(spelledOut.rate(0.0001f, step, 1000));
        }
        assertThat(CosineDecay.WHOLE_TRAINING.rate(0.001f, 999, 1000)).isPositive();
    }

    @Test
    void aSettingOutOfRangeIsNamed() {
        assertThatThrownBy(() -> new CosineDecay(null, 1.5f, null, 0)).hasMessage("alpha must be 0 to 1, got 1.5");
        assertThatThrownBy(() -> new CosineDecay(null, 0, null, 3))
                .hasMessage("a warm-up needs a target and at least one step, got target null and 3 steps");
        assertThatThrownBy(() -> new ExponentialDecay(0, 0.5f, false)).hasMessage("decaySteps must be >= 1, got 0");
        assertThatThrownBy(() -> new ExponentialDecay(1, 0, false))
                .hasMessage("decayRate must be > 0 and <= 1, got 0.0");
    }

    private static void requireRates(LearningRateSchedule schedule, float initialRate, int[] steps, double[] expected) {
        for (int i = 0; i < steps.length; i++) {
            double rate = schedule.rate(initialRate, steps[i], 1000);
            if (expected[i] == 0) {
                assertThat(rate).as("step %d", steps[i]).isZero();
            } else {
                assertThat(rate).as("step %d", steps[i]).isCloseTo(expected[i], KERAS_PRECISION);
            }
        }
    }
}
