package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.images.ImageFolder;
import dev.hourglass.data.images.PictureOptions;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A named pipe, to which nobody writes, in the place of each file that a user names: it is refused, not waited for. */
@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PipesTest {
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private String model;

    @BeforeEach
    void makeModel() throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                "m",
                Shape.of(784),
                List.of(new LayerSpec.Dense("code", 2, Activation.LINEAR)),
                List.of(new LayerSpec.Dense("out", 784, Activation.LINEAR)));
        Path file = folder.resolve("good.keras");
        ModelFile.write(
                SavedModel.of(Autoencoder.initialize(spec, Normalization.NONE, new RandomSource(1)), null, Map.of()),
                file);
        model = file.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"m.keras", "m.h5"})
    void asAModel(String name) throws Exception {
        String pipe = pipe(name).toString();
        String images = images().toString();
        assertRefused("is a named pipe, expected a file", "inspect", pipe);
        assertRefused(
                "is a named pipe, expected a file",
                "convert",
                pipe,
                folder.resolve("out.h5").toString());
        assertRefused("is a named pipe, expected a file", "evaluate", pipe, "--data", images);
        assertRefused(
                "is a named pipe, expected a file",
                "encode",
                pipe,
                "--data",
                images,
                "--out",
                folder.resolve("out.npy").toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rows", "rows.npy", "rows.csv", "rows.csv.gz", "rows-idx3-ubyte", "data_batch_1.bin"})
    void asDataOrLabels(String name) throws Exception {
        String pipe = pipe(name).toString();
        assertRefused("expected a file", "evaluate", model, "--data", pipe);
        assertRefused("expected a file", "evaluate", model, "--data", images().toString(), "--labels", pipe);
        assertRefused(
                "expected a file",
                "latent",
                model,
                "--data",
                pipe,
                "--out",
                folder.resolve("l.csv").toString());
    }

    @Test
    void asARecipe() throws Exception {
        assertRefused(
                "r.yaml: the recipe cannot be read: is a named pipe, expected a file.",
                "lab",
                pipe("r.yaml").toString());
        assertRefused(
                "the recipe cannot be read: is a device, expected a file.",
                "lab",
                device("z.yaml").toString());
    }

    @Test
    void asWhatARecipeNames() throws Exception {
        Path series = pipe("pump.csv");
        Path recipe = Files.writeString(folder.resolve("r.yaml"), """
                data: {source: %s, window: {steps: 5, stride: 1}}
                models: [{name: m, input: [5, 1], encoder: [Flatten, Dense: {units: 1}], decoder: [Dense: {units: 5}, Reshape: {target_shape: [5, 1]}]}]
                """.formatted(series.getFileName()));
        assertRefused(
                "expected a file",
                "lab",
                recipe.toString(),
                "--out",
                folder.resolve("run").toString());

        Files.delete(images().resolveSibling("train-images-idx3-ubyte"));
        pipe("data/train-images-idx3-ubyte");
        Path own = Files.writeString(folder.resolve("own.yaml"), """
                data: {name: mnist, folder: data}
                models: [{name: m, input: [784], encoder: [Dense: {units: 1}], decoder: [Dense: {units: 784}]}]
                """);
        assertRefused(
                "train-images-idx3-ubyte",
                "lab",
                own.toString(),
                "--out",
                folder.resolve("run").toString());
    }

    @Test
    void amongPicturesItIsLeftOutAndNamed() throws Exception {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        ImageIO.write(
                new BufferedImage(8, 8, BufferedImage.TYPE_BYTE_GRAY),
                "png",
                pictures.resolve("b.png").toFile());
        Path pipe = pipe("pictures/a.png");

        ImageFolder read = ImageFolder.read(pictures, null, PictureOptions.defaults());

        assertThat(read.data().size()).isEqualTo(1);
        assertThat(read.skipped()).containsExactly(new ImageFolder.Skipped(pipe, "is a named pipe, expected a file"));
    }

    private Path images() throws IOException {
        Path data = folder.resolve("data");
        return (Files.exists(data) ? data : TinyMnist.write(data)).resolve("t10k-images-idx3-ubyte");
    }

    private Path pipe(String name) throws IOException, InterruptedException {
        Path pipe = folder.resolve(name);
        assumeThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        return pipe;
    }

    /** A user's own path may lead through a link. */
    private Path device(String name) throws IOException {
        assumeThat(Path.of("/dev/zero")).exists();
        return Files.createSymbolicLink(folder.resolve(name), Path.of("/dev/zero"));
    }

    private void assertRefused(String found, String... arguments) {
        err.reset();
        Terminal terminal = Terminal.plain(
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        int status = new Main(terminal, DatasetCatalog.standard(), Interruption.none()).run(arguments);
        assertThat(status).isBetween(1, 2);
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains(found);
    }
}
