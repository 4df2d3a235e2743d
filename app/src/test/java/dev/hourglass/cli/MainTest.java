package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.argumentSet;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    static Stream<Arguments> wrongUsage() {
        return Stream.of(
                argumentSet(
                        "no command",
                        "",
                        "hourglass: Missing command: lab, serve, resume, replay, data, inspect, convert, evaluate,"
                                + " detect, score, judge, board, encode, decode, reconstruct, denoise, latent, sample or"
                                + " compare. See 'hourglass --help'."),
                argumentSet(
                        "a command misspelt",
                        "lba mnist",
                        "hourglass: Unknown command 'lba'. Did you mean 'lab'? See 'hourglass --help'."),
                argumentSet(
                        "an option misspelt",
                        "lab mnist --epoch 3",
                        "hourglass lab: Unknown option '--epoch'. Did you mean '--epochs'?"
                                + " See 'hourglass lab --help'."),
                argumentSet(
                        "no recipe",
                        "lab",
                        "hourglass lab: Missing required parameter: 'NAME|FILE.yaml'. See 'hourglass lab --help'."),
                argumentSet(
                        "two recipes",
                        "lab mnist other",
                        "hourglass lab: Unexpected argument 'other'. See 'hourglass lab --help'."),
                argumentSet(
                        "epochs of 0",
                        "lab mnist --epochs 0",
                        "hourglass lab: Invalid value for option '--epochs': expected a whole number from 1 to 1000000,"
                                + " found '0'. See 'hourglass lab --help'."),
                argumentSet(
                        "a seed that is no number",
                        "lab mnist --seed abc",
                        "hourglass lab: Invalid value for option '--seed': expected a whole number from"
                                + " -9223372036854775808 to 9223372036854775807, found 'abc'."
                                + " See 'hourglass lab --help'."),
                argumentSet(
                        "a negative limit",
                        "lab mnist --limit -3",
                        "hourglass lab: Invalid value for option '--limit': expected a whole number from 1 to"
                                + " 2147483647, found '-3'. See 'hourglass lab --help'."),
                argumentSet(
                        "no threads",
                        "lab mnist --threads 0",
                        "hourglass lab: Invalid value for option '--threads': expected a whole number from 1 to 1024,"
                                + " found '0'. See 'hourglass lab --help'."),
                argumentSet(
                        "a learning rate of nothing",
                        "lab mnist --learning-rate 0",
                        "hourglass lab: Invalid value for option '--learning-rate': expected a number > 0, found '0'."
                                + " See 'hourglass lab --help'."),
                argumentSet(
                        "a loss misspelt",
                        "lab mnist --loss binary_crossentropi",
                        "hourglass lab: Invalid value for option '--loss': expected a loss, found"
                                + " 'binary_crossentropi'. Did you mean 'binary_crossentropy'? See 'hourglass lab"
                                + " --help'."),
                argumentSet(
                        "a setting that an optimizer lacks",
                        "lab mnist --optimizer adam:momentum=0.9",
                        "hourglass lab: Invalid value for option '--optimizer': momentum: expected a setting of Adam,"
                                + " found 'momentum'. Known: beta_1, beta_2, epsilon, amsgrad, learning_rate,"
                                + " weight_decay, clipnorm, global_clipnorm, clipvalue. See 'hourglass lab --help'."),
                argumentSet(
                        "a lab misspelt",
                        "lab mnits",
                        "expected the name of a lab or a recipe file ending in .yaml, found 'mnits'."
                                + " Did you mean 'mnist'?"),
                argumentSet(
                        "a data set misspelt",
                        "data info mnits",
                        "hourglass data: Unknown data set 'mnits'. Did you mean 'mnist'? See 'hourglass data --help'."),
                argumentSet(
                        "data without a command",
                        "data",
                        "hourglass data: Missing command: list, fetch or info. See 'hourglass data --help'."));
    }

    @ParameterizedTest
    @MethodSource("wrongUsage")
    void wrongUsageIsOneLineAndStatus2(String arguments, String line) {
        assertThat(run(arguments)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo(line + System.lineSeparator());
        assertThat(out.size()).isZero();
    }

    @Test
    void aMistakeInARecipeIsOneLineAndStatus2(@TempDir Path folder) throws IOException {
        Path recipe = Files.writeString(folder.resolve("my.yaml"), "data: {nam: mnist}\n");

        assertThat(run("lab " + recipe)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo(recipe + ":1:8: data.nam: expected a known key, found 'nam'. Did you mean 'name'?"
                        + System.lineSeparator());
    }

    @Test
    void aFolderThatIsNotEmptyIsOneLineAndStatus1(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("mine.txt"), "x");

        assertThat(run("lab mnist --out " + folder)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("Run folder " + folder + " must be new or empty, found files in it."
                        + " Choose another with --out DIR." + System.lineSeparator());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--verbose lab mnist --data %s/none --out %s/out",
                "lab mnist --data %s/none --out %s/out --verbose"
            })
    void verboseShowsTheStackTraceWhereverItStands(String arguments, @TempDir Path folder) {
        assertThat(run(arguments.replace("%s", folder.toString()))).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("\tat dev.hourglass.lab.Lab.run(");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void withoutVerboseAFailureIsOneLine(@TempDir Path folder) {
        assertThat(run("lab mnist --data " + folder + "/none --out " + folder + "/out"))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains(folder + "/none");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).matches("hourglass [0-9]+\\.[0-9]+\\.[0-9]+\\R");
    }

    @Test
    void outOfMemoryNamesTheOptionThatGivesMoreThanThereIs() {
        assertThat(Main.outOfMemory(4L << 30))
                .isEqualTo("Out of memory at 4096 MB. Use a smaller --batch-size, --limit or model, or give Java more"
                        + " with HOURGLASS_JAVA_OPTS=-Xmx9g.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "help",
                "lab --help",
                "help lab",
                "data --help",
                "help data list",
                "data fetch --help",
                "data info -h",
                "inspect --help",
                "convert --help",
                "evaluate --help",
                "judge --help",
                "board --help",
                "encode --help",
                "help decode",
                "reconstruct --help",
                "latent --help",
                "serve --help",
                "resume --help",
                "replay --help",
                "sample --help",
                "compare --help"
            })
    void everyCommandHasHelpWithinAHundredColumns(String arguments) {
        assertThat(run(arguments)).isZero();
        String command = arguments.replaceAll("(--help|-h|help) ?", "").strip();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("Usage: hourglass" + (command.isEmpty() ? "" : " " + command) + " ", "--verbose")
                .contains("130   interrupted");
        assertThat(out.toString(StandardCharsets.UTF_8).lines())
                .allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(100));
    }

    private int run(String arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        String[] words = arguments.isEmpty() ? new String[0] : arguments.split(" ", -1);
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(words);
    }

    @Test
    void aFailureInTheLogHasItsStackTrace() {
        String line = String.format(Main.LOG_FORMAT, null, null, null, "SEVERE", "ab12: GET /", "\n\tat some.Place");
        assertThat(line).isEqualTo("SEVERE: ab12: GET /\n\tat some.Place" + System.lineSeparator());
    }
}
