package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder of pictures is scored: the oddest first, with heat maps. */
class HeatMapsIT {
    private static final int SIDE = 32;

    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /** Dark pictures, of which {@code b/odd.png} has a bright square; a model that has learnt nothing rebuilds all dark. */
    @BeforeEach
    void makePicturesAndDetector() throws IOException {
        Random random = new Random(3);
        for (int i = 0; i < 8; i++) {
            Path file = folder.resolve(i < 4 ? "photos/a/p" + i + ".png" : "photos/b/p" + i + ".png");
            picture(i == 5 ? file.resolveSibling("odd.png") : file, i == 5, random);
        }
        AutoencoderSpec spec = new AutoencoderSpec(
                "m",
                Shape.of(SIDE, SIDE, 3),
                List.of(new LayerSpec.Flatten("flat"), new LayerSpec.Dense("code", 2, Activation.LINEAR)),
                List.of(
                        new LayerSpec.Dense("back", SIDE * SIDE * 3, Activation.LINEAR),
                        new LayerSpec.Reshape("shape", Shape.of(SIDE, SIDE, 3))));
        Parameters zero = Parameters.initialize(spec.graph(), new RandomSource(1));
        zero.list().forEach(parameter -> Arrays.fill(parameter.values(), 0));
        SavedModel model = SavedModel.of(new Autoencoder(spec, zero, Normalization.PIXELS), null, Map.of());
        float[] normal = new float[40 * SIDE * SIDE * 3];
        for (int i = 0; i < normal.length; i++) {
            normal[i] = 0.1f + 0.1f * random.nextFloat();
        }
        ModelFile.write(
                model.calibrated(
                        FloatDataset.of("normal", Shape.of(SIDE, SIDE, 3), normal),
                        DetectionOptions.ofSamples(),
                        "made up",
                        new RandomSource(1),
                        1,
                        done -> {}),
                folder.resolve("photos.keras"));
    }

    private static void picture(Path file, boolean odd, Random random) throws IOException {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                boolean bright = odd && y >= 8 && y < 12 && x >= 20 && x < 24;
                int level = bright ? 230 : 30 + random.nextInt(15);
                image.setRGB(x, y, new Color(level, level, level).getRGB());
            }
        }
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private int run(String... arguments) {
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
    }

    @Test
    void theOddestPictureIsFirstAndItsBrightRegionIsTheHottest() throws IOException {
        assertThat(run(
                        "score",
                        folder.resolve("photos.keras").toString(),
                        "--data",
                        folder.resolve("photos").toString(),
                        "--heat-maps",
                        folder.resolve("maps").toString(),
                        "--oddest",
                        "3"))
                .as(err.toString(StandardCharsets.UTF_8))
                .isZero();

        Path maps = folder.resolve("maps");
        List<String> scores = Files.readAllLines(maps.resolve("scores.csv"));
        assertThat(scores).hasSize(9);
        assertThat(scores.get(1)).contains(",b/odd.png,").endsWith(",1");
        String page = Files.readString(maps.resolve("index.html"));
        assertThat(page).contains("<h2>b/odd.png: ", "most in rows 8 to 11, columns 20 to 23");
        assertThat(page.split("<li>")).hasSize(4);
        try (var files = Files.list(maps)) {
            assertThat(files.filter(file -> file.toString().endsWith(".png"))).hasSize(6);
        }
        BufferedImage pixels = ImageIO.read(maps.resolve("001_b-odd_pixels.png").toFile());
        BufferedImage regions =
                ImageIO.read(maps.resolve("001_b-odd_regions.png").toFile());
        assertThat(pixels.getWidth()).isEqualTo(256);
        // Orange where the square is, all but dark elsewhere.
        Color hot = new Color(pixels.getRGB(8 * 21, 8 * 9));
        assertThat(hot.getRed() - hot.getBlue()).isGreaterThan(180);
        Color calm = new Color(regions.getRGB(8 * 2, 8 * 30));
        assertThat(calm.getRed() - calm.getBlue()).isLessThan(30);
        assertThat(regions.getRGB(8 * 20, 8 * 8) & 0xff0000).isGreaterThan(0xc00000);
    }

    @Test
    void aNumberOfPicturesWithoutAFolderIsRefused() {
        String model = folder.resolve("photos.keras").toString();

        assertThat(run("score", model, "--data", folder.resolve("photos").toString(), "--oddest", "3"))
                .isEqualTo(Main.WRONG_USAGE);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("Give --heat-maps FOLDER too.");
    }
}
