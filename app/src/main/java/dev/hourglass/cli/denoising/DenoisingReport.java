package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.detect.filters.DenoisingTrial.Filtered;
import dev.hourglass.detect.filters.DenoisingTrial.Outcome;
import dev.hourglass.detect.filters.DenoisingTrial.Quality;
import dev.hourglass.files.AtomicFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A model beside classical filters at each level of noise, for people and as a table. */
final class DenoisingReport {
    /** Less can't be told apart by eye. */
    private static final double ALIKE_DECIBELS = 0.1;

    private record Level(String noise, Outcome outcome) {}

    private final List<Level> levels = new ArrayList<>();

    void add(String noise, Outcome outcome) {
        levels.add(new Level(noise, outcome));
    }

    /** @param what such as {@code pictures} */
    void print(Terminal terminal, String what) {
        for (Level level : levels) {
            Outcome outcome = level.outcome;
            terminal.println(String.format(Locale.ROOT, "%s, %,d %s:", level.noise, outcome.samples(), what));
            line(terminal, "noisy", outcome.noisy(), null);
            line(terminal, "model", outcome.model(), outcome.noisy());
            outcome.filters().forEach(filtered -> line(terminal, name(filtered), filtered.quality(), outcome.noisy()));
            terminal.println("  " + verdict(outcome));
        }
        terminal.println(
                "Each filter has the strength that does best on these very data, chosen by the clean ones: that"
                        + " favours the filters.");
    }

    private static void line(Terminal terminal, String name, Quality quality, @Nullable Quality noisy) {
        Double ssim = quality.ssim();
        Double ssimBefore = noisy == null ? null : noisy.ssim();
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "  %-28s%7.2f dB", name, quality.psnrDecibels()));
        line.append(
                noisy == null
                        ? " ".repeat(12)
                        : String.format(Locale.ROOT, " (%+6.2f dB)", quality.psnrDecibels() - noisy.psnrDecibels()));
        if (ssim != null) {
            line.append(String.format(Locale.ROOT, "  SSIM %.3f", ssim));
            if (ssimBefore != null) {
                line.append(String.format(Locale.ROOT, " (%+.3f)", ssim - ssimBefore));
            }
        }
        terminal.println(line.toString().stripTrailing());
    }

    static String name(Filtered filtered) {
        return filtered.filter().kind() + ", " + filtered.filter().strength();
    }

    /** Who wins, and whether anybody helps at all. */
    static String verdict(Outcome outcome) {
        Filtered best = outcome.filters().getFirst();
        double ahead = outcome.model().psnrDecibels() - best.quality().psnrDecibels();
        double gain = outcome.model().psnrDecibels() - outcome.noisy().psnrDecibels();
        String psnr = Math.abs(ahead) < ALIKE_DECIBELS
                ? "The model and the best filter, " + best.filter().kind() + ", are alike by PSNR."
                : ahead > 0
                        ? String.format(
                                Locale.ROOT,
                                "The model is %.1f dB better than the best filter, %s.",
                                ahead,
                                best.filter().kind())
                        : String.format(
                                Locale.ROOT,
                                "A filter wins: %s is %.1f dB better than the model. Use the filter for such noise.",
                                name(best),
                                -ahead);
        return psnr
                + bySsim(outcome, ahead)
                + (gain < 0 ? " The model makes it worse than it was: it may not have learned this noise." : "");
    }

    /** Said where it is the other way round. */
    private static String bySsim(Outcome outcome, double ahead) {
        Double own = outcome.model().ssim();
        Filtered best = null;
        double most = Double.NEGATIVE_INFINITY;
        for (Filtered filtered : outcome.filters()) {
            Double ssim = filtered.quality().ssim();
            if (ssim != null && ssim > most) {
                most = ssim;
                best = filtered;
            }
        }
        if (own == null || best == null || own > most == ahead > 0) {
            return "";
        }
        return own > most
                ? " By SSIM the model is better."
                : String.format(
                        Locale.ROOT,
                        " By SSIM %s is better (%.3f).",
                        best.filter().kind(),
                        most);
    }

    /** A line for each level and method. */
    void write(Path file) {
        StringBuilder table = new StringBuilder("noise,samples,method,strength,psnr_db,psnr_gain_db,ssim,ssim_gain\n");
        for (Level level : levels) {
            Outcome outcome = level.outcome;
            row(table, level, "noisy", "", outcome.noisy());
            row(table, level, "model", "", outcome.model());
            outcome.filters()
                    .forEach(filtered -> row(
                            table,
                            level,
                            filtered.filter().kind(),
                            filtered.filter().strength(),
                            filtered.quality()));
        }
        try {
            AtomicFile.write(file, table.toString());
        } catch (IOException e) {
            throw CommandException.unwritable(file, e);
        }
    }

    private static void row(StringBuilder table, Level level, String method, String strength, Quality quality) {
        Quality noisy = level.outcome.noisy();
        Double ssim = quality.ssim();
        Double before = noisy.ssim();
        table.append(String.format(
                Locale.ROOT,
                "%s,%d,%s,%s,%.4f,%.4f,%s,%s\n",
                level.noise,
                level.outcome.samples(),
                method,
                strength,
                quality.psnrDecibels(),
                quality.psnrDecibels() - noisy.psnrDecibels(),
                ssim == null ? "" : String.format(Locale.ROOT, "%.5f", ssim),
                ssim == null || before == null ? "" : String.format(Locale.ROOT, "%.5f", ssim - before)));
    }
}
