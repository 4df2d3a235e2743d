package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A stream on standard input, from a model that was only trained to scores. */
class ScoreFollowIT {
    private static final int STEPS = 6;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @BeforeEach
    void writeModelAndNormalData() throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                "lstm",
                Shape.of(STEPS, 2),
                List.of(new LayerSpec.Lstm("a", 4, false)),
                List.of(
                        new LayerSpec.RepeatVector("b", STEPS),
                        new LayerSpec.Lstm("c", 4, true),
                        new LayerSpec.TimeDistributed("d", new LayerSpec.Dense("e", 2, Activation.LINEAR))));
        Normalization scales =
                new Normalization(List.of(0.5, 0.25), List.of(0.0, 0.1)).withColumns(List.of("flow", "pressure"));
        Autoencoder model = Autoencoder.initialize(spec, scales, new RandomSource(4));
        ModelFile.write(SavedModel.of(model, null, Map.of()), folder.resolve("lstm.keras"));
        Files.writeString(folder.resolve("normal.csv"), "time,flow,pressure\n" + rows(0, 400));
    }

    private static String rows(int from, int to) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            double flow = i >= 450 && i < 460 ? 9 : Math.sin(i / 3.0) + i * 37 % 10 / 50.0;
            text.append(String.format(
                    Locale.ROOT, "2024-01-01 %02d:%02d:00,%.3f,%.3f%n", i / 60, i % 60, flow, Math.cos(i / 3.0)));
        }
        return text.toString();
    }

    private int score(String input, String... arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        ByteArrayInputStream in = new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8));
        return new CommandLine(new ScoreCommand(terminal, DatasetCatalog.standard(), in))
                .setErr(Terminal.writer(terminal.err()))
                .execute(arguments);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aStreamHasTheScoresThatTheSameRowsHaveTogether() throws IOException {
        String stream = "time,flow,pressure\n" + rows(400, 500);
        Files.writeString(folder.resolve("new.csv"), stream);
        assertThat(score(
                        stream,
                        path("lstm.keras"),
                        "--follow",
                        "--calibrate",
                        path("normal.csv"),
                        "--save",
                        path("pump.keras")))
                .as(errors())
                .isZero();
        List<String> streamed = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(errors()).contains("Anomaly since 2024-01-01T07:3", "flow ", "Anomaly over: ");

        assertThat(score("", path("pump.keras"), "--data", path("new.csv"), "--out", path("scores.csv")))
                .as(errors())
                .isZero();
        List<String> together = Files.readAllLines(folder.resolve("scores.csv"));
        assertThat(streamed).hasSameSizeAs(together).hasSize(101);
        for (int i = 0; i < together.size(); i++) {
            List<String> one = List.of(streamed.get(i).split(",", -1));
            List<String> other = List.of(together.get(i).split(",", -1));
            assertThat(one.get(0)).isEqualTo(other.get(0));
            assertThat(one.get(1)).as("line %d", i).isEqualTo(other.get(1));
            assertThat(one.get(2)).isEqualTo(other.get(2));
        }
    }

    @Test
    void aDetectorThatLooksAheadIsRefusedWithTheWayOut() {
        assertThat(score("", path("lstm.keras"), "--follow")).isNotZero();
        assertThat(errors()).contains("has no threshold");
        assertThat(score(
                        "time,flow,pressure\n",
                        path("lstm.keras"),
                        "--follow",
                        "--overlap",
                        "mean",
                        "--calibrate",
                        path("normal.csv")))
                .isNotZero();
        assertThat(errors()).contains("With --follow, --calibrate NORMAL.csv does so.");
    }

    @Test
    void whatNeedsAllRowsIsRefused() {
        String model = path("lstm.keras");
        String normal = path("normal.csv");

        assertThat(score("", model, "--follow", "--out", path("x.csv"))).isEqualTo(2);
        assertThat(score("", model, "--follow", "--calibrate", normal, "--sort"))
                .isEqualTo(2);
        assertThat(score("", model, "--follow", "--calibrate", normal, "--id-column", "flow"))
                .isNotZero();
        assertThat(score("", model, "--state", path("s"))).isEqualTo(2);
        assertThat(score("", model)).isEqualTo(2);
        assertThat(errors()).contains("Missing required option: '--data=SOURCE'", "Add --follow, or leave them out.");
    }
}
