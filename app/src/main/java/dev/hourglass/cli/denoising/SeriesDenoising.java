package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.SampleColumns;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.SamplePlaces;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.filters.DenoisingTrial;
import dev.hourglass.detect.filters.NoiseFilter;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Samples;
import dev.hourglass.evaluate.SeriesReconstruction;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A series through a model, by windows that overlap. */
final class SeriesDenoising {
    private final Dataset windows;
    private final SeriesReconstruction series;
    private final Terminal terminal;

    SeriesDenoising(ChainInference inference, Dataset windows, Terminal terminal) {
        this.windows = windows;
        this.terminal = terminal;
        series = new SeriesReconstruction(inference::run, windows);
    }

    /** Whether samples are windows of rows. */
    static boolean isSeries(Dataset data) {
        return data.sampleShape().rank() == 2
                && data.places().filter(places -> places.windows()).isPresent()
                && !data.normalization().isPixels();
    }

    /**
     * Writes the rows as the model gives them; those that no window has stay as they are.
     *
     * @param clean windows of the same rows; null where they are not known
     */
    Optional<DenoisingTrial.Outcome> write(Path out, @Nullable Dataset clean) {
        float[] noisy = series.original();
        float[] denoised = rebuilt(noisy, "Denoising");
        int kept = keepUnanswered(denoised, noisy);
        try {
            RowAnswers rows = new RowAnswers(
                    SamplePlaces.each(windows.places().orElseThrow().rows()),
                    series.channels(),
                    RowAnswers.Overlap.LAST);
            for (int row = 0; row < series.rows(); row++) {
                rows.add(row, denoised, row * series.channels());
            }
            SampleColumns.writeRows(out, windows, rows);
        } catch (IOException e) {
            throw CommandException.unwritable(out, e);
        }
        terminal.println(String.format(
                Locale.ROOT,
                "Denoised the %,d rows of %s from %,d windows, in the units of the data: %s%s",
                series.rows(),
                windows.name(),
                windows.size(),
                out,
                kept == 0 ? "" : String.format(Locale.ROOT, "; %,d rows are in no window and stay as they are", kept)));
        return clean == null ? Optional.empty() : Optional.of(measured(truth(clean), noisy, denoised));
    }

    private float[] truth(Dataset clean) {
        float[] truth = new SeriesReconstruction((samples, from, count, into) -> {}, clean).original();
        if (truth.length != series.rows() * series.channels()) {
            throw new CommandException(String.format(
                    Locale.ROOT,
                    "The clean series has %,d rows, the noisy one %,d. Give those of the same rows.",
                    truth.length / series.channels(),
                    series.rows()));
        }
        return truth;
    }

    /** Adds noise to the rows and takes it away again. */
    DenoisingTrial.Outcome trial(NoiseLevels noise, float level, long seed) {
        float[] clean = series.original();
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : clean) {
            low = Math.min(low, Float.isNaN(value) ? low : value);
            high = Math.max(high, Float.isNaN(value) ? high : value);
        }
        if (!(low < high)) {
            throw new CommandException("All numbers of " + windows.name() + " are the same; there is no range to take a"
                    + " share of. Give other data.");
        }
        Shape shape = Shape.of(series.rows(), series.channels());
        Samples alone = (index, into, offset) -> System.arraycopy(clean, 0, into, offset, clean.length);
        float[] noisy = new float[clean.length];
        noise.at(level, low, high).over(alone, shape, seed, "denoise", 0).copySample(0, noisy, 0);
        float[] denoised = rebuilt(noisy, noise.words(level));
        return measured(clean, noisy, denoised);
    }

    private float[] rebuilt(float[] rows, String doing) {
        try (Progress progress = new Progress(terminal, doing, windows.size(), "windows")) {
            return series.rebuilt(rows, progress::stepTo);
        }
    }

    /** @return how many rows were kept */
    private int keepUnanswered(float[] denoised, float[] noisy) {
        int kept = 0;
        for (int row = 0; row < series.rows(); row++) {
            int at = row * series.channels();
            if (Float.isNaN(denoised[at])) {
                System.arraycopy(noisy, at, denoised, at, series.channels());
                kept++;
            }
        }
        return kept;
    }

    /** Each piece between gaps by itself, so that no filter looks across. */
    private DenoisingTrial.Outcome measured(float[] clean, float[] noisy, float[] denoised) {
        DenoisingTrial trial = new DenoisingTrial(NoiseFilter.all());
        SampleSimilarity similarity = SampleSimilarity.ofSignals(windows);
        int channels = series.channels();
        for (int[] piece : windows.places().orElseThrow().rows().pieces()) {
            float[] truth = Arrays.copyOfRange(clean, piece[0] * channels, piece[1] * channels);
            boolean whole = true;
            for (float value : truth) {
                whole &= !Float.isNaN(value);
            }
            if (whole && piece[1] > piece[0]) {
                trial.add(
                        truth,
                        Arrays.copyOfRange(noisy, piece[0] * channels, piece[1] * channels),
                        Arrays.copyOfRange(denoised, piece[0] * channels, piece[1] * channels),
                        Shape.of(piece[1] - piece[0], channels),
                        similarity);
            }
        }
        try {
            return trial.outcome();
        } catch (IllegalStateException e) {
            throw new CommandException(
                    "No piece of " + windows.name() + " is as long as a window. Give a longer one.", e);
        }
    }
}
