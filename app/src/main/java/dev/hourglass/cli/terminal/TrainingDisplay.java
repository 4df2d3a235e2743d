package dev.hourglass.cli.terminal;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.train.History;
import dev.hourglass.train.TrainEvent;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Shows training as Keras does: on a terminal a line redrawn in place, ten times a second at most; elsewhere one line
 * per epoch.
 */
final class TrainingDisplay {
    private static final Duration BETWEEN_DRAWS = Duration.ofMillis(100);

    private final Terminal terminal;
    private final LongSupplier nanoTime;

    private int epochs;
    private boolean isSquared = true;
    private boolean isVariational;
    private int columns;
    private long nextDrawNanos;
    private boolean lineOpen;

    /** @param nanoTime as {@link System#nanoTime} */
    TrainingDisplay(Terminal terminal, LongSupplier nanoTime) {
        this.terminal = terminal;
        this.nanoTime = nanoTime;
    }

    void show(TrainEvent event) {
        switch (event) {
            case TrainEvent.Started started -> {
                epochs = started.epochs();
                isSquared = started.loss() instanceof Loss.MeanSquaredError;
                isVariational = started.loss().isVariational();
                if (!isSquared) {
                    interrupt();
                    terminal.println("Loss: " + started.loss().inWords());
                }
            }
            case TrainEvent.EpochStarted started -> {
                nextDrawNanos = nanoTime.getAsLong();
                if (terminal.interactive()) {
                    columns = terminal.columns().getAsInt();
                    terminal.println("Epoch " + started.epoch() + "/" + started.epochs());
                }
            }
            case TrainEvent.StepFinished step -> draw(step);
            case TrainEvent.EpochFinished finished -> end(finished);
            case TrainEvent.Warned warned -> {
                interrupt();
                terminal.println(warned.sentence());
            }
            case TrainEvent.Waiting wait -> {
                interrupt();
                terminal.println(wait.reason());
            }
            case TrainEvent.Resumed ignored -> terminal.println("Training goes on.");
            case TrainEvent.Finished ignored -> {}
        }
    }

    /** Ends a line that is being redrawn, so that whatever is written next starts a new one. */
    void interrupt() {
        if (lineOpen) {
            terminal.println("");
            lineOpen = false;
        }
    }

    private void draw(TrainEvent.StepFinished step) {
        boolean last = step.step() == step.steps();
        long now = nanoTime.getAsLong();
        if (!terminal.interactive() || (!last && now - nextDrawNanos < 0)) {
            return;
        }
        nextDrawNanos = now + BETWEEN_DRAWS.toNanos();
        EpochLine line = new EpochLine(step.step(), step.steps(), step.elapsedMillis(), errors(step.measured()), null);
        terminal.redraw(line.live(columns, terminal.colour(), terminal.unicode()));
        lineOpen = true;
    }

    private void end(TrainEvent.EpochFinished finished) {
        History.Epoch epoch = finished.epoch();
        EpochLine line = new EpochLine(
                finished.steps(),
                finished.steps(),
                Math.round(epoch.seconds() * 1000),
                errors(epoch.training()),
                errors(epoch.validation()));
        if (terminal.interactive()) {
            terminal.redraw(line.live(columns, terminal.colour(), terminal.unicode()));
            terminal.println("");
            lineOpen = false;
        } else {
            terminal.println("Epoch " + epoch.number() + "/" + epochs + " - " + line.plain());
        }
    }

    /** The mean squared error is told where it is not the loss. */
    private EpochLine.Errors errors(Measured measured) {
        return new EpochLine.Errors(
                measured.loss(),
                isVariational ? measured.divergence() : Double.NaN,
                isSquared ? Double.NaN : measured.mse(),
                measured.mae());
    }
}
