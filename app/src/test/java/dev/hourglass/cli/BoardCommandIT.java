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
import java.nio.file.attribute.FileTime;
import java.time.LocalDateTime;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code hourglass board} on small benchmarks in the form of the real ones. */
class BoardCommandIT {
    private static final int ROWS = 500;
    private static final int FIRST = 400;
    private static final int LAST = 439;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private int run(String... arguments) {
        out.reset();
        err.reset();
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
    }

    private String error() {
        return err.toString(StandardCharsets.UTF_8).strip();
    }

    private static String time(int row) {
        return LocalDateTime.of(2024, 1, 1, 0, 0)
                .plusMinutes(5L * row)
                .toString()
                .replace('T', ' ')
                .concat(":00");
    }

    private void series(String name, int rows, IntToDoubleFunction value) throws IOException {
        Path file = folder.resolve("nab/data").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(
                file,
                IntStream.range(0, rows)
                        .mapToObj(row -> time(row) + "," + value.applyAsDouble(row))
                        .collect(Collectors.joining("\n", "timestamp,value\n", "\n")));
    }

    private static double wave(int row) {
        return 100 + 10 * Math.sin(row / 4.0) + row * 37 % 11 / 10.0;
    }

    /** Three series: one with a jump that is labelled, one constant without an anomaly, one that is too short to be learned from. */
    private Path nab() throws IOException {
        series("real/jump.csv", ROWS, row -> wave(row) + (row >= FIRST && row <= LAST ? 60 : 0));
        series("real/flat.csv", ROWS, row -> 7);
        series("short/few.csv", 200, BoardCommandIT::wave);
        Files.writeString(
                folder.resolve("nab/combined_windows.json"),
                "{\"real/jump.csv\": [[\"" + time(FIRST) + ".000000\", \"" + time(LAST)
                        + ".000000\"]], \"real/flat.csv\": [], \"short/few.csv\": []}");
        return folder.resolve("nab");
    }

    private static double value(Path results, String detector, String column) throws IOException {
        for (JsonNode node : JsonMapper.shared()
                .readTree(Files.readString(results.resolve("board.json")))
                .get("detectors")) {
            if (node.get("detector").stringValue().equals(detector)) {
                return node.get(column).doubleValue();
            }
        }
        throw new AssertionError("the table has no row '" + detector + "'");
    }

    @Test
    void aJumpOutOfTheRangeIsFoundAtOnceAndWrittenInNabsForm() throws IOException {
        Path results = folder.resolve("results");
        Path docs = folder.resolve("boards.md");

        int status = run(
                "board",
                "nab",
                nab().toString(),
                "--seeds",
                "0,1",
                "--out",
                results.toString(),
                "--docs",
                docs.toString());

        assertThat(error()).isEmpty();
        assertThat(status).isZero();
        // The first row of the only window, and no other: the mute reaches beyond the way back.
        assertThat(value(results, "range rule alone", "fixed standard")).isEqualTo(100);
        assertThat(value(results, "z-score or autoencoder", "fixed standard")).isGreaterThan(75);
        assertThat(value(results, "uniform noise", "errors alone, optimum")).isLessThan(100);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("NAB, 2 files, 1 windows")
                .contains("Left out, with their windows: short/few.csv (30 probationary rows, 64 needed).");
        Path scores = results.resolve("results/hourglass_seed1/real/hourglass_seed1_jump.csv");
        assertThat(Files.readAllLines(scores))
                .hasSize(ROWS + 1)
                .startsWith("timestamp,value,anomaly_score,label")
                .anyMatch(line -> line.startsWith(time(FIRST) + ",") && line.endsWith(",1.0,1"));
        assertThat(docs).content().startsWith("# Boards\n").contains("| z-score or autoencoder |", "## NAB, 2 files");
    }

