package dev.hourglass.bench;

import dev.hourglass.engine.Samples;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * How a training step's cost grows with the batch, the threads, the waist, the image and the sequence: a table and a
 * plot. What should be flat and is not is a finding.
 */
public final class Growth {
    private static final double MODEL_WARM_UP_SECONDS = 3;
    private static final double WARM_UP_SECONDS = 1;
    private static final double TIMED_SECONDS = 0.6;
    private static final int LEAST_TIMED_STEPS = 3;
    private static final int[] BATCHES =
            IntStream.rangeClosed(0, 10).map(power -> 1 << power).toArray();
    private static final int[] LATENT_UNITS = {4, 8, 16, 32, 64, 128, 256};
    private static final int[] IMAGE_SIDES = {28, 32, 48, 64, 96, 128};
    private static final int[] SEQUENCE_STEPS = {28, 50, 100, 200, 500, 1000};

    /** 1, or less to take less time over each point than the figures need. */
    private final double patience;

    private Growth(double patience) {
        this.patience = patience;
    }

    /**
     * One model over several values of what is varied.
     *
     * @param label such as {@code mnist-cnn, 2 threads}
     */
    record Series(String label, List<Point> points) {}

    /**
     * @param value what was varied: samples in a batch, units, pixels, steps
     * @param operations of the products of one sample's training, as {@link dev.hourglass.model.ModelFacts#trainingProducts} counts them
     */
    record Point(int value, double microsPerSample, long operations) {
        double gigaOperationsPerSecond() {
            return operations / microsPerSample * 1e-3;
        }
    }

    /**
     * One question and its answer.
     *
     * @param varied what the values are, for the table's first column and the plot's axis
     */
    record Chapter(String title, String varied, List<Series> series) {}

    /**
     * Arguments: the folder that gets {@code growth-DATE.md}, {@code .png} and {@code .svg}; then {@code --quick} to see
     * that it works, with figures not to be quoted.
     */
    public static void main(String[] arguments) throws IOException {
        boolean quick = arguments.length == 2 && arguments[1].equals("--quick");
        if (arguments.length != 1 && !quick) {
            throw new IllegalArgumentException("Expected FOLDER [--quick], got " + Arrays.toString(arguments));
        }
        Growth growth = new Growth(quick ? 0.02 : 1);
        List<Chapter> chapters = List.of(growth.batches(), growth.waists(), growth.images(), growth.sequences());
        Path folder = Files.createDirectories(Path.of(arguments[0]));
        String name = "growth-" + LocalDate.now(java.time.ZoneId.systemDefault());
        GrowthPlot.write(chapters, folder.resolve(name + ".png"), folder.resolve(name + ".svg"));
        Path page = folder.resolve(name + ".md");
        Files.writeString(page, page(name, chapters));
        System.out.println("Written to " + page);
    }

    private Chapter batches() {
        List<Series> series = new ArrayList<>();
        for (String model : Workload.MODELS) {
            AutoencoderSpec spec = preset(model);
            // Small batches alone would not keep the JIT compiler busy enough to compile everything.
            step(spec, 64, 2, MODEL_WARM_UP_SECONDS, 1);
            for (int threads = 1; threads <= 2; threads++) {
                List<Point> points = new ArrayList<>();
                for (int batch : BATCHES) {
                    points.add(measure(spec, batch, threads, batch));
                }
                series.add(series(model + (threads == 1 ? ", 1 thread" : ", 2 threads"), points));
            }
        }
        return new Chapter("Batch size", "samples in a batch", series);
    }

    private Chapter waists() {
        return new Chapter(
                "Size of the waist (2 threads, batch 32)",
                "units of the waist",
                List.of(
                        vary("cifar10-cnn", LATENT_UNITS, units -> withLatent(preset("cifar10-cnn"), units)),
                        vary("mnist-lstm", LATENT_UNITS, units -> withLatent(preset("mnist-lstm"), units)),
                        vary("sequence-lstm", LATENT_UNITS, units -> withLatent(preset("sequence-lstm"), units))));
    }

    private Chapter images() {
        return new Chapter(
                "Size of the image (2 threads, batch 32)",
                "pixels a side",
                List.of(vary("mnist-cnn", IMAGE_SIDES, side -> {
                    AutoencoderSpec spec = preset("mnist-cnn");
                    return new AutoencoderSpec(spec.name(), Shape.of(side, side, 1), spec.encoder(), spec.decoder());
                })));
    }

    private Chapter sequences() {
        return new Chapter(
                "Length of the sequence (2 threads, batch 32)",
                "steps",
                List.of(
                        vary("mnist-lstm", SEQUENCE_STEPS, steps -> withSteps(preset("mnist-lstm"), steps)),
                        vary("sequence-lstm", SEQUENCE_STEPS, steps -> withSteps(preset("sequence-lstm"), steps))));
    }

