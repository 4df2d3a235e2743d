package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class EpochLineTest {
    private static final EpochLine OVER = new EpochLine(235, 235, 9000, 0.04631, OptionalDouble.of(0.08169));

    @Test
    void afterTheEpochIsAsKerasDrawsIt() {
        assertThat(OVER.live(120, false, true))
                .isEqualTo("235/235 ━━━━━━━━━━━━━━━━━━━━ 9s 38ms/step - loss: 0.0463 - val_loss: 0.0817");
    }

    @Test
    void whileItRunsShowsTheTimeLeft() {
        EpochLine line = new EpochLine(47, 235, 2000, 0.1, OptionalDouble.empty());

        assertThat(line.live(120, false, true)).isEqualTo(" 47/235 ━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 8s 43ms/step - loss: 0.1000");
    }

    @Test
    void onATerminalWithoutUnicodeIsAscii() {
        EpochLine line = new EpochLine(47, 235, 2000, 0.1, OptionalDouble.empty());

        assertThat(line.live(120, false, false)).isEqualTo(" 47/235 ====................ 8s 43ms/step - loss: 0.1000");
    }

    @Test
    void coloursTheBarGreenAndWhatIsLeftGrey() {
        EpochLine line = new EpochLine(1, 2, 1000, 0.5, OptionalDouble.empty());

        assertThat(line.live(120, true, true))
                .isEqualTo("\033[1m1/2\033[0m \033[32m━━━━━━━━━━\033[90m━━━━━━━━━━\033[0m"
                        + " \033[1m1s\033[0m 1s/step - loss: 0.5000");
    }

    @Test
    void theBarShrinksThenGoesWhereTheTerminalIsNarrow() {
        assertThat(OVER.live(70, false, true))
                .isEqualTo("235/235 ━━━━━━━━━━━━━━ 9s 38ms/step - loss: 0.0463 - val_loss: 0.0817")
                .hasSize(69);
        assertThat(OVER.live(60, false, true)).isEqualTo("235/235 9s 38ms/step - loss: 0.0463 - val_loss: 0.0817");
        assertThat(OVER.live(20, false, true)).isEqualTo("235/235 9s 38ms/ste");
    }

    @Test
    void aLossThatDivergedIsShort() {
        assertThat(new EpochLine(2, 2, 2000, 2.41642e62, OptionalDouble.of(Double.NaN)).plain())
                .isEqualTo("2/2 - 2s 1s/step - loss: 2.4164e+62 - val_loss: nan");
    }

    @Test
    void timesAndLossesAreWrittenAsKerasWritesThem() {
        assertThat(new EpochLine(10, 10, 75_000, 0.00052, OptionalDouble.of(12)).plain())
                .isEqualTo("10/10 - 1:15 8s/step - loss: 5.2000e-04 - val_loss: 12.0000");
        assertThat(new EpochLine(8000, 8000, 4_000, Double.NaN, OptionalDouble.of(Double.POSITIVE_INFINITY)).plain())
                .isEqualTo("8000/8000 - 4s 500us/step - loss: nan - val_loss: infinity");
        assertThat(new EpochLine(4, 4, 3_723_000, 1, OptionalDouble.of(1)).plain())
                .isEqualTo("4/4 - 1:02:03 931s/step - loss: 1.0000 - val_loss: 1.0000");
    }
}