    @Test
    void aRunGoesOnWhereItStoppedWithTheSameNumbersOnAnyNumberOfThreads() throws IOException {
        Path nab = nab();
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        run("board", "nab", nab.toString(), "--seeds", "3", "--out", one.toString(), "--threads", "1");
        run("board", "nab", nab.toString(), "--seeds", "3", "--out", two.toString(), "--threads", "2");
        assertThat(Files.readString(two.resolve("board.json"))).isEqualTo(Files.readString(one.resolve("board.json")));

        Path kept = one.resolve("scores/real_jump.csv.scores");
        Path lost = one.resolve("scores/real_flat.csv.scores");
        String scores = Files.readString(lost);
        FileTime longAgo = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(kept, longAgo);
        Files.writeString(lost, scores.substring(0, scores.length() / 2));
        int status = run("board", "nab", nab.toString(), "--seeds", "3", "--out", one.toString());

        assertThat(status).isZero();
        assertThat(Files.getLastModifiedTime(kept)).isEqualTo(longAgo);
        assertThat(Files.readString(lost)).isEqualTo(scores);
        assertThat(Files.readString(one.resolve("board.json"))).isEqualTo(Files.readString(two.resolve("board.json")));
    }

    @Test
    void publishedScoresAreJudgedByTheirBestThreshold() throws IOException {
        Path nab = nab();
        Files.delete(nab.resolve("data/short/few.csv"));
        Files.writeString(
                nab.resolve("combined_windows.json"),
                Files.readString(nab.resolve("combined_windows.json")).replace(", \"short/few.csv\": []", ""));
        Path scores = Files.createDirectories(nab.resolve("scores")).resolve("oracle.txt");
        Files.writeString(
                scores,
                Stream.of("real/flat.csv", "real/jump.csv")
                        .map(name -> "# " + name + "\n"
                                + IntStream.range(0, ROWS)
                                        .mapToObj(row -> name.contains("jump") && row == FIRST ? "0.7" : "0.1")
                                        .collect(Collectors.joining("\n")))
                        .collect(Collectors.joining("\n")));
        Path results = folder.resolve("results");

        assertThat(run("board", "nab", nab.toString(), "--seeds", "0", "--out", results.toString()))
                .isZero();

        for (String profile : new String[] {"standard", "low FP", "low FN"}) {
            assertThat(value(results, "published: oracle", "optimum " + profile))
                    .isEqualTo(100);
        }
    }

    @Test
    void normalBeatsAreToldFromOthersByAThresholdOfNormalBeatsAlone() throws IOException {
        Path ecg = Files.createDirectories(folder.resolve("ecg"));
        Files.writeString(ecg.resolve("ECG5000_TRAIN.txt"), beats(60, 6, "   "));
        Files.writeString(ecg.resolve("ECG5000_TEST.csv"), beats(40, 40, ","));
        Path results = folder.resolve("results");

        assertThat(run("board", "ecg5000", ecg.toString(), "--seeds", "0", "--out", results.toString()))
                .as(error())
                .isZero();

        assertThat(value(results, "autoencoder", "AUROC")).isEqualTo(1);
        assertThat(value(results, "autoencoder", "recall")).isEqualTo(1);
        assertThat(value(results, "autoencoder", "false alarms")).isBetween(0.0, 0.1);
        assertThat(value(results, "uniform noise", "AUROC")).isBetween(0.3, 0.7);
    }