    private static AutoencoderSpec preset(String name) {
        return Presets.find(name, name).orElseThrow();
    }

    private static AutoencoderSpec withLatent(AutoencoderSpec spec, int units) {
        List<LayerSpec> encoder = new ArrayList<>(spec.encoder());
        LayerSpec waist = encoder.removeLast();
        encoder.add(
                waist instanceof LayerSpec.Dense dense
                        ? dense.withUnits(units)
                        : new LayerSpec.Lstm(waist.name(), units, false));
        return new AutoencoderSpec(spec.name(), spec.input(), encoder, spec.decoder());
    }

    private static AutoencoderSpec withSteps(AutoencoderSpec spec, int steps) {
        List<LayerSpec> decoder = spec.decoder().stream()
                .map(layer -> layer instanceof LayerSpec.RepeatVector repeat
                        ? new LayerSpec.RepeatVector(repeat.name(), steps)
                        : layer)
                .toList();
        return new AutoencoderSpec(spec.name(), Shape.of(steps, spec.input().dimension(1)), spec.encoder(), decoder);
    }

    private Series vary(String label, int[] values, IntFunction<AutoencoderSpec> specOf) {
        List<Point> points = new ArrayList<>();
        for (int value : values) {
            points.add(measure(specOf.apply(value), 32, 2, value));
        }
        return series(label, points);
    }

    private static Series series(String label, List<Point> points) {
        System.err.println(label);
        for (Point point : points) {
            System.err.printf(
                    Locale.ROOT,
                    "%8d %12.1f us/sample %8.1f GFLOP/s%n",
                    point.value,
                    point.microsPerSample,
                    point.gigaOperationsPerSecond());
        }
        return new Series(label, points);
    }

    /** The median of the steps of about half a second, after the JIT compiler had a second. */
    private Point measure(AutoencoderSpec spec, int batch, int threads, int value) {
        List<Double> seconds = step(spec, batch, threads, WARM_UP_SECONDS, LEAST_TIMED_STEPS);
        seconds.sort(null);
        double median = seconds.get(seconds.size() / 2);
        return new Point(value, median * 1e6 / batch, spec.facts().trainingProducts());
    }

    /** Trains a fresh model, and gives the seconds of each step after the warm-up. */
    private List<Double> step(AutoencoderSpec spec, int batch, int threads, double warmUpSeconds, int leastSteps) {
        float[] sample = new float[spec.input().size()];
        for (int i = 0; i < sample.length; i++) {
            sample[i] = (float) (0.5 + 0.5 * Math.sin(0.1 * i));
        }
        Samples samples = (index, into, offset) -> System.arraycopy(sample, 0, into, offset, sample.length);
        int[] order = new int[batch];
        List<Double> seconds = new ArrayList<>();
        try (TrainingSession session = TrainingStep.freshSession(spec, batch, threads)) {
            long start = System.nanoTime();
            do {
                session.step(samples, order, 0, batch);
            } while (secondsSince(start) < patience * warmUpSeconds);
            long timed = System.nanoTime();
            while (seconds.size() < leastSteps || secondsSince(timed) < patience * TIMED_SECONDS) {
                long step = System.nanoTime();
                session.step(samples, order, 0, batch);
                seconds.add(secondsSince(step));
            }
        }
        return seconds;
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) * 1e-9;
    }

    private static String page(String name, List<Chapter> chapters) {
        StringBuilder page = new StringBuilder();
        page.append("# How a training step's cost grows\n\n    bench/growth\n\n");
        page.append(
                        "Each entry is the time per sample in microseconds, the median of the steps of half a second, and in")
                .append(" brackets the rate of the\nmatrix products in GFLOP/s (operations as ")
                .append(
                        "`ModelFacts.trainingProducts` counts them). One JVM measures everything, point after point.\n\n");
        page.append("![Time per sample](").append(name).append(".png)\n");
        for (Chapter chapter : chapters) {
            page.append("\n## ").append(chapter.title).append("\n\n| ").append(chapter.varied);
            chapter.series.forEach(series -> page.append(" | ").append(series.label));
            page.append(" |\n|---").append("|---".repeat(chapter.series.size())).append("|\n");
            for (int row = 0; row < chapter.series.getFirst().points.size(); row++) {
                page.append("| ").append(chapter.series.getFirst().points.get(row).value);
                for (Series series : chapter.series) {
                    Point point = series.points.get(row);
                    page.append(String.format(
                            Locale.ROOT, " | %.1f (%.0f)", point.microsPerSample, point.gigaOperationsPerSecond()));
                }
                page.append(" |\n");
            }
        }
        page.append(String.format(
                "%nJava %s, %s, %d processors.%n",
                Runtime.version(),
                Kernels.best().description(),
                Runtime.getRuntime().availableProcessors()));
        return page.toString();
    }
}
