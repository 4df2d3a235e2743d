package dev.hourglass.cli.scores;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.terminal.LabDisplay;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.lab.LabEvent;
import dev.hourglass.lab.detection.Rivals;
import dev.hourglass.lab.detection.ScoredSamples;
import dev.hourglass.lab.detection.ScoredSeries;
import dev.hourglass.report.results.DetectorComparison;
import dev.hourglass.report.tables.DetectorTable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What {@code score} and {@code detect} share: scoring with a bar, and tables of what was found. */
public final class Anomalies {
    private static final int SHOWN = 20;

    private Anomalies() {}

    /** Scores the rows of a series. */
    public static ScoredSeries series(SavedModel model, Dataset samples, int threads, Terminal terminal) {
        try (Detector detector = model.detector(threads);
                Progress progress = new Progress(terminal, "Scoring", 2 * samples.size(), "samples")) {
            return ScoredSeries.of(detector, samples, progress::stepTo);
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't score " + samples.name() + ": " + e.getMessage(), e);
        }
    }

    /** Scores samples that are no rows of a series. */
    public static ScoredSamples samples(SavedModel model, Dataset samples, int threads, Terminal terminal) {
        try (Detector detector = model.detector(threads);
                Progress progress = new Progress(terminal, "Scoring", samples.size(), "samples")) {
            return ScoredSamples.of(detector, samples, progress::stepTo);
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't score " + samples.name() + ": " + e.getMessage(), e);
        }
    }

    /** Where the threshold comes from, and what is to be known of it. */
    public static void printCalibration(SavedModel model, Terminal terminal) {
        Detection detection = Objects.requireNonNull(model.detection());
        terminal.println("Calibrated: " + detection.calibration());
        terminal.println("Scores: " + detection.scoring());
        if (detection.threshold().isLargestScore()) {
            terminal.error("WARNING: " + detection.threshold().note());
        } else if (!detection.threshold().note().isEmpty()) {
            terminal.println(detection.threshold().note());
        }
    }

    public static void print(ScoredSeries scored, Terminal terminal) {
        List<AnomalyEvent> events = scored.events();
        terminal.println(String.format(
                Locale.ROOT,
                "%s: %,d rows, %,d above the threshold (%.2f %%), in %,d %s",
                scored.samples().name(),
                scored.scored(),
                scored.flagged(),
                100.0 * scored.flagged() / Math.max(1, scored.scored()),
                events.size(),
                events.size() == 1 ? "event" : "events"));
        if (events.isEmpty()) {
            return;
        }
        List<Integer> shown = highest(events);
        int time = Math.max(
                5,
                shown.stream()
                        .map(events::get)
                        .mapToInt(event -> Math.max(
                                scored.time(event.first()).length(),
                                scored.time(event.last()).length()))
                        .max()
                        .orElse(0));
        String format = "  %5s  %-" + time + "s  %-" + time + "s  %7s  %9s  %s";
        terminal.println("");
        terminal.println(String.format(Locale.ROOT, format, "Event", "Start", "End", "Rows", "Score", "Channels"));
        for (int i : shown) {
            AnomalyEvent event = events.get(i);
            terminal.println(String.format(
                    Locale.ROOT,
                    format,
                    i + 1,
                    scored.time(event.first()),
                    scored.time(event.last()),
                    String.format(Locale.ROOT, "%,d", event.rows()),
                    String.format(Locale.ROOT, "%.4g", event.score()),
                    scored.blame(event)));
        }
        if (events.size() > SHOWN) {
            terminal.println(String.format(
                    Locale.ROOT,
                    "  and %,d with lower scores; the highest is event %,d",
                    events.size() - SHOWN,
                    1
                            + Collections.max(
                                    shown,
                                    Comparator.comparingDouble(
                                            i -> events.get(i).score()))));
        }
    }

    /** The events with the highest scores, in order of time. */
    private static List<Integer> highest(List<AnomalyEvent> events) {
        return IntStream.range(0, events.size())
                .boxed()
                .sorted(Comparator.comparingDouble((Integer i) -> events.get(i).score())
                        .reversed())
                .limit(SHOWN)
                .sorted()
                .toList();
    }

    /**
     * Fits rivals of a model.
     *
     * @param training what the model was trained on; null where that is not at hand, and part of the normal data is taken
     * @param normal what calibrated it
     */
    public static Rivals rivals(
            @Nullable Dataset training, Dataset normal, SavedModel model, long seed, int threads, Terminal terminal) {
        Detection detection = Objects.requireNonNull(model.detection());
        try (LabDisplay display = new LabDisplay(terminal)) {
            Rivals.Watch watch = task -> display.accept(new LabEvent.Working(task));
            return training == null
                    ? Rivals.fit(normal, detection, seed, threads, watch)
                    : Rivals.fit(training, normal, detection, seed, threads, watch);
        }
    }

    /**
     * Holds rivals beside a model.
     *
     * @param anomalous which rows are known anomalies, in the order of the series; null where that is not known
     */
    public static DetectorComparison compare(
            ScoredSeries scored, Rivals rivals, boolean @Nullable [] anomalous, Terminal terminal) {
        try (Progress progress =
                new Progress(terminal, "Scoring by rivals", scored.samples().size(), "samples")) {
            return rivals.compare(scored, anomalous, task -> {}, progress::stepTo);
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't score " + scored.samples().name() + " by rivals: " + e.getMessage(), e);
        }
    }

    public static DetectorComparison compare(ScoredSamples scored, Rivals rivals, Terminal terminal) {
        try (Progress progress =
                new Progress(terminal, "Scoring by rivals", scored.samples().size(), "samples")) {
            return rivals.compare(scored, null, task -> {}, progress::stepTo);
        } catch (IllegalArgumentException e) {
            throw new CommandException("Can't score " + scored.samples().name() + " by rivals: " + e.getMessage(), e);
        }
    }

    public static void print(DetectorComparison comparison, Terminal terminal) {
        terminal.println("");
        terminal.println("Beside simple rivals, by the same data, rule and events, each at its threshold:");
        DetectorTable table = DetectorTable.of(comparison);
        List<List<String>> lines = new ArrayList<>(List.of(table.heads()));
        lines.addAll(table.rows());
        int[] widths = new int[table.heads().size()];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        for (List<String> line : lines) {
            StringBuilder text = new StringBuilder("  ");
            for (int i = 0; i < widths.length; i++) {
                String cell = line.get(i);
                String room = " ".repeat(widths[i] - cell.length());
                text.append(i == 0 ? cell + room : "  " + room + cell);
            }
            terminal.println(text.toString().stripTrailing());
        }
        comparison.verdict().forEach(terminal::println);
    }

    public static void print(ScoredSamples scored, Terminal terminal) {
        terminal.println(String.format(
                Locale.ROOT,
                "%s: %,d samples, %,d above the threshold (%.2f %%)",
                scored.samples().name(),
                scored.scores().length,
                scored.flagged(),
                100.0 * scored.flagged() / scored.scores().length));
        terminal.println("");
        terminal.println(String.format(Locale.ROOT, "  %9s  %9s  %s", "Sample", "Score", "Name"));
        scored.oddest(SHOWN)
                .forEach(sample -> terminal.println(String.format(
                                Locale.ROOT, "  %,9d  %9.4g  %s", sample, scored.scores()[sample], scored.name(sample))
                        .stripTrailing()));
    }
}
