package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Labs on folders of pictures as people have them. */
class PictureLabIT {
    private static final String MODEL = """
        models:
          - name: cnn
            input: [8, 12, 3]
            encoder: [Conv2D: {filters: 2, kernel_size: 3, padding: same, strides: 2, activation: relu}]
            decoder: [Conv2DTranspose: {filters: 3, kernel_size: 3, strides: 2, padding: same, activation: sigmoid}]
        training: {epochs: 1, batch_size: 4}
        """;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Path run;

    @BeforeEach
    void makePictures() throws IOException {
        run = folder.resolve("run");
        for (int i = 0; i < 10; i++) {
            put("photos/cat, black/" + i + ".jpg", 12, 8, "jpeg");
            put("photos/dog/" + i + ".PNG", 12, 8, "png");
        }
    }

    @Test
    void oneClassIsNormalAndTheOthersAreJudgedAsAnomalies() throws IOException {
        assertThat(lab("data: {source: photos}\ndetect: {normal: [dog], threshold: {quantile: 0.5}}\n"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(printed()).contains("Data: photos, 7 training and 4 test samples");
        JsonNode found = json("results/detection.json").path("cnn");
        assertThat(found.path("calibration").asString()).contains("photos, 20 % of the normal training samples");
        assertThat(found.path("metrics").path("ROC AUC").isNumber()).isTrue();
        assertThat(found.path("rivals")).hasSizeGreaterThan(1);
        assertThat(Files.readAllLines(run.resolve("results/cnn_scores.csv"))).hasSize(5);
        assertThat(run.resolve("plots/cnn_anomalies.png")).isNotEmptyFile();
    }

    @Test
    void aFolderTrainsWithItsClassesAndTellsWhatItLeftOut() throws IOException {
        Files.writeString(folder.resolve("photos/dog/broken.png"), "no picture");

        assertThat(lab("data: {source: photos}\n"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        assertThat(printed())
                .contains("Data: photos, 16 training and 4 test samples")
                .contains("Skipped 1 of 21 pictures that can't be read:")
                .contains("broken.png: none of PNG, JPEG, GIF, BMP, TIFF and WebP");
        JsonNode data = json("run.json").path("data").path(0);
        assertThat(data.path("leftOut").path("dog/broken.png").asString())
                .isEqualTo("none of PNG, JPEG, GIF, BMP, TIFF and WebP");
        assertThat(data.path("classes").path(0).asString()).isEqualTo("cat, black");
        assertThat(json("results/classes.json").path("cnn").path(0).path("name").asString())
                .isEqualTo("cat, black");
        assertThat(json("results/examples.json")
                        .path("cnn")
                        .path("best")
                        .path(0)
                        .path("name")
                        .asString())
                .matches("(cat, black|dog)/\\d\\.(jpg|PNG)");
        assertThat(Files.readAllLines(run.resolve("results/cnn_errors.csv")))
                .hasSize(5)
                .first()
                .asString()
                .endsWith(",name");
        assertThat(Files.readString(run.resolve("results/cnn_errors.csv"))).contains(",\"cat, black/");
        assertThat(Files.readString(run.resolve("report.html")))
                .contains("Pictures left out")
                .contains("dog/broken.png (none of PNG");
        assertThat(ModelFile.read(run.resolve("models/cnn_autoencoder.keras")).normalization())
                .isEqualTo(Normalization.PIXELS);
        assertThat(hourglass("replay", run.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void otherSizesAreFittedWhereThatIsSaidAndRefusedWithTheWayOutElse() throws IOException {
        put("photos/dog/large.png", 40, 30, "png");

        assertThat(lab("data: {images: photos}\n")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("found 1 of 21 with other sizes: 40 x 30 (1, such as dog/large.png)")
                .contains("'size: [8, 12]' and 'fit: crop'");

        err.reset();
        assertThat(lab("data: {images: photos, size: [16, 24], fit: crop}\n")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("Model 'cnn' takes inputs [8, 12, 3], but the pictures of photos are [16, 24, 3]")
                .contains("'size: [8, 12]', 'fit: crop' (or pad, stretch) and 'colour: rgb'");

        // As many numbers, but turned on its side: every pixel would be in a wrong place.
        err.reset();
        assertThat(lab("data: {images: photos, size: [12, 8], fit: stretch}\n")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("but the pictures of photos are [12, 8, 3]");

        assertThat(lab("data: {images: photos, size: [8, 12], fit: crop}\n"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
    }

    @Test
    void aFolderWithoutPicturesIsNoFolderOfPictures() throws IOException {
        Files.createDirectories(folder.resolve("empty"));

        assertThat(lab("data: {source: empty}\n")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("in it or in folders of it, found none. Give another folder.");
    }

    @Test
    void largerPicturesAreRebuiltPatchByPatch() throws IOException {
        put("large/a.png", 40, 30, "png");
        put("large/b.png", 40, 30, "png");
        assertThat(lab("data: {images: photos}\n")).isZero();
        String model = run.resolve("models/cnn_autoencoder.keras").toString();
        String large = folder.resolve("large").toString();
        Path rebuilt = folder.resolve("rebuilt.npy");

        assertThat(hourglass("reconstruct", model, "--data", large, "--patches", "4", "--out", rebuilt.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(NpyFile.open(rebuilt).sampleShape()).isEqualTo(Shape.of(30, 40, 3));
        assertThat(NpyFile.open(rebuilt).size()).isEqualTo(2);
        assertThat(hourglass("evaluate", model, "--data", large, "--patches", "4", "--json"))
                .isZero();
        assertThat(printed()).contains("\"samples\" : 2");
        assertThat(hourglass("evaluate", model, "--data", large, "--patches", "8"))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("can overlap by 0 to 7 pixels, got 8");
        assertThat(hourglass("evaluate", model, "--data", large)).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("found 2 of 2 with other sizes: 40 x 30");
    }

    @Test
    void aLabOnPatchesShowsWholePicturesWithTheNumbersOfEvaluate() throws IOException {
        put("large/train/a.png", 40, 30, "png");
        put("large/train/b.png", 33, 21, "png");
        put("large/test/c.png", 30, 25, "png");
        put("large/test/d.png", 30, 25, "png");
        assertThat(lab("data: {images: large, patches: {size: [8, 12], overlap: 3}}\n"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        JsonNode whole = json("results/metrics.json").path("cnn").path("wholePictures");
        assertThat(whole.path("pictures").asInt()).isEqualTo(2);
        assertThat(Files.readAllLines(run.resolve("results/cnn_whole_pictures.csv")))
                .hasSize(3)
                .first()
                .isEqualTo("name,height,width,mse,psnr_db,ssim");
        assertThat(run.resolve("plots/cnn_whole_pictures.png")).isNotEmptyFile();
        assertThat(Files.readString(run.resolve("report.html"))).contains("<h3>Whole pictures</h3>");

        out.reset();
        assertThat(hourglass(
                        "evaluate",
                        run.resolve("models/cnn_autoencoder.keras").toString(),
                        "--data",
                        folder.resolve("large/test").toString(),
                        "--patches",
                        "3",
                        "--json"))
                .isZero();
        assertThat(whole.path("mse").asDouble())
                .isEqualTo(JsonMapper.shared().readTree(printed()).path("mse").asDouble(), within(1e-12));

        // The same pictures beside others of all sizes, smaller than a patch too.
        put("large/test/e.png", 9, 50, "png");
        Path errors = folder.resolve("errors.csv");
        assertThat(hourglass(
                        "evaluate",
                        run.resolve("models/cnn_autoencoder.keras").toString(),
                        "--data",
                        folder.resolve("large/test").toString(),
                        "--patches",
                        "3",
                        "--out",
                        errors.toString()))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();
        assertThat(printed()).contains("3 samples");
        List<String> lines = Files.readAllLines(errors);
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst()).isEqualTo("index,name,mse,mae");
        double both = (mse(lines.get(1)) + mse(lines.get(2))) / 2;
        assertThat(lines.get(1)).startsWith("0,c.png,");
        assertThat(whole.path("mse").asDouble()).isEqualTo(both, within(1e-7));
    }

    private static double mse(String line) {
        return Double.parseDouble(line.split(",", -1)[2]);
    }

    private void put(String name, int width, int height, String format) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < width * height; i++) {
            image.setRGB(i % width, i / width, 0x0a0602 * (i % 24 + name.hashCode() % 7));
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        assertThat(ImageIO.write(image, format, file.toFile())).isTrue();
    }

    private JsonNode json(String name) throws IOException {
        return JsonMapper.shared().readTree(Files.readString(run.resolve(name)));
    }

    private int lab(String data) throws IOException {
        Path recipe = Files.writeString(folder.resolve("r.yaml"), data + MODEL);
        return hourglass("lab", recipe.toString(), "--out", run.toString());
    }

    private int hourglass(String... arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
    }

    private String printed() {
        return out.toString(StandardCharsets.UTF_8);
    }
}
