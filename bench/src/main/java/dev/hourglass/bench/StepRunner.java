package dev.hourglass.bench;

import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Kernels;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Our side of the side-by-side run: a process that keeps a model and trains when it is told to. It says one line of
 * JSON when it is ready, then answers each line of its input with one, as {@code bench/peers/runner.py} describes:
 *
 * <pre>
 * run 20      {"ms": [12.3, 12.1, ...], "loss": 0.0123}
 * quit
 * </pre>
 */
public final class StepRunner {
    private static final Pattern RUN = Pattern.compile("run (\\d{1,6})");
    private static final int WARM_UP_STEPS = 60;
    private static final int ESTIMATE_STEPS = 8;

    private final TrainingStep step;

    private StepRunner(TrainingStep step) {
        this.step = step;
    }

    /** Arguments: {@code cnn} or {@code lstm}, how many threads, and the folder with MNIST's training images. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 3) {
            throw new IllegalArgumentException("Expected MODEL THREADS DATA, got " + Arrays.toString(arguments));
        }
        AutoencoderSpec spec = Presets.find("mnist-" + arguments[0], arguments[0])
                .orElseThrow(() -> new IllegalArgumentException("Expected cnn or lstm, got " + arguments[0]));
        int threads = Integer.parseInt(arguments[1]);
        try (TrainingStep step = TrainingStep.open(spec, threads, Path.of(arguments[2]))) {
            new StepRunner(step).serve();
        }
    }

    private void serve() throws IOException {
        long start = System.nanoTime();
        time(WARM_UP_STEPS);
        double warmUpSeconds = (System.nanoTime() - start) * 1e-9;
        double[] estimate = time(ESTIMATE_STEPS).millis();
        Arrays.sort(estimate);
        say(String.format(
                Locale.ROOT,
                "{\"name\": \"Hourglass\", \"setting\": \"%s\", \"versions\": {\"Java\": \"%s\"}, "
                        + "\"warmupSeconds\": %.3f, \"estimateMs\": %.3f}",
                Kernels.best().description(),
                Runtime.version(),
                warmUpSeconds,
                estimate[ESTIMATE_STEPS / 2]));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String order = orders.readLine();
        while (order != null && !order.equals("quit")) {
            Matcher run = RUN.matcher(order);
            if (!run.matches()) {
                throw new IllegalArgumentException("Expected 'run N' or 'quit', got '" + order + "'");
            }
            Turn turn = time(Integer.parseInt(run.group(1)));
            String millis = Arrays.stream(turn.millis())
                    .mapToObj(ms -> String.format(Locale.ROOT, "%.3f", ms))
                    .collect(Collectors.joining(", "));
            say("{\"ms\": [" + millis + "], \"loss\": " + turn.loss() + "}");
            order = orders.readLine();
        }
    }

    /**
     * @param millis of each step
     * @param loss of the last step
     */
    @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
    private record Turn(double[] millis, double loss) {}

    private Turn time(int steps) {
        double[] millis = new double[steps];
        double loss = Double.NaN;
        for (int i = 0; i < steps; i++) {
            long start = System.nanoTime();
            loss = step.run();
            millis[i] = (System.nanoTime() - start) * 1e-6;
        }
        return new Turn(millis, loss);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
