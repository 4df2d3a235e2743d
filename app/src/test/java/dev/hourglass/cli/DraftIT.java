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
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recipes that are written for tables run as they are. */
class DraftIT {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Random random = new Random(11);

    @Test
    void aLoggersSeriesGetsConvolutionsOverWindows() throws IOException {
        StringBuilder text = new StringBuilder("stamp;flow, l/s;pressure;alarm\n");
        LocalDateTime time = LocalDateTime.of(2024, 3, 1, 0, 0);
        for (int row = 0; row < 400; row++) {
            time = time.plusMinutes(row == 200 ? 600 : 1);
            String flow = row % 50 == 7 ? "" : String.format(Locale.GERMANY, "%.3f", Math.sin(row / 9.0));
            text.append(time)
                    .append(';')
                    .append(flow)
                    .append(';')
                    .append(row % 7)
                    .append(';');
            text.append(row == 390 ? "yes" : "no").append('\n');
        }
        String recipe = draft("logger.csv", text);

        assertThat(recipe)
                .contains(
                        "- name: conv1d",
                        "input: [48, 2]",
                        "time_column: \"stamp\"",
                        "missing: interpolate     # 8 numbers are",
                        "max_gap: 10min",
                        "label_column: \"alarm\"",
                        "label_rule: any");
        trains("logger");
    }

    @Test
    void aShortSeriesGetsAnLstm() throws IOException {
        StringBuilder text = new StringBuilder("date,value\n");
        for (int day = 0; day < 80; day++) {
            text.append(LocalDateTime.of(2024, 1, 1, 0, 0).plusDays(day).toLocalDate())
                    .append(',')
                    .append(day % 7)
                    .append('\n');
        }
        assertThat(draft("days.csv", text)).contains("- name: lstm", "input: [8, 1]");
        trains("days");
    }

    @Test
    void rowsWithoutOrderGetDenseLayers() throws IOException {
        StringBuilder text = new StringBuilder("a,b,c,d,\"my \"\"class\"\"\"\n");
        for (int row = 0; row < 200; row++) {
            double x = random.nextGaussian();
            text.append(x)
                    .append(',')
                    .append(2 * x)
                    .append(',')
                    .append(random.nextGaussian())
                    .append(',');
            text.append(random.nextGaussian()).append(x > 0 ? ",big" : ",small").append('\n');
        }
        assertThat(draft("iris.csv", text))
                .contains("- name: dense", "input: [4]", "label_column: \"my \\\"class\\\"\"", "a and b tell the same");
        trains("iris");
    }

    /** As the tables of the UCR archive. */
    @Test
    void rowsThatAreCurvesAreSeriesOfOneChannel() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < 100; row++) {
            double phase = random.nextDouble();
            for (int step = 0; step < 24; step++) {
                text.append(step == 0 ? "" : ",").append(Math.sin(phase * 6 + step / 4.0));
            }
            text.append('\n');
        }
        assertThat(draft("beats.csv", text)).contains("input: [24, 1]", "{method: standardize, channels: all}");
        trains("beats");
    }

    @Test
    void whatIsInATableIsToldAsTextJsonAndPicture() throws IOException {
        StringBuilder text = new StringBuilder("time,flow\n");
        for (int row = 0; row < 100; row++) {
            text.append(1_700_000_000 + 60 * row)
                    .append(',')
                    .append(Math.sin(row))
                    .append('\n');
        }
        Path file = Files.writeString(folder.resolve("pump.csv"), text);
        Path plot = folder.resolve("pump.png");

        assertThat(run("data", "info", file.toString(), "--json", "--window", "10", "--plot", plot.toString()))
                .as(errors())
                .isZero();

        JsonNode json = JsonMapper.shared().readTree(output());
        assertThat(json.get("rows").asInt()).isEqualTo(100);
        assertThat(json.get("times").get("usualSeconds").asDouble()).isEqualTo(60);
        assertThat(json.get("samples").get("count").asInt()).isEqualTo(10);
        assertThat(json.get("training").get("secondsPerEpoch").asDouble()).isPositive();
        assertThat(Files.size(plot)).isGreaterThan(1000);
        assertThat(run("data", "info", file.toString())).as(errors()).isZero();
        assertThat(output()).contains("100 rows, 1 channels", "mostly every 1m; 0 repeated", "an epoch and");
    }

    @Test
    void aRecipeIsNeverWrittenOverAnother() throws IOException {
        draft("rows.csv", new StringBuilder("a,b\n1,2\n2,3\n4,9\n5,1\n2,2\n"));

        assertThat(run(
                        "lab",
                        "--from",
                        folder.resolve("rows.csv").toString(),
                        folder.resolve("rows.yaml").toString()))
                .isEqualTo(1);
        assertThat(errors()).contains("it exists").hasLineCount(1);
    }

    private String draft(String name, StringBuilder text) throws IOException {
        Path table = Files.writeString(folder.resolve(name), text);
        Path recipe = folder.resolve(name.replace(".csv", ".yaml"));
        assertThat(run("lab", "--from", table.toString(), recipe.toString()))
                .as(errors())
                .isZero();
        return Files.readString(recipe);
    }

    private void trains(String name) {
        Path run = folder.resolve(name + "-run");
        assertThat(run("lab", folder.resolve(name + ".yaml").toString(), "--epochs", "1", "--out", run.toString()))
                .as(errors())
                .isZero();
        assertThat(run.resolve("report.html")).exists();
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
