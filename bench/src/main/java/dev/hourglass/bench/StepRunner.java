package dev.hourglass.bench;

import dev.hourglass.tensor.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Our side of the side-by-side run: a process that keeps a model and uses it when it is told to. It says one line of
 * JSON when it is ready, then answers each line of its input with one, as {@code bench/peers/runner.py} describes:
 *
 * <pre>
 * run 20      {"ms": [12.3, 12.1, ...], "value": 0.0123}
 * quit
 * </pre>
 *
 * The task {@code roof} trains too, and runs {@link PeakKernel} after each step: its answers have {@code "peak"}, the
 * kernel's rates in GFLOP/s, and its first line {@code "gigaOperations"}, those of a step.
 */
public final class StepRunner {
    private static final Pattern RUN = Pattern.compile("run (\\d{1,6})");
    /** A turn of the warm-up. */
    private static final double WINDOW_SECONDS = 3;

    private static final double MOST_WARM_UP_SECONDS = 60;
    /** A window that is less than this much faster than the best before it brings nothing new. */
    private static final double GAIN = 0.97;

    private static final int IDLE_WINDOWS = 2;

    private final Work work;
    private final Optional<PeakKernel> peak;
    private final double gigaOperations;

    private StepRunner(Work work, Optional<PeakKernel> peak, double gigaOperations) {
        this.work = work;
        this.peak = peak;
        this.gigaOperations = gigaOperations;
    }

    /**
     * Arguments: a model of {@link Workload#MODELS}; the task {@code train}, {@code throughput}, {@code latency} or
     * {@code roof}; how many threads; and the folder with MNIST's training images.
     */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("Expected MODEL TASK THREADS DATA, got " + Arrays.toString(arguments));
        }
        Workload workload = Workload.of(arguments[0], Path.of(arguments[3]));
        String task = arguments[1];
        int threads = Integer.parseInt(arguments[2]);
        Optional<PeakKernel> peak = task.equals("roof") ? Optional.of(new PeakKernel(threads)) : Optional.empty();
        double gigaOperations = 1e-9 * workload.spec().facts().trainingProducts() * workload.batch();
        try (Work work = work(task, workload, threads)) {
            new StepRunner(work, peak, gigaOperations).serve();
        } finally {
            peak.ifPresent(PeakKernel::close);
        }
    }

    private static Work work(String task, Workload workload, int threads) {
        return switch (task) {
            case "train", "roof" -> TrainingStep.of(workload, threads);
            case "throughput" -> Reconstruction.ofMany(workload, threads);
            case "latency" -> Reconstruction.ofOne(workload, threads);
            default ->
                throw new IllegalArgumentException("Expected train, throughput, latency or roof, got '" + task + "'");
        };
    }

    private void serve() throws IOException {
        long start = System.nanoTime();
        double settledMillis = warmUp();
        double warmUpSeconds = secondsSince(start);
        say(String.format(
                Locale.ROOT,
                "{\"name\": \"Hourglass\", \"setting\": \"%s\", \"versions\": {\"Java\": \"%s\"}, "
                        + "\"warmupSeconds\": %.3f, \"estimateMs\": %.4f, \"gigaOperations\": %.6f}",
                Kernels.best().description(),
                Runtime.version(),
                warmUpSeconds,
                settledMillis,
                gigaOperations));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = orders.readLine();
        while (order != null && !order.equals("quit")) {
            Matcher run = RUN.matcher(order);
            if (!run.matches()) {
                throw new IllegalArgumentException("Expected 'run N' or 'quit', got '" + order + "'");
            }
            Turn turn = time(Integer.parseInt(run.group(1)));
            say("{\"ms\": " + json(turn.millis()) + ", \"peak\": " + json(turn.peaks()) + ", \"value\": " + turn.value()
                    + "}");
            order = orders.readLine();
        }
    }

    /**
     * Runs until it gets no faster: the JIT compiles in the background, on the processors that the work wants as well.
     *
     * @return the median milliseconds of a run in the best window
     */
    private double warmUp() {
        long start = System.nanoTime();
        double best = Double.POSITIVE_INFINITY;
        int idle = 0;
        while (idle < IDLE_WINDOWS && secondsSince(start) < MOST_WARM_UP_SECONDS) {
            List<Double> millis = new ArrayList<>();
            long window = System.nanoTime();
            do {
                millis.add(time(1).millis()[0]);
            } while (secondsSince(window) < WINDOW_SECONDS);
            double median =
                    Medians.of(millis.stream().mapToDouble(Double::doubleValue).toArray());
            idle = median < best * GAIN ? 0 : idle + 1;
            best = Math.min(best, median);
        }
        return best;
    }

    /**
     * @param millis of each run
     * @param peaks the peak kernel's rate after each run in GFLOP/s, or none
     * @param value of the last run
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    private record Turn(double[] millis, double[] peaks, double value) {}

    private Turn time(int runs) {
        double[] millis = new double[runs];
        double[] peaks = new double[peak.isPresent() ? runs : 0];
        double value = Double.NaN;
        for (int i = 0; i < runs; i++) {
            long start = System.nanoTime();
            value = work.run();
            millis[i] = secondsSince(start) * 1e3;
            if (peak.isPresent()) {
                peaks[i] = peak.get().gigaOperationsPerSecond();
            }
        }
        return new Turn(millis, peaks, value);
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) * 1e-9;
    }

    private static String json(double[] numbers) {
        return Arrays.stream(numbers)
                .mapToObj(number -> String.format(Locale.ROOT, "%.4f", number))
                .collect(Collectors.joining(", ", "[", "]"));
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
