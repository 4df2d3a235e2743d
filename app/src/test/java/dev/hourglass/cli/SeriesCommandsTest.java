package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.Waist;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Series as they lie on the disk, through commands and back, by a model that adds one half of its scale to all. */
class SeriesCommandsTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void aReconstructionHasTheRowsColumnsTimesAndUnitsOfTheFile() throws IOException {
        Path data = file("""
            stamp;speed;note;flow
            2024-03-01 00:00:00;100,5;1;10
            2024-03-01 00:01:00;101,5;1;11
            2024-03-01 00:02:00;102,5;1;12
            2024-03-01 00:03:00;103,5;1;13
            2024-03-01 00:04:00;104,5;1;14
            """);

        assertThat(run("reconstruct", model(3), "--data", data, "--out", "rebuilt.csv"))
                .as(errors())
                .isZero();

        assertThat(lines("rebuilt.csv"))
                .as("the last window ends at the last row")
                .containsExactly(
                        "stamp,flow,speed",
                        "2024-03-01T00:00,12,104.5",
                        "2024-03-01T00:01,13,105.5",
                        "2024-03-01T00:02,14,106.5",
                        "2024-03-01T00:03,15,107.5",
                        "2024-03-01T00:04,16,108.5");
        assertThat(errors()).contains("decimal comma", "times in 'stamp'", "channels 'flow' and 'speed'");
        assertThat(output()).contains("Reconstructed the 5 rows of data.csv from 2 samples");
    }

    @Test
    void settingsWinOverGuesses() throws IOException {
        Path data = file("""
            4|03/04/2024|1,5|-9|A
            5|04/04/2024|2,5|8|A
            """);

        assertThat(run(
                        "reconstruct",
                        model(1),
                        "--data",
                        data,
                        "--out",
                        "rebuilt.csv",
                        "--delimiter=|",
                        "--decimal=,",
                        "--header=0",
                        "--time-column=2",
                        "--date-order=day_first",
                        "--columns=3,4",
                        "--missing-values=-9",
                        "--missing=interpolate",
                        "--id-column=5"))
                .as(errors())
                .isZero();

        assertThat(lines("rebuilt.csv"))
                .containsExactly("id,time,v1,v2", "A,2024-04-03T00:00,3.5,12", "A,2024-04-04T00:00,4.5,12");
    }

    @Test
    void noWindowCrossesFromOneSeriesToTheNextOrALongGap() throws IOException {
        Path data = file("""
            time,machine,flow,speed
            2024-03-01T00:00:00Z,A,1,1
            2024-03-01T00:00:00Z,B,5,1
            2024-03-01T00:01:00Z,A,2,1
            2024-03-01T00:01:00Z,B,6,1
            2024-03-01T09:00:00Z,B,7,1
            2024-03-01T09:01:00Z,B,8,1
            2024-03-01T18:01:00Z,B,9,1
            """);

        assertThat(run("encode", model(2), "--data", data, "--out", "codes.csv", "--id-column=machine", "--max-gap=1h"))
                .as(errors())
                .isZero();
        assertThat(lines("codes.csv"))
                .as("the last row is alone")
                .containsExactly(
                        "machine,begin,end,v1,v2,v3,v4",
                        "A,2024-03-01T00:00:00Z,2024-03-01T00:01:00Z," + codes(1, 2),
                        "B,2024-03-01T00:00:00Z,2024-03-01T00:01:00Z," + codes(5, 6),
                        "B,2024-03-01T09:00:00Z,2024-03-01T09:01:00Z," + codes(7, 8));

        assertThat(run(
                        "reconstruct",
                        model(2),
                        "--data",
                        data,
                        "--out",
                        "rebuilt.csv",
                        "--id-column=machine",
                        "--max-gap=1h"))
                .as(errors())
                .isZero();
        assertThat(lines("rebuilt.csv"))
                .as("as the file has them")
                .hasSize(8)
                .startsWith("machine,time,flow,speed", "A,2024-03-01T00:00:00Z,3,5", "B,2024-03-01T00:00:00Z,7,5")
                .endsWith("B,2024-03-01T18:01:00Z,NaN,NaN");
        assertThat(output()).contains("; 1 rows are in no window and have NaN");
    }

    @Test
    void windowsWithGapsAreLeftOutWhereThatIsSaid() throws IOException {
        Path data = file("flow,speed\n1,1\n2,\n3,1\n4,1\n5,1\n");

        assertThat(run(
                        "evaluate",
                        model(2),
                        "--data",
                        data,
                        "--missing=drop_windows",
                        "--stride=1",
                        "--out",
                        folder.resolve("errors.csv").toString()))
                .as(errors())
                .isZero();

        assertThat(lines("errors.csv"))
                .containsExactly("mse,mae", "NaN,NaN", "NaN,NaN", "0.25,0.5", "0.25,0.5", "0.25,0.5");
        assertThat(output()).contains("2 samples");
    }

    @ParameterizedTest
    @CsvSource({"mean", "median", "last"})
    void errorsOfRowsAreOfAllTheirWindows(String overlap) throws IOException {
        Path data = file("time,flow,speed\n1700000000,1,1\n1700000001,2,1\n1700000002,3,1\n");

        assertThat(run(
                        "evaluate",
                        model(2),
                        "--data",
                        data,
                        "--stride=1",
                        "--overlap=" + overlap,
                        "--out",
                        folder.resolve("errors.csv").toString()))
                .as(errors())
                .isZero();

        assertThat(lines("errors.csv"))
                .containsExactly(
                        "time,mse,mae",
                        "2023-11-14T22:13:20Z,0.25,0.5",
                        "2023-11-14T22:13:21Z,0.25,0.5",
                        "2023-11-14T22:13:22Z,0.25,0.5");
    }

    @Test
    void windowsAndArraysHaveTheirTimesBesideThem() throws IOException {
        Path data = file("time,flow,speed,kind\n2024-03-01,1,1,a\n2024-03-02,2,1,b\n2024-03-03,3,1,b\n");

        assertThat(run("encode", model(2), "--data", data, "--exclude=kind", "--out", "codes.npy"))
                .as(errors())
                .isZero();
        assertThat(lines("codes_times.csv"))
                .containsExactly(
                        "index,begin,end",
                        "0,2024-03-01T00:00,2024-03-02T00:00",
                        "1,2024-03-02T00:00,2024-03-03T00:00");

        assertThat(run(
                        "evaluate",
                        model(2),
                        "--data",
                        data,
                        "--label-column=kind",
                        "--label-rule=any",
                        "--overlap=windows",
                        "--out",
                        folder.resolve("errors.csv").toString()))
                .as(errors())
                .isZero();
        assertThat(lines("errors.csv"))
                .containsExactly(
                        "index,begin,end,label,mse,mae",
                        "0,2024-03-01T00:00,2024-03-02T00:00,a,0.25,0.5",
                        "1,2024-03-02T00:00,2024-03-03T00:00,b,0.25,0.5");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "--resample=often ! a time of at least 1ms",
                "--date-order=german ! expected day_first, month_first",
                "--delimiter=ab ! one character such as",
                "--time-column=a,b,c ! times are in one column or two"
            })
    void aSettingThatIsNoneIsOneLine(String setting, String message) throws IOException {
        Path data = file("flow,speed\n1,1\n2,1\n");

        assertThat(run("encode", model(1), "--data", data, "--out", "never.csv", setting))
                .isEqualTo(2);
        assertThat(errors()).contains(message).hasLineCount(1);
        assertThat(folder.resolve("never.csv")).doesNotExist();
    }

    private static String codes(int first, int second) {
        return text(0.25f * first + 0.5f) + ",0.625," + text(0.25f * second + 0.5f) + ",0.625";
    }

    private static String text(float number) {
        return number == (int) number ? Integer.toString((int) number) : Float.toString(number);
    }

    /** Reads windows of flow and speed, scaled by 1/4 and 1/8, and adds 0.5 to each. */
    private String model(int steps) throws IOException {
        Path file = folder.resolve("model.keras");
        List<LayerSpec> layers =
                List.of(new LayerSpec.Rescaling("half", 1, 0.5f), new LayerSpec.Rescaling("same", 1, 0));
        Shape input = steps == 1 ? Shape.of(2) : Shape.of(steps, 2);
        ModelFile.write(
                new SavedModel(
                        "half",
                        input,
                        layers,
                        Parameters.initialize(input, layers, new RandomSource(4)),
                        new Normalization(List.of(0.25, 0.125), List.of(0.0, 0.0))
                                .withColumns(List.of("flow", "speed")),
                        new Waist(1, Waist.Source.STORED),
                        null,
                        null,
                        Map.of(),
                        List.of()),
                file);
        return file.toString();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("data.csv"), text);
    }

    private List<String> lines(String name) throws IOException {
        return Files.readAllLines(folder.resolve(name));
    }

    private int run(Object... arguments) {
        out.reset();
        err.reset();
        String[] texts = new String[arguments.length];
        for (int i = 0; i < texts.length; i++) {
            String text = arguments[i].toString();
            boolean written = i > 0 && arguments[i - 1].equals("--out");
            texts[i] = written ? folder.resolve(text).toString() : text;
        }
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(texts);
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String errors() {
        return err.toString(StandardCharsets.UTF_8);
    }
}
