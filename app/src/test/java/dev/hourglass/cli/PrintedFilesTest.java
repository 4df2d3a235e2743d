package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.PrintableLog;
import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.report.tables.ModelSummary;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What stands in files is shown on the terminal and does nothing there. */
class PrintedFilesTest {
    /** Renames the window, clears the screen, forges a line, goes back, and turns letters round. */
    private static final String EVIL = "x\u001b]0;owned\u0007\u001b[2J\nTotal: 0\r\u009b1m\u202etxt";

    private static final String SHOWN = "x\\u001b]0;owned\\u0007\\u001b[2J\\u000aTotal: 0\\u000d\\u009b1m\\u202etxt";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    @Test
    void whatAModelSaysIsOnlyShown() throws IOException {
        Path model = makeModel();
        assertThat(run("inspect", model.toString())).as(text(err)).isZero();
        assertThat(text(out)).contains(" title " + SHOWN + ": " + SHOWN + "\n");

        assertThat(run("convert", model.toString(), folder.resolve("m.h5").toString()))
                .as(text(err))
                .isZero();
        assertThat(text(out)).startsWith("Model 'x").hasLineCount(1);
    }

    @Test
    void jsonIsTheSameJson() throws IOException {
        assertThat(run("inspect", makeModel().toString(), "--json"))
                .as(text(err))
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(text(out));
        assertThat(json.get("provenance").get("title " + EVIL).asString()).isEqualTo(EVIL);
    }

    private Path makeModel() throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                EVIL,
                Shape.of(4),
                List.of(new LayerSpec.Dense("code", 2, Activation.LINEAR)),
                List.of(new LayerSpec.Dense("out", 4, Activation.LINEAR)));
        assertThat(ModelSummary.of(spec).toText()).startsWith("Model: \"" + SHOWN + "\"\n");
        Autoencoder model = Autoencoder.initialize(spec, Normalization.NONE, new RandomSource(1));
        Path file = folder.resolve("m.keras");
        ModelFile.write(SavedModel.of(model, null, Map.of("title " + EVIL, EVIL)), file);
        return file;
    }

    @Test
    void whatARunSaysIsOnlyShown() throws IOException {
        Path one = makeRun("one", EVIL);
        Path two = makeRun("two", "b");
        assertThat(run("compare", one.toString(), two.toString())).as(text(err)).isZero();
        assertThat(text(out).lines().filter(line -> line.contains("owned")))
                .hasSizeGreaterThanOrEqualTo(3)
                .allSatisfy(line -> assertThat(line).contains(SHOWN));

        assertThat(run("compare", one.toString(), two.toString(), "--csv"))
                .as(text(err))
                .isZero();
        assertThat(run("compare", one.toString(), two.toString(), "--json"))
                .as(text(err))
                .isZero();
        assertThat(JsonMapper.shared().readTree(text(out)).toString()).contains("owned");
    }

    private Path makeRun(String name, String evil) throws IOException {
        Path run = Files.createDirectories(folder.resolve(name));
        String json = JsonMapper.shared().writeValueAsString(evil);
        Files.writeString(run.resolve("run.json"), """
                {"recipe": {"title": %s, %s: 1}, "data": [{"name": "mnist", "testSha256": "ab"}]}
                """.formatted(json, json));
        Files.createDirectory(run.resolve("results"));
        Files.writeString(run.resolve("results/metrics.json"), """
                {%s: {"testMse": %s, "data": "mnist"}}
                """.formatted(json, name.equals("one") ? "0.1" : "0.2"));
        return run;
    }

    @Test
    void anErrorIsOneLineAndOnlyShown() throws IOException {
        Path recipe = Files.writeString(folder.resolve("r.yaml"), """
                data: {name: mnist}
                models: [{name: cnn, preset: "x\\e[2J\\e]0;owned\\a\\u202e"}]
                """);
        assertThat(run("lab", recipe.toString())).isNotZero();
        assertThat(text(err).lines()).singleElement().asString().contains("x\\u001b[2J\\u001b]0;owned\\u0007\\u202e");

        assertThat(run("inspect", folder.resolve("no" + EVIL.replace("\n", "")) + ".keras"))
                .isNotZero();
        assertThat(text(err).lines()).singleElement().asString().contains("\\u009b1m\\u202etxt");

        assertThat(run("--verbose", "inspect", folder.resolve("no" + EVIL.replace("\n", "")) + ".keras"))
                .isNotZero();
        assertThat(text(err)).contains("\tat dev.hourglass.");
    }

    @Test
    void theLogIsOnlyShown() {
        LogRecord logged = new LogRecord(Level.WARNING, "{0}: {1} of {2}");
        logged.setParameters(new Object[] {Path.of("m"), EVIL, 3});
        String formatted = new PrintableLog(new SimpleFormatter()).format(logged);
        assertThat(formatted).contains("m: " + SHOWN + " of 3");
    }

    /** Runs a command, after which nothing that was printed may act. */
    private int run(String... arguments) {
        out.reset();
        err.reset();
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        int status = new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
        assertThat(text(out) + text(err)).doesNotContainPattern("[\\p{Cc}\u202e&&[^\\r\\n\\t]]");
        return status;
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
