package dev.hourglass.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.SampleTimes;
import dev.hourglass.data.SourceRows;
import dev.hourglass.data.series.RowAnswers;
import dev.hourglass.detect.CalibratedThreshold;
import dev.hourglass.detect.Detection;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.detect.Detector;
import dev.hourglass.detect.ThresholdRule;
import dev.hourglass.detect.series.AnomalyEvent;
import dev.hourglass.detect.series.EventOptions;
import dev.hourglass.detect.series.Smoothing;
import dev.hourglass.detect.series.StepErrors;
import dev.hourglass.detect.series.StepScores;
import dev.hourglass.detect.series.StreamingDetector;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.onnx.ModelWriter;
import dev.hourglass.formats.onnx.OnnxFile;
import dev.hourglass.formats.onnx.OnnxModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models that are detectors, through files of each format. */
class DetectorFilesTest {
    private static final int ROWS = 400;
    private static final int SPIKE = 200;
    private static final RandomSource RANDOM = new RandomSource(5);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5", "onnx"})
    void whatMakesAModelADetectorIsReadAsItWasWritten(String extension) throws IOException {
        List<StepErrors> errors = List.of(
                new StepErrors.Squared(),
                new StepErrors.Absolute(),
                StepErrors.Mahalanobis.of(
                        new double[] {0.1, -1e-300, 3}, new double[] {1, 0.5, 0, 0.5, 1 / 3.0, 0, 0, 0, 1e9}),
                new StepErrors.Code(StepErrors.Mahalanobis.of(new double[] {1, 2}, new double[] {2, 0.1, 0.1, 3})),
                new StepErrors.Bound(0.1, 2, 12));
        List<RowAnswers.Overlap> overlaps = List.of(RowAnswers.Overlap.values());
        List<ThresholdRule> rules = List.of(
                new ThresholdRule.Quantile(0.99),
                new ThresholdRule.FalseAlarmRate(0.01),
                new ThresholdRule.MeanDeviations(3),
                new ThresholdRule.PeaksOverThreshold(1e-4, 0.02),
                new ThresholdRule.Conformal(0.05),
                new ThresholdRule.Cost(10, 1));
        Path file = folder.resolve("model." + extension);
        for (int i = 0; i < rules.size(); i++) {
            Detection detection = new Detection(
                    errors.get(i % errors.size()),
                    i / 3.0,
                    overlaps.get(i % overlaps.size()),
                    i % 2 == 0 ? new Smoothing.MovingAverage(5) : new Smoothing.Exponential(0.1),
                    new CalibratedThreshold(
                            rules.get(i),
                            1.1 / 3,
                            i == 0 ? Double.NEGATIVE_INFINITY : 0.1,
                            i == 1 ? Double.POSITIVE_INFINITY : 0.5,
                            "95 %",
                            123_456,
                            "größer \"als\""),
                    new EventOptions(1, 0.8, 3, 2),
                    i / 7.0,
                    "pump.csv, the last 20 %",
                    i == 0 ? null : new Detection.Windows(4, 2, i == 1 ? null : Duration.ofMillis(1500)));
            ModelFile.write(model().withDetection(detection), file);
            assertThat(ModelFile.read(file).detection()).isEqualTo(detection);
        }
        ModelFile.write(model(), file);
        assertThat(ModelFile.read(file).detection()).isNull();
    }

    @Test
    void aStreamHasTheBitsThatADetectorGivesAllRowsTogether() throws IOException {
        SavedModel calibrated = calibrated(DetectionOptions.defaults().withOverlap(RowAnswers.Overlap.CAUSAL));
        FloatDataset data = series(SPIKE);
        StepScores expected;
        List<AnomalyEvent> events;
        try (Detector detector = calibrated.detector(2)) {
            expected = detector.score(data.windows(4, 1));
            events = detector.events(expected);
        }
        Path file = folder.resolve("model.keras");
        ModelFile.write(calibrated, file);

        double[] row = new double[data.sampleShape().size()];
        double[] found = new double[ROWS];
        int ended = 0;
        try (StreamingDetector stream = ModelFile.read(file).streaming(null, 1)) {
            for (int i = 0; i < ROWS; i++) {
                data.copyStored(i, row, 0);
                stream.accept(row);
                found[i] = stream.score();
                ended += stream.ended().isPresent() ? 1 : 0;
            }
            stream.gap();
            ended += stream.ended().isPresent() ? 1 : 0;
        }
        assertThat(found).isEqualTo(expected.scores()).startsWith(Double.NaN, Double.NaN, Double.NaN);
        assertThat(found[SPIKE]).isGreaterThan(1);
        assertThat(ended).isEqualTo(events.size()).isPositive();
    }

