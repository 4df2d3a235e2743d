package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code hourglass compare} on run folders written by hand. */
class CompareCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Path one;
    private Path two;

    @BeforeEach
    void makeRuns() throws IOException {
        one = makeRun("one", "ab".repeat(32), "epochs: 5", 0.0125);
        two = makeRun("two", "ab".repeat(32), "epochs: 10", 0.0100);
    }

    @Test
    void showsEachModelOfEachRunAndWhatDiffers() {
        assertThat(run("compare", one.toString(), two.toString())).as(errors()).isZero();

        assertThat(output().lines().map(line -> line.replaceAll(" {2,}", " | ")))
                .containsSubsequence(
                        "Run | Model | Test MSE | PCA's MSE | Latent | Parameters",
                        one + " | CNN | 0.012500 | 0.012000 | 32 | 1,234",
                        two + " | CNN | 0.010000 | 0.012000 | 32 | 1,234",
                        "",
                        "CNN of " + two + " is best for error on mnist; error beside PCA's.",
                        "",
                        "What differs | " + one + " | " + two,
                        "training | epochs: 5 | epochs: 10");
        assertThat(output()).doesNotContain("can't be compared", "filters");
    }

    @Test
    void saysThatErrorsOnDifferentDataCannotBeCompared() throws IOException {
        Path other = makeRun("other", "cd".repeat(32), "epochs: 5", 0.5);

        assertThat(run("compare", one.toString(), other.toString()))
                .as(errors())
                .isZero();

        assertThat(output())
                .doesNotContain("error on mnist")
                .contains("The runs were not evaluated on the same test data, so their errors can't be compared.")
                .containsPattern("data\\.mnist\\.testSha256 +abababababab… +cdcdcdcdcdcd…");
    }

    @Test
    void saysThatRunsAreMadeAlike() throws IOException {
        Path again = makeRun("again", "ab".repeat(32), "epochs: 5", 0.0125);

        assertThat(run("compare", one.toString(), again.toString()))
                .as(errors())
                .isZero();

        assertThat(output()).contains("The runs have the same recipe and data.");
    }

    @Test
    void csvHasEveryMetricInFullPrecision() {
        assertThat(run("compare", one.toString(), two.toString(), "--csv"))
                .as(errors())
                .isZero();

        assertThat(output())
                .isEqualTo("run,model,testMse,pcaMse,latentSize,parameters,strange\r\n"
                        + one + ",cnn,0.0125,0.012,32,1234,7\r\n"
                        + two + ",cnn,0.01,0.012,32,1234,7\r\n");
    }

    @Test
    void jsonHasMetricsAndSettingsOfEachRun() {
        assertThat(run("compare", one.toString(), two.toString(), "--json"))
                .as(errors())
                .isZero();

        JsonNode json = JsonMapper.shared().readTree(output());
        assertThat(json.get("sameTestData").asBoolean()).isTrue();
        assertThat(json.get("differing").toString()).isEqualTo("[\"training\"]");
        JsonNode second = json.get("runs").get(1);
        assertThat(second.get("folder").asString()).isEqualTo(two.toString());
        assertThat(second.get("metrics").get("cnn").get("testMse").asDouble()).isEqualTo(0.01);
        assertThat(second.get("settings")
                        .get("models.cnn.encoder.0.Conv2D.filters")
                        .asString())
                .isEqualTo("32");
        assertThat(second.get("settings").get("models.cnn.input").asString()).isEqualTo("[28,28,1]");
    }

    @Test
    void drawsTheRuns() throws IOException {
        Path png = folder.resolve("runs.png");
        Path svg = folder.resolve("runs.SVG");

        assertThat(run("compare", one.toString(), two.toString(), "--out", png.toString()))
                .as(errors())
                .isZero();
        assertThat(run("compare", one.toString(), "--out", svg.toString()))
                .as(errors())
                .isZero();

        assertThat(ImageIO.read(png.toFile()).getWidth()).isGreaterThan(1000);
        assertThat(svg).content().contains("<svg", "0.012500");
        assertThat(output()).contains("Plot: " + svg);
    }

    @Test
    void refusesWhatIsNoFinishedRun() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        Path empty = Files.createDirectory(folder.resolve("empty"));
        Path damaged = makeRun("damaged", "ab", "", 1);
        Files.writeString(damaged.resolve("results/metrics.json"), "{\n\"cnn\": {");
        Path going = makeRun("going", "ab", "", 1);
        Files.writeString(going.resolve("INCOMPLETE"), "");
        Path half = makeRun("half", "ab", "", 1);
        Files.delete(half.resolve("results/metrics.json"));

        assertFails(folder.resolve("none"), "expected a run folder, found nothing there. Give run folders of");
        assertFails(file, "expected a run folder, found a file.");
        assertFails(empty, "expected a run folder, found one without run.json.");
        assertFails(going, "expected a finished run, found one that is still in progress or was killed");
        assertFails(damaged.resolve("results/metrics.json"), damaged, "expected JSON, found damage in line 2.");
        assertFails(half.resolve("results/metrics.json"), half, "cannot be read: no such file");
        assertThat(run("compare", one.toString(), "--out", "runs.pdf")).isEqualTo(2);
        assertThat(errors()).contains("expected a name that ends with .png or .svg");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run.json", "results/metrics.json"})
    void refusesWhatIsTooDeepOrTooLargeToBeARuns(String name) throws IOException {
        Path deep = makeRun("deep", "ab", "", 1);
        Files.writeString(deep.resolve(name), "[".repeat(10_000) + "]".repeat(10_000));
        assertFails(deep.resolve(name), deep, "expected JSON, found");

        Path deeper = makeRun("deeper", "ab", "", 1);
        Files.writeString(deeper.resolve(name), "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000));
        assertFails(deeper.resolve(name), deeper, "nesting depth (501) exceeds the maximum allowed (500");

        Path large = makeRun("large", "ab", "", 1);
        try (RandomAccessFile sparse = new RandomAccessFile(large.resolve(name).toFile(), "rw")) {
            sparse.setLength(3L << 30);
        }
        assertFails(large.resolve(name), large, "has 3 GB, at most 16 MB are read. It was not written");
    }

    private void assertFails(Path run, String message) {
        assertFails(run, run, message);
    }

    private void assertFails(Path named, Path run, String message) {
        err.reset();
        assertThat(run("compare", one.toString(), run.toString())).isEqualTo(1);
        assertThat(errors().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith(named.toString())
                .contains(message);
    }

    private Path makeRun(String name, String testSha256, String training, double mse) throws IOException {
        Path run = folder.resolve(name);
        Files.createDirectories(run.resolve("results"));
        Files.writeString(run.resolve("run.json"), """
                {"name": "mnist", "recipe": {"title": "MNIST", "models": [
                  {"name": "cnn", "input": [28, 28, 1], "encoder": [{"Conv2D": {"filters": 32}}]}],
                  "training": "%s"},
                 "data": [{"name": "mnist", "trainingSha256": "00", "testSha256": "%s"}]}
                """.formatted(training, testSha256));
        Files.writeString(run.resolve("results/metrics.json"), """
                {"cnn": {"testMse": %s, "testMae": null, "pcaMse": 0.012, "latentSize": 32, "parameters": 1234,
                 "data": "mnist", "strange": 7, "weightsSha256": "ff"}}
                """.formatted(mse));
        return run;
    }

    private int run(String... arguments) {
        out.reset();
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
