package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code hourglass judge} on a series of 200 rows, a minute each, with anomalies in rows 60 to 79 and 150 to 159. */
class JudgeCommandTest {
    private static final int ROWS = 200;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Path scores;

    private static boolean anomalous(int row) {
        return (row >= 60 && row < 80) || (row >= 150 && row < 160);
    }

    private static double score(int row) {
        return (anomalous(row) ? 0.4 : 0) + row * 37 % 100 / 200.0;
    }

    private static String time(int row) {
        return LocalDateTime.of(2024, 1, 1, 0, 0)
                .plusMinutes(row)
                .toString()
                .replace('T', ' ')
                .concat(":00");
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String lines(IntFunction<String> row) {
        return IntStream.range(0, ROWS).mapToObj(row).collect(Collectors.joining("\n", "", "\n"));
    }

    @BeforeEach
    void writeScores() throws IOException {
        scores = write("pump.csv", "timestamp,value,score\n" + lines(i -> time(i) + "," + i % 7 + "," + score(i)));
    }

    @Test
    void labelsAndWindowsByTimeAndByRowGiveTheSameValues() throws IOException {
        Path labels = write("labels.csv", "timestamp,label\n" + lines(i -> time(i) + "," + (anomalous(i) ? 1 : 0)));
        Path windows = write(
                "windows.json",
                "{\"plant/other.csv\": [], \"plant/pump.csv\": [[\"" + time(60) + ".000000\", \"" + time(79)
                        + ".000000\"], [\"" + time(150) + "\", \"" + time(159) + "\"]]}");
        Path rows = write("rows.csv", "start,end\n60,79\n150,159\n");

        JsonNode byLabels = judge(labels, "--json");
        JsonNode byWindows = judge(windows, "--json");
        JsonNode byRows = judge(rows, "--json");

        assertThat(byLabels.get("anomalousRows").intValue()).isEqualTo(30);
        assertThat(byLabels.get("metrics").size()).isEqualTo(18);
        assertThat(byWindows.get("metrics")).isEqualTo(byLabels.get("metrics"));
        assertThat(byRows.get("metrics")).isEqualTo(byLabels.get("metrics"));
        assertThat(value(byLabels, "ROC AUC")).isBetween(0.9, 1.0);
        assertThat(value(byLabels, "NAB standard")).isBetween(0.0, 100.0);
        assertThat(value(byLabels, "of random scores")).isBetween(0.3, 1.0);
    }

    private static double value(JsonNode root, String name) {
        for (JsonNode metric : root.get("metrics")) {
            if (metric.get("name").stringValue().equals(name)) {
                return metric.get("value").doubleValue();
            }
        }
        throw new AssertionError("no " + name + " in " + root);
    }

    private JsonNode judge(Path labels, String... more) {
        out.reset();
        String[] arguments = new String[5 + more.length];
        System.arraycopy(
                new String[] {"judge", "--scores", scores.toString(), "--labels", labels.toString()},
                0,
                arguments,
                0,
                5);
        System.arraycopy(more, 0, arguments, 5, more.length);
        assertThat(run(arguments)).as(errors()).isZero();
        return JsonMapper.shared().readTree(output());
    }

    @Test
    void aTableShowsWhatIsAskedForAtTheThreshold() throws IOException {
        Path rows = write("rows.csv", "start,end\n60,79\n150,159\n");

        assertThat(run(
                        "judge",
                        "--scores",
                        scores.toString(),
                        "--labels",
                        rows.toString(),
                        "--metrics",
                        "skab,points",
                        "--threshold",
                        "0.5"))
                .as(errors())
                .isZero();

        assertThat(output().lines().map(line -> line.strip().replaceAll(" {2,}", " | ")))
                .containsSubsequence(
                        scores + ", 200 rows; 30 of them in 2 anomalies (15.00 %)",
                        "Metric | Value | Threshold",
                        "F1 | 0.888889 | 0.500000",
                        "false alarm rate | 0.000000 | 0.500000",
                        "missed alarm rate | 0.200000 | 0.500000");
        assertThat(output())
                .contains("ROC AUC", "average precision", "best F1")
                .doesNotContain("VUS", "these very labels");
    }

    @Test
    void noiseStandsBesideThePointAdjustedF1() throws IOException {
        Path rows = write("rows.csv", "start,end\n60,79\n150,159\n");

        assertThat(run(
                        "judge",
                        "--scores",
                        scores.toString(),
                        "--labels",
                        rows.toString(),
                        "--metrics",
                        "point-adjusted"))
                .isZero();

        assertThat(output())
                .contains("point-adjusted F1", "of random scores", "Misleads: one hit pays for a whole anomaly.");
    }

    @Test
    void labelsAsPandasWritesThemAndScoresBesideTextAreRead() throws IOException {
        Path words = write("words.csv", "anomaly\n" + lines(i -> anomalous(i) ? "True" : "False"));
        scores = write("text.csv", "timestamp,status,score\n" + lines(i -> time(i) + ",fine," + score(i)));

        assertThat(judge(words, "--json").get("anomalousRows").intValue()).isEqualTo(30);
        assertThat(judge(words, "--json", "--score-column", "score").get("rows").intValue())
                .isEqualTo(200);
        Path beside = write("beside.csv", "timestamp,label\n" + lines(i -> time(i) + "," + anomalous(i)));
        assertThat(failing("--labels", beside))
                .contains(
                        "Labels must be numbers, 0 for normal and 1 for anomalous, or True and False alone in a table");
    }

    @Test
    void labelsOfAnotherLengthAreRefused() throws IOException {
        Path labels = write("labels.csv", "label\n0\n1\n0\n");

        assertThat(failing("--labels", labels))
                .contains(
                        "Each row needs a score and a label, got 200 scores and 3 labels. Take the labels of the data that were"
                                + " scored.");
    }

    @Test
    void windowsOutsideTheDataAreRefused() throws IOException {
        Path late = write("late.json", "[[\"2025-01-01 00:00:00\", \"2025-01-01 00:10:00\"]]");
        Path rows = write("rows.csv", "start,end\n190,200\n");

        assertThat(failing("--labels", late))
                .contains("The window [\"2025-01-01 00:00:00\",", "is not inside the times of");
        assertThat(failing("--labels", rows))
                .contains("the anomaly of rows 190 to 200 is not inside the data's rows 0 to 199.");
    }

    @Test
    void scoresWithGapsAreRefused() throws IOException {
        Path labels = write("labels.csv", "label\n" + lines(i -> anomalous(i) ? "1" : "0"));
        scores = write("gaps.csv", "timestamp,score\n" + lines(i -> time(i) + "," + (i == 7 ? "NaN" : "0." + i)));

        assertThat(failing("--labels", labels)).contains("scores must be finite, but that of row 7 (from 0) is NaN.");
    }

    @Test
    void whatIsNotClearIsAskedFor() throws IOException {
        Path two = write("two.csv", "a,b\n" + lines(i -> i + ",1"));
        Path windows = write("windows.json", "{\"a.csv\": [[1, 2]], \"b.csv\": [[1, 2]]}");
        Path strange = write("strange.csv", "label\n" + lines(i -> "" + i % 3));
        Path none = write("none.csv", "label\n" + lines(i -> "0"));

        assertThat(failing("--labels", two))
                .contains("Can't tell the column of labels in", "found columns a, b. Name it with --label-column.");
        assertThat(failing("--labels", windows))
                .contains("fits 0 of its 2 series. Name one with --series, such as 'a.csv'.");
        assertThat(failing("--labels", strange))
                .contains("Labels must be 0 for normal and 1 for anomalous, but row 2 (from 0)");
        assertThat(failing("--labels", none)).contains("judging needs an anomaly, but no row is labelled as one.");
        assertThat(failing("--labels", folder.resolve("absent.json"))).contains("Can't read");
        assertThat(failing("--labels", write("broken.json", "[[1, 2]"))).contains("Can't read", "Give JSON such as");
        assertThat(failing("--labels", write("odd.json", "[[1, 2, 3]]"))).contains("found [1,2,3].");
        assertThat(failing("--labels", write("when.json", "[[\"yesterday\", \"today\"]]")))
                .contains("expected times such as");
    }

    @Test
    void unknownMetricsAreRefused() throws IOException {
        Path rows = write("rows.csv", "start,end\n60,79\n");

        assertThat(run("judge", "--scores", scores.toString(), "--labels", rows.toString(), "--metrics", "vsu"))
                .isEqualTo(2);
        assertThat(errors()).contains("Unknown metric 'vsu': expected points, point-adjusted,");
    }

    private String failing(String option, Path file) {
        err.reset();
        assertThat(run("judge", "--scores", scores.toString(), option, file.toString()))
                .isEqualTo(1);
        assertThat(errors().lines()).hasSize(1);
        return errors();
    }

    private int run(String... arguments) {
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