    @Test
    void causalScoresNeedAWindowThatEndsWithEachRowAndAStreamCausalScores() {
        DetectionOptions causal = DetectionOptions.defaults().withOverlap(RowAnswers.Overlap.CAUSAL);
        SavedModel calibrated = calibrated(causal);

        try (Detector detector = calibrated.detector(1)) {
            FloatDataset apart = series(SPIKE).windows(4, 2);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> detector.score(apart))
                    .withMessageContaining("begin 2 rows apart. Take a stride of 1.");
        }
        assertThatThrownBy(() -> calibrated(DetectionOptions.defaults()).streaming(null, 1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("it is calibrated for whitened errors of a row, the mean of its windows")
                .hasMessageEndingWith("for the window that ends with a row (overlap causal, stride 1).");
        assertThatThrownBy(() -> model().streaming(null, 1)).hasMessageContaining("was not calibrated");
    }

    @Test
    void scoresHaveTheSameBitsFromEachFormatAndOnAnyNumberOfThreads() throws IOException {
        SavedModel calibrated = calibrated(DetectionOptions.defaults());
        FloatDataset data = series(SPIKE).windows(4, 1);
        double[] expected;
        try (Detector detector = calibrated.detector(1)) {
            expected = detector.score(data).scores();
        }
        for (String extension : List.of("keras", "h5", "onnx")) {
            Path file = folder.resolve("model." + extension);
            ModelFile.write(calibrated, file);
            try (Detector detector = ModelFile.read(file).detector(3)) {
                assertThat(detector.score(data).scores()).as(extension).containsExactly(expected);
            }
        }
    }

    @Test
    void aSpikeIsAnEventOfItsChannelAndNormalRowsAreAtTheWantedRate() {
        SavedModel calibrated = calibrated(DetectionOptions.defaults().withSmoothing(new Smoothing.MovingAverage(1)));
        Detection detection = Objects.requireNonNull(calibrated.detection());
        assertThat(detection.windows()).isEqualTo(new Detection.Windows(4, 1, Duration.ofSeconds(10)));
        assertThat(detection.threshold().scores()).isEqualTo(ROWS);
        assertThat(detection.normal()).isEqualTo("made up");
        try (Detector detector = calibrated.detector(1)) {
            StepScores normal = detector.score(series(-1).windows(4, 1));
            long above = normal.rows().count() - countAtMost(normal.scores(), 1);
            assertThat(above).isEqualTo((long) (0.01 * ROWS));

            List<AnomalyEvent> events =
                    detector.events(detector.score(series(SPIKE).windows(4, 1)));
            AnomalyEvent event = events.stream()
                    .max((one, other) -> Double.compare(one.score(), other.score()))
                    .orElseThrow();
            assertThat(event.peak()).isEqualTo(SPIKE);
            assertThat(event.blame().getFirst().channel()).isEqualTo(1);
        }
    }

    @Test
    void partsOfASampleAddUpToItsScore() {
        FloatDataset pictures = FloatDataset.of("pictures", Shape.of(4, 3), numbers(40 * 12));
        SavedModel calibrated =
                model().calibrated(pictures, DetectionOptions.ofSamples(), "made up", RANDOM, 1, done -> {});
        try (Detector detector = calibrated.detector(1)) {
            double[] scores = detector.scoreSamples(pictures, done -> {});
            double sum = 0;
            for (float part : detector.parts(pictures, 7)) {
                sum += part;
            }
            assertThat(scores).hasSize(40);
            assertThat(sum).isCloseTo(scores[7], within(1e-6));
            assertThat(Objects.requireNonNull(calibrated.detection()).windows()).isNull();
        }
    }

    /** With the distance of its code, and of a variational model the bound: from files, in a stream, on any number of threads. */
    @ParameterizedTest
    @CsvSource({"CODE, keras", "CODE, h5", "CODE, onnx", "BOUND, keras", "BOUND, h5"})
    void scoresOfCodesHaveTheSameBitsFromFilesAndStreams(DetectionOptions.Errors scored, String extension)
            throws IOException {
        SavedModel calibrated = variational()
                .calibrated(
                        series(-1).windows(4, 1),
                        DetectionOptions.defaults().withErrors(scored).withOverlap(RowAnswers.Overlap.CAUSAL),
                        "made up",
                        RANDOM,
                        1,
                        done -> {});
        FloatDataset data = series(SPIKE);
        double[] expected;
        try (Detector detector = calibrated.detector(1)) {
            expected = detector.score(data.windows(4, 1)).scores();
        }
        Path file = folder.resolve("model." + extension);
        ModelFile.write(calibrated, file);
        SavedModel read = ModelFile.read(file);
        try (Detector detector = read.detector(3)) {
            assertThat(detector.score(data.windows(4, 1)).scores()).containsExactly(expected);
        }
        double[] row = new double[3];
        double[] found = new double[ROWS];
        try (StreamingDetector stream = read.streaming(null, 1)) {
            for (int i = 0; i < ROWS; i++) {
                data.copyStored(i, row, 0);
                stream.accept(row);
                found[i] = stream.score();
            }
        }
        assertThat(found).isEqualTo(expected);
        assertThat(expected[SPIKE]).isGreaterThan(1);
    }

    /** By the formulas of their javadoc, in plain loops, from the model's own halves. */
    @Test
    void scoresOfCodesAreTheDistanceOfTheCodeAndTheNegativeBound() {
        SavedModel model = variational();
        FloatDataset samples = FloatDataset.of("samples", Shape.of(4, 3), numbers(50 * 12));
        double[] distances = scores(model, samples, DetectionOptions.Errors.CODE);
        double[] bounds = scores(model, samples, DetectionOptions.Errors.BOUND);

        float[] codes = run(model.graph(), model, samples, "z", 2);
        float[] logs = run(model.graph(), model, samples, "v", 2);
        float[] rebuilt = run(model.graph(), model, samples, "last", 12);
        double[] squares = new double[50];
        float[] sample = new float[12];
        for (int i = 0; i < 50; i++) {
            samples.copySample(i, sample, 0);
            for (int k = 0; k < 12; k++) {
                squares[i] += Math.pow((double) rebuilt[i * 12 + k] - sample[k], 2);
            }
        }
        double variance = Arrays.stream(squares).sum() / (50 * 12);
        for (int i = 0; i < 50; i++) {
            double divergence = 0;
            for (int k = 0; k < 2; k++) {
                double mean = codes[2 * i + k];
                double log = logs[2 * i + k];
                divergence += (mean * mean + Math.exp(log) - 1 - log) / 2;
            }
            assertThat(bounds[i]).isCloseTo((squares[i] / (2 * variance) + divergence) / 12, within(1e-9));
            assertThat(distances[i]).isCloseTo(distance(codes, i), within(1e-6));
        }
    }

    /** Of two numbers, by the closed inverse of their covariance with its ridge. */
    private static double distance(float[] codes, int sample) {
        int count = codes.length / 2;
        double[] mean = new double[2];
        for (int i = 0; i < count; i++) {
            mean[0] += codes[2 * i] / (double) count;
            mean[1] += codes[2 * i + 1] / (double) count;
        }
        double xx = 0;
        double xy = 0;
        double yy = 0;
        for (int i = 0; i < count; i++) {
            double x = codes[2 * i] - mean[0];
            double y = codes[2 * i + 1] - mean[1];
            xx += x * x / (count - 1);
            xy += x * y / (count - 1);
            yy += y * y / (count - 1);
        }
        double ridge = 1e-3 * (xx + yy) / 2;
        xx += ridge;
        yy += ridge;
        double x = codes[2 * sample] - mean[0];
        double y = codes[2 * sample + 1] - mean[1];
        return (x * x * yy - 2 * x * y * xy + y * y * xx) / (xx * yy - xy * xy) / 2;
    }

    private static double[] scores(SavedModel model, FloatDataset samples, DetectionOptions.Errors scored) {
        SavedModel calibrated = model.calibrated(
                samples, DetectionOptions.ofSamples().withErrors(scored), "made up", RANDOM, 1, done -> {});
        double threshold =
                Objects.requireNonNull(calibrated.detection()).threshold().threshold();
        try (Detector detector = calibrated.detector(1)) {
            double sum = 0;
            for (float part : detector.parts(samples, 7)) {
                sum += part;
            }
            double[] scores = detector.scoreSamples(samples, done -> {});
            assertThat(sum).isCloseTo(scores[7], within(1e-6));
            return Arrays.stream(scores).map(score -> score * threshold).toArray();
        }
    }

    private static float[] run(Graph graph, SavedModel model, FloatDataset samples, String value, int size) {
        float[] numbers = new float[samples.size() * size];
        try (ChainInference inference = ChainInference.of(graph.upTo(List.of(value)), model.parameters(), 1)) {
            inference.run(samples::copySample, 0, samples.size(), numbers);
        }
        return numbers;
    }

    @Test
    void aCodeThatIsNotThereOrAnotherOneIsSaid() {
        FloatDataset normal = series(-1).windows(4, 1);
        DetectionOptions bound = DetectionOptions.defaults().withErrors(DetectionOptions.Errors.BOUND);
        assertThatThrownBy(() -> model().calibrated(normal, bound, "made up", RANDOM, 1, done -> {}))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "Model 'm' has no layer that samples its codes; the bound is that of a variational model with"
                                + " one. Score errors or the code.");
        Detection ofTwo =
                Objects.requireNonNull(calibrated(DetectionOptions.defaults().withErrors(DetectionOptions.Errors.CODE))
                        .detection());
        SavedModel other = variational().withDetection(ofTwo);
        assertThatThrownBy(() -> other.detector(1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "its scores read 8 numbers of a sample's code, but it gives 2. Calibrate it anew.");
    }

    @Test
    void aModelThatWasNotCalibratedIsNoDetector() {
        assertThatThrownBy(() -> model().detector(1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("was not calibrated");
        assertThatThrownBy(
                        () -> calibrated(DetectionOptions.defaults()).encoder().detector(1))
                .isInstanceOf(UnsupportedModelException.class);
    }

    @Test
    void scoresThatAreNotNumbersAreRefusedByRow() {
        SavedModel calibrated = calibrated(DetectionOptions.defaults());
        float[] broken = numbers(30);
        broken[12] = Float.NaN;
        FloatDataset data = FloatDataset.of("broken", Shape.of(3), broken)
                .withRows(SourceRows.plain(10))
                .windows(4, 1);
        try (Detector detector = calibrated.detector(1)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> detector.score(data))
                    .withMessageStartingWith("the score of row 4 of broken is NaN.");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"value\":V | \"value\":-1 | a threshold must be finite and > 0, got -1.0",
                "\"value\":V | \"value\":\"1\" | expected a number at the metadata's detection: .threshold.value, found"
                        + " '1'",
                "\"value\":V | \"value\":1e999 | a threshold must be finite and > 0",
                "\"kind\":\"mahalanobis\" | \"kind\":\"best\" | squared, absolute, mahalanobis, code or bound at",
                "\"mean\":[ | \"mean\":[1, | the mean errors of 3 channels at",
                "\"inverse\":[ | \"inverse\":[1, | whitening errors of 3 channels needs 9 numbers, got 10",
                "\"inverse\":[ | \"inverse\":[-1, | whitening errors of 3 channels needs 9 numbers, got 10",
                "\"overlap\":\"mean\" | \"overlap\":\"most\" | mean, median, last or causal at",
                "\"moving_average\":10 | \"moving_average\":0 | a moving average must be of 1 row or more, got 0",
                "\"moving_average\":10 | \"moving_average\":5.5 | a whole number of 32 bits",
                "\"false_alarm_rate\":0.01 | \"false_alarm_rate\":1 | a false-alarm rate must be above 0 and below 1",
                "\"false_alarm_rate\":0.01 | \"luck\":1 | a rule for thresholds at",
                "\"steps\":4 | \"steps\":5 | windows of the model's input [4, 3] at",
                "\"every\":\"PT10S\" | \"every\":\"soon\" | a duration such as PT10S at",
                "\"every\":\"PT10S\" | \"every\":\"PT-10S\" | the time between rows must be > 0",
                "\"merge_gap\":10 | \"merge_gap\":-1 | the gap to merge over must be >= 0 rows, got -1",
                "\"scores\":400 | \"scores\":0 | 1 score or more at",
                "{\"errors\" | {\"faults\" | a member 'errors' at the metadata's detection",
                "{\"errors\" | [\"errors\" | JSON at the metadata's detection",
            })
    void whatOurWriterDoesNotWriteIsRefusedInOneLine(String written, String instead, String message)
            throws IOException {
        SavedModel calibrated = calibrated(DetectionOptions.defaults());
        Detection detection = Objects.requireNonNull(calibrated.detection());
        OnnxModel model = ModelWriter.translate(calibrated);
        Map<String, String> metadata = new HashMap<>(model.metadata());
        String threshold = Double.toString(detection.threshold().threshold());
        String text = Objects.requireNonNull(metadata.get("detection"));
        assertThat(text).contains(written.replace("V", threshold));
        metadata.put("detection", text.replace(written.replace("V", threshold), instead));
        OnnxModel other =
                new OnnxModel(model.name(), model.inputs(), model.outputs(), model.nodes(), model.weights(), metadata);
        Path file = Files.write(folder.resolve("model.onnx"), OnnxFile.write(other));
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    private static SavedModel calibrated(DetectionOptions options) {
        return model().calibrated(series(-1).windows(4, 1), options, "made up", RANDOM, 1, done -> {});
    }

    private static long countAtMost(double[] scores, double most) {
        return Arrays.stream(scores).filter(score -> score <= most).count();
    }

    /** Three channels, a row each ten seconds. */
    private static FloatDataset series(int spike) {
        float[] values = numbers(ROWS * 3);
        long[] times = new long[ROWS];
        for (int row = 0; row < ROWS; row++) {
            times[row] = row * 10_000_000_000L;
        }
        if (spike >= 0) {
            values[spike * 3 + 1] = 40;
        }
        SourceRows rows = SourceRows.plain(ROWS).withTimes(SampleTimes.of(MemorySegment.ofArray(times), true));
        return FloatDataset.of("series", Shape.of(3), values).withRows(rows);
    }

    private static float[] numbers(int count) {
        RandomGenerator random = RANDOM.stream("numbers", 0);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = (float) random.nextGaussian();
        }
        return numbers;
    }

    /** Of four steps of three columns. */
    private static SavedModel model() {
        AutoencoderSpec spec = new AutoencoderSpec(
                "m",
                Shape.of(4, 3),
                List.of(new LayerSpec.Dense("code", 2, Activation.TANH)),
                List.of(new LayerSpec.Dense("last", 3, Activation.LINEAR)));
        Parameters parameters = Parameters.initialize(spec.graph(), RANDOM);
        return SavedModel.of(new Autoencoder(spec, parameters, Normalization.NONE), null, Map.of());
    }

    /** Of the same windows, with a code of two numbers that is drawn from a distribution. */
    private static SavedModel variational() {
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(4, 3))),
                List.of(
                        new Graph.Node(new LayerSpec.Flatten("flat"), List.of("x")),
                        new Graph.Node(new LayerSpec.Dense("m", 2, Activation.LINEAR), List.of("flat")),
                        new Graph.Node(new LayerSpec.Dense("v", 2, Activation.TANH), List.of("flat")),
                        new Graph.Node(new LayerSpec.Sampling("z"), List.of("m", "v")),
                        new Graph.Node(new LayerSpec.Dense("wide", 12, Activation.LINEAR), List.of("z")),
                        new Graph.Node(new LayerSpec.Reshape("last", Shape.of(4, 3)), List.of("wide"))),
                List.of("last"));
        AutoencoderSpec spec = new AutoencoderSpec("v", graph, "z");
        return SavedModel.of(
                new Autoencoder(spec, Parameters.initialize(spec.graph(), RANDOM), Normalization.NONE), null, Map.of());
    }
}
