package dev.hourglass.bench;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.StepProfile;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Where a training step's time goes, on one thread: each hot stage's time, rate and distance from what the machine can
 * do. Prints a table for each of the labs' models and writes them to a file, {@code docs/perf/DATE-roofline.md}.
 */
public final class Roofline {
    private static final List<Work> WORKS = List.of(
            new Work("mnist-cnn", 256),
            new Work("mnist-lstm", 256),
            new Work("cifar10-cnn", 32),
            new Work("sequence-lstm", 32));
    /** Looked at when they are asked for. */
    private static final List<Work> FURTHER = Stream.of(
                    Workload.RECURRENT_MODELS, List.of(Workload.CONV1D), Workload.GRAPHS, List.of(Workload.VAE))
            .flatMap(List::stream)
            .map(model -> new Work(model, 32))
            .toList();

    private static final double WARM_UP_SECONDS = 8;
    private static final double ROUND_SECONDS = 0.5;
    private static final int ROUNDS = 10;
    /** Stages below this share of the step are added up in one line. */
    private static final double HOT = 0.01;

    private static final long SEED = 42;

    private record Work(String preset, int batch) {
        @Override
        public String toString() {
            return preset;
        }
    }

    /** One round: the profile of a step, and how long a step took in all. */
    private record Round(List<StepProfile> profile, double stepSeconds) {}

    private Roofline() {}

