package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** From a plant's files to its anomalies, and more data scored with the detector that was made. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DetectCommandIT {
    private static final List<Integer> DEAD = List.of(700, 1500, 2250, 2650);
    private static final int DEAD_ROWS = 30;

    private static final int ROWS = 3000;
    private static final int NEW_ROWS = 800;
    private static final int STUCK = 300;
    private static final int SPIKE = 600;
    private static final long SEED = 11;

    private final Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Trains a detector, which all tests use. */
    DetectCommandIT(@TempDir Path folder) throws IOException {
        this.folder = folder;
        Random random = new Random(SEED);
        List<double[]> rows = plant(ROWS + NEW_ROWS, random);
        List<double[]> changed = rows.subList(ROWS, ROWS + NEW_ROWS);
        boolean[] faulty = new boolean[NEW_ROWS];
        for (int row = STUCK; row < STUCK + 80; row++) {
            changed.get(row)[1] = 9;
            faulty[row] = true;
        }
        changed.get(SPIKE)[2] += 8;
        faulty[SPIKE] = true;
        write("train.csv", rows.subList(0, ROWS), 0, List.of(0, 1, 2), null);
        write("new.csv", changed, ROWS, List.of(0, 1, 2), null);
        write("other-order.csv", changed, ROWS, List.of(2, 0, 1), faulty);
        write("two.csv", changed, ROWS, List.of(0, 1), null);
        assertThat(run("detect", path("train.csv"), path("new.csv"), "--out", path("found"), "--epochs", "12"))
                .as(errors())
                .isZero();
    }

    @Test
    void faultsAreFoundWithTheirRowsAndChannels() throws IOException {
        assertThat(folder.resolve("found"))
                .isDirectoryContaining("glob:**/detector.keras")
                .isDirectoryContaining("glob:**/scores.csv")
                .isDirectoryContaining("glob:**/events.csv")
                .isDirectoryContaining("glob:**/recipe.yaml")
                .isDirectoryContaining("glob:**/anomalies.png");
        List<List<String>> events = cells("found/events.csv");
        assertThat(events.getFirst()).startsWith("event", "start", "end", "rows", "peak", "score", "channels");
        List<String> worst = events.subList(1, events.size()).stream()
                .max((one, other) -> Double.compare(Double.parseDouble(one.get(5)), Double.parseDouble(other.get(5))))
                .orElseThrow();
        assertThat(worst.get(1)).isBetween(time(ROWS + STUCK - 60), time(ROWS + STUCK + 5));
        assertThat(worst.get(2)).isBetween(time(ROWS + STUCK + 75), time(ROWS + STUCK + 140));
        assertThat(worst.get(6)).startsWith("pressure");

        List<List<String>> scores = cells("found/scores.csv");
        assertThat(scores).hasSize(1 + NEW_ROWS);
        assertThat(scores.getFirst())
                .containsExactly("time", "score", "flag", "event", "score_flow", "score_pressure", "score_power");
        assertThat(scores.get(1 + STUCK + 40).get(2)).isEqualTo("1");
        assertThat(scores.get(1 + SPIKE).get(2)).isEqualTo("1");
        assertThat(scores.get(1 + 100).get(2)).isEqualTo("0");
    }

    @Test
    void columnsInAnotherOrderAndAnotherFormatGiveTheSameScores() throws IOException {
        Path detector = folder.resolve("found/detector.keras");
        assertThat(run("convert", detector.toString(), path("detector.h5")))
                .as(errors())
                .isZero();
        assertThat(run(
                        "score",
                        path("detector.h5"),
                        "--data",
                        path("other-order.csv"),
                        "--out",
                        path("again.csv"),
                        "--label-column",
                        "fault"))
                .as(errors())
                .isZero();
        assertThat(folder.resolve("again.csv")).hasSameTextualContentAs(folder.resolve("found/scores.csv"));
        assertThat(folder.resolve("again_events.csv")).hasSameTextualContentAs(folder.resolve("found/events.csv"));
        assertThat(output()).contains("Judged by", "81 rows in 2 anomalies", "ROC AUC", "event F1");
    }

    @Test
    void rivalsStandBesideTheModelAndTheBestEventF1Wins() throws IOException {
        assertThat(run(
                        "score",
                        path("found/detector.keras"),
                        "--data",
                        path("other-order.csv"),
                        "--label-column",
                        "fault",
                        "--rivals",
                        path("train.csv")))
                .as(errors())
                .isZero();
        List<String> lines = output().lines().toList();
        int head = IntStream.range(0, lines.size())
                .filter(line -> lines.get(line).startsWith("  Detector "))
                .findFirst()
                .orElseThrow();
        double[] f1 = new double[5];
        for (int i = 0; i < f1.length; i++) {
            String[] cells = lines.get(head + 1 + i).trim().split("  +");
            assertThat(cells).hasSize(8);
            f1[i] = Double.parseDouble(cells[5]);
            assertThat(cells[0])
                    .isEqualTo(List.of(
                                    "the model",
                                    "rolling z-score",
                                    "PCA error",
                                    "PCA Mahalanobis",
                                    "nearest neighbours")
                            .get(i));
        }
        double best = Arrays.stream(f1).skip(1).max().orElseThrow();
        assertThat(lines.get(head + 6))
                .startsWith(
                        f1[0] > best
                                ? "The model wins: "
                                : f1[0] == best ? "The model is no better than " : "A simple rival wins: ")
                .contains("of 2 anomalies, drawn again");
    }

    @Test
    void withoutLabelsItIsSaidHowFarRivalsAgree() throws IOException {
        List<List<String>> rivals = cells("found/rivals.csv");
        assertThat(rivals.getFirst()).containsExactly("Detector", "Flagged", "Events", "Shared", "Alone");
        assertThat(rivals).hasSize(6);
        assertThat(run("score", path("found/detector.keras"), "--data", path("new.csv")))
                .isZero();
        assertThat(output()).contains("Not compared with simple detectors.").contains("--rivals NORMAL");
        assertThat(run("score", path("found/detector.keras"), "--data", path("new.csv"), "--rivals", path("train.csv")))
                .isZero();
        assertThat(output()).contains("Without known anomalies nobody can say who wins.");
    }

    @Test
    void aLabWithDetectReportsThresholdEventsRivalsAndMetrics() throws IOException {
        write("labelled.csv", plant(ROWS, new Random(SEED)), 0, List.of(0, 1, 2), new boolean[ROWS]);
        Files.writeString(folder.resolve("detecting.yaml"), """
            data: {source: labelled.csv, window: {steps: 16, stride: 4}, scaling: standardize, label_column: fault}
            models:
              - name: dense
                input: [16, 3]
                encoder: [Flatten, Dense: {units: 8}]
                decoder: [Dense: {units: 48}, Reshape: {target_shape: [16, 3]}]
            training: {epochs: 20, learning_rate: 0.01}
            detect: {new: other-order.csv, threshold: {false_alarms: 0.005}}
            """);

        assertThat(run("lab", path("detecting.yaml"), "--out", path("lab")))
                .as(errors())
                .isZero();

        assertThat(output()).contains("As a detector of anomalies in other-order.csv: ");
        Path lab = folder.resolve("lab");
        JsonNode found = JsonMapper.shared()
                .readTree(Files.readString(lab.resolve("results/detection.json")))
                .path("dense");
        assertThat(found.path("calibration").asString())
                .contains("a false-alarm rate of 0.005")
                .contains("20 % of the normal training samples, held out");
        assertThat(found.path("rivals")).hasSize(5);
        assertThat(found.path("metrics").path("ROC AUC").doubleValue()).isBetween(0.8, 1.0);
        assertThat(found.path("metrics").path("VUS-PR").isNumber()).isTrue();
        assertThat(cells("lab/results/dense_scores.csv")).hasSize(1 + NEW_ROWS);
        assertThat(cells("lab/results/dense_events.csv"))
                .hasSize(1 + found.path("events").size());
        assertThat(lab.resolve("plots/dense_anomalies.png")).isNotEmptyFile();
        assertThat(Files.readString(lab.resolve("report.html")))
                .contains(
                        "Anomalies in other-order.csv",
                        "nearest neighbours",
                        "affiliation F1",
                        "Calibrated: threshold ");
        assertThat(run(
                        "score",
                        path("lab/models/dense_detector.keras"),
                        "--data",
                        path("other-order.csv"),
                        "--out",
                        path("lab.csv")))
                .as(errors())
                .isZero();
        assertThat(folder.resolve("lab.csv")).hasSameTextualContentAs(lab.resolve("results/dense_scores.csv"));

        assertThat(run("replay", path("lab"))).as(errors()).isZero();
    }

    @Test
    void whatALabCanNotDetectByIsSaidBeforeTraining() throws IOException {
        Files.writeString(folder.resolve("two.yaml"), """
            data: {source: train.csv, window: {steps: 16, stride: 4}, scaling: standardize}
            models: [{name: d, input: [16, 3], encoder: [Flatten, Dense: {units: 8}], decoder: [Dense: {units: 48}, Reshape: {target_shape: [16, 3]}]}]
            detect: DETECT
            """);
        Map<String, String> mistakes = Map.of(
                "{new: two.csv}", "power",
                "{overlap: causal}", "Take a stride of 1",
                "{normal: [ok]}", "it has no labels",
                "{hold_out: 0.0001}", "too few to keep back");
        String recipe = Files.readString(folder.resolve("two.yaml"));
        for (Map.Entry<String, String> mistake : mistakes.entrySet()) {
            Files.writeString(folder.resolve("two.yaml"), recipe.replace("DETECT", mistake.getKey()));
            assertThat(run("lab", path("two.yaml"), "--out", path("not")))
                    .as(mistake.getKey())
                    .isEqualTo(Main.FAILED);
            assertThat(errors()).contains(mistake.getValue()).hasLineCount(1);
            assertThat(output()).doesNotContain("Epoch");
        }
    }

    /** ONNX's operators are read as other layers, which round elsewhere. */
    @Test
    void anOnnxFileGivesTheSameScoresButForRounding() throws IOException {
        assertThat(run("convert", path("found/detector.keras"), path("detector.onnx")))
                .as(errors())
                .isZero();
        assertThat(run("score", path("detector.onnx"), "--data", path("new.csv"), "--out", path("onnx.csv")))
                .as(errors())
                .isZero();
        List<List<String>> expected = cells("found/scores.csv");
        List<List<String>> found = cells("onnx.csv");
        for (int row = 1; row < expected.size(); row++) {
            double score = Double.parseDouble(expected.get(row).get(1));
            assertThat(Double.parseDouble(found.get(row).get(1)))
                    .as("row %d", row)
                    .isCloseTo(score, within(1e-4 * Math.max(1, score)));
        }
    }

    @Test
    void inspectShowsWhereTheThresholdComesFrom() {
        assertThat(run("inspect", path("found/detector.keras"))).isZero();
        assertThat(output())
                .contains(
                        "Detector: threshold ",
                        "a false-alarm rate of 0.01, from 600 scores of train.csv, the last 20 %")
                .contains(
                        "Scores: whitened errors of a row, the mean of its windows, moving average of 10 rows; windows"
                                + " of ");
    }

    @Test
    void whatCanNotBeScoredIsRefusedInOneLine() {
        assertThat(run("score", path("found/detector.keras"), "--data", path("two.csv")))
                .isEqualTo(Main.FAILED);
        assertThat(errors()).contains("power").hasLineCount(1);

        assertThat(run("detect", path("train.csv"), path("two.csv"), "--out", path("nothing")))
                .isEqualTo(Main.FAILED);
        assertThat(errors()).contains("power");
        assertThat(folder.resolve("nothing")).doesNotExist();

        assertThat(run("score", path("found/detector.keras"), "--data", path("new.csv"), "--smooth", "3"))
                .isEqualTo(Main.WRONG_USAGE);
        assertThat(errors()).contains("--calibrate NORMAL");

        assertThat(run("detect", path("train.csv"), path("new.csv"), "--out", path("found")))
                .isEqualTo(Main.FAILED);
        assertThat(errors()).contains("it is not empty").hasLineCount(1);
    }

    @Test
    void aModelWithoutAThresholdIsRefusedOrCalibrated() throws IOException {
        Path plain = folder.resolve("plain.keras");
        ModelFile.write(ModelFile.read(folder.resolve("found/detector.keras")).withDetection(null), plain);
        assertThat(run("score", plain.toString(), "--data", path("new.csv"))).isEqualTo(Main.FAILED);
        assertThat(errors())
                .contains("has no threshold", "--calibrate NORMAL.csv", "hourglass detect")
                .hasLineCount(1);

        assertThat(run(
                        "score",
                        plain.toString(),
                        "--data",
                        path("new.csv"),
                        "--calibrate",
                        path("train.csv"),
                        "--rule",
                        "quantile:0.999",
                        "--smooth",
                        "1",
                        "--save",
                        path("calibrated.h5")))
                .as(errors())
                .isZero();
        assertThat(output()).contains("the quantile 0.999, from 3,000 scores of train.csv");
        assertThat(run("score", path("calibrated.h5"), "--data", path("new.csv"), "--event-start", "1e9"))
                .isZero();
        assertThat(output()).contains("in 0 events");
    }

    @Test
    void aThresholdByCostRisesWithThePriceOfFalseAlarms() throws IOException {
        List<String> found = new ArrayList<>();
        for (String alarm : List.of("0.01", "100")) {
            assertThat(run(
                            "score",
                            path("found/detector.keras"),
                            "--data",
                            path("new.csv"),
                            "--labelled",
                            path("other-order.csv"),
                            "--label-column",
                            "fault",
                            "--cost-alarm",
                            alarm,
                            "--save",
                            path("cost.keras")))
                    .as(errors())
                    .isZero();
            assertThat(output())
                    .contains("95 % by bootstrap")
                    .contains("costs of 1.0 for a miss and " + Double.parseDouble(alarm) + " for an alarm")
                    .contains("Not judged by labels");
            found.add(output().lines()
                    .filter(line -> line.startsWith("Calibrated: threshold "))
                    .findFirst()
                    .orElseThrow()
                    .replaceFirst("Calibrated: threshold (\\S+) .*", "$1"));
        }
        assertThat(Double.parseDouble(found.get(0))).isLessThan(Double.parseDouble(found.get(1)));
        assertThat(run("inspect", path("cost.keras"))).isZero();
        assertThat(output())
                .contains("costs of 1.0 for a miss and 100.0 for an alarm, from 800 scores of other-order.csv");

        assertThat(run("score", path("cost.keras"), "--data", path("new.csv"), "--cost-miss", "2"))
                .isEqualTo(Main.WRONG_USAGE);
        assertThat(errors()).contains("--labelled FILE");
        assertThat(run("score", path("cost.keras"), "--data", path("new.csv"), "--labelled", path("new.csv")))
                .isEqualTo(Main.WRONG_USAGE);
        assertThat(errors()).contains("are the same file");
    }

    @Test
    void labelsMayBeInTheNewDataAlone() {
        assertThat(run(
                        "detect",
                        path("train.csv"),
                        path("other-order.csv"),
                        "--label-column",
                        "fault",
                        "--epochs",
                        "1",
                        "--no-rivals",
                        "--out",
                        path("labels-in-new")))
                .as(errors())
                .isZero();
        assertThat(output()).contains("81 rows in 2 anomalies").doesNotContain("Beside simple rivals");
    }

    @Test
    void jsonHasTheEventsOfTheTableAndNothingElseIsPrinted() throws IOException {
        assertThat(run("score", path("found/detector.keras"), "--data", path("new.csv"), "--json"))
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(output());
        List<List<String>> events = cells("found/events.csv");

        assertThat(json.path("rows").intValue()).isEqualTo(NEW_ROWS);
        assertThat(json.path("events")).hasSize(events.size() - 1).isNotEmpty();
        List<String> heads = events.getFirst();
        for (int i = 0; i + 1 < events.size(); i++) {
            JsonNode event = json.path("events").get(i);
            List<String> line = events.get(i + 1);
            assertThat(event.path("start").asString()).isEqualTo(line.get(heads.indexOf("start")));
            assertThat(event.path("end").asString()).isEqualTo(line.get(heads.indexOf("end")));
            assertThat(event.path("score").doubleValue())
                    .isEqualTo(Double.parseDouble(line.get(heads.indexOf("score"))));
            assertThat(event.path("channels").path("flow").floatValue())
                    .isEqualTo(Float.parseFloat(line.get(heads.indexOf("share_flow"))));
        }
        assertThat(errors()).contains("Calibrated: threshold ");
    }

    @Test
    void tooFewNormalRowsForTheRateAreSaid() {
        assertThat(run(
                        "score",
                        path("found/detector.keras"),
                        "--data",
                        path("train.csv"),
                        "--calibrate",
                        path("new.csv"),
                        "--false-alarms",
                        "0.0001"))
                .isZero();
        assertThat(errors()).contains("800 scores are too few for a rate of 1.0E-4");
    }

    /** A sensor that was dead for half an hour, four times, in the data to learn from and in those that find the threshold. */
    private void writeDirty() throws IOException {
        List<double[]> rows = plant(ROWS, new Random(SEED));
        for (int first : DEAD) {
            for (int row = first; row < first + DEAD_ROWS; row++) {
                rows.get(row)[1] = 0;
            }
        }
        write("dirty.csv", rows, 0, List.of(0, 1, 2), null);
    }

    private static boolean isDead(int row) {
        return DEAD.stream().anyMatch(first -> row >= first && row < first + DEAD_ROWS);
    }

    /**
     * How many of the listed rows of a part were dead, and how many not.
     *
     * @param firstRow of the part, from which its rows are counted
     */
    private int[] dead(String file, String part, int firstRow) throws IOException {
        int[] counts = new int[2];
        for (List<String> line : cells(file)) {
            if (line.getFirst().equals(part)) {
                for (int row = Integer.parseInt(line.get(2)); row <= Integer.parseInt(line.get(3)); row++) {
                    counts[isDead(firstRow + row) ? 0 : 1]++;
                }
            }
        }
        return counts;
    }

    @Test
    void robustLeavesOutAnomaliesAmongTheNormalDataAndListsThem() throws IOException {
        writeDirty();
        assertThat(run(
                        "detect",
                        path("dirty.csv"),
                        path("new.csv"),
                        "--robust",
                        "0.2",
                        "--epochs",
                        "15",
                        "--no-rivals",
                        "--out",
                        path("robust")))
                .as(errors())
                .isZero();
        assertThat(output())
                .contains("Left out of the training data: ", "Left out of the calibrating data: ", "at most 20 %")
                .containsPattern("the last 20 %, without \\d+ outliers");
        assertThat(cells("robust/left-out.csv").getFirst())
                .containsExactly("part", "series", "first_row", "last_row", "start", "end", "error");
        assertThat(dead("robust/left-out.csv", "training", 0)[0]).isGreaterThan(40);
        assertThat(dead("robust/left-out.csv", "held out", 2400)[0]).isGreaterThan(10);
        assertThat(dead("robust/left-out.csv", "training", 0)[1]).isLessThan(60);

        assertThat(run("detect", path("dirty.csv"), path("new.csv"), "--robust", "0.7", "--out", path("not")))
                .isEqualTo(Main.WRONG_USAGE);
        assertThat(errors()).contains("expected a share above 0 and at most 0.5 such as 0.1, found '0.7'");
    }

    @Test
    void aRobustLabListsWhatItLeftOutAndMarksItForTheWorkbench() throws IOException {
        writeDirty();
        Files.writeString(folder.resolve("robust.yaml"), """
            data: {source: dirty.csv, window: {steps: 16, stride: 4}, scaling: standardize}
            models:
              - name: dense
                input: [16, 3]
                encoder: [Flatten, Dense: {units: 8}]
                decoder: [Dense: {units: 48}, Reshape: {target_shape: [16, 3]}]
            training: {epochs: 15, learning_rate: 0.01, batch_size: 32, robust: true}
            detect: {new: new.csv, rivals: false}
            """);
        assertThat(run("lab", path("robust.yaml"), "--out", path("robust-lab")))
                .as(errors())
                .isZero();
        Path lab = folder.resolve("robust-lab");
        assertThat(Files.readString(lab.resolve("report.html")))
                .contains("Left out of the training data: ", "results/dense_left_out.csv");
        int listed = Arrays.stream(dead("robust-lab/results/dense_left_out.csv", "training", 0))
                        .sum()
                + Arrays.stream(dead("robust-lab/results/dense_left_out.csv", "held out", 0))
                        .sum();
        JsonNode marks = JsonMapper.shared()
                .readTree(Files.readString(lab.resolve("marks/train.json")))
                .path("marks");
        int marked = 0;
        for (JsonNode mark : marks) {
            assertThat(mark.path("kind").asString()).isEqualTo("anomaly");
            marked += mark.path("last").intValue() - mark.path("first").intValue() + 1;
        }
        assertThat(marked).isEqualTo(listed).isGreaterThan(50);

        assertThat(run("replay", path("robust-lab"))).as(errors()).isZero();
    }

    private static List<double[]> plant(int count, Random random) {
        List<double[]> rows = new ArrayList<>();
        double load = 0;
        for (int row = 0; row < count; row++) {
            load = 0.97 * load + 0.25 * random.nextGaussian();
            double flow = 10 + 3 * Math.sin(row * 2 * Math.PI / 200) + load;
            rows.add(new double[] {
                flow + 0.1 * random.nextGaussian(),
                2 * flow - 8 + 0.1 * random.nextGaussian(),
                5 + 0.5 * flow + 0.1 * random.nextGaussian()
            });
        }
        return rows;
    }

    private void write(String file, List<double[]> rows, int first, List<Integer> order, boolean @Nullable [] faulty)
            throws IOException {
        List<String> names = List.of("flow", "pressure", "power");
        StringBuilder text = new StringBuilder("time,")
                .append(order.stream().map(names::get).collect(Collectors.joining(",")))
                .append(faulty == null ? "\n" : ",fault\n");
        for (int row = 0; row < rows.size(); row++) {
            double[] each = rows.get(row);
            text.append(time(first + row))
                    .append(',')
                    .append(order.stream()
                            .map(i -> String.format(Locale.ROOT, "%.4f", each[i]))
                            .collect(Collectors.joining(",")))
                    .append(faulty == null ? "\n" : faulty[row] ? ",1\n" : ",0\n");
        }
        Files.writeString(folder.resolve(file), text);
    }

    private static String time(int row) {
        return LocalDateTime.of(2024, 1, 1, 0, 0).plusMinutes(row).toString();
    }

    private List<List<String>> cells(String file) throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve(file))) {
            return lines.map(line -> Arrays.asList(line.split(",(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", -1)).stream()
                            .map(cell -> cell.replace("\"", ""))
                            .toList())
                    .toList();
        }
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
