package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.NpyWriter;
import dev.hourglass.data.images.PictureSplit;
import dev.hourglass.data.series.SeriesSplit;
import dev.hourglass.lab.recipe.ModelRecipe;
import dev.hourglass.lab.recipe.Recipe;
import dev.hourglass.lab.recipe.RecipeReader;
import dev.hourglass.tensor.Shape;
import dev.hourglass.train.Trainer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.function.DoubleBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recipes that are written for data of one's own run as they are. */
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
        for (int row = 0; row < 240; row++) {
            time = time.plusMinutes(row == 150 ? 600 : 1);
            String flow = row % 50 == 7 ? "" : String.format(Locale.GERMANY, "%.3f", Math.sin(row / 9.0));
            text.append(time)
                    .append(';')
                    .append(flow)
                    .append(';')
                    .append(row % 7)
                    .append(';');
            text.append(row == 235 ? "yes" : "no").append('\n');
        }
        String recipe = draft("logger.csv", text);

        assertThat(recipe)
                .contains(
                        "- name: conv1d",
                        "input: [24, 2]",
                        "time_column: \"stamp\"",
                        "missing: interpolate     # 5 numbers are",
                        "max_gap: 10min",
                        "label_column: \"alarm\"",
                        "label_rule: any");
        steps(draftFile("logger"));
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
        steps(draftFile("days"));
    }

    @Test
    void rowsWithoutOrderGetDenseLayers() throws IOException {
        StringBuilder text = new StringBuilder("a,b,c,d,\"my \"\"class\"\"\"\n");
        for (int row = 0; row < 60; row++) {
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
        steps(draftFile("iris"));
    }

    /** As the tables of the UCR archive. */
    @Test
    void rowsThatAreCurvesAreSeriesOfOneChannel() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < 40; row++) {
            double phase = random.nextDouble();
            for (int step = 0; step < 24; step++) {
                text.append(step == 0 ? "" : ",").append(Math.sin(phase * 6 + step / 4.0));
            }
            text.append('\n');
        }
        assertThat(draft("beats.csv", text)).contains("input: [24, 1]", "{method: standardize, channels: all}");
        steps(draftFile("beats"));
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
    void aFolderOfTablesIsToldAndDraftedAsSeriesAFileEach() throws IOException {
        for (String name : new String[] {"a", "b", "c"}) {
            StringBuilder text = new StringBuilder("time,flow,heat,status,note\n");
            for (int row = 0; row < 120; row++) {
                text.append("2026-01-02T03:%02d:%02d,".formatted(row / 60, row % 60))
                        .append(row == 7 ? "" : Double.toString(Math.sin(row / 5.0)))
                        .append(',')
                        .append(name.equals("c") ? 90 : 5 + random.nextInt(3))
                        .append(row % 40 == 0 ? ",bad," : ",good,")
                        .append("x".repeat(1 + row))
                        .append('\n');
            }
            Path file = folder.resolve("pumps/" + name + ".csv");
            Files.createDirectories(Objects.requireNonNull(file.getParent()));
            Files.writeString(file, text);
        }
        Path plot = folder.resolve("pumps.png");

        assertThat(run("data", "info", file("pumps"), "--json", "--plot", plot.toString()))
                .as(errors())
                .isZero();

        JsonNode json = JsonMapper.shared().readTree(output());
        assertThat(json.get("kind").asString()).isEqualTo("table");
        assertThat(json.get("rows").asInt()).isEqualTo(360);
        assertThat(json.get("series").asInt()).isEqualTo(3);
        assertThat(json.at("/channels/0/missing").asInt()).isEqualTo(3);
        assertThat(json.at("/channels/1/most").asInt()).isEqualTo(90);
        assertThat(json.at("/times/longestSeconds").asDouble()).isEqualTo(1);
        assertThat(json.at("/classes").toString()).contains("\"bad\",\"rows\":9", "\"good\",\"rows\":351");
        assertThat(Files.size(plot)).isGreaterThan(1000);

        assertThat(run("lab", "--from", file("pumps"), file("pumps.yaml")))
                .as(errors())
                .isZero();
        assertThat(output()).contains("pumps: 3 files, each a series");
        assertThat(Files.readString(draftFile("pumps")))
                .contains("source: \"pumps\"", "the last fifth of the files", "label_column: \"status\"", "\"note\"");
        trains("pumps");
        assertThat(Files.readString(folder.resolve("pumps-run/results/lstm_errors.csv")))
                .startsWith("index,mse,mae,begin,end,name\n")
                .contains(",c.csv\n")
                .doesNotContain(",a.csv", ",b.csv");
    }

    @Test
    void aFolderOfTablesWhoseColumnsDifferIsRefused() throws IOException {
        Files.createDirectories(folder.resolve("mixed"));
        Files.writeString(folder.resolve("mixed/a.csv"), "x,y\n1,2\n3,4\n");
        Files.writeString(folder.resolve("mixed/b.csv"), "x,z\n1,2\n3,4\n");

        assertThat(run("data", "info", file("mixed"))).isEqualTo(1);

        assertThat(errors()).contains("b.csv").hasLineCount(1);
    }

    @Test
    void whatIsInArraysIsToldAsTextJsonAndPicture() throws IOException {
        arrays("shades", 40, Shape.of(18, 17, 1), (row, i) -> random.nextInt(256));
        arrays("pump", 200, Shape.of(2), (row, i) -> Math.sin(row / 9.0 + i));
        Path plot = folder.resolve("arrays.png");

        assertThat(run("data", "info", file("shades.npy"), "--json", "--plot", plot.toString()))
                .as(errors())
                .isZero();
        JsonNode pictures = JsonMapper.shared().readTree(output());
        assertThat(pictures.get("kind").asString()).isEqualTo("arrays");
        assertThat(pictures.get("pictures").asBoolean()).isTrue();
        assertThat(pictures.get("rows").asInt()).isEqualTo(40);
        assertThat(pictures.at("/range/most").asInt()).isBetween(200, 255);
        assertThat(pictures.at("/training/model").asString()).isEqualTo("cnn");
        assertThat(ImageIO.read(plot.toFile()).getWidth()).isGreaterThan(1000);

        assertThat(run("data", "info", file("pump.npy"), "--json", "--window", "12", "--plot", plot.toString()))
                .as(errors())
                .isZero();
        JsonNode series = JsonMapper.shared().readTree(output());
        assertThat(series.at("/samples/count").asInt()).isEqualTo(16);
        assertThat(series.at("/training/model").asString()).isEqualTo("lstm");
        assertThat(run("data", "info", file("pump.npy"))).as(errors()).isZero();
        assertThat(output()).contains("200 samples [2]", "Windows  of 20 rows", "an epoch and");
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

    /** Trains a step or two, and writes no report: that one recipe makes one is enough. */
    private static void steps(Path file) {
        ModelRecipe model = new RecipeReader(List.of()).read(file).models().getFirst();
        Recipe.Series series = model.data().series();
        Dataset training;
        if (series == null) {
            Recipe.Pictures pictures = Objects.requireNonNull(model.data().pictures());
            training = PictureSplit.open(pictures.source(), pictures.options()).training();
        } else {
            SeriesSplit data = SeriesSplit.open(series.file(), series.options());
            assertThat(data.test().size()).isPositive();
            training = data.training();
        }
        Dataset some = training.limit(64).reshaped(model.spec().input());
        Trainer.train(model.spec(), some, some, model.training().withEpochs(1), event -> {});
    }

    private Path draftFile(String name) {
        return folder.resolve(name + ".yaml");
    }

    @Test
    void aFolderOfPicturesGetsACnnAsDeepAsTheirSizeAllows() throws IOException {
        for (int i = 0; i < 8; i++) {
            picture("shades/" + (i % 2 == 0 ? "dark/" : "light/") + i + ".png", 24, 16, BufferedImage.TYPE_BYTE_GRAY);
        }

        assertThat(run("lab", "--from", folder.resolve("shades").toString(), file("shades.yaml")))
                .as(errors())
                .isZero();

        assertThat(Files.readString(folder.resolve("shades.yaml")))
                .contains(
                        "images: \"shades\"",
                        "Sizes, width x height: 24 x 16 (8)",
                        "size: [16, 24]",
                        "colour: grey",
                        "test_share: 0.2          # a fifth of each class",
                        "dark (4), light (4)",
                        "input: [16, 24, 1]",
                        "target_shape: [8, 12, 16]")
                .doesNotContain("fit:");
        trains("shades");
    }

    @Test
    void picturesOfOtherSizesAreBroughtToOneThatCanBeHalved() throws IOException {
        for (int i = 0; i < 8; i++) {
            picture("photos/" + i + ".png", i < 3 ? 101 : 90 + i, i == 0 ? 3000 : 50, BufferedImage.TYPE_INT_RGB);
        }
        Files.writeString(folder.resolve("photos/broken.png"), "no picture");

        assertThat(run("lab", "--from", folder.resolve("photos").toString(), file("photos.yaml")))
                .as(errors())
                .isZero();

        Path plot = folder.resolve("photos-sheet.png");
        assertThat(run("data", "info", file("photos"))).as(errors()).isZero();
        assertThat(output())
                .contains("8 pictures: PNG (8)", "101 x 50 (2)", "101 x 3000 (1)", "8 in colour", "broken.png: none of")
                .contains("8 of 96 x 48, cut to that", "an epoch and");
        assertThat(run("data", "info", file("photos"), "--json", "--plot", plot.toString()))
                .as(errors())
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(output());
        assertThat(json.get("pictures").asInt()).isEqualTo(8);
        assertThat(json.get("unread").size()).isEqualTo(1);
        assertThat(json.get("range").get("most").asInt()).isBetween(200, 255);
        assertThat(ImageIO.read(plot.toFile()).getWidth()).isGreaterThan(1000);

        Path draft = folder.resolve("photos.yaml");
        assertThat(Files.readString(draft))
                .contains("size: [48, 96]", "fit: crop", "colour: rgb", "input: [48, 96, 3]", "1 can't be read");
        steps(draft);
    }

    /** As MNIST's tables. */
    @Test
    void rowsOfPixelsAreTakenForPicturesWithTheirClass() throws IOException {
        StringBuilder text = new StringBuilder("label");
        for (int i = 0; i < 64; i++) {
            text.append(",pixel").append(i);
        }
        for (int row = 0; row < 40; row++) {
            text.append('\n').append(row % 4);
            for (int i = 0; i < 64; i++) {
                text.append(',').append((row * 7 + i * 13) % 256);
            }
        }
        assertThat(draft("digits.csv", text.append('\n')))
                .contains("images: \"digits.csv\"", "size: [8, 8]", "label_column: \"label\"", "input: [8, 8, 1]");
        steps(draftFile("digits"));

        Path plot = folder.resolve("digits.png");
        assertThat(run("data", "info", file("digits.csv"), "--plot", plot.toString()))
                .as(errors())
                .isZero();
        assertThat(output())
                .contains("The rows are taken for grey pictures of 8 x 8 pixels, column 'label' for their class: in a"
                        + " recipe 'images', 'size: [8, 8]' and 'label_column: label'.")
                .doesNotContain("Deviation");
        assertThat(ImageIO.read(plot.toFile()).getWidth()).isGreaterThan(1000);
    }

    @Test
    void noisyAndCleanInOneFolderArePairs() throws IOException {
        for (int i = 0; i < 6; i++) {
            picture("scans/noisy/" + i + ".png", 24, 16, BufferedImage.TYPE_BYTE_GRAY);
            picture("scans/clean/" + i + ".png", 24, 16, BufferedImage.TYPE_BYTE_GRAY);
        }

        assertThat(run("lab", "--from", file("scans"), file("scans.yaml")))
                .as(errors())
                .isZero();

        assertThat(Files.readString(folder.resolve("scans.yaml")))
                .contains("pairs: {noisy: \"scans/noisy\", clean: \"scans/clean\"}", "input: [16, 24, 1]")
                .doesNotContain("Classes");
        steps(folder.resolve("scans.yaml"));
    }

    @Test
    void arraysAreTakenForPicturesSeriesSamplesOrRows() throws IOException {
        assertThat(arrays("shades", 40, Shape.of(18, 17, 1), (row, i) -> random.nextInt(65_536)))
                .contains("images: \"shades.npy\"", "scale: 65535", "input: [18, 17, 1]", "ZeroPadding2D");
        assertThat(arrays("pump", 200, Shape.of(2), (row, i) -> Math.sin(row / 9.0 + i)))
                .contains("window: {steps: 20, stride: 1}", "input: [20, 2]", "Conv1D");
        assertThat(arrays("cut", 40, Shape.of(20, 2), (row, i) -> random.nextGaussian()))
                .contains("source: \"cut.npy\"", "input: [20, 2]")
                .doesNotContain("window");
        assertThat(arrays("rows", 40, Shape.of(5), (row, i) -> random.nextGaussian()))
                .contains("name: dense", "input: [5]");
        assertThat(arrays("deep", 40, Shape.of(3, 4, 5, 2), (row, i) -> random.nextGaussian()))
                .contains("target_shape: [3, 4, 5, 2]");
    }

    private String arrays(String name, int rows, Shape shape, DoubleBinaryOperator number) throws IOException {
        Path data = folder.resolve(name + ".npy");
        NpyWriter.write(data, shape, sink -> {
            float[] values = new float[shape.size()];
            for (int row = 0; row < rows; row++) {
                for (int i = 0; i < values.length; i++) {
                    values[i] = (float) number.applyAsDouble(row, i);
                }
                sink.write(values, 0, 1);
            }
        });
        assertThat(run("lab", "--from", data.toString(), file(name + ".yaml")))
                .as(errors())
                .isZero();
        Path draft = draftFile(name);
        steps(draft);
        return Files.readString(draft);
    }

    private void picture(String name, int width, int height, int type) throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, 0x010101 * random.nextInt(256) | (type == BufferedImage.TYPE_INT_RGB ? x : 0));
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        ImageIO.write(image, "png", file.toFile());
    }

    private String file(String name) {
        return folder.resolve(name).toString();
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
        assertThat(run(
                        "lab",
                        folder.resolve(name + ".yaml").toString(),
                        "--epochs",
                        "1",
                        "--limit",
                        "64",
                        "--no-sweep",
                        "--out",
                        run.toString()))
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