    /** Arguments: the folder to write to, then models to look at (the labs' four without). */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("Expected FOLDER [PRESET...], got nothing");
        }
        List<String> wanted = List.of(arguments).subList(1, arguments.length);
        LocalDate today = LocalDate.now(ZoneId.systemDefault());
        StringBuilder report = new StringBuilder(heading(today));
        for (Work work : wanted(wanted)) {
            String table = measure(work);
            System.out.println(table);
            report.append('\n').append(table);
        }
        Path file = Path.of(arguments[0]).resolve(today + "-roofline.md");
        Files.createDirectories(file.getParent());
        Files.writeString(file, report);
        System.out.println("Written to " + file);
    }

    private static List<Work> wanted(List<String> models) {
        if (models.isEmpty()) {
            return WORKS;
        }
        return models.stream()
                .map(model -> Stream.concat(WORKS.stream(), FURTHER.stream())
                        .filter(work -> work.preset().equals(model))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException(
                                "Expected some of " + WORKS + " or " + FURTHER + ", got " + model)))
                .toList();
    }

    private static String heading(LocalDate today) {
        return """
                # Rooflines of %s

                Made by `bench/roofline`, which `bench/README.md` explains: %s, Java %s, one thread, the quietest of %d rounds.
                The load average at the start was %.1f.
                """.formatted(
                        today,
                        Kernels.best().description(),
                        Runtime.version(),
                        ROUNDS,
                        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }

    private static String measure(Work work) {
        AutoencoderSpec spec = Workload.spec(work.preset());
        Parameters parameters = Parameters.initialize(spec.graph(), new RandomSource(SEED));
        Samples samples = madeUp(work.batch(), spec.input().size());
        int[] order = IntStream.range(0, work.batch()).toArray();
        TrainingSettings settings =
                TrainingSettings.of(Optimizer.Adam.DEFAULT, work.batch(), SEED).withLoss(Workload.loss(spec));
        List<Round> rounds = new ArrayList<>();
        List<MachinePeaks> peaks = new ArrayList<>();
        try (TrainingSession session = TrainingSession.profiled(spec.graph(), parameters, settings, 1)) {
            Runnable step = () -> session.step(samples, order, 0, work.batch());
            secondsPerCall(step, WARM_UP_SECONDS);
            for (int i = 0; i < ROUNDS; i++) {
                session.takeProfile();
                double seconds = secondsPerCall(step, ROUND_SECONDS);
                rounds.add(new Round(session.takeProfile(), seconds));
                peaks.add(MachinePeaks.measure()); // each time, as the processor's clock drifts
            }
        }
        MachinePeaks peak = peaks.stream().reduce(MachinePeaks::higher).orElseThrow();
        Round quietest = rounds.stream()
                .min(Comparator.comparingDouble(Round::stepSeconds))
                .orElseThrow();
        return new RooflineTable(peak, HOT)
                .of(work.preset() + ", batch " + work.batch(), quietest.profile(), quietest.stepSeconds());
    }

    private static double secondsPerCall(Runnable call, double seconds) {
        long start = System.nanoTime();
        long nanos = 0;
        int calls = 0;
        while (nanos < seconds * 1e9) {
            call.run();
            calls++;
            nanos = System.nanoTime() - start;
        }
        return nanos * 1e-9 / calls;
    }

    /** Like digits: four fifths zeros, some greys. */
    private static Samples madeUp(int count, int size) {
        RandomGenerator random = new RandomSource(SEED).stream("made up", 0);
        float[] values = new float[count * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(5) == 0 ? random.nextFloat() : 0;
        }
        return (index, into, offset) -> System.arraycopy(values, index * size, into, offset, size);
    }

    /** Lays out one model's stages. */
    private record RooflineTable(MachinePeaks peak, double hot) {
        String of(String title, List<StepProfile> stages, double stepSeconds) {
            StringBuilder table = new StringBuilder();
            table.append("## ").append(title).append("\n\n");
            double flops = stages.stream().mapToDouble(StepProfile::flops).sum();
            table.append(String.format(
                            Locale.ROOT,
                            "%.2f ms a step at %.1f GFLOP/s, %.0f %% of the peak. Peaks: product in L1 %.0f GFLOP/s, triad in L2 "
                                    + "%.0f GB/s, triad in memory %.1f GB/s.%n",
                            stepSeconds * 1e3,
                            flops / stepSeconds * 1e-9,
                            percent(flops / stepSeconds * 1e-9, peak.gigaFlops()),
                            peak.gigaFlops(),
                            peak.cacheGigaBytes(),
                            peak.memoryGigaBytes()))
                    .append('\n');
            table.append("| phase | stage | writes | calls | ms | share % | GFLOP/s | GB/s | % of peak | % of memory |"
                    + " nearest roof |\n");
            table.append("|---|---|---|---|---|---|---|---|---|---|---|\n");
            stages.stream()
                    .filter(stage -> stage.phase() != StepProfile.WHOLE_STEP)
                    .filter(stage -> stage.seconds() >= hot * stepSeconds)
                    .sorted(Comparator.comparingDouble(StepProfile::seconds).reversed())
                    .forEach(stage -> row(table, stage, stepSeconds));
            table.append('\n').append(rest(stages, stepSeconds)).append('\n');
            return table.toString();
        }

        private void row(StringBuilder table, StepProfile stage, double stepSeconds) {
            double gigaFlops = stage.flops() / stage.seconds() * 1e-9;
            double gigaBytes = stage.bytes() / stage.seconds() * 1e-9;
            table.append(String.format(
                            Locale.ROOT,
                            "| %d | %s | %s | %.0f | %.3f | %.1f | %.1f | %.1f | %.0f | %.0f | %s |",
                            stage.phase(),
                            stage.kind(),
                            stage.writes().isEmpty() ? "" : stage.writes().getLast(),
                            stage.calls(),
                            stage.seconds() * 1e3,
                            percent(stage.seconds(), stepSeconds),
                            gigaFlops,
                            gigaBytes,
                            percent(gigaFlops, peak.gigaFlops()),
                            percent(gigaBytes, peak.memoryGigaBytes()),
                            nearestRoof(gigaFlops, gigaBytes)))
                    .append('\n');
        }

        /** The roof that would be reached first, and how near it is; below a third, none explains the time. */
        private String nearestRoof(double gigaFlops, double gigaBytes) {
            double arithmetic = percent(gigaFlops, peak.gigaFlops());
            double cache = percent(gigaBytes, peak.cacheGigaBytes());
            double near = Math.max(arithmetic, cache);
            String roof = arithmetic >= cache ? "arithmetic" : "L2";
            return String.format(Locale.ROOT, near < 33 ? "none (%s %.0f %%)" : "%s %.0f %%", roof, near);
        }

        private String rest(List<StepProfile> stages, double stepSeconds) {
            double measured = stages.stream().mapToDouble(StepProfile::seconds).sum();
            double cold = stages.stream()
                    .filter(stage -> stage.phase() != StepProfile.WHOLE_STEP)
                    .filter(stage -> stage.seconds() < hot * stepSeconds && !isOverhead(stage))
                    .mapToDouble(StepProfile::seconds)
                    .sum();
            String parts = List.of(
                            "SumGradients",
                            "BatchGradients",
                            "UnpackGradients",
                            "CheckFinite",
                            "Adam",
                            "Pack",
                            "Clear",
                            "Barrier")
                    .stream()
                    .map(kind -> kind + " "
                            + millis(stages.stream()
                                    .filter(stage -> stage.kind().equals(kind))
                                    .mapToDouble(StepProfile::seconds)
                                    .sum()))
                    .collect(Collectors.joining(", "));
            return "The rest: smaller stages " + millis(cold) + ", " + parts
                    + ", outside of all stages (loops, clocks) " + millis(stepSeconds - measured) + ".";
        }

        private static boolean isOverhead(StepProfile stage) {
            return stage.kind().equals("Clear") || stage.kind().equals("Barrier");
        }

        private static String millis(double seconds) {
            return String.format(Locale.ROOT, "%.3f ms", seconds * 1e3);
        }

        private static double percent(double part, double whole) {
            return 100 * part / whole;
        }
    }
}
