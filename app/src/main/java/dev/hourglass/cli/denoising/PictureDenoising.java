package dev.hourglass.cli.denoising;

import dev.hourglass.cli.CommandException;
import dev.hourglass.cli.terminal.Progress;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.detect.filters.DenoisingTrial;
import dev.hourglass.detect.filters.NoiseFilter;
import dev.hourglass.engine.Samples;
import dev.hourglass.evaluate.InterruptedComputationException;
import dev.hourglass.evaluate.PictureRebuild;
import dev.hourglass.evaluate.errors.SampleSimilarity;
import dev.hourglass.files.Failures;
import dev.hourglass.report.figures.DenoisingFigure;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.InputNoise;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pictures through a model, one after the other, so that memory holds one: written, or held against the clean ones beside
 * classical filters.
 */
final class PictureDenoising {
    /** That a trial takes where nobody says how many. */
    private static final int USUAL_TRIAL = 100;

    private static final int MOST_SHOWN = 4;
    private static final int MOST_LISTED = 10;

    private final PictureRebuild model;
    private final PictureSource pictures;
    private final Normalization pixels;
    private final Terminal terminal;
    private final List<String> skipped = new ArrayList<>();

    PictureDenoising(PictureRebuild model, PictureSource pictures, Terminal terminal) {
        this.model = model;
        this.pictures = pictures;
        this.terminal = terminal;
        // Numbers from 0 to 1 whose file says nothing.
        pixels = pictures.normalization().isNone() ? Normalization.PIXELS : pictures.normalization();
    }

    /**
     * Writes what the model makes of each picture.
     *
     * @param clean of the same pictures; null where they are not known
     * @return what was measured; null without clean ones
     */
    @Nullable
    DenoisingTrial write(Path out, int limit, @Nullable PictureSource clean, Shown shown) throws IOException {
        DenoisingTrial trial = clean == null ? null : new DenoisingTrial(NoiseFilter.all());
        Set<String> written = new HashSet<>();
        int count = Math.min(limit, pictures.size());
        try (Progress progress = new Progress(terminal, "Denoising", count, "pictures")) {
            for (int i = 0; i < count; i++) {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Denoising");
                PictureSource.Pixels noisy = read(pictures, i);
                if (noisy != null) {
                    float[] denoised = model.rebuilt(noisy.pixels(), noisy.shape());
                    PngFile.write(
                            out.resolve(name(pictures.name(i), written)),
                            denoised,
                            noisy.shape(),
                            pixels,
                            noisy.deep());
                    if (trial != null && clean != null) {
                        float[] truth = partner(clean, i, noisy.shape());
                        trial.add(truth, noisy.pixels(), denoised, noisy.shape(), similarity(noisy.shape()));
                        shown.add(noisy.shape(), truth, noisy.pixels(), denoised);
                    }
                }
                progress.stepTo(i + 1);
            }
        }
        requireAny(count);
        terminal.println(String.format(Locale.ROOT, "Denoised %,d pictures: %s", written.size(), out));
        listSkipped();
        return trial;
    }

    /** Adds noise to clean pictures and takes it away again. */
    DenoisingTrial trial(NoiseLevels noise, float level, int limit, long seed, Shown shown) throws IOException {
        DenoisingTrial trial = new DenoisingTrial(NoiseFilter.all());
        float[] ends = {0, 255};
        pixels.apply(ends, 0, 1);
        pixels.apply(ends, 1, 1);
        InputNoise spoils = noise.at(level, Math.min(ends[0], ends[1]), Math.max(ends[0], ends[1]));
        int count = trialSize(limit);
        skipped.clear();
        try (Progress progress = new Progress(terminal, noise.words(level), count, "pictures")) {
            for (int i = 0; i < count; i++) {
                InterruptedComputationException.throwIfInterrupted(Thread.currentThread(), "Denoising");
                PictureSource.Pixels clean = read(pictures, i);
                if (clean != null) {
                    Samples alone = (index, into, offset) ->
                            System.arraycopy(clean.pixels(), 0, into, offset, clean.pixels().length);
                    float[] noisy = new float[clean.pixels().length];
                    // Each picture has a stream of its own, the same at each level.
                    spoils.over(alone, clean.shape(), seed, "denoise", i).copySample(0, noisy, 0);
                    float[] denoised = model.rebuilt(noisy, clean.shape());
                    trial.add(clean.pixels(), noisy, denoised, clean.shape(), similarity(clean.shape()));
                    shown.add(clean.shape(), clean.pixels(), noisy, denoised);
                }
                progress.stepTo(i + 1);
            }
        }
        requireAny(count);
        return trial;
    }

    /** How many pictures a trial takes. */
    int trialSize(int limit) {
        return Math.min(pictures.size(), limit == Integer.MAX_VALUE ? USUAL_TRIAL : limit);
    }

