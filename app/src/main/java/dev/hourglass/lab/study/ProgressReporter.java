package dev.hourglass.lab.study;

import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.LabException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/** Tells the listener of a run how far it is, and stops the run there if its thread was interrupted. */
public record ProgressReporter(Consumer<LabEvent> listener) {
    /** Between two pieces of work, which is where an interrupted run may stop; training looks by itself. */
    public void report(LabEvent event) {
        if (Thread.currentThread().isInterrupted()) {
            throw new LabException("The run was interrupted. Start it again.");
        }
        listener.accept(event);
    }

    public void working(String task) {
        report(new LabEvent.Working(task));
    }

    /**
     * For work that counts.
     *
     * @param task such as {@code t-SNE of cnn's codes}
     * @return to be told how much of the total is done, the total last
     */
    public IntConsumer progress(String task, int total) {
        return done -> report(new LabEvent.Progress(task, done, total));
    }
}
