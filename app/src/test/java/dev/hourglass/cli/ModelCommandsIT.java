package dev.hourglass.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.cli.terminal.Terminal;
import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.catalog.DatasetCatalog;
import dev.hourglass.data.files.CsvWriter;
import dev.hourglass.data.files.IdxFile;
import dev.hourglass.data.files.NpyFile;
import dev.hourglass.engine.Inference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.Waist;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The commands that use a model file, from the command line to what they leave, on a model that nobody trained. */
class ModelCommandsIT {
    private static final int IMAGES = 40;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir
    private Path folder;

    private Autoencoder autoencoder;
    private Path model;
    private Path images;
    private Path labels;

    @BeforeEach
    void makeModelAndData() throws IOException {
        Path data = TinyMnist.write(folder.resolve("data"));
        images = data.resolve("train-images-idx3-ubyte");
        labels = data.resolve("train-labels-idx1-ubyte");
        autoencoder = Autoencoder.initialize(Presets.mnistCnn("cnn"), Normalization.PIXELS, new RandomSource(3));
        model = folder.resolve("cnn.keras");
        ModelFile.write(SavedModel.of(autoencoder, null, Map.of("data", "mnist", "seed", "3")), model);
    }

    @Test
    void inspectShowsTheLayersTheWaistAndWhereTheModelComesFrom() {
        assertThat(run("inspect", model.toString())).as(errors()).isZero();
        assertThat(output())
                .contains(
                        "◀ waist",
                        "Total params: 12,585",
                        "Waist: 392 numbers",
                        "Input: [28, 28, 1], pixels divided by 255",
                        "Optimizer: none",
                        "data: mnist",
                        "seed: 3");
    }

    @Test
    void inspectAsJsonCanBeReadByPrograms() {
        assertThat(run("inspect", "--json", model.toString())).as(errors()).isZero();
        JsonNode json = JsonMapper.shared().readTree(output());
        assertThat(json.get("parameters").asInt()).isEqualTo(12_585);
        assertThat(json.get("waist").get("source").asString()).isEqualTo("stored");
        assertThat(json.get("normalization").propertyNames()).containsExactly("scales", "offsets");
        assertThat(json.get("provenance").get("seed").asString()).isEqualTo("3");
        assertThat(json.get("layers").valueStream().filter(l -> l.get("waist").asBoolean()))
                .singleElement()
                .satisfies(layer -> assertThat(layer.get("output").toString()).isEqualTo("[7,7,8]"));
    }

    @Test
    void inspectAsJsonSaysAllThatSamplesGoThrough() throws IOException {
        Path scaled = folder.resolve("scaled.keras");
        Normalization normalization = new Normalization(
                List.of(0.5), List.of(-1.0), Normalization.Curve.LOG1P, new Normalization.Clip(-3, 4.5), List.of());
        ModelFile.write(
                SavedModel.of(
                        Autoencoder.initialize(Presets.mnistCnn("scaled"), normalization, new RandomSource(3)),
                        null,
                        Map.of()),
                scaled);

        assertThat(run("inspect", "--json", scaled.toString())).as(errors()).isZero();

        JsonNode found = JsonMapper.shared().readTree(output()).get("normalization");
        assertThat(found.get("scales").toString()).isEqualTo("[0.5]");
        assertThat(found.get("offsets").toString()).isEqualTo("[-1.0]");
        assertThat(found.get("curve").asString()).isEqualTo("log1p");
        assertThat(found.get("clip").toString()).isEqualTo("[-3.0,4.5]");
    }

