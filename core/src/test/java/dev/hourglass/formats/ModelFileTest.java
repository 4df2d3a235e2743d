package dev.hourglass.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.ConfigWriter;
import dev.hourglass.formats.keras.ModelTree;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

public class ModelFileTest {
    private static final Map<String, String> PROVENANCE = Map.of("Recipe", "a test", "Öl", "größer \"als\"\n1");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "keras, SEQUENTIAL",
        "keras, FUNCTIONAL",
        "keras, NESTED",
        "h5, SEQUENTIAL",
        "h5, FUNCTIONAL",
        "h5, NESTED"
    })
    void whatIsWrittenIsReadAgainInEveryLayout(String extension, ModelLayout layout) throws IOException {
        for (AutoencoderSpec spec : List.of(everyLayer(), twoOfAKind())) {
            SavedModel model = trained(spec);
            Path file = folder.resolve(spec.name() + "." + extension);
            ModelFile.write(model, file, layout);
            SavedModel read = ModelFile.read(file);

            assertThat(read.name()).isEqualTo(spec.name());
            assertThat(read.layers()).isEqualTo(spec.layers());
            assertThat(read.parameters().sha256()).isEqualTo(model.parameters().sha256());
            assertThat(read.normalization()).isEqualTo(Normalization.PIXELS);
            assertThat(read.waist()).isEqualTo(model.waist());
            assertThat(read.provenance()).isEqualTo(PROVENANCE);
            assertThat(read.warnings()).isEmpty();
            OptimizerState before = Objects.requireNonNull(model.optimizer());
            OptimizerState after = Objects.requireNonNull(read.optimizer());
            assertThat(after.optimizer()).isEqualTo(before.optimizer());
            assertThat(after.steps()).isEqualTo(before.steps());
            before.slots()
                    .forEach((name, slot) ->
                            assertThat(after.slot(name).sha256()).as(name).isEqualTo(slot.sha256()));
            assertThat(ModelFile.goldenDifference(file)).hasValue(0);
        }
    }

    /** The file's name is not in the warning, because who logs it puts it in front. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"beta_1\":0.9' | '\"beta_1\":\"0.9\"' |"
                        + " expected a number at config.json: .compile_config.optimizer.config.beta_1, found '0.9'.",
                "'\"beta_1\":0.9' | '\"beta_1\":1.5' | expected a number >= 0 and < 1 at config.json:"
                        + " .compile_config.optimizer.config.beta_1, found 1.5."
            })
    void anOptimizerThatDoesNotFitIsLeftOutWithOneSentence(String written, String instead, String reason)
            throws IOException {
        Path file = folder.resolve("two.keras");
        ModelFile.write(trained(twoOfAKind()), file);
        try (FileSystem zip = FileSystems.newFileSystem(file)) {
            Path config = zip.getPath("config.json");
            String json = Files.readString(config);
            assertThat(json).contains(written);
            Files.writeString(config, json.replace(written, instead));
        }
        SavedModel read = ModelFile.read(file);
        assertThat(read.optimizer()).isNull();
        assertThat(read.warnings()).containsExactly("Its optimizer was left out: " + reason);
    }

    /** As Keras counts the uses of a nested model; with any other number it refuses the file. */
    @Test
    void aNestedModelIsItsFirstUseInACallAndItsSecondAtTheEnd() {
        String json = JsonText.write(ConfigWriter.write(ModelTree.of(trained(twoOfAKind()), ModelLayout.NESTED)));
        assertThat(json)
                .contains("\"keras_history\":[\"encoder\",0,0]")
                .contains("\"output_layers\":[\"decoder\",1,0]")
                .doesNotContain("\"keras_history\":[\"encoder\",1,0]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void halvesAreModelsOfTheirOwn(String extension) throws IOException {
        SavedModel model = trained(everyLayer());
        Path encoder = folder.resolve("encoder." + extension);
        Path decoder = folder.resolve("decoder." + extension);
        ModelFile.write(model.encoder(), encoder);
        ModelFile.write(model.decoder(), decoder);

        SavedModel read = ModelFile.read(encoder);
        assertThat(read.waist()).isEqualTo(new Waist(read.layers().size(), Waist.Source.STORED));
        assertThat(read.normalization()).isEqualTo(Normalization.PIXELS);
        assertThat(read.output()).isEqualTo(model.code());
        assertThat(read.optimizer()).isNull();
        assertThat(ModelFile.read(decoder).input()).isEqualTo(model.code());
        assertThat(ModelFile.read(decoder).normalization()).isEqualTo(Normalization.NONE);
        assertThatThrownBy(read::autoencoder)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("Model 'every_encoder' turns [8, 8, 2] into [6]");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void aNormalizationByChannelIsFoundAgain(String extension) throws IOException {
        Normalization byChannel = new Normalization(List.of(0.1, -3.0), List.of(-0.0, 1e-30));
        SavedModel model = trained(everyLayer());
        Autoencoder normalized = new Autoencoder(everyLayer(), model.parameters(), byChannel);
        Path file = folder.resolve("channels." + extension);
        ModelFile.write(SavedModel.of(normalized, model.optimizer(), PROVENANCE), file);
        assertThat(ModelFile.read(file).normalization()).isEqualTo(byChannel);
        assertThat(ModelFile.read(file).encoder().normalization()).isEqualTo(byChannel);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void aLossThatKerasLacksIsFoundAgain(String extension) throws IOException {
        SavedModel model = trained(everyLayer());
        Autoencoder autoencoder = new Autoencoder(everyLayer(), model.parameters(), Normalization.NONE);
        String penalty = "mean_absolute_error:penalties="
                + everyLayer().layers().getFirst().name() + "/kernel l2 0.5";
        for (String text :
                List.of("kl_divergence", "ssim:data_range=2.0", "mse:mask_value=-1,step_weights=1 2", penalty)) {
            Loss loss = Loss.parse(text);
            Path file = folder.resolve(loss.kerasName() + "." + extension);
            ModelFile.write(SavedModel.of(autoencoder, loss, model.optimizer(), PROVENANCE), file);
            SavedModel read = ModelFile.read(file);
            assertThat(read.trainedLoss()).isEqualTo(loss);
            assertThat(read.warnings()).isEmpty();
        }
    }

    @Test
    void aNormalizationForAnotherNumberOfChannelsIsRefused() throws IOException {
        SavedModel model = trained(everyLayer());
        Normalization three = new Normalization(List.of(1.0, 2.0, 3.0), List.of(0.0, 0.0, 0.0));
        Autoencoder normalized = new Autoencoder(everyLayer(), model.parameters(), three);
        Path file = folder.resolve("channels.keras");
        assertThatThrownBy(() -> ModelFile.write(SavedModel.of(normalized, null, PROVENANCE), file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected 1 or 2 finite scales other than 0 and as many finite offsets at"
                        + " metadata.json: .hourglass.normalization, found {scales:[1,2,3],offsets:[0,0,0]}");
        assertThat(folder).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void theSameModelGivesTheSameBytes(String extension) throws IOException {
        SavedModel model = trained(everyLayer());
        Path one = folder.resolve("one." + extension);
        Path two = folder.resolve("two." + extension);
        ModelFile.write(model, one);
        ModelFile.write(model, two);
        assertThat(one).hasSameBinaryContentAs(two);
    }

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void weightsThatAreNotNumbersAreLoadedWithAWarning(String extension) throws IOException {
        SavedModel model = trained(everyLayer());
        model.parameters().get("squeeze", "kernel").values()[3] = Float.NaN;
        Path file = folder.resolve("nan." + extension);
        ModelFile.write(model, file);
        assertThat(ModelFile.read(file).warnings())
                .containsExactly("squeeze/kernel holds 1 numbers that are NaN or infinite; so will be the model's"
                        + " outputs.");
    }

    /** The last axis has two names, and a file that reads back as the other one would count as damaged. */
    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void aNormalizationKeepsTheNameOfItsAxis(int axis) throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                "norm",
                Shape.of(6),
                List.of(
                        new LayerSpec.Dense("code", 3, Activation.RELU),
                        new LayerSpec.BatchNormalization("norm", 0.9f, 0.01f, axis, false, true)),
                List.of(new LayerSpec.Dense("out", 6, Activation.LINEAR)));
        for (String extension : List.of("keras", "h5")) {
            Path file = folder.resolve("model." + extension);
            ModelFile.write(trained(spec), file);
            assertThat(ModelFile.read(file).layers()).isEqualTo(spec.graph().layers());
        }
    }

    @Test
    void theOptimizerOfANestedModelWithOneVariableIsKept() throws IOException {
        LayerSpec alone = new LayerSpec.PRelu("alpha", List.of());
        LayerSpec idle = new LayerSpec.ActivationLayer("idle", Activation.TANH);
        LayerSpec dense = new LayerSpec.Dense("dense", 3, Activation.LINEAR);
        List<List<List<LayerSpec>>> halves = List.of(
                List.of(List.of(alone), List.of(dense)),
                List.of(List.of(dense), List.of(alone)),
                List.of(List.of(alone), List.of(idle)),
                List.of(List.of(idle), List.of(alone)));
        for (List<List<LayerSpec>> each : halves) {
            AutoencoderSpec spec = new AutoencoderSpec("prelu", Shape.of(2, 3), each.get(0), each.get(1));
            for (String extension : List.of("keras", "h5")) {
                Path file = folder.resolve("model." + extension);
                ModelFile.write(trained(spec), file, ModelLayout.NESTED);
                assertThat(ModelFile.read(file).optimizer()).as("%s", each).isNotNull();
            }
        }
    }

    @Test
    void aNameOfNoLayerIsAnsweredWithTheNearest() throws IOException {
        Path file = folder.resolve("model.keras");
        ModelFile.write(trained(everyLayer()), file);
        assertThat(ModelFile.read(file, "row").waist()).isEqualTo(new Waist(5, Waist.Source.NAMED));
        assertThatThrownBy(() -> ModelFile.read(file, "sqeeze"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(file + ": there is no layer 'sqeeze' whose output could be the code. Did you mean"
                        + " 'squeeze'?");
    }

    @Test
    void anotherExtensionIsRefusedBeforeAnythingIsWritten() {
        Path file = folder.resolve("model.pt");
        assertThatThrownBy(() -> ModelFile.write(trained(everyLayer()), file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A model file's name must end in .keras, .h5, .hdf5 or .onnx, got model.pt");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aFailedExportLeavesTheEarlierFile() throws IOException {
        Path file = Files.writeString(folder.resolve("model.keras"), "earlier");
        SavedModel model = trained(everyLayer());
        Parameters wrong = Parameters.of(
                model.parameters().list().subList(1, model.parameters().list().size()));
        SavedModel broken = new SavedModel(
                model.name(),
                model.input(),
                model.layers(),
                wrong,
                model.normalization(),
                model.waist(),
                null,
                null,
                Map.of(),
                List.of());
        assertThatThrownBy(() -> ModelFile.write(broken, file)).isInstanceOf(RuntimeException.class);
        assertThat(file).hasContent("earlier");
        assertThat(folder).isDirectoryContaining(path -> path.equals(file));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    /** Layers of one class are told apart by their count, in each nested model anew. */
    private static AutoencoderSpec twoOfAKind() {
        return new AutoencoderSpec(
                "two",
                Shape.of(5, 3),
                List.of(
                        new LayerSpec.Lstm("input", 4, true),
                        new LayerSpec.Dense("wide", 3, Activation.RELU),
                        new LayerSpec.Lstm("encoder", 2, false)),
                List.of(
                        new LayerSpec.Dense("decoder", 15, Activation.RELU),
                        new LayerSpec.Reshape("series", Shape.of(5, 3)),
                        new LayerSpec.Lstm("lstm", 3, true),
                        new LayerSpec.Dense("output", 3, Activation.LINEAR)));
    }

    /** Each kind of layer once. */
    public static AutoencoderSpec everyLayer() {
        return new AutoencoderSpec(
                "every",
                Shape.of(8, 8, 2),
                List.of(
                        new LayerSpec.Conv2d(
                                "conv", 3, new Size2(3, 2), new Size2(2, 1), Padding.SAME, Activation.RELU),
                        new LayerSpec.BatchNormalization("norm", 0.9f, 1e-2f),
                        new LayerSpec.MaxPooling2d("pool", new Size2(2, 2), new Size2(2, 2), Padding.VALID),
                        new LayerSpec.LeakyRelu("leaky", 0.1f),
                        new LayerSpec.Flatten("row"),
                        new LayerSpec.Dropout("drop", 0.25f),
                        new LayerSpec.Dense("squeeze", 6, Activation.TANH)),
                List.of(
                        new LayerSpec.RepeatVector("repeat", 4),
                        new LayerSpec.Lstm("lstm", 5, true),
                        new LayerSpec.TimeDistributed("steps", new LayerSpec.Dense("inner", 4, Activation.SIGMOID)),
                        new LayerSpec.Reshape("image", Shape.of(2, 2, 4)),
                        new LayerSpec.UpSampling2d("up", Size2.square(2)),
                        new LayerSpec.Conv2dTranspose(
                                "transposed", 3, Size2.square(3), Size2.square(2), Padding.SAME, Activation.LINEAR),
                        new LayerSpec.ActivationLayer("active", Activation.RELU),
                        new LayerSpec.GlobalAveragePooling2d("average"),
                        new LayerSpec.Dense("widen", 128, Activation.LINEAR),
                        new LayerSpec.Reshape("rebuilt", Shape.of(8, 8, 2))));
    }

    /** After two steps, so that nothing is as it was initialised. */
    public static SavedModel trained(AutoencoderSpec spec) {
        Autoencoder model = Autoencoder.initialize(spec, Normalization.PIXELS, new RandomSource(3));
        int[] order = IntStream.range(0, 4).toArray();
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT.withLearningRate(0.003f), 4, 1);
        try (TrainingSession session =
                TrainingSession.of(spec.input(), spec.layers(), model.parameters(), settings, 1)) {
            for (int step = 0; step < 2; step++) {
                session.step(
                        (index, into, offset) -> {
                            for (int i = 0; i < spec.input().size(); i++) {
                                into[offset + i] = (index * 31 + i * 7) % 11 / 11f;
                            }
                        },
                        order,
                        0,
                        4);
            }
            return SavedModel.of(model, session.optimizerState(), PROVENANCE);
        }
    }
}
