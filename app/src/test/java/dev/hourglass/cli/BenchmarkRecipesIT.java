package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The recipes in docs/benchmarks, on small files of the benchmarks' own forms. */
class BenchmarkRecipesIT {
    private static final Path RECIPES = Path.of("..", "docs", "benchmarks");

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void aFileOfNabWithAStepBackwardsIsTrainedOn() throws IOException {
        write(
                "nab/data/realKnownCause/machine_temperature_system_failure.csv",
                "timestamp,value",
                800,
                // Two rows have changed places.
                row -> String.format(
                        Locale.ROOT,
                        "2014-04-%02d %02d:00:00,%.9f",
                        1 + at(row) / 24 % 30,
                        at(row) % 24,
                        20 + Math.sin(row / 7.0)));

        assertThat(lab("nab")).contains("times in 'timestamp'", "Training samples");
    }

    private static int at(int row) {
        return row == 100 ? 101 : row == 101 ? 100 : Math.min(row, 719);
    }

    @Test
    void skabTrainsOnTheRunWithoutLabelsAndIsTestedOnAFolderOfThem() throws IOException {
        String columns =
                "datetime;Accelerometer1RMS;Accelerometer2RMS;Current;Pressure;Temperature;Thermocouple;Voltage;"
                        + "Volume Flow RateRMS";
        write("skab/data/anomaly-free/anomaly-free.csv", columns, 200, BenchmarkRecipesIT::experiment);
        for (int file = 0; file < 2; file++) {
            write(
                    "skab/data/valve1/" + file + ".csv",
                    columns + ";anomaly;changepoint",
                    100,
                    row -> experiment(row) + (row >= 60 && row < 80 ? ";1.0;" : ";0.0;") + (row == 60 ? "1.0" : "0.0"));
        }

        assertThat(lab("skab"))
                .contains("valve1: 2 files, each a series.", "labels in 'anomaly'", "left out 'changepoint'");
        assertThat(Files.readString(folder.resolve("run/results/classes.json")))
                .as("windows with an anomalous step")
                .contains("\"1\"");
    }

    private static String experiment(int row) {
        return String.format(Locale.ROOT, "2020-02-08 13:%02d:%02d;", 30 + row / 60, row % 60)
                + IntStream.rangeClosed(1, 8)
                        .mapToObj(channel ->
                                String.format(Locale.ROOT, "%.6f", channel + Math.sin(row / (channel + 2.0))))
                        .collect(Collectors.joining(";"));
    }

    /** The test file is CSV in some copies; {@code .gz} is how they come. */
    @ParameterizedTest
    @ValueSource(strings = {"ECG5000_TEST.txt", "ECG5000_TEST.csv", "ECG5000_TEST.csv.gz"})
    void ecg5000TrainsOnNormalBeatsAlone(String test) throws IOException {
        IntFunction<String> beat = row -> (1 + row % 3) + ","
                + IntStream.range(0, 140)
                        .mapToObj(step -> String.format(Locale.ROOT, "%.7f", Math.sin(step / (5.0 + row % 3))))
                        .collect(Collectors.joining(","));
        write("ecg5000/ECG5000_TRAIN.txt", null, 60, beat);
        write("ecg5000/" + test, null, 30, beat);

        assertThat(lab("ecg5000", Map.of("ECG5000_TEST.txt", test)))
                .contains("UCR, a series a line behind its class", "2,800 of the 8,400 rows to train on are 1.");
        assertThat(Files.readString(folder.resolve("run/results/classes.json"))).contains("\"1\"", "\"2\"", "\"3\"");
    }

    @Test
    void aChannelOfSmapIsANumberALine() throws IOException {
        for (String part : new String[] {"train", "test"}) {
            write("smap_msl/" + part + "/P-1.txt", null, 400, row -> row % 50 == 0 ? "-1" : "" + Math.sin(row / 9.0));
        }

        assertThat(lab("smap-msl")).contains("P-1.txt", "Test samples");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nab", "skab", "ecg5000", "smap-msl"})
    void eachHasAtMostFifteenLines(String name) throws IOException {
        assertThat(Files.readAllLines(RECIPES.resolve(name + ".yaml"))).hasSizeLessThanOrEqualTo(15);
    }

    private void write(String name, @Nullable String first, int rows, IntFunction<String> row) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        String text = IntStream.range(0, rows).mapToObj(row).collect(Collectors.joining("\n", "", "\n"));
        byte[] bytes = (first == null ? text : first + "\n" + text).getBytes(StandardCharsets.UTF_8);
        try (OutputStream to = name.endsWith(".gz")
                ? new GZIPOutputStream(Files.newOutputStream(file))
                : Files.newOutputStream(file)) {
            to.write(bytes);
        }
    }

    private String lab(String name) throws IOException {
        return lab(name, Map.of());
    }

    /** @return what it writes to the terminal, where it succeeds */
    private String lab(String name, Map<String, String> paths) throws IOException {
        String recipe = Files.readString(RECIPES.resolve(name + ".yaml"));
        for (Map.Entry<String, String> path : paths.entrySet()) {
            recipe = recipe.replace(path.getKey(), path.getValue());
        }
        Path file = Files.writeString(folder.resolve(name + ".yaml"), recipe);
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        Main main = new Main(terminal, DatasetCatalog.standard(), Interruption.none());
        String[] args = {
            "lab",
            file.toString(),
            "--epochs",
            "1",
            "--out",
            folder.resolve("run").toString()
        };
        assertThat(main.run(args)).as(err.toString(StandardCharsets.UTF_8)).isZero();
        return (out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8)).replaceAll("\\s+", " ");
    }
}
