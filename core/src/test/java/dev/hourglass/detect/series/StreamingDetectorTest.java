package dev.hourglass.detect.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.data.Cuts;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.LabelRule;
import dev.hourglass.data.SampleStore;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers.Overlap;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Recurrence;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamingDetectorTest {
    private static final int STEPS = 12;
    private static final int CHANNELS = 3;
    private static final int ROWS = 160;
    private static final Duration MAX_GAP = Duration.ofNanos(5);
    private static final Normalization SCALES =
            new Normalization(List.of(0.5, 1e-3, 1.7), List.of(0.1, -1700000.0, 0.0));

    /** Rows with some numbers missing and some gaps in time. */
    private static final double[][] SERIES = series();

    private static final long[] TIMES = times();

    private static double[][] series() {
        RandomGenerator random = new RandomSource(11).stream("series", 0);
        double[][] rows = new double[ROWS][CHANNELS];
        for (int row = 0; row < ROWS; row++) {
            rows[row][0] = Math.sin(row / 3.0) + 0.1 * random.nextGaussian();
            rows[row][1] = 1.7e9 + 100 * Math.cos(row / 5.0) + random.nextGaussian();
            rows[row][2] = row % 40 == 39 ? 5 : 0.2 * random.nextGaussian();
        }
        rows[70][1] = Double.NaN;
        rows[75][2] = Double.NaN;
        return rows;
    }

    private static long[] times() {
        long[] times = new long[ROWS];
        for (int row = 1; row < ROWS; row++) {
            times[row] = times[row - 1] + (row == 110 ? 6 : row == 120 ? 5 : row % 3);
        }
        return times;
    }

    /** Between a missing number or a gap in time and the next one. */
    private static final List<int[]> PIECES =
            List.of(new int[] {0, 70}, new int[] {71, 75}, new int[] {76, 110}, new int[] {110, ROWS});

    private static List<LayerSpec> layers(String kind) {
        LayerSpec rebuilt = new LayerSpec.Dense("out", CHANNELS, Activation.LINEAR);
        return switch (kind) {
            case "lstm" ->
                List.of(
                        new LayerSpec.Lstm("a", 17, true),
                        new LayerSpec.Lstm("b", 9, false),
                        new LayerSpec.RepeatVector("c", STEPS),
                        new LayerSpec.Lstm("d", 17, true),
                        rebuilt);
            case "gru" ->
                List.of(
                        new LayerSpec.Gru("a", 33, false, Recurrence.DEFAULT, true),
                        new LayerSpec.RepeatVector("c", STEPS),
                        new LayerSpec.Gru("d", 20, true, Recurrence.DEFAULT, false),
                        rebuilt);
            case "cnn" ->
                List.of(
                        new LayerSpec.Conv1d("a", 32, 5, 2, Padding.SAME, Activation.RELU),
                        new LayerSpec.Conv1d("b", 8, 3, 1, Padding.SAME, Activation.TANH),
                        new LayerSpec.Conv1dTranspose("c", 16, 5, 2, Padding.SAME, Activation.RELU, true),
                        new LayerSpec.Conv1d("d", CHANNELS, 3, 1, Padding.SAME, Activation.LINEAR));
            case "dense" ->
                List.of(
                        new LayerSpec.Flatten("a"),
                        new LayerSpec.Dense("b", 10, Activation.TANH),
                        new LayerSpec.Dense("c", STEPS * CHANNELS, Activation.LINEAR),
                        new LayerSpec.Reshape("d", Shape.of(STEPS, CHANNELS)));
            default -> throw new IllegalArgumentException(kind);
        };
    }

    private static Graph graph(String kind) {
        return Graph.chain(Shape.of(STEPS, CHANNELS), layers(kind));
    }

    private static Parameters parameters(Graph graph) {
        return Parameters.initialize(graph, new RandomSource(3));
    }

    private static FloatDataset windows(List<int[]> pieces) {
        double[] numbers = Arrays.stream(SERIES).flatMapToDouble(Arrays::stream).toArray();
        SourceRows rows = new SourceRows(
                ROWS,
                List.of(),
                null,
                new int[ROWS],
                List.of("pump"),
                SourceRows.Keys.USUAL,
                IntStream.range(0, ROWS).toArray(),
                pieces);
        return FloatDataset.of(
                        "series", Shape.of(CHANNELS), new SampleStore.Doubles(MemorySegment.ofArray(numbers), CHANNELS))
                .withRows(rows)
                .withNormalization(SCALES)
                .cut(Cuts.windows(pieces, STEPS, 1, false), LabelRule.MAJORITY, 0);
    }

    private static StepScores batch(Graph graph, StepErrors errors) {
        FloatDataset windows = windows(PIECES);
        try (ChainInference model = ChainInference.of(graph, parameters(graph), 2)) {
            return StepScores.of(
                    (from, count, into) -> model.run(windows::copySample, from, count, into),
                    windows,
                    errors,
                    Overlap.CAUSAL);
        }
    }

    private static StreamingOptions options(StepErrors errors) {
        return StreamingOptions.defaults()
                .withErrors(errors)
                .withSmoothing(new Smoothing.MovingAverage(4))
                .withThreshold(0.7)
                .withEvents(new EventOptions(1.2, 0.9, 2, 3))
                .withMaxGap(MAX_GAP);
    }

    private static StreamingDetector detector(String kind, StreamingOptions options, int threads) {
        Graph graph = graph(kind);
        return StreamingDetector.of(graph, parameters(graph), SCALES, options, threads);
    }

    /** NaN is the same as NaN. */
    private static void requireSame(double found, double expected, int row) {
        assertThat(Double.doubleToLongBits(found))
                .as("row %d: %s, expected %s", row, found, expected)
                .isEqualTo(Double.doubleToLongBits(expected));
    }

    @ParameterizedTest
    @CsvSource({"lstm, 1", "lstm, 3", "gru, 1", "gru, 2", "cnn, 1", "cnn, 3", "dense, 1", "dense, 2"})
    void aRowHasTheBitsOfTheBatchAtAnyNumberOfThreads(String kind, int threads) {
        StepScores expected = batch(graph(kind), new StepErrors.Squared())
                .smoothed(new Smoothing.MovingAverage(4))
                .over(0.7);

        try (StreamingDetector detector = detector(kind, options(new StepErrors.Squared()), threads)) {
            int scored = 0;
            for (int row = 0; row < ROWS; row++) {
                detector.accept(TIMES[row], SERIES[row]);

                requireSame(detector.score(), expected.score(row), row);
                for (int i = 0; i < CHANNELS; i++) {
                    requireSame(detector.part(i), expected.part(row, i), row);
                }
                scored += Double.isNaN(detector.score()) ? 0 : 1;
            }
            assertThat(scored).isEqualTo(59 + 0 + 23 + 39);
            assertThat(detector.rows()).isEqualTo(ROWS);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whitenedErrorsAndAnExponentialMeanHaveTheBitsOfTheBatch(boolean single) {
        RandomGenerator random = new RandomSource(5).stream("errors", 0);
        double[][] normal = new double[50][CHANNELS];
        for (double[] errors : normal) {
            Arrays.setAll(errors, i -> random.nextGaussian() * (i + 1));
        }
        StepErrors errors = StepErrors.Mahalanobis.fit(normal);
        Smoothing smoothing = new Smoothing.Exponential(0.3);
        StepScores expected = batch(graph("cnn"), errors).smoothed(smoothing).over(0.7);

        try (StreamingDetector detector = detector("cnn", options(errors).withSmoothing(smoothing), 1)) {
            for (int row = 0; row < ROWS; row++) {
                if (single) {
                    float[] rounded = new float[CHANNELS];
                    for (int i = 0; i < CHANNELS; i++) {
                        rounded[i] = (float) SERIES[row][i];
                    }
                    detector.accept(TIMES[row], rounded);
                    assertThat(Double.isNaN(detector.score())).isEqualTo(Double.isNaN(expected.score(row)));
                } else {
                    detector.accept(TIMES[row], SERIES[row]);
                    requireSame(detector.score(), expected.score(row), row);
                }
            }
        }
    }

    @Test
    void floatsAreDoublesWithFewerDigits() {
        try (StreamingDetector one = detector("dense", options(new StepErrors.Absolute()), 1);
                StreamingDetector other = detector("dense", options(new StepErrors.Absolute()), 1)) {
            for (int row = 0; row < 40; row++) {
                one.accept(new float[] {row / 7f, 1.7e9f, -row / 3f});
                other.accept(new double[] {row / 7f, 1.7e9f, -row / 3f});

                requireSame(one.score(), other.score(), row);
            }
            assertThat(one.score()).isPositive();
        }
    }

    @Test
    void eventsAreThoseOfTheBatch() {
        EventOptions rule = new EventOptions(1.1, 0.9, 2, 2);
        StepScores scores = batch(graph("dense"), new StepErrors.Squared()).over(threshold());
        List<AnomalyEvent> expected = AnomalyEvent.find(scores, rule);
        StreamingOptions options = StreamingOptions.defaults()
                .withThreshold(threshold())
                .withEvents(rule)
                .withMaxGap(MAX_GAP);

        List<AnomalyEvent> found = new ArrayList<>();
        int started = 0;
        try (StreamingDetector detector = detector("dense", options, 1)) {
            for (int row = 0; row < ROWS; row++) {
                detector.accept(TIMES[row], SERIES[row]);
                detector.ended().ifPresent(event -> found.add(plain(event)));
                started += detector.started().isPresent() ? 1 : 0;
            }
            detector.gap();
            detector.ended().ifPresent(event -> found.add(plain(event)));
        }

        assertThat(found).hasSizeGreaterThan(3).isEqualTo(expected);
        assertThat(started).isEqualTo(found.size());
    }

    /** The upper quarter is above it. */
    private static double threshold() {
        double[] scores = Arrays.stream(
                        batch(graph("dense"), new StepErrors.Squared()).scores())
                .filter(score -> !Double.isNaN(score))
                .sorted()
                .toArray();
        return scores[scores.length * 3 / 4];
    }

    private static AnomalyEvent plain(StreamedEvent event) {
        StreamedEvent.Span rows = event.rows();
        assertThat(event.times())
                .isEqualTo(new StreamedEvent.Span(
                        TIMES[(int) rows.first()], TIMES[(int) rows.last()], TIMES[(int) rows.peak()]));
        return new AnomalyEvent((int) rows.first(), (int) rows.last(), (int) rows.peak(), event.score(), event.blame());
    }

    @Test
    void aRestoredStreamGoesOnToTheBit() {
        StreamingOptions options = options(new StepErrors.Squared());
        try (StreamingDetector whole = detector("lstm", options, 1)) {
            for (int row = 0; row < ROWS; row++) {
                byte[] state = whole.state();
                whole.accept(TIMES[row], SERIES[row]);
                if (row % 7 > 0 && row % 40 < 37) {
                    continue; // some within and around each event
                }
                try (StreamingDetector resumed = detector("lstm", options, 1)) {
                    resumed.restore(state, "state");
                    assertThat(resumed.state()).isEqualTo(state);

                    resumed.accept(TIMES[row], SERIES[row]);

                    requireSame(resumed.score(), whole.score(), row);
                    assertThat(resumed.state()).as("row %d", row).isEqualTo(whole.state());
                    assertThat(resumed.started()).isEqualTo(whole.started());
                    assertThat(resumed.ended()).isEqualTo(whole.ended());
                }
            }
        }
    }

    @Test
    void aDamagedStateIsRefusedAndTheStreamBeginsAnew() {
        try (StreamingDetector detector = detector("dense", options(new StepErrors.Squared()), 1)) {
            byte[] fresh = detector.state();
            for (int row = 0; row < 30; row++) {
                detector.accept(TIMES[row], SERIES[row]);
            }
            byte[] state = detector.state();
            for (int i = 0; i < state.length; i++) {
                byte[] damaged = state.clone();
                damaged[i] ^= 4;
                assertThatThrownBy(() -> detector.restore(damaged, "pump.state"))
                        .as("byte %d", i)
                        .isInstanceOf(CorruptFileException.class)
                        .hasMessageStartingWith("pump.state: expected ")
                        .hasMessageEndingWith("Start the stream anew, without a state.");
                assertThatThrownBy(() -> detector.restore(Arrays.copyOf(state, damaged.length - 1), "pump.state"))
                        .isInstanceOf(CorruptFileException.class);
            }
            assertThatThrownBy(() -> detector.restore(new byte[0], "pump.state"))
                    .hasMessageContaining("found 0 bytes of something else");
            detector.restore(fresh, "pump.state");
            assertThat(detector.rows()).isZero();
        }
    }

    @Test
    void aStateThatLiesWithARightChecksumIsRefused() {
        try (StreamingDetector detector = detector("dense", options(new StepErrors.Squared()), 1)) {
            byte[] state = detector.state();
            int body = state.length - 32;
            // Each byte of the numbers, made as large as it can be: counts beyond the window, flags of 127, rows below
            // 0, NaN.
            for (int i = 44; i < body; i++) {
                byte[] lie = state.clone();
                for (int k = i; k < Math.min(i + 8, body); k++) {
                    lie[k] = -1;
                }
                byte[] digest = StreamState.sha256().digest(Arrays.copyOf(lie, body));
                System.arraycopy(digest, 0, lie, body, 32);
                try {
                    detector.restore(lie, "state");
                } catch (CorruptFileException expected) {
                    assertThat(detector.state()).as("byte %d", i).isEqualTo(state);
                }
            }
        }
    }

    @Test
    void theStateOfAnotherDetectorIsRefused() {
        StreamingOptions options = options(new StepErrors.Squared());
        try (StreamingDetector one = detector("dense", options, 1)) {
            byte[] state = one.state();
            for (StreamingOptions changed : List.of(
                    options.withErrors(new StepErrors.Absolute()),
                    options.withSmoothing(new Smoothing.MovingAverage(5)),
                    options.withThreshold(0.8),
                    options.withEvents(EventOptions.defaults()),
                    options.withMaxGap(null))) {
                try (StreamingDetector other = detector("dense", changed, 1)) {
                    assertThatThrownBy(() -> other.restore(state, "state"))
                            .hasMessageContaining(
                                    "expected the state of this detector, found that of one with another model or");
                }
            }
            try (StreamingDetector other = detector("gru", options, 1)) {
                assertThatThrownBy(() -> other.restore(state, "state")).isInstanceOf(CorruptFileException.class);
            }
        }
    }

    @Test
    void aRefusedRowIsNamedAndChangesNothing() {
        try (StreamingDetector detector = detector("dense", options(new StepErrors.Squared()), 1)) {
            for (int row = 0; row < 20; row++) {
                detector.accept(row * 1000L, SERIES[row]);
            }
            byte[] state = detector.state();

            assertThatThrownBy(() -> detector.accept(17_000, SERIES[20]))
                    .isInstanceOf(RefusedRowException.class)
                    .hasMessage("row 20: expected a time that is not before that of the last row, found one that goes"
                            + " back by PT0.000002S. Sort the rows by time.");
            assertThatThrownBy(() -> detector.accept(20_000, new double[] {1, 2}))
                    .hasMessage("row 20: expected 3 channels, as the model reads, found 2.");
            assertThatThrownBy(() -> detector.accept(20_000, new double[] {1, Double.POSITIVE_INFINITY, 2}))
                    .hasMessageContaining("found Infinity in channel 1. Give NaN where a number is missing.");
            assertThatThrownBy(() -> detector.accept(SERIES[20]))
                    .hasMessage("row 20: expected a row with a time, as those before it.");

            assertThat(detector.state()).isEqualTo(state);
            detector.accept(19_000, SERIES[20]);
            assertThat(detector.rows()).isEqualTo(21);
        }
    }

    @Test
    void otherModelsAndScalesAreRefused() {
        Graph narrow = Graph.chain(Shape.of(4, 3), List.of(new LayerSpec.Dense("a", 2, Activation.LINEAR)));
        Graph image = Graph.chain(Shape.of(4, 3, 1), List.of(new LayerSpec.Dense("a", 1, Activation.LINEAR)));
        StreamingOptions options = StreamingOptions.defaults();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingDetector.of(narrow, parameters(narrow), SCALES, options, 1))
                .withMessageContaining("this one reads [[4, 3]] and gives [[4, 2]]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingDetector.of(image, parameters(image), Normalization.NONE, options, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamingDetector.of(
                        graph("dense"),
                        parameters(graph("dense")),
                        new Normalization(List.of(1.0, 2.0), List.of(0.0, 0.0)),
                        options,
                        1))
                .withMessage("the model reads 3 channels, but there are scales for 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options.withThreshold(0))
                .withMessageContaining("finite and > 0");
    }
}