    /** Humps of 24 steps; abnormal ones, of class 2, upside down. */
    private static String beats(int normal, int abnormal, String separator) {
        return IntStream.range(0, normal + abnormal)
                .mapToObj(beat -> IntStream.range(0, 24)
                        .mapToObj(
                                step -> String.valueOf((beat < normal ? 1 : -1) * Math.sin(step / 8.0 + beat % 5 / 20.0)
                                        + (beat * 31 + step * 17) % 23 / 200.0))
                        .collect(Collectors.joining(separator, (beat < normal ? "1" : "2") + separator, "")))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void aChangeOfAllChannelsIsAnOutlierOfSkab() throws IOException {
        Path valve = Files.createDirectories(folder.resolve("skab/data/valve1"));
        Files.writeString(
                valve.resolve("0.csv"),
                IntStream.range(0, 900)
                        .mapToObj(row -> time(row) + ";"
                                + IntStream.range(0, 8)
                                        .mapToObj(channel -> String.valueOf(Math.sin(row / 7.0 + channel)
                                                + (row * 31 + channel * 17) % 23 / 40.0
                                                + (row >= 600 && row < 760 ? 8 : 0)))
                                        .collect(Collectors.joining(";"))
                                + (row >= 600 && row < 760 ? ";1.0;" : ";0.0;")
                                + (row == 600 || row == 760 ? "1.0" : "0.0"))
                        .collect(Collectors.joining("\n", "datetime;a;b;c;d;e;f;g;h;anomaly;changepoint\n", "\n")));
        Path results = folder.resolve("results");

        assertThat(run("board", "skab", folder.resolve("skab").toString(), "--seeds", "0", "--out", results.toString()))
                .as(error())
                .isZero();

        assertThat(value(results, "zero reconstruction", "F1")).isGreaterThan(0.7);
        assertThat(value(results, "convolutional autoencoder", "F1")).isGreaterThan(0.7);
        assertThat(value(results, "uniform noise", "F1")).isZero();
    }

    @Test
    void aChangeOfASignalIsFoundInSmapWithFewRowsFlagged() throws IOException {
        Path smap = Files.createDirectories(folder.resolve("smap"));
        Path training = Files.createDirectories(smap.resolve("train"));
        Path test = Files.createDirectories(smap.resolve("test"));
        StringBuilder labels = new StringBuilder("chan_id,spacecraft,anomaly_sequences,class,num_values\n");
        for (int signal = 1; signal <= 6; signal++) {
            String name = "A-" + signal;
            int first = 300 + 20 * signal;
            Files.writeString(training.resolve(name + ".txt"), signal(signal, 400, 400));
            Files.writeString(test.resolve(name + ".txt"), signal(signal, 600, first));
            labels.append(name).append(signal % 2 == 0 ? ",MSL" : ",SMAP");
            labels.append(",\"[[" + first + ", " + (first + 49) + "]]\",[point],600\n");
        }
        Files.writeString(smap.resolve("labeled_anomalies.csv"), labels);
        Path results = folder.resolve("results");

        assertThat(run("board", "smap", smap.toString(), "--seeds", "0", "--out", results.toString()))
                .as(error())
                .isZero();

        assertThat(value(results, "autoencoder", "F1")).isEqualTo(1);
        assertThat(value(results, "autoencoder", "MSL F1")).isEqualTo(1);
        assertThat(value(results, "autoencoder", "rows flagged %")).isBetween(5.0, 30.0);
        assertThat(value(results, "autoencoder", "mean AUROC of rows")).isGreaterThan(0.9);
        assertThat(value(results, "one detection of everything", "F1")).isEqualTo(1);
        assertThat(value(results, "one detection of everything", "rows flagged %"))
                .isEqualTo(100);
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("SMAP and MSL, 6 signals, 6 anomalies");
    }

    /** A wave that is twice as high for 50 rows. */
    private static String signal(int signal, int rows, int first) {
        return IntStream.range(0, rows)
                .mapToObj(row ->
                        String.valueOf(Math.sin(row / (4.0 + signal)) * (row >= first && row < first + 50 ? 2.5 : 1)))
                .collect(Collectors.joining("\n"));
    }

    @Test
    void whatIsNoBenchmarkIsRefusedInOneLineWithTheWayOut() throws IOException {
        Path empty = Files.createDirectories(folder.resolve("empty"));

        assertThat(run("board", "nabb", empty.toString())).isEqualTo(2);
        assertThat(error())
                .contains("Unknown benchmark 'nabb': expected nab, ", "mnist-one-class")
                .contains("Did you mean 'nab'?");
        assertThat(run("board", "nab")).isEqualTo(2);
        assertThat(error()).contains("Missing the folder of the benchmark");
        assertThat(run("board", "nab", folder.resolve("none").toString())).isEqualTo(1);
        assertThat(error()).contains("expected the folder of the benchmark 'nab', found nothing");
        for (String name : new String[] {"nab", "ecg5000", "skab", "smap", "tsb"}) {
            assertThat(run("board", name, empty.toString())).as(name).isEqualTo(1);
            assertThat(error()).hasLineCount(1).contains(" is not ").contains("Give ");
        }
        Path nab = nab();
        Files.writeString(nab.resolve("data/real/jump.csv"), "timestamp,value\n2024-01-01 00:00:00,x\n");
        assertThat(run("board", "nab", nab.toString())).isEqualTo(1);
        assertThat(error()).hasLineCount(1).contains("no row has that time");
        series("real/jump.csv", ROWS, row -> row == 5 ? Double.NaN : wave(row));
        assertThat(run("board", "nab", nab.toString())).isEqualTo(1);
        assertThat(error()).hasLineCount(1).contains("expected a finite number in row 6, column 2, found 'NaN'");
        Files.delete(nab.resolve("data/real/jump.csv"));
        assertThat(run("board", "nab", nab.toString())).isEqualTo(1);
        assertThat(error()).hasLineCount(1).contains("there is no such file");
    }
}
