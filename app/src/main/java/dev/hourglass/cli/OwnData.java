package dev.hourglass.cli;

import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.tables.TableOptions;
import dev.hourglass.files.Folders;
import dev.hourglass.lab.preview.DataPreview;
import dev.hourglass.lab.recipe.draft.DraftChoices;
import java.nio.file.Path;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Somebody's data that are looked at before anything is trained, with a bar where that takes a while. */
final class OwnData {
    private OwnData() {}

    static DataPreview preview(Path data, TableOptions table, DraftChoices choices, Terminal terminal) {
        try (Reading reading = new Reading("Reading " + Folders.name(data), terminal)) {
            return DataPreview.of(data, table, choices, reading);
        }
    }

    /** A bar that is there only once something has taken longer than a moment. */
    private static final class Reading implements DoubleConsumer, AutoCloseable {
        private static final long MOMENT_NANOS = 500_000_000;
        private static final int PARTS = 100;

        private final String task;
        private final Terminal terminal;
        private final long startNanos = System.nanoTime();
        private @Nullable Progress bar;

        Reading(String task, Terminal terminal) {
            this.task = task;
            this.terminal = terminal;
        }

        @Override
        public void accept(double share) {
            Progress shown = bar;
            if (shown == null && System.nanoTime() - startNanos > MOMENT_NANOS) {
                shown = new Progress(terminal, task, PARTS, "%");
                bar = shown;
            }
            if (shown != null) {
                shown.stepTo((int) (PARTS * share));
            }
        }

        @Override
        public void close() {
            if (bar != null) {
                bar.close();
            }
        }
    }
}
