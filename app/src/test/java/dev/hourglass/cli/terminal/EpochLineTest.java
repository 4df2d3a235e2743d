package dev.hourglass.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.EpochLine.Errors;
import org.junit.jupiter.api.Test;

class EpochLineTest {
    private static final EpochLine OVER =
            new EpochLine(235, 235, 9000, new Errors(0.04631, 0.10662), new Errors(0.08169, 0.15021));

    @Test
    void afterTheEpochIsAsKerasDrawsIt() {
        assertThat(OVER.live(120, false, true))
                .isEqualTo("235/235 ━━━━━━━━━━━━━━━━━━━━ 9s 38ms/step"
                        + " - loss: 0.0463 - mae: 0.1066 - val_loss: 0.0817 - val_mae: 0.1502");
    }

    @Test
    void whileItRunsShowsTheTimeLeft() {
        EpochLine line = new EpochLine(47, 235, 2000, new Errors(0.1, 0.2), null);

        assertThat(line.live(120, false, true))
                .isEqualTo(" 47/235 ━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 8s 43ms/step - loss: 0.1000 - mae: 0.2000");
    }

    @Test
    void onATerminalWithoutUnicodeIsAscii() {
        EpochLine line = new EpochLine(47, 235, 2000, new Errors(0.1, 0.2), null);

        assertThat(line.live(120, false, false))
                .isEqualTo(" 47/235 ====................ 8s 43ms/step - loss: 0.1000 - mae: 0.2000");
    }

    @Test
    void coloursTheBarGreenAndWhatIsLeftGrey() {
        EpochLine line = new EpochLine(1, 2, 1000, new Errors(0.5, 0.6), null);

        assertThat(line.live(120, true, true))
                .isEqualTo("\033[1m1/2\033[0m \033[32m━━━━━━━━━━\033[90m━━━━━━━━━━\033[0m"
                        + " \033[1m1s\033[0m 1s/step - loss: 0.5000 - mae: 0.6000");
    }

    @Test
    void theBarShrinksThenTheMaeGoesThenTheBarWhereTheTerminalIsNarrow() {
        assertThat(OVER.live(100, false, true))
                .isEqualTo("235/235 ━━━━━━━━━━━━ 9s 38ms/step"
                        + " - loss: 0.0463 - mae: 0.1066 - val_loss: 0.0817 - val_mae: 0.1502")
                .hasSize(99);
        assertThat(OVER.live(80, false, true))
                .isEqualTo("235/235 ━━━━━━━━━━━━━━━━━━━━ 9s 38ms/step - loss: 0.0463 - val_loss: 0.0817");
        assertThat(OVER.live(70, false, true))
                .isEqualTo("235/235 ━━━━━━━━━━━━━━ 9s 38ms/step - loss: 0.0463 - val_loss: 0.0817")
                .hasSize(69);
        assertThat(OVER.live(60, false, true)).isEqualTo("235/235 9s 38ms/step - loss: 0.0463 - val_loss: 0.0817");
        assertThat(OVER.live(20, false, true)).isEqualTo("235/235 9s 38ms/ste");
    }

    @Test
    void aLossThatDivergedIsShort() {
        assertThat(new EpochLine(2, 2, 2000, new Errors(2.41642e62, 1e31), new Errors(Double.NaN, Double.NaN)).plain())
                .isEqualTo("2/2 - 2s 1s/step - loss: 2.4164e+62 - mae: 1.0000e+31 - val_loss: nan - val_mae: nan");
    }

    @Test
    void timesAndLossesAreWrittenAsKerasWritesThem() {
        assertThat(new EpochLine(10, 10, 75_000, new Errors(0.00052, 0.5), new Errors(12, 3)).plain())
                .isEqualTo(
                        "10/10 - 1:15 8s/step - loss: 5.2000e-04 - mae: 0.5000 - val_loss: 12.0000 - val_mae: 3.0000");
        assertThat(new EpochLine(8000, 8000, 4_000, new Errors(Double.NaN, 1), null).plain())
                .isEqualTo("8000/8000 - 4s 500us/step - loss: nan - mae: 1.0000");
        assertThat(new EpochLine(4, 4, 3_723_000, new Errors(1, 1), new Errors(Double.POSITIVE_INFINITY, 1)).plain())
                .isEqualTo(
                        "4/4 - 1:02:03 931s/step - loss: 1.0000 - mae: 1.0000 - val_loss: infinity - val_mae: 1.0000");
    }
}
