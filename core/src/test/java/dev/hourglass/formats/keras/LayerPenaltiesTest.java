package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.Penalty;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Regularizer;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regularizers of layers; {@code interop/make_regularizer_files.py} made the files. */
class LayerPenaltiesTest {
    private static final int SAMPLES = 4;
    private static final int SIZE = 8;
    private static final int STEPS = 3;

    private static final List<Penalty> HELD = List.of(
            Penalty.of("both", "forward_kernel", new Regularizer(0, 0.01f)),
            Penalty.of("both", "forward_recurrent_kernel", new Regularizer(0.003f, 0)),
            Penalty.of("both", "backward_kernel", new Regularizer(0, 0.01f)),
            Penalty.of("both", "backward_recurrent_kernel", new Regularizer(0.003f, 0)),
            Penalty.of("code", "kernel", new Regularizer(0.001f, 0.002f)),
            Penalty.of("code", "activity", new Regularizer(0.01f, 0)),
            Penalty.of("each", "bias", new Regularizer(0, 0.05f)));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"held.keras", "held.h5"})
    void theyAreReadFromKerassLayersWhereverTheyLie(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        assertThat(model.trainedLoss().penalties()).containsExactlyInAnyOrderElementsOf(HELD);
        assertThat(model.trainedLoss().ofOutputs()).isEqualTo(new Loss.MeanSquaredError());
        assertThat(model.warnings()).isEmpty();
    }

    /** Keras's losses, which include them, and its outputs after three steps. */
    @Test
    void trainingGoesOnAsInKeras() throws IOException {
        requireTrainedOn("held.keras");
    }

    /** Of those of a layer within a TimeDistributed there is nothing in Keras's loss, of a model's there is. */
    @ParameterizedTest
    @ValueSource(strings = {"each_step.keras", "each_step.h5"})
    void ofEachStepsActivitiesThoseOfTheWholeCount(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        assertThat(model.trainedLoss().penalties())
                .containsExactlyInAnyOrder(
                        Penalty.of("code", "activity", new Regularizer(0, 0.02f)),
                        Penalty.of("deep_activity", "activity", new Regularizer(0.5f, 0)),
                        Penalty.of("all", "activity", new Regularizer(0.01f, 0)));
        assertThat(model.warnings())
                .hasSize(2)
                .allSatisfy(
                        warning -> assertThat(warning)
                                .endsWith(
                                        " has activity_regularizer of the layer within a TimeDistributed, which Keras 3 leaves out of"
                                                + " the loss, and so does Hourglass. Give it to the TimeDistributed itself to have it count."));
        requireTrainedOn(file);
        Path written = folder.resolve(file);
        ModelFile.write(model, written);
        assertThat(ModelFile.read(written).trainedLoss().penalties())
                .containsExactlyInAnyOrderElementsOf(model.trainedLoss().penalties());
    }

    private static void requireTrainedOn(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(resource(file.replaceAll("\\..*", ".bin"))))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] inputs = new float[SAMPLES * SIZE];
        numbers.get(inputs);
        Samples samples = (sample, into, at) -> System.arraycopy(inputs, sample * SIZE, into, at, SIZE);
        Parameters parameters = model.parameters();
        TrainingSettings settings = new TrainingSettings(
                model.trainedLoss(), Optimizer.of("sgd", Map.of("learning_rate", 0.1)), SAMPLES, 1);
        try (TrainingSession session = TrainingSession.of(model.graph(), parameters, settings, 1)) {
            for (int step = 0; step < STEPS; step++) {
                double loss = session.step(samples, new int[] {0, 1, 2, 3}, 0, SAMPLES);
                assertThat(loss).isCloseTo(numbers.get(), within(2e-6));
            }
        }
        float[] outputs = new float[SAMPLES * SIZE];
        try (ChainInference inference = ChainInference.of(model.graph(), parameters, 1)) {
            inference.run(samples, 0, SAMPLES, outputs);
        }
        for (float output : outputs) {
            assertThat(output).isCloseTo(numbers.get(), within(1e-5f));
        }
    }

    /** Without our note, as Keras reads it. */
    @ParameterizedTest
    @CsvSource({"held.keras, false", "held.h5, true"})
    void theyAreWrittenToTheLayersOfEitherFormat(String file, boolean legacy) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        ModelNode.Model tree = ModelTree.of(model, ModelLayout.SEQUENTIAL);
        Map<String, Object> config = legacy ? ConfigWriter.writeLegacy(tree) : ConfigWriter.write(tree);
        LayerPenalties.write(HELD, config, !legacy);
        Json json = JsonText.parse(JsonText.write(config), new Json.Document(Path.of(file), "it"));
        ModelNode.Model read = ConfigReader.read(json, warning -> {});
        assertThat(LayerPenalties.read(json, read, warning -> {})).containsExactlyInAnyOrderElementsOf(HELD);
        Path written = folder.resolve(file);
        ModelFile.write(model, written);
        assertThat(ModelFile.read(written).trainedLoss().penalties()).containsExactlyInAnyOrderElementsOf(HELD);
    }

    /** Keras's layers have no place for them; our note has, beside what stands on the layers. */
    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void sparsitiesAndContractionsAreReadBack(String format) throws IOException {
        AutoencoderSpec spec = new AutoencoderSpec(
                "sparse",
                Shape.of(6),
                List.of(new LayerSpec.Dense("code", 4, Activation.SIGMOID)),
                List.of(new LayerSpec.Dense("rebuild", 6, Activation.SIGMOID)));
        Loss loss = Loss.parse("binary_crossentropy:penalties=code/sparsity rho 0.1 beta 0.5;"
                + "code/contraction lambda 0.25;code/kernel l2 0.01");
        Parameters parameters = Parameters.initialize(spec.graph(), new RandomSource(2));
        Path file = folder.resolve("sparse." + format);
        ModelFile.write(
                SavedModel.of(new Autoencoder(spec, parameters, Normalization.NONE), loss, null, Map.of()), file);

        assertThat(ModelFile.read(file).trainedLoss()).isEqualTo(loss);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'l1' | 0.01 | 0",
                "'l1_l2' | 0.01 | 0.01",
                "{'class_name': 'L1L2', 'config': {'l1': 0.0, 'l2': 0.5}} | 0 | 0.5",
                "{'class_name': 'L2', 'config': {}} | 0 | 0.01"
            })
    void everyFormOfKerasIsUnderstood(String form, float l1, float l2) {
        assertThat(penalties(form, new ArrayList<>()))
                .containsExactly(Penalty.of("a", "kernel", new Regularizer(l1, l2)));
    }

    @Test
    void oneWithoutEffectIsNone() {
        List<String> warnings = new ArrayList<>();
        assertThat(penalties("{'class_name': 'L1L2', 'config': {'l1': 0, 'l2': 0}}", warnings))
                .isEmpty();
        assertThat(warnings).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'class_name': 'OrthogonalRegularizer', 'config': {'factor': 0.01}}",
                "{'class_name': 'L2', 'config': {'l2': -1}}",
                "{'class_name': 'L2', 'config': {'l2': 'much'}}"
            })
    void oneThatHourglassLacksIsLeftOutByName(String form) {
        List<String> warnings = new ArrayList<>();
        assertThat(penalties(form, warnings)).isEmpty();
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst())
                .startsWith("Layer 'a' has kernel_regularizer {class_name:'" + form.split("'", -1)[3])
                .endsWith(", which Hourglass leaves out when it continues training; it has L1, L2 and L1L2 of whole"
                        + " layers.");
    }

    private static List<Penalty> penalties(String form, List<String> warnings) {
        String config = """
                {'class_name': 'Sequential', 'config': {'layers': [{'class_name': 'Dense', 'config': {'name': 'a', 'units': 2,
                 'batch_input_shape': [null, 3], 'kernel_regularizer': %s}}]}}""".formatted(form);
        Json json = JsonText.parse(config.replace('\'', '"'), new Json.Document(Path.of("m.json"), "it"));
        return LayerPenalties.read(json, ConfigReader.read(json, warnings::add), warnings::add);
    }

    private static Path resource(String name) {
        return KerasFilesTest.resource("regularized/" + name);
    }
}