    void listSkipped() {
        if (!skipped.isEmpty()) {
            terminal.println(String.format(Locale.ROOT, "Skipped %,d pictures that can't be read:", skipped.size()));
            skipped.stream().limit(MOST_LISTED).forEach(line -> terminal.println("  " + line));
            if (skipped.size() > MOST_LISTED) {
                terminal.println(String.format(Locale.ROOT, "  and %,d more", skipped.size() - MOST_LISTED));
            }
        }
    }

    private void requireAny(int count) {
        if (skipped.size() == count) {
            throw new CommandException(String.format(
                    Locale.ROOT,
                    "None of the %,d pictures of %s can be read, such as %s. Check them.",
                    count,
                    pictures.place(),
                    skipped.getFirst()));
        }
    }

    private PictureSource.@Nullable Pixels read(PictureSource source, int index) {
        try {
            return source.read(index);
        } catch (IOException e) {
            skipped.add(source.name(index) + ": " + Failures.reason(e));
            return null;
        }
    }

    private static float[] partner(PictureSource clean, int index, Shape shape) {
        try {
            PictureSource.Pixels partner = clean.read(index);
            if (!partner.shape().equals(shape)) {
                throw new CommandException("The clean picture " + clean.name(index) + " is " + partner.shape()
                        + ", the noisy one " + shape + " (height, width, channels). Give both the same size.");
            }
            return partner.pixels();
        } catch (IOException e) {
            throw new CommandException(
                    "Can't read the clean picture " + clean.name(index) + ": " + Failures.reason(e)
                            + ". Mend it, or take both out.",
                    e);
        }
    }

    private SampleSimilarity similarity(Shape shape) {
        return SampleSimilarity.ofImages(shape, pixels);
    }

    /** As PNG; the whole name where another picture has the same without its ending. */
    private static String name(String of, Set<String> written) {
        String png = of.replaceFirst("(?i)\\.[a-z]{2,4}$", "") + ".png";
        String name = written.add(png.toLowerCase(Locale.ROOT)) ? png : of + ".png";
        written.add(name.toLowerCase(Locale.ROOT));
        return name;
    }

    /** The first pictures, for a figure. */
    static final class Shown {
        private record Each(Shape shape, float[] clean, float[] noisy, float[] denoised) {}

        private final List<Each> pictures = new ArrayList<>();

        void add(Shape shape, float[] clean, float[] noisy, float[] denoised) {
            if (pictures.size() < MOST_SHOWN) {
                pictures.add(new Each(shape, clean, noisy, denoised));
            }
        }

        /** @param pixels under which 0 to 255 come */
        DenoisingFigure.Row row(int place, DenoisingTrial.Filtered best, Normalization pixels) {
            Each each = pictures.get(place);
            double range = SampleSimilarity.ofImages(each.shape, pixels).range();
            float[] filtered = best.filter().apply(each.noisy, each.shape, range);
            return new DenoisingFigure.Row(
                    each.shape,
                    List.of(
                            unit(each.noisy, pixels),
                            unit(each.denoised, pixels),
                            unit(filtered, pixels),
                            unit(each.clean, pixels)));
        }

        private static float[] unit(float[] picture, Normalization pixels) {
            float[] unit = picture.clone();
            pixels.restore(unit, 0, unit.length);
            for (int i = 0; i < unit.length; i++) {
                unit[i] = Math.clamp(unit[i] / 255, 0f, 1f);
            }
            return unit;
        }

        int size() {
            return pictures.size();
        }
    }

    /** Noisy, model, best filter, clean. */
    void draw(Path file, String noise, DenoisingTrial.Outcome outcome, Shown shown) {
        DenoisingTrial.Filtered best = outcome.filters().getFirst();
        List<DenoisingFigure.Column> columns = List.of(
                new DenoisingFigure.Column("Noisy", note(outcome.noisy())),
                new DenoisingFigure.Column("Model", note(outcome.model())),
                new DenoisingFigure.Column(capital(best.filter().kind()), note(best.quality())),
                new DenoisingFigure.Column("Clean", ""));
        List<DenoisingFigure.Row> rows = new ArrayList<>();
        for (int i = 0; i < shown.size(); i++) {
            rows.add(shown.row(i, best, pixels));
        }
        try {
            DenoisingFigure.draw(
                            noise + String.format(Locale.ROOT, ", means of %,d pictures", outcome.samples()),
                            columns,
                            rows)
                    .writePng(file);
        } catch (IOException e) {
            throw CommandException.unwritable(file, e);
        }
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    private static String note(DenoisingTrial.Quality quality) {
        Double ssim = quality.ssim();
        return String.format(Locale.ROOT, "%.1f dB", quality.psnrDecibels())
                + (ssim == null ? "" : String.format(Locale.ROOT, ", SSIM %.2f", ssim));
    }
}
