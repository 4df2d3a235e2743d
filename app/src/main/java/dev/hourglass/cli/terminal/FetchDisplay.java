package dev.hourglass.cli.terminal;

import dev.hourglass.data.catalog.FetchEvent;
import dev.hourglass.data.catalog.FetchListener;
import java.util.Locale;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows how a data set is fetched: one progress bar per file on a terminal, plain lines elsewhere. */
public final class FetchDisplay implements FetchListener, AutoCloseable {
    private static final int REDRAW_MILLIS = 100;
    private static final int MAX_LISTED = 20;

    private final Terminal terminal;
    private @Nullable ProgressBar bar;

    public FetchDisplay(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void onEvent(FetchEvent event) {
        switch (event) {
            case FetchEvent.Waiting waiting ->
                terminal.println("Waiting for another process that fetches " + waiting.dataset() + " …");
            case FetchEvent.Damaged damaged ->
                terminal.println(damaged.file() + " in the cache is damaged (expected SHA-256 "
                        + abbreviated(damaged.expected()) + ", found " + damaged.found() + "); fetching it again");
            case FetchEvent.Trying trying ->
                terminal.println("Fetching from " + trying.source().description());
            case FetchEvent.Progress progress -> show(progress);
            case FetchEvent.Verified verified -> {
                close();
                terminal.println("  " + verified.file() + ": SHA-256 " + abbreviated(verified.sha256()) + " is right");
            }
            case FetchEvent.Failed failed -> {
                close();
                terminal.println("  not to be had there: " + failed.reason());
            }
            case FetchEvent.Noted noted -> terminal.error(noted.text());
            case FetchEvent.Skipped skipped -> list(skipped);
        }
    }

    private void list(FetchEvent.Skipped skipped) {
        int count = skipped.pictures().size();
        terminal.println(String.format(
                Locale.ROOT, "Skipped %,d of %,d pictures that can't be read:", count, count + skipped.read()));
        skipped.pictures().stream()
                .limit(MAX_LISTED)
                .forEach(picture -> terminal.println("  " + picture.file() + ": " + picture.reason()));
        if (count > MAX_LISTED) {
            terminal.println(String.format(Locale.ROOT, "  and %,d more", count - MAX_LISTED));
        }
    }

    private void show(FetchEvent.Progress progress) {
        if (!terminal.interactive()) {
            return;
        }
        ProgressBar current = bar;
        if (current == null || !current.getTaskName().equals(progress.file())) {
            close();
            current = new ProgressBarBuilder()
                    .setTaskName(progress.file())
                    .setInitialMax(progress.total().orElse(-1))
                    .setUnit(" MB", 1 << 20)
                    .setUpdateIntervalMillis(REDRAW_MILLIS)
                    .setStyle(terminal.unicode() ? ProgressBarStyle.UNICODE_BLOCK : ProgressBarStyle.ASCII)
                    .setConsumer(new DelegatingProgressBarConsumer(
                            terminal::redraw, terminal.columns().getAsInt() - 1))
                    .build();
            bar = current;
        }
        progress.total().ifPresent(current::maxHint);
        current.stepTo(progress.bytes());
    }

    /** Ends the bar, if there is one, so that whatever is written next starts a new line. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
            terminal.println("");
        }
    }

    private static String abbreviated(String sha256) {
        return sha256.substring(0, Math.min(12, sha256.length())) + "…";
    }
}