    @Test
    void aModelThatBranchesIsMeasuredAsItReconstructs() throws IOException {
        Path unet = folder.resolve("unet.keras");
        Path rebuilt = folder.resolve("rebuilt_unet.npy");
        ModelFile.write(
                SavedModel.of(
                        Autoencoder.initialize(Presets.mnistUnet("unet"), Normalization.PIXELS, new RandomSource(3)),
                        null,
                        Map.of()),
                unet);
        assertThat(run("evaluate", "--json", unet.toString(), "--data", images.toString()))
                .as(errors())
                .isZero();
        double mse = JsonMapper.shared().readTree(output()).get("mse").asDouble();
        assertThat(run("reconstruct", unet.toString(), "--data", images.toString(), "--out", rebuilt.toString()))
                .as(errors())
                .isZero();
        byte[] file = Files.readAllBytes(images);
        float[] outputs = numbers(NpyFile.open(rebuilt));
        assertThat(mse)
                .isCloseTo(
                        IntStream.range(0, outputs.length)
                                .mapToDouble(i -> (file[16 + i] & 0xff) / 255.0 - outputs[i])
                                .map(difference -> difference * difference)
                                .average()
                                .orElseThrow(),
                        within(1e-7));
    }

    @Test
    void aVariationalModelDrawsSamplesAndOthersAreRefused() throws IOException {
        Path vae = folder.resolve("vae.keras");
        Path rows = folder.resolve("drawn.npy");
        Path picture = folder.resolve("drawn.png");
        ModelFile.write(
                SavedModel.of(
                        Autoencoder.initialize(Presets.mnistVae("vae"), Normalization.PIXELS, new RandomSource(3)),
                        null,
                        Map.of()),
                vae);
        assertThat(run("sample", vae.toString(), "--count", "5", "--out", rows.toString()))
                .as(errors())
                .isZero();
        assertThat(output()).isEqualTo("Drew 5 samples [28, 28, 1]: " + rows + System.lineSeparator());
        assertThat(numbers(NpyFile.open(rows))).hasSize(5 * 784).doesNotContain(Float.NaN);
        assertThat(run("sample", vae.toString(), "--count", "5", "--out", picture.toString()))
                .as(errors())
                .isZero();
        assertThat(picture).isNotEmptyFile();
        assertThat(run("sample", vae.toString(), "--plane", "--out", picture.toString()))
                .isEqualTo(2);
        assertThat(errors()).contains("--plane needs a code of 2 numbers, and that of 'vae' has 20");
        assertThat(run("sample", model.toString(), "--out", rows.toString())).isEqualTo(1);
        assertThat(errors()).contains("Model 'cnn' is no variational autoencoder");
    }

    @Test
    void encodeThenDecodeIsReconstruct() throws IOException {
        Path codes = folder.resolve("codes.npy");
        Path decoded = folder.resolve("decoded.npy");
        Path rebuilt = folder.resolve("rebuilt.npy");
        assertThat(run("encode", model.toString(), "--data", images.toString(), "--out", codes.toString()))
                .as(errors())
                .isZero();
        assertThat(output()).contains("Encoded 40 samples in ", codes + ", (40, 7, 7, 8)");
        assertThat(run("decode", model.toString(), "--data", codes.toString(), "--out", decoded.toString()))
                .as(errors())
                .isZero();
        assertThat(run("reconstruct", model.toString(), "--data", images.toString(), "--out", rebuilt.toString()))
                .as(errors())
                .isZero();

        FloatDataset expected = NpyFile.open(rebuilt);
        assertThat(numbers(NpyFile.open(decoded))).containsExactly(numbers(expected));
        assertThat(expected.size()).isEqualTo(IMAGES);
    }

