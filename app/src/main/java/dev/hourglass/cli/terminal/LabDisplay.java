package dev.hourglass.cli.terminal;

import dev.hourglass.lab.LabEvent;
import dev.hourglass.report.tables.ComparisonTable;
import dev.hourglass.report.tables.ModelSummary;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Shows a run on the terminal: data, each model's summary and training, then the comparison and the findings. */
public final class LabDisplay implements Consumer<LabEvent>, AutoCloseable {
    private static final int MAX_TEXT_COLUMNS = 100;

    private final Terminal terminal;
    private final TrainingDisplay training;
    private final FetchDisplay fetching;
    private String task = "";
    private @Nullable Progress progress;

    public LabDisplay(Terminal terminal) {
        this.terminal = terminal;
        this.training = new TrainingDisplay(terminal, System::nanoTime);
        this.fetching = new FetchDisplay(terminal);
    }

    @Override
    public void accept(LabEvent event) {
        switch (event) {
            case LabEvent.Fetching fetch -> fetching.onEvent(fetch.event());
            case LabEvent.DataOpened data -> {
                fetching.close();
                // Files of the user's own may be other ones than those that the name promises.
                String own = data.data().folder() == null
                        ? ""
                        : " from " + data.data().folder();
                terminal.println(String.format(
                        Locale.ROOT,
                        "Data: %s%s, %,d training and %,d test samples",
                        data.data().name(),
                        own,
                        data.trainingSamples(),
                        data.testSamples()));
            }
            case LabEvent.ModelStarted model -> {
                terminal.println("");
                terminal.print(ModelSummary.of(model.spec()).toText());
                terminal.println("");
            }
            case LabEvent.TakenUp takenUp -> {
                takenUp.warnings().forEach(terminal::println);
                terminal.println(takenUp.model()
                        + (takenUp.over()
                                ? " is trained already."
                                : " continues in epoch " + takenUp.place().epoch() + " after step "
                                        + takenUp.place().steps() + "."));
            }
            case LabEvent.Training step -> training.show(step.event());
            case LabEvent.Working work -> terminal.println(work.task() + " …");
            case LabEvent.Progress step -> show(step);
            case LabEvent.SweepAnnounced sweep -> terminal.println(announcement(sweep));
            case LabEvent.Notice notice -> {
                endProgress();
                terminal.println(notice.text());
            }
            case LabEvent.Finished finished -> showResult(finished);
        }
    }

    /** A bar on a terminal, a line at its beginning elsewhere. */
    private void show(LabEvent.Progress step) {
        if (!step.task().equals(task)) {
            endProgress();
            task = step.task();
            progress = new Progress(terminal, task, step.total(), "");
            if (!terminal.interactive()) {
                terminal.println(task + " …");
            }
        }
        if (progress != null) {
            progress.stepTo(step.done());
        }
        if (step.done() >= step.total()) {
            endProgress();
        }
    }

    private void endProgress() {
        if (progress != null) {
            progress.close();
            progress = null;
            task = "";
        }
    }

    private static String announcement(LabEvent.SweepAnnounced sweep) {
        return String.format(
                Locale.ROOT,
                "Sweep: %s with latent sizes %s, %d epoch%s each; about %s (--no-sweep skips it)",
                String.join(" and ", sweep.models()),
                sweep.latentSizes().stream().map(String::valueOf).collect(Collectors.joining(", ")),
                sweep.epochs(),
                sweep.epochs() == 1 ? "" : "s",
                duration(sweep.seconds()));
    }

    private static String duration(double seconds) {
        return seconds < 90 ? Math.round(seconds) + " s" : Math.round(seconds / 60) + " min";
    }

    private void showResult(LabEvent.Finished finished) {
        terminal.println("");
        terminal.print(ComparisonTable.of(finished.result()).toText());
        terminal.println("");
        terminal.println("Findings");
        int columns = Math.clamp(terminal.columns().getAsInt(), 40, MAX_TEXT_COLUMNS);
        for (String finding : finished.findings()) {
            terminal.print(bullet(finding, columns));
        }
        terminal.println("");
        terminal.println("Everything is in " + shortest(finished.folder()));
    }

    /** A sentence broken into lines between words, hanging under a bullet. */
    static String bullet(String text, int columns) {
        StringBuilder lines = new StringBuilder();
        StringBuilder line = new StringBuilder("•");
        for (String word : List.of(text.split("\\s+"))) {
            if (line.length() + 1 + word.length() > columns && line.length() > 1) {
                lines.append(line).append(System.lineSeparator());
                line.setLength(0);
                line.append(' ');
            }
            line.append(' ').append(word);
        }
        return lines.append(line).append(System.lineSeparator()).toString();
    }

    /** Relative where it lies below the working folder, as the user would type it. */
    static Path shortest(Path folder) {
        Path here = Path.of("").toAbsolutePath();
        return folder.startsWith(here) && !folder.equals(here) ? here.relativize(folder) : folder;
    }

    /** Leaves the cursor on a line of its own, however the run ended. */
    @Override
    public void close() {
        fetching.close();
        training.interrupt();
        endProgress();
    }
}
