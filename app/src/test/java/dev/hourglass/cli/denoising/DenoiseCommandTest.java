package dev.hourglass.cli.denoising;

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
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class DenoiseCommandTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private String error = "";

    @Test
    void picturesOfAnySizeKeepTheirNamesSizesAndBits() throws IOException {
        put("noisy/a.png", 8, 8, BufferedImage.TYPE_BYTE_GRAY);
        put("noisy/inner/b.PNG", 21, 11, BufferedImage.TYPE_BYTE_GRAY);
        put("noisy/inner/small.png", 5, 3, BufferedImage.TYPE_BYTE_GRAY);
        put("noisy/inner/deep.png", 13, 9, BufferedImage.TYPE_USHORT_GRAY);
        Files.move(
                folder.resolve("noisy/a.png"),
                Files.createDirectories(folder.resolve("noisy/z")).resolve("a.png"));

        assertThat(run("--data", path("noisy"), "--out", path("clean")))
                .as(error)
                .isZero();

        // The model gives what it reads.
        for (String name : List.of("z/a.png", "inner/b.png", "inner/small.png", "inner/deep.png")) {
            Raster read = raster("noisy/" + name.replace("b.png", "b.PNG"));
            Raster written = raster("clean/" + name);
            assertThat(written.getBounds()).as(name).isEqualTo(read.getBounds());
            assertThat(written.getSampleModel().getSampleSize(0)).as(name).isEqualTo(name.contains("deep") ? 16 : 8);
            assertThat(samples(written)).as(name).containsExactly(samples(read));
        }
        assertThat(output()).contains("Denoised 4 pictures");
    }

    @Test
    void whatLiesInTheFolderToWriteToIsNeverOverwritten() throws IOException {
        put("noisy/a.png", 8, 8, BufferedImage.TYPE_BYTE_GRAY);
        byte[] before = Files.readAllBytes(folder.resolve("noisy/a.png"));
        assertThat(run("--data", path("noisy"), "--out", path("noisy"))).isNotZero();
        assertThat(error).contains("expected a new or empty folder");
        assertThat(Files.readAllBytes(folder.resolve("noisy/a.png"))).isEqualTo(before);
    }

    @Test
    void aFilterThatWinsIsNamedAndWhatWasMeasuredIsWritten() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            put("truth/" + name + ".png", 20, 16, BufferedImage.TYPE_BYTE_GRAY);
            spoil("truth/" + name + ".png", "noisy/" + name + ".png");
        }
        assertThat(run(
                        "--data",
                        path("noisy"),
                        "--out",
                        path("clean"),
                        "--clean",
                        path("truth"),
                        "--report",
                        path("report")))
                .as(error)
                .isZero();
        assertThat(output())
                .contains("Noise of the data, 3 pictures:", "median, 3 wide", "A filter wins: ", "favours the filters");
        assertThat(Files.readAllLines(folder.resolve("report/denoising.csv")))
                .hasSize(7)
                .first()
                .isEqualTo("noise,samples,method,strength,psnr_db,psnr_gain_db,ssim,ssim_gain");
        assertThat(ImageIO.read(folder.resolve("report/denoising.png").toFile()).getWidth())
                .isGreaterThan(1000);
        assertThat(Files.exists(folder.resolve("clean/c.png"))).isTrue();
    }

    @Test
    void noiseOfItsOwnIsMeasuredAtEachLevelAndNothingIsWritten() throws IOException {
        put("truth/a.png", 20, 16, BufferedImage.TYPE_BYTE_GRAY);
        for (String kind : List.of("gaussian", "salt_and_pepper", "masking", "blur")) {
            assertThat(run("--data", path("truth"), "--noise", kind + "=0.3,0.6"))
                    .as(error)
                    .isZero();
            assertThat(output()).contains(" 0.3, 1 pictures:", " 0.6, 1 pictures:");
        }
        String once = output();
        assertThat(run("--data", path("truth"), "--noise", "blur=0.3,0.6")).isZero();
        assertThat(output()).isEqualTo(once);
        try (Stream<Path> inside = Files.list(folder)) {
            assertThat(inside.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("truth", "model.keras");
        }
    }

    @Test
    void missingPartnersUnreadablePicturesAndOtherSizesAreNamed() throws IOException {
        put("noisy/a.png", 9, 9, BufferedImage.TYPE_BYTE_GRAY);
        put("truth/b.png", 9, 9, BufferedImage.TYPE_BYTE_GRAY);
        assertThat(run("--data", path("noisy"), "--out", path("out1"), "--clean", path("truth")))
                .isNotZero();
        assertThat(error).contains("--clean has no picture a.png");
        put("truth/a.png", 9, 8, BufferedImage.TYPE_BYTE_GRAY);
        assertThat(run("--data", path("noisy"), "--out", path("out2"), "--clean", path("truth")))
                .isNotZero();
        assertThat(error).contains("Give both the same size");
        Files.writeString(folder.resolve("noisy/a.png"), "no picture");
        assertThat(run("--data", path("noisy"), "--out", path("out3"))).isNotZero();
        assertThat(error).contains("None of the 1 pictures of " + folder.resolve("noisy"), "a.png");
        assertThat(Files.exists(folder.resolve("out3"))).isFalse();
    }

    @Test
    void usageIsSaid() throws IOException {
        put("noisy/a.png", 9, 9, BufferedImage.TYPE_BYTE_GRAY);
        assertThat(run("--data", path("noisy"))).isEqualTo(2);
        assertThat(error).contains("Missing option: '--out PATH'");
        assertThat(run("--data", path("noisy"), "--noise", "fog")).isEqualTo(2);
        assertThat(error).contains("expected gaussian, salt_and_pepper, masking, blur");
        assertThat(run("--data", path("noisy"), "--noise", "masking=2")).isEqualTo(2);
        assertThat(error).contains("expected levels above 0 and at most 1 for masking, found '2'");
        assertThat(run("--data", path("noisy"), "--impute", "--out", path("out.csv")))
                .isNotZero();
        assertThat(error).contains("expected a table as text");
    }

    @Test
    void aSeriesComesBackWithItsTimesAndUnits() throws IOException {
        Files.writeString(folder.resolve("data.csv"), """
            stamp,speed,flow
            2024-03-01 00:00:00,100,10
            2024-03-01 00:01:00,101,11
            2024-03-01 00:02:00,102,12
            2024-03-01 00:03:00,103,13
            """);
        assertThat(runSeries("--data", path("data.csv"), "--out", path("out.csv")))
                .as(error)
                .isZero();
        // The model adds one half of a scale of 4 and 8.
        assertThat(Files.readAllLines(folder.resolve("out.csv")))
                .containsExactly(
                        "stamp,flow,speed",
                        "2024-03-01T00:00,12,104",
                        "2024-03-01T00:01,13,105",
                        "2024-03-01T00:02,14,106",
                        "2024-03-01T00:03,15,107");
        assertThat(runSeries("--data", path("data.csv"), "--noise", "gaussian=0.2"))
                .as(error)
                .isZero();
        assertThat(output()).contains("Gaussian noise 0.2, 1 series:");
    }

    @Test
    void gapsAreFilledAndEverythingElseStaysByteForByte() throws IOException {
        StringBuilder text = new StringBuilder("# a pump\r\nstamp;\"flow\";note;speed\r\n");
        for (int i = 0; i < 60; i++) {
            String flow = i == 20 || i == 21 ? "" : i == 40 ? " NaN" : i + ",50";
            text.append(String.format("2024-03-01 00:%02d:00;%s;x%d;7,0\r\n", i, flow, i));
        }
        Files.writeString(folder.resolve("data.csv"), text);

        assertThat(runSeries("--data", path("data.csv"), "--impute", "--out", path("out.csv")))
                .as(error)
                .isZero();

        // From interpolation on, five times half a scale of 4 is added.
        String expected = text.toString()
                .replace("00:20:00;;", "00:20:00;30,5;")
                .replace("00:21:00;;", "00:21:00;31,5;")
                .replace("00:40:00; NaN;", "00:40:00;50,5;");
        assertThat(Files.readString(folder.resolve("out.csv"))).isEqualTo(expected);
        assertThat(Files.readAllLines(folder.resolve("out_imputed.csv")))
                .containsExactly(
                        "row,column,interpolated,imputed",
                        "21,flow,20.5,30.5",
                        "22,flow,21.5,31.5",
                        "41,flow,40.5,50.5");
        assertThat(output())
                .contains("Filled 2 gaps", "3 numbers, the longest 2 rows", "linear interpolation wins", "flow")
                .doesNotContain("  speed ");
        assertThat(runSeries("--data", path("out.csv"), "--impute", "--out", path("again.csv")))
                .isNotZero();
        assertThat(error).contains("Nothing to fill");
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private int run(String... arguments) throws IOException {
        Shape input = Shape.of(8, 8, 1);
        return runBy(model(input, 0, Normalization.PIXELS), arguments);
    }

    /** By a model that reads windows of flow and speed, scaled by 1/4 and 1/8, and adds 0.5 to each. */
    private int runSeries(String... arguments) throws IOException {
        Normalization scales =
                new Normalization(List.of(0.25, 0.125), List.of(0.0, 0.0)).withColumns(List.of("flow", "speed"));
        return runBy(model(Shape.of(3, 2), 0.5f, scales), arguments);
    }

    private int runBy(String model, String... arguments) {
        out.reset();
        error = "";
        Terminal terminal = Terminal.plain(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(out, true, StandardCharsets.UTF_8));
        CommandLine command = new CommandLine(new DenoiseCommand(terminal, DatasetCatalog.standard()))
                .setExecutionExceptionHandler((e, line, parsed) -> {
                    error = String.valueOf(e.getMessage());
                    return 1;
                })
                .setParameterExceptionHandler((e, parsed) -> {
                    error = String.valueOf(e.getMessage());
                    return 2;
                });
        return command.execute(
                Stream.concat(Stream.of(model), Stream.of(arguments)).toArray(String[]::new));
    }

    private String model(Shape input, float added, Normalization normalization) throws IOException {
        Path file = folder.resolve("model.keras");
        List<LayerSpec> layers =
                List.of(new LayerSpec.Rescaling("first", 1, added), new LayerSpec.Rescaling("same", 1, 0));
        ModelFile.write(
                new SavedModel(
                        "same",
                        input,
                        layers,
                        Parameters.initialize(input, layers, new RandomSource(4)),
                        normalization,
                        new Waist(1, Waist.Source.STORED),
                        null,
                        null,
                        Map.of(),
                        List.of()),
                file);
        return file.toString();
    }

    private String output() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private void put(String name, int width, int height, int type) throws IOException {
        BufferedImage image = new BufferedImage(width, height, type);
        int most = type == BufferedImage.TYPE_USHORT_GRAY ? 65_535 : 255;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                double value = 0.5 + 0.4 * Math.sin(0.3 * x) * Math.cos(0.2 * y);
                image.getRaster().setSample(x, y, 0, (int) Math.round(most * value));
            }
        }
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(image, "png", file.toFile());
    }

    private void spoil(String from, String to) throws IOException {
        BufferedImage image = ImageIO.read(folder.resolve(from).toFile());
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int value = image.getRaster().getSample(x, y, 0) + ((x * 7 + y * 13) % 5 - 2) * 12;
                image.getRaster().setSample(x, y, 0, Math.clamp(value, 0, 255));
            }
        }
        Files.createDirectories(folder.resolve(to).getParent());
        ImageIO.write(image, "png", folder.resolve(to).toFile());
    }

    private Raster raster(String name) throws IOException {
        return ImageIO.read(folder.resolve(name).toFile()).getRaster();
    }

    private static int[] samples(Raster raster) {
        return raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), 0, (int[]) null);
    }
}