    @Test
    void codesAreThoseOfTheLibraryAsCsvToo() throws IOException {
        Path csv = folder.resolve("codes.csv");
        assertThat(run(
                        "encode",
                        model.toString(),
                        "--data",
                        images.toString(),
                        "--limit",
                        "3",
                        "--out",
                        csv.toString()))
                .as(errors())
                .isZero();

        float[] codes = new float[3 * 392];
        try (Inference inference = Inference.of(autoencoder, 1)) {
            Dataset pixels = IdxFile.readDataset(images);
            inference.encode(pixels::copySample, 0, 3, codes);
        }
        List<String> lines = Files.readAllLines(csv);
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst()).startsWith("v1,v2,");
        assertThat(Stream.of(lines.get(3).split(",", -1)).map(Float::parseFloat).limit(5))
                .containsExactly(codes[784], codes[785], codes[786], codes[787], codes[788]);
    }

    @Test
    void convertGoesThereAndBackAndCutsOutHalves() throws IOException {
        Path legacy = folder.resolve("cnn.h5");
        Path encoder = folder.resolve("encoder.keras");
        assertThat(run("convert", model.toString(), legacy.toString()))
                .as(errors())
                .isZero();
        assertThat(output()).contains("Model 'cnn", "[28, 28, 1] to [28, 28, 1]", legacy.toString());
        assertThat(run("convert", legacy.toString(), encoder.toString(), "--part", "encoder"))
                .as(errors())
                .isZero();

        assertThat(ModelFile.read(encoder).output().size()).isEqualTo(392);
        Path codes = folder.resolve("codes.npy");
        Path same = folder.resolve("same.npy");
        run("encode", model.toString(), "--data", images.toString(), "--out", codes.toString());
        assertThat(run("encode", encoder.toString(), "--data", images.toString(), "--out", same.toString()))
                .as(errors())
                .isZero();
        assertThat(same).hasSameBinaryContentAs(codes);
        assertThat(run("reconstruct", encoder.toString(), "--data", images.toString(), "--out", same.toString()))
                .isEqualTo(1);
        assertThat(errors())
                .contains("so it is an encoder by itself, for 'encode'.", "--waist LAYER")
                .hasLineCount(1);
    }

    @Test
    void evaluateMeasuresByClassAndAsJson() {
        assertThat(run("evaluate", model.toString(), "--data", images.toString(), "--labels", labels.toString()))
                .as(errors())
                .isZero();
        assertThat(output())
                .contains("40 samples", "  MSE   0.", "  PSNR  ", "Class")
                .hasLineCount(6 + 10);

        out.reset();
        assertThat(run("evaluate", model.toString(), "--data", images.toString(), "--json"))
                .as(errors())
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(output());
        try (Inference inference = Inference.of(autoencoder, 1)) {
            Dataset pixels = IdxFile.readDataset(images);
            assertThat(json.get("mse").asDouble())
                    .isCloseTo(inference.distance(pixels::copySample, 0, IMAGES).meanSquared(), within(1e-12));
        }
        assertThat(json.get("classes").size()).isZero();
    }

    @Test
    void latentDrawsAndWritesTables() throws IOException {
        Path png = folder.resolve("latent.png");
        Path csv = folder.resolve("latent.csv");
        assertThat(run(
                        "latent",
                        model.toString(),
                        "--data",
                        images.toString(),
                        "--labels",
                        labels.toString(),
                        "--perplexity",
                        "5",
                        "--iterations",
                        "300",
                        "--out",
                        png.toString()))
                .as(errors())
                .isZero();
        assertThat(output()).contains("t-SNE of 40 codes of 392 numbers, KL divergence ", ", trustworthiness 0.");
        assertThat(ImageIO.read(png.toFile()).getWidth()).isGreaterThan(1500);

        assertThat(run(
                        "latent",
                        model.toString(),
                        "--data",
                        images.toString(),
                        "--method",
                        "pca",
                        "--out",
                        csv.toString()))
                .as(errors())
                .isZero();
        assertThat(Files.readAllLines(csv)).hasSize(1 + IMAGES).first().isEqualTo("x,y");

        assertThat(run(
                        "latent",
                        model.toString(),
                        "--data",
                        images.toString(),
                        "--labels",
                        labels.toString(),
                        "--method",
                        "pca",
                        "--sample",
                        "30",
                        "--out",
                        csv.toString()))
                .as(errors())
                .isZero();
        assertThat(output()).contains("Taking 30 of 40 samples by chance", "PCA of 30 codes of 392 numbers");
        assertThat(Files.readAllLines(csv)).hasSize(31).first().isEqualTo("x,y,label,index");
        assertThat(Files.readAllLines(csv).stream()
                        .skip(1)
                        .map(line -> Integer.parseInt(line.substring(line.lastIndexOf(',') + 1))))
                .isSorted()
                .doesNotHaveDuplicates()
                .allMatch(index -> index >= 0 && index < IMAGES);
    }

    @Test
    void mistakesAreOneLineThatSaysTheWayOut() throws IOException {
        Path out = folder.resolve("codes.npy");
        assertFails(
                1,
                "Can't read model '" + folder + "/none.keras': no such file or folder."
                        + " Give the path of a .keras or .h5 file that can be read.",
                "inspect",
                folder + "/none.keras");
        assertFails(
                2,
                "hourglass convert: Can't write model.pt: expected a name that ends with .keras, .h5, .hdf5, .onnx."
                        + " See 'hourglass convert --help'.",
                "convert",
                model.toString(),
                "model.pt");
        assertFails(
                2,
                "hourglass encode: Can't write codes.txt: expected a name that ends with .npy or .csv. Rename it."
                        + " See 'hourglass encode --help'.",
                "encode",
                model.toString(),
                "--data",
                images.toString(),
                "--out",
                "codes.txt");
        Path small = Files.writeString(folder.resolve("small.csv"), "a,b\n1,2\n3,4\n");
        assertFails(
                1,
                "Data source '" + small + "' has samples [2] = 2 numbers; expected [28, 28, 1] = 784, or a series whose"
                        + " steps are the last dimension. Give data of the shape that the model was trained on.",
                "encode",
                model.toString(),
                "--data",
                small.toString(),
                "--out",
                out.toString());
        assertFails(
                2,
                "hourglass latent: t-SNE needs more samples than its perplexity of 30.0, found 20. Lower --perplexity"
                        + " or give more data. See 'hourglass latent --help'.",
                "latent",
                model.toString(),
                "--data",
                images.toString(),
                "--limit",
                "20",
                "--out",
                "latent.png");
        assertThat(out).doesNotExist();
    }

    @Test
    void aCommandThatIsInterruptedLeavesNoFile() {
        Path codes = folder.resolve("codes.npy");
        Thread.currentThread().interrupt();
        try {
            assertThat(run("encode", model.toString(), "--data", images.toString(), "--out", codes.toString()))
                    .isEqualTo(1);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(folder).isDirectoryNotContaining("glob:**codes*");
    }

    /** A process of its own, because the warning is logged and not returned. */
    @Test
    void weightsThatAreNotNumbersAreWarnedOfInOneLine() throws IOException, InterruptedException {
        autoencoder.parameters().get("enc_conv1", "kernel").values()[0] = Float.NaN;
        Path nan = folder.resolve("nan.keras");
        ModelFile.write(SavedModel.of(autoencoder, null, Map.of()), nan);
        Path errors = folder.resolve("errors.txt");
        Process evaluate = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dhourglass.plainKernels=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "evaluate",
                        nan.toString(),
                        "--data",
                        images.toString())
                .redirectError(errors.toFile())
                .start();
        String report = new String(evaluate.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(evaluate.waitFor()).isZero();
        assertThat(report).contains("MSE   NaN");
        assertThat(errors)
                .hasContent(
                        "WARNING: " + nan + ": enc_conv1/kernel holds 1 numbers that are NaN or infinite; so will be"
                                + " the model's outputs.");
    }

    /** A model of somebody else has no note; where the rule is wrong, a name helps. */
    @Test
    void waistNamesTheLayerInEachCommand() throws IOException {
        Path codes = folder.resolve("named.npy");
        assertThat(run("inspect", model.toString(), "--waist", "enc_conv1", "--json"))
                .as(errors())
                .isZero();
        JsonNode json = JsonMapper.shared().readTree(output());
        assertThat(json.get("waist").get("source").asString()).isEqualTo("named");
        assertThat(json.get("code").toString()).isEqualTo("[28,28,32]");
        String data = images.toString();
        assertThat(run("encode", model.toString(), "--waist", "enc_conv1", "--data", data, "--out", codes.toString()))
                .as(errors())
                .isZero();
        assertThat(NpyFile.open(codes).sampleShape().toArray()).containsExactly(28, 28, 32);
        Path half = folder.resolve("half.h5");
        assertThat(run("convert", model.toString(), half.toString(), "--part", "decoder", "--waist", "enc_conv1"))
                .as(errors())
                .isZero();
        assertThat(ModelFile.read(half).input().toArray()).containsExactly(28, 28, 32);
        assertThat(run("evaluate", model.toString(), "--waist", "enc_conv1", "--data", data))
                .as(errors())
                .isZero();
        for (List<String> command : List.of(
                List.of("decode", "never.npy"), List.of("reconstruct", "never.csv"), List.of("latent", "never.png"))) {
            assertFails(
                    1,
                    model + ": there is no layer 'encconv1' whose output could be the code. Did you mean 'enc_conv1'?",
                    command.getFirst(),
                    model.toString(),
                    "--waist",
                    "encconv1",
                    "--data",
                    data,
                    "--out",
                    command.getLast());
        }
    }

    @Test
    void halvesAreUsedForWhatTheyAreAndRefusedForTheRestByName() throws IOException {
        Path encoder = folder.resolve("encoder.keras");
        Path decoder = folder.resolve("decoder.h5");
        ModelFile.write(SavedModel.of(autoencoder, null, Map.of()).encoder(), encoder);
        ModelFile.write(SavedModel.of(autoencoder, null, Map.of()).decoder(), decoder);
        String data = images.toString();
        for (List<String> wrong : List.of(
                List.of("decode", encoder.toString()),
                List.of("encode", decoder.toString()),
                List.of("reconstruct", decoder.toString()))) {
            err.reset();
            assertThat(run(wrong.getFirst(), wrong.getLast(), "--data", data, "--out", folder + "/never.npy"))
                    .isEqualTo(1);
            assertThat(errors())
                    .endsWith("Use the file of the whole autoencoder, or name the layer that gives the code with"
                            + " --waist LAYER." + System.lineSeparator());
            assertThat(errors()).hasLineCount(1);
        }
        assertThat(folder).isDirectoryNotContaining("glob:**never*");
    }

    /** Three numbers to sixteen and back, as public models have it: nothing says which layer gives the code. */
    @Test
    void aModelWithoutAWaistRebuildsAndIsMeasuredAndAsksForTheWaistWhereACodeIsWanted() throws IOException {
        Path wide = folder.resolve("wide.keras");
        Path samples = Files.writeString(folder.resolve("samples.csv"), "a,b,c\n0.1,0.2,0.3\n0.3,0.2,0.1\n");
        List<LayerSpec> layers = List.of(
                new LayerSpec.Dense("hidden", 16, Activation.RELU), new LayerSpec.Dense("out", 3, Activation.LINEAR));
        Shape input = Shape.of(3);
        ModelFile.write(
                new SavedModel(
                        "wide",
                        input,
                        layers,
                        Parameters.initialize(input, layers, new RandomSource(4)),
                        Normalization.NONE,
                        Waist.UNKNOWN,
                        null,
                        null,
                        Map.of(),
                        List.of()),
                wide);
        String data = samples.toString();
        String rebuilt = folder.resolve("rebuilt.npy").toString();
        assertThat(run("reconstruct", wide.toString(), "--data", data, "--out", rebuilt))
                .as(errors())
                .isZero();
        assertThat(run("evaluate", wide.toString(), "--data", data))
                .as(errors())
                .isZero();
        assertThat(run("inspect", wide.toString())).as(errors()).isZero();
        assertThat(output()).contains("2 samples", "  MSE   ", "Waist: not known", "name the waist with --waist LAYER");
        for (List<String> command : List.of(
                List.of("encode", "never.npy"), List.of("decode", "never.csv"), List.of("latent", "never.png"))) {
            assertFails(
                    1,
                    "Model 'wide' turns [3] into [3] and is nowhere narrower in its middle, so it is not known what its"
                            + " code is. Name the layer that gives the code with --waist LAYER, such as 'hidden'"
                            + " ('inspect' lists the layers).",
                    command.getFirst(),
                    wide.toString(),
                    "--data",
                    data,
                    "--out",
                    command.getLast());
        }
        String codes = folder.resolve("codes.npy").toString();
        assertThat(run("encode", wide.toString(), "--waist", "hidden", "--data", data, "--out", codes))
                .as(errors())
                .isZero();
        assertThat(NpyFile.open(Path.of(codes)).sampleShape()).isEqualTo(Shape.of(16));
    }

    /** As nearly every Keras model of images: trained on pixels / 255, which its file doesn't say. */
    @Test
    void aModelWithoutAScalingThatIsFedPixelsIsToldSoAndScaleSettlesIt() throws IOException {
        Path plain = folder.resolve("plain.keras");
        Autoencoder unscaled = new Autoencoder(autoencoder.spec(), autoencoder.parameters(), Normalization.NONE);
        ModelFile.write(SavedModel.of(unscaled, null, Map.of()), plain);
        String data = images.toString();
        double expected = mse(model.toString(), "--data", data);
        assertThat(errors()).isEmpty();

        assertThat(mse(plain.toString(), "--data", data)).isGreaterThan(100);
        assertThat(errors())
                .startsWith("WARNING: The numbers of ")
                .contains(" are from 0 to 230 and go in as they are", "its outputs lie in [0, 1]", "give --scale 255")
                .hasLineCount(1);
        assertThat(mse(plain.toString(), "--data", data, "--scale", "255")).isEqualTo(expected);
        assertThat(errors()).isEmpty();
        assertThat(mse(plain.toString(), "--data", data, "--scale", "1")).isGreaterThan(100);
        assertThat(errors()).isEmpty();
    }

    /** The same pixels as bytes, as whole numbers in a table, and divided already. */
    @Test
    void aModelThatDividesPixelsTakesWholeNumbersForPixels() throws IOException {
        Dataset pixels = IdxFile.readDataset(images);
        Path csv = folder.resolve("pixels.csv");
        CsvWriter.write(csv, IntStream.range(0, 784).mapToObj(i -> "p" + i).toList(), sink -> {
            float[] row = new float[784];
            for (int i = 0; i < IMAGES; i++) {
                pixels.copySample(i, row, 0);
                Normalization.PIXELS.restore(row, 0, row.length);
                sink.write(row, 0, 1);
            }
        });
        assertThat(mse(model.toString(), "--data", csv.toString()))
                .isCloseTo(mse(model.toString(), "--data", images.toString()), within(1e-9));
    }

    private double mse(String... arguments) {
        out.reset();
        err.reset();
        List<String> command = new ArrayList<>(List.of("evaluate", "--json"));
        command.addAll(List.of(arguments));
        assertThat(run(command.toArray(String[]::new))).as(errors()).isZero();
        return JsonMapper.shared().readTree(output()).get("mse").asDouble();
    }

    private void assertFails(int status, String line, String... arguments) {
        err.reset();
        assertThat(run(arguments)).isEqualTo(status);
        assertThat(errors()).isEqualTo(line + System.lineSeparator());
    }

    private int run(String... arguments) {
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

    private static float[] numbers(FloatDataset data) {
        float[] numbers = new float[data.size() * data.sampleShape().size()];
        for (int i = 0; i < data.size(); i++) {
            data.copySample(i, numbers, i * data.sampleShape().size());
        }
        return numbers;
    }
}
