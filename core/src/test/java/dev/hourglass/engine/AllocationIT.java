package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A training step allocates next to nothing once the JIT has compiled it. This is how a vector that ended up boxed on
 * the heap is seen: by time alone it would pass for a slow machine.
 */
final class AllocationIT {
    private static final int STEPS = 20;
    private static final long WARM_UP_LIMIT_MILLIS = 120_000;
    /** The step's own description of its batch, and the counter's own rounding. */
    private static final long ALLOWED_BYTES_PER_STEP = 2_048;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    static Iterable<AutoencoderSpec> models() {
        return LabRun.MODELS;
    }

    @ParameterizedTest
    @MethodSource("models")
    void aStepAllocatesNothingOnAnyThreadOnceItIsCompiled(AutoencoderSpec model) {
        Parameters parameters = Parameters.initialize(model.graph(), new RandomSource(5));
        Samples images = LabRun.images(model.input().size());
        int[] order = IntStream.range(0, LabRun.BATCH).toArray();
        try (TrainingSession session = LabRun.session(model, parameters, Kernels.best(), 2)) {
            requireNothingAllocated(session, images, order);
        }
    }

    static Iterable<String> optimizers() {
        return Optimizer.NAMES;
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void noOptimizerAllocatesNorClippingNorLogarithms(String name) {
        AutoencoderSpec model = new AutoencoderSpec(
                "dense",
                Shape.of(64),
                List.of(new LayerSpec.Dense("squeeze", 32, Activation.RELU)),
                List.of(new LayerSpec.Dense("rebuild", 64, Activation.SIGMOID)));
        Parameters parameters = Parameters.initialize(model.input(), model.layers(), new RandomSource(5));
        Optimizer optimizer = Optimizer.of(name, Map.of("global_clipnorm", 1, "weight_decay", 0.01));
        TrainingSettings settings = new TrainingSettings(Loss.BinaryCrossentropy.DEFAULT, optimizer, LabRun.BATCH, 5);
        int[] order = IntStream.range(0, LabRun.BATCH).toArray();
        try (TrainingSession session = TrainingSession.of(model.input(), model.layers(), parameters, settings, 2)) {
            requireNothingAllocated(session, LabRun.images(64), order);
        }
    }

    private static void requireNothingAllocated(TrainingSession session, Samples images, int[] order) {
        long start = System.currentTimeMillis();
        Map<String, Long> allocated;
        do { // compilation goes on in the background for as long as it takes on this machine
            Map<Long, Long> before = allocatedByThread();
            for (int i = 0; i < STEPS; i++) {
                session.step(images, order, 0, LabRun.BATCH);
            }
            allocated = perStep(before, allocatedByThread());
        } while (most(allocated) > ALLOWED_BYTES_PER_STEP && System.currentTimeMillis() - start < WARM_UP_LIMIT_MILLIS);
        assertThat(most(allocated))
                .as("bytes a step by thread: %s", allocated)
                .isLessThanOrEqualTo(ALLOWED_BYTES_PER_STEP);
    }

    private static Map<Long, Long> allocatedByThread() {
        long[] ids = Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t == Thread.currentThread() || t.getName().startsWith("hourglass-worker"))
                .mapToLong(Thread::threadId)
                .toArray();
        long[] bytes = THREADS.getThreadAllocatedBytes(ids);
        Map<Long, Long> byThread = new TreeMap<>();
        for (int i = 0; i < ids.length; i++) {
            byThread.put(ids[i], bytes[i]);
        }
        return byThread;
    }

    private static Map<String, Long> perStep(Map<Long, Long> before, Map<Long, Long> after) {
        Map<String, Long> steps = new TreeMap<>();
        after.forEach((id, bytes) -> steps.put("thread " + id, (bytes - before.getOrDefault(id, 0L)) / STEPS));
        return steps;
    }

    private static long most(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }
}
