package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.Activation;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the real Keras says in other ways than by plain layers; {@code interop/make_plain_files.py} made the files. */
class PlainLayersTest {
    private static final Path FILES = Path.of("src/test/resources/keras/plain");
    private static final int SAMPLES = 4;

    @ParameterizedTest
    @MethodSource("files")
    void computesWhatKerasComputed(Path file) throws IOException {
        SavedModel model = ModelFile.read(file);
        String name = file.getFileName().toString().replaceAll("(_keras2)?\\.(keras|h5)$", "");
        ByteBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(FILES.resolve(name + ".bin")))
                .order(ByteOrder.LITTLE_ENDIAN);
        int size = model.input().size();
        float[] inputs = new float[SAMPLES * size];
        numbers.asFloatBuffer().get(inputs);
        numbers.position(inputs.length * Float.BYTES);
        float[] expected = new float[numbers.remaining() / Float.BYTES];
        numbers.asFloatBuffer().get(expected);
        float[] outputs = new float[SAMPLES * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (sample, into, at) -> System.arraycopy(inputs, sample * size, into, at, size), 0, SAMPLES, outputs);
        }
        assertThat(outputs).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            assertThat(outputs[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(FILES)) {
            return all.filter(file -> !file.toString().endsWith(".bin")).sorted().toList().stream();
        }
    }

    @Test
    void anActivationWithANameIsThatOfItsLayerAndAnyOtherOneALayerByTheNameOfBoth() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("activations_in_a_row.keras"));
        assertThat(model.layers())
                .extracting(LayerSpec::name)
                .containsExactly("a_first", "a", "b_first", "b", "c_first", "c", "d", "e", "f_first", "f");
        assertThat(model.layers().get(1)).isEqualTo(new LayerSpec.LeakyRelu("a", 0.1f));
        assertThat(((LayerSpec.Dense) model.layers().get(6)).activation()).isEqualTo(Activation.LEAKY_RELU);
    }

    @Test
    void operationsOfTensorflowAreLayers() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("tensorflow_keras2.h5"));
        assertThat(model.layers().stream().map(KerasClass::of))
                .containsExactly(
                        KerasClass.CONV2D,
                        KerasClass.ADD,
                        KerasClass.ACTIVATION,
                        KerasClass.RESCALING,
                        KerasClass.SUBTRACT,
                        KerasClass.RESCALING,
                        KerasClass.MAXIMUM,
                        KerasClass.MULTIPLY,
                        KerasClass.RESCALING,
                        KerasClass.CONV2D);
    }

    @Test
    void whatOnlyTrainingKnowsIsLeftOutOfItWithAWarningButForThePenalty() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("only_in_training.keras"));
        assertThat(model.warnings())
                .contains("Layer 'flip' (RandomFlip) changes images in training alone, and Hourglass trains on without"
                        + " it.");
        assertThat(model.trainedLoss().text()).contains("sparse/" + Penalty.ACTIVITY);
    }

    @ParameterizedTest
    @ValueSource(strings = {"of_mixed_float16.keras", "wrapped_mixed_float16.keras", "wrapped_mixed_float16.h5"})
    void anotherPrecisionIsSaidOnce(String file) throws IOException {
        assertThat(ModelFile.read(FILES.resolve(file)).warnings())
                .containsOnlyOnce("It computes in mixed_float16 in Keras; Hourglass computes in float32.");
    }

    @Test
    void aTimeDistributedEndsAsTheLayerWithinItDoes() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("wrapped_float64.keras"));
        assertThat(model.layers())
                .extracting(LayerSpec::name)
                .startsWith("each_first", "each", "both")
                .endsWith("last_first", "last");
        assertThat(model.layers().get(1)).isEqualTo(new LayerSpec.LeakyRelu("each", 0.1f));
        assertThat(model.layers().getFirst())
                .isEqualTo(new LayerSpec.TimeDistributed(
                        "each_first", new LayerSpec.Dense("squeeze", 4, Activation.LINEAR)));
        assertThat(((LayerSpec.Bidirectional) model.layers().get(2))
                        .backward()
                        .recurrence()
                        .activation())
                .isEqualTo(Activation.RELU);
    }

    /** Keras itself would run somebody's code there. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`'Identity', 'module': 'my', 'registered_name': 'my>Identity'` | `` | is a Identity of 'my', registered as 'my>Identity'",
                "`'RandomRotation', 'module': 'my'` | `` | is a RandomRotation of 'my'",
                "`'ActivityRegularization', 'registered_name': 'my>ActivityRegularization'` | `` | is a ActivityRegularization of no module",
                "`'GlobalAveragePooling1D', 'module': 'my'` | `, 'keepdims': true` | is a GlobalAveragePooling1D of 'my'",
                "`'Activation', 'module': 'my'` | `, 'activation': {'class_name': 'LeakyReLU', 'config': {}}` | is a Activation of 'my'",
                "`'Activation'` | `, 'activation': {'class_name': 'LeakyReLU', 'module': 'my', 'config': {}}` | has activation {class_name:'LeakyReLU',module:'my'",
                "`'Activation'` | `, 'activation': {'class_name': 'ReLU', 'registered_name': 'Custom>ReLU', 'config': {}}` | has activation {class_name:'ReLU'",
                "`'Activation'` | `, 'activation': {'class_name': 'function', 'module': 'my', 'config': 'relu'}` | has activation {class_name:'function',module:'my'",
                "`'Activation'` | `, 'activation': {'class_name': 'function', 'module': 'kerasy', 'config': 'softmax_v2'}` | has activation {class_name:'function'",
                "`'Activation'` | `, 'activation': {'class_name': 'function', 'registered_name': 'my>relu', 'config': 'relu'}` | has activation {class_name:'function'",
            })
    void whatIsNamedAsKerassOwnAndIsNotIsRefused(String kerasClass, String settings, String message) {
        String model =
                "{'class_name': 'Sequential', 'config': {'name': 'm', 'layers': [{'class_name': 'InputLayer', 'config':"
                        + " {'name': 'in', 'batch_shape': [null, 4, 3]}}, {'class_name': " + kerasClass
                        + ", 'config': {'name': 'x'" + settings + "}}]}}";
        assertThatThrownBy(() -> read(model))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("layer 'x' ")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`'Add', 'module': 'my'` | 2 | is a Add of 'my'",
                "`'Add', 'registered_name': 'Custom>Add'` | 2 | is a Add of no module, registered as 'Custom>Add'",
                "`'Silu', 'module': 'my', 'registered_name': 'Custom>Silu'` | 1 | is a Silu of 'my', registered as 'Custom>Silu'",
                "`'Silu', 'module': 'my'` | 1 | is a Silu of 'my'",
                "`'Silu', 'registered_name': 'Custom>Silu'` | 1 | is a Silu of no module, registered as 'Custom>Silu'",
                "`'Silu', 'module': 'keras.src.ops.nn', 'registered_name': 'Custom>Silu'` | 1 | is a Silu of 'keras.src.ops.nn'",
                "`'NotEqual', 'module': 'my'` | 2 | is a NotEqual of 'my'",
                "`'TFOpLambda', 'module': 'my'` | 0 | is a TFOpLambda of 'my'",
            })
    void anOperationThatIsNamedAsKerassOwnAndIsNotIsRefused(String kerasClass, int arguments, String message) {
        assertThatThrownBy(() -> read(operation(kerasClass, arguments)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: layer 'x' " + message);
    }

    @Test
    void anOperationOfTensorflowThatHourglassLacksIsRefusedByItsName() {
        assertThatThrownBy(() -> read(operation("'TFOpLambda'", 0).replace("nn.relu", "reshape")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: layer 'x' is a TFOpLambda; Hourglass has Conv2D, ");
    }

    @Test
    void operationsOfKerasAreReadByTheirModuleOrWithoutOne() {
        for (String module : List.of("", ", 'module': 'keras.src.ops.numpy', 'registered_name': 'Add'")) {
            assertThat(read(operation("'Add'" + module, 2)).layers())
                    .extracting(ModelNode.Layer::spec)
                    .containsExactly(new LayerSpec.Add("x"));
        }
        for (String own : List.of(
                operation("'Relu', 'module': 'keras.src.ops.nn', 'registered_name': null", 1),
                operation(
                        "'TFOpLambda', 'module': 'keras.src.layers.core.tf_op_layer', 'registered_name': 'TFOpLambda'",
                        0))) {
            assertThat(read(own).layers())
                    .extracting(ModelNode.Layer::spec)
                    .containsExactly(new LayerSpec.ActivationLayer("x", Activation.RELU));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"NotEqual", "Any"})
    void aMaskIsNotToldFromAnOperationOfSomebodysOwn(String foreign) {
        String masked = functional(
                "[null, 4, 3]",
                called("NotEqual", "ne", "", tensor("in") + ", 0.0", ""),
                called("Any", "any", "'axis': -1, ", tensor("ne"), ""),
                called("Masking", "m", "'mask_value': 0.0, ", tensor("in"), ""),
                called("LSTM", "x", "'units': 2, ", tensor("m"), "'mask': " + tensor("any")));
        assertThat(read(masked).layers()).extracting(ModelNode.Layer::kerasName).containsExactly("m", "x");
        assertThatThrownBy(() -> read(masked.replace("'" + foreign + "'", "'" + foreign + "', 'module': 'my'")))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: layer 'ne' is a NotEqual");
    }

    /** Attention is called with masks of its own names or with a list; an Embedding's mask is the comparison alone. */
    @Test
    void anAttentionThatIsCalledWithTheMaskOfWhatItReadsIsRead() {
        String table =
                called("Embedding", "m", "'input_dim': 9, 'output_dim': 4, 'mask_zero': true, ", tensor("in"), "");
        String mask = called("NotEqual", "ne", "", tensor("in") + ", 0", "");
        String heads = "'num_heads': 2, 'key_dim': 3, ";
        String both = tensor("m") + ", " + tensor("m");
        String named = functional(
                "[null, 4]",
                mask,
                table,
                called("MultiHeadAttention", "x", heads, both, "'value_mask': " + tensor("ne")));
        String listed = functional(
                "[null, 4]",
                mask,
                table,
                called("Attention", "x", "", "[" + both + "]", "'mask': [" + tensor("ne") + ", null]"));
        for (String model : List.of(named, listed)) {
            assertThat(read(model).layers())
                    .extracting(ModelNode.Layer::spec)
                    .contains(new LayerSpec.Embedding("m", 9, 4, true));
            assertThatThrownBy(() -> read(model.replace("'mask_zero': true", "'mask_zero': false")))
                    .isInstanceOf(UnsupportedModelException.class)
                    .hasMessageStartingWith("m.keras: layer 'ne' is a NotEqual");
        }
        String other = named.replace("'value_mask'", "'attention_mask'");
        assertThatThrownBy(() -> read(other))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: layer 'x' (MultiHeadAttention) is called with attention_mask=");
        String ofAnother = functional(
                "[null, 4]",
                mask,
                table,
                called("Dense", "d", "'units': 4, ", tensor("n"), ""),
                called("Embedding", "n", "'input_dim': 9, 'output_dim': 4, ", tensor("in"), ""),
                called(
                        "Attention",
                        "x",
                        "",
                        "[" + tensor("m") + ", " + tensor("d") + "]",
                        "'mask': [null, " + tensor("ne") + "]"));
        assertThatThrownBy(() -> read(ofAnother))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: layer 'x' is called with the mask of 'm', which does not come with");
    }

    /** @param arguments how many values of Keras 3 it is called with; 0 for one of Keras 2 */
    private static String operation(String kerasClass, int arguments) {
        String call = arguments == 0
                ? "['in', 0, 0, {}]"
                : "{'args': [" + String.join(", ", Collections.nCopies(arguments, tensor("in"))) + "], 'kwargs': {}}";
        return functional(
                "[null, 3]",
                "{'class_name': " + kerasClass + ", 'name': 'x', 'config': {'name': 'x', 'function': 'nn.relu'},"
                        + " 'inbound_nodes': [" + call + "]}");
    }

    private static String called(String kerasClass, String name, String settings, String arguments, String words) {
        return ("{'class_name': '%s', 'name': '%s', 'config': {%s'name': '%2$s'}, 'inbound_nodes': [{'args': [%s],"
                        + " 'kwargs': {%s}}]}")
                .formatted(kerasClass, name, settings, arguments, words);
    }

    private static String tensor(String of) {
        return "{'class_name': '__keras_tensor__', 'config': {'keras_history': ['" + of + "', 0, 0]}}";
    }

    /** From 'in' to 'x'. */
    private static String functional(String shape, String... layers) {
        return "{'class_name': 'Functional', 'config': {'name': 'm', 'input_layers': [['in', 0, 0]], 'output_layers':"
                + " [['x', 0, 0]], 'layers': [{'class_name': 'InputLayer', 'name': 'in', 'inbound_nodes': [], 'config':"
                + " {'name': 'in', 'batch_shape': " + shape + "}}, " + String.join(", ", layers) + "]}}";
    }

    @Test
    void functionsOfKerasAndTensorflowAreReadByTheirNames() {
        for (String function : List.of(
                "'config': 'softmax_v2', 'module': 'builtins', 'registered_name': 'function'",
                "'config': 'softmax_v2', 'module': 'tensorflow.python.ops.nn_ops', 'registered_name': 'softmax_v2'",
                "'config': 'softmax', 'module': 'keras.src.activations.activations', 'registered_name': null",
                "'config': 'softmax'")) {
            String model =
                    "{'class_name': 'Sequential', 'config': {'name': 'm', 'layers': [{'class_name': 'Dense', 'config':"
                            + " {'name': 'x', 'units': 2, 'batch_input_shape': [null, 3], 'activation': {'class_name': 'function', "
                            + function + "}}}]}}";
            assertThat(((LayerSpec.Dense) read(model).layers().getFirst().spec()).activation())
                    .isEqualTo(Activation.SOFTMAX);
        }
    }

    private static ModelNode.Model read(String json) {
        Json model = JsonText.parse(json.replace('\'', '"'), new Json.Document(Path.of("m.keras"), "config.json"));
        return ConfigReader.read(PlainLayers.of(model, warning -> {}), warning -> {});
    }
}
