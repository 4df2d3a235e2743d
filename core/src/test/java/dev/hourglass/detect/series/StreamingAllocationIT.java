package dev.hourglass.detect.series;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row of a stream allocates nothing once the JIT has compiled what it takes. */
final class StreamingAllocationIT {
    private static final int ROWS = 2_000;
    private static final long WARM_UP_LIMIT_MILLIS = 120_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static Graph graph(String kind) {
        return Graph.chain(
                Shape.of(10, 2),
                switch (kind) {
                    case "lstm" ->
                        List.of(
                                new LayerSpec.Lstm("a", 8, false),
                                new LayerSpec.RepeatVector("b", 10),
                                new LayerSpec.Lstm("c", 8, true),
                                new LayerSpec.TimeDistributed("d", new LayerSpec.Dense("e", 2, Activation.LINEAR)));
                    case "cnn" ->
                        List.of(
                                new LayerSpec.Conv1d("a", 16, 5, 2, Padding.SAME, Activation.RELU),
                                new LayerSpec.Conv1dTranspose("b", 2, 5, 2, Padding.SAME, Activation.LINEAR, true));
                    default -> throw new IllegalArgumentException(kind);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"lstm", "cnn"})
    void aRowAllocatesNothingOnceItIsCompiled(String kind) {
        Graph graph = graph(kind);
        Normalization scales = new Normalization(List.of(0.5, 2.0), List.of(0.1, -0.1));
        StreamingOptions options = StreamingOptions.defaults()
                .withSmoothing(new Smoothing.MovingAverage(5))
                .withThreshold(1e6); // no event
        double[] row = new double[2];
        long start = System.currentTimeMillis();
        try (StreamingDetector detector =
                StreamingDetector.of(graph, Parameters.initialize(graph, new RandomSource(1)), scales, options, 1)) {
            long bytes;
            long time = 0;
            do { // compilation goes on in the background for as long as it takes on this machine
                long before = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < ROWS; i++) {
                    row[0] = Math.sin((double) time);
                    row[1] = time % 7 == 0 && time % 100 > 90 ? Double.NaN : time % 5;
                    detector.accept(time++, row);
                }
                bytes = THREADS.getCurrentThreadAllocatedBytes() - before;
            } while (bytes > 0 && System.currentTimeMillis() - start < WARM_UP_LIMIT_MILLIS);

            assertThat(bytes).as("bytes for %d rows", ROWS).isZero();
            assertThat(detector.rows()).isEqualTo(time);
        }
    }
}
