package dev.hourglass.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.train.History;
import dev.hourglass.train.TrainEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class TrainingDisplayTest {
    private static final Loss MSE = new Loss.MeanSquaredError();

    private final ByteArrayOutputStream written = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    private long nowMillis = 1_000_000;

    @Test
    void onATerminalRedrawsOneLineAnEpochTenTimesASecond() {
        Terminal terminal = new Terminal(out, out, true, false, true, () -> 80);
        TrainingDisplay display = new TrainingDisplay(terminal, () -> nowMillis * 1_000_000);

        display.show(new TrainEvent.Started("cnn", MSE, 1, 4));
        display.show(new TrainEvent.EpochStarted(1, 1));
        step(display, 1, 40);
        step(display, 2, 80);
        step(display, 3, 140);
        step(display, 4, 160);
        display.show(new TrainEvent.EpochFinished(epoch(1), 4));

        assertThat(lines())
                .containsExactly(
                        "Epoch 1/1",
                        "\r1/4 ━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌ 0s 40ms/step - loss: 1.0000 - mae: 0.5000\033[K"
                                + "\r3/4 ━━━━━━━━━━━━━━━╌╌╌╌╌ 0s 47ms/step - loss: 0.3333 - mae: 0.5000\033[K"
                                + "\r4/4 ━━━━━━━━━━━━━━━━━━━━ 0s 40ms/step - loss: 0.2500 - mae: 0.5000\033[K"
                                + "\r4/4 ━━━━━━━━━━━━━━━━━━━━ 2s 500ms/step - loss: 0.2500 - val_loss: 0.5000\033[K",
                        "");
    }

    @Test
    void elsewhereWritesOneLineAnEpoch() {
        TrainingDisplay display = new TrainingDisplay(Terminal.plain(out, out), () -> nowMillis * 1_000_000);

        display.show(new TrainEvent.Started("cnn", MSE, 2, 4));
        for (int epoch = 1; epoch <= 2; epoch++) {
            display.show(new TrainEvent.EpochStarted(epoch, 2));
            step(display, 4, 160);
            display.show(new TrainEvent.EpochFinished(epoch(epoch), 4));
        }

        assertThat(lines())
                .containsExactly(
                        "Epoch 1/2 - 4/4 - 2s 500ms/step - loss: 0.2500 - mae: 0.4000 - val_loss: 0.5000 - val_mae: 0.6000",
                        "Epoch 2/2 - 4/4 - 2s 500ms/step - loss: 0.2500 - mae: 0.4000 - val_loss: 0.5000 - val_mae: 0.6000",
                        "");
    }

    @Test
    void anInterruptedLineIsEnded() {
        Terminal terminal = new Terminal(out, out, true, false, false, () -> 80);
        TrainingDisplay display = new TrainingDisplay(terminal, () -> nowMillis * 1_000_000);

        display.show(new TrainEvent.EpochStarted(1, 1));
        step(display, 1, 40);
        display.interrupt();
        terminal.println("next");

        assertThat(lines())
                .containsExactly(
                        "Epoch 1/1",
                        "\r1/4 =====............... 0s 40ms/step - loss: 1.0000 - mae: 0.5000\033[K",
                        "next",
                        "");
    }

    private static History.Epoch epoch(int number) {
        return new History.Epoch(number, new Measured(0.25, 0.25, 0.4), new Measured(0.5, 0.5, 0.6), 1e-3, 0.16, 2.0);
    }

    private void step(TrainingDisplay display, int step, long elapsedMillis) {
        long start = nowMillis;
        nowMillis += elapsedMillis;
        display.show(new TrainEvent.StepFinished(
                1, step, 4, new Measured(1.0 / step, 1.0 / step, 0.5), 1e-3, elapsedMillis));
        nowMillis = start;
    }

    private List<String> lines() {
        return List.of(written.toString(StandardCharsets.UTF_8).split(System.lineSeparator(), -1));
    }
}
