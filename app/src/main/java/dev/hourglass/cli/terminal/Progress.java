package dev.hourglass.cli.terminal;

import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** How far a command is: a bar on a terminal, nothing elsewhere. */
public final class Progress implements AutoCloseable {
    private static final int REDRAW_MILLIS = 100;

    private final Terminal terminal;
    private final @Nullable ProgressBar bar;

    /**
     * @param task what is done, such as {@code Encoding}
     * @param unit of what is counted, such as {@code samples}
     */
    public Progress(Terminal terminal, String task, int total, String unit) {
        this.terminal = terminal;
        bar = terminal.interactive()
                ? new ProgressBarBuilder()
                        .setTaskName(task)
                        .setInitialMax(total)
                        .setUnit(" " + unit, 1)
                        .setUpdateIntervalMillis(REDRAW_MILLIS)
                        .setStyle(terminal.unicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                        .setConsumer(new DelegatingProgressBarConsumer(
                                terminal::redraw, terminal.columns().getAsInt() - 1))
                        .build()
                : null;
    }

    public void stepTo(int done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    /** Where the total is known only now. */
    public void stepTo(int done, int total) {
        if (bar != null) {
            bar.maxHint(total);
            bar.stepTo(done);
        }
    }

    /** Ends the bar, so that whatever is written next starts a new line. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            terminal.println("");
        }
    }
}
