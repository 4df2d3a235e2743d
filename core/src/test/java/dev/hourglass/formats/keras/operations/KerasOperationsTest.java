package dev.hourglass.formats.keras.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.ConfigReader;
import dev.hourglass.formats.keras.ModelNode;
import dev.hourglass.formats.keras.PlainLayers;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Operations of Keras 3 beside layers; {@code interop/make_operation_files.py} made the files. */
class KerasOperationsTest {
    private static final Path FILES = Path.of("src/test/resources/keras/operations");
    private static final int SAMPLES = 4;

    @ParameterizedTest
    @MethodSource("files")
    void computesWhatKerasComputed(Path file) throws IOException {
        SavedModel model = ModelFile.read(file);
        String name = file.getFileName().toString().replaceAll("\\.(keras|h5)$", "");
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
            assertThat(outputs[i])
                    .as("number %d", i)
                    .isCloseTo(expected[i], within(1e-5f * Math.max(1, Math.abs(expected[i]))));
        }
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(FILES)) {
            return all.filter(file -> !file.toString().endsWith(".bin")).sorted().toList().stream();
        }
    }

    @Test
    void aValueThatIsSplitIsCutOutForEachWhoReadsIt() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("splits.keras"));
        assertThat(model.layers())
                .extracting(LayerSpec::name)
                .contains("first", "split_0", "split_1", "split_1_0", "split_1_2", "split_2_0", "split_2_1")
                .noneMatch(name -> name.startsWith("split_1_1_"));
    }

    @Test
    void theMeanOfAllStepsIsTheLayerOfItsName() {
        ModelNode.Model model = read("'Mean'", "'axis': 1, 'keepdims': false", "");
        assertThat(KerasClass.of(((ModelNode.Layer) model.nodes().getFirst()).spec()))
                .isEqualTo(KerasClass.GLOBAL_AVERAGE_POOLING1D);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "`'Where'` | `` | ``", // none that layers compute
                "`'Mean'` | `'axis': null` | ``", // over the batch as well
                "`'Mean'` | `'axis': [0, 1]` | ``",
                "`'Max'` | `'axis': 1, 'initial': 0.5` | ``",
                "`'Reshape'` | `'newshape': [-1, 3]` | ``", // of which each sample would become several
                "`'Reshape'` | `'newshape': [2, -1]` | ``",
                "`'Transpose'` | `'axes': null` | ``",
                "`'Transpose'` | `'axes': [0, 1, 1]` | ``",
                "`'Pad'` | `'pad_width': [[0, 0], [1, 1], [0, 0]], 'mode': 'reflect'` | ``",
                "`'Pad'` | `'pad_width': [[1, 0], [1, 1], [0, 0]]` | ``",
                "`'Pad'` | `'pad_width': [[0, 0], [-1, 1], [0, 0]]` | ``",
                "`'Repeat'` | `'repeats': 2147483647, 'axis': null` | ``",
                "`'Repeat'` | `'repeats': 0, 'axis': 1` | ``",
                "`'Tile'` | `'repeats': [1, 1000, 1]` | ``", // each copy would be read
                "`'Tile'` | `'repeats': [2, 1, 1]` | ``",
                "`'Power'` | `` | `, 0.5`",
                "`'Divide'` | `` | `, 0`",
                "`'GetItem'` | `` | `, 0`", // one of the batch
                "`'GetItem'` | `` | `, [{'class_name': '__slice__', 'config': {'step': null}}, 4]`",
                "`'GetItem'` | `` | `, [{'class_name': '__slice__', 'config': {}}, {'class_name': '__slice__', 'config': {'step': -1}}]`",
                "`'GetItem'` | `` | `, [{'class_name': '__ellipsis__'}, 0, {'class_name': '__ellipsis__'}]`",
                "`'Softmax'` | `'axis': 1` | ``",
                "`'Clip'` | `'x_min': 1, 'x_max': 1` | ``",
                "`'Split'` | `'indices_or_sections': 3, 'axis': 1` | ``", // of 4 steps
                "`'Split'` | `'indices_or_sections': 2, 'axis': 0` | ``",
            })
    void anOperationThatNoLayersComputeIsRefusedByItsName(String operation, String settings, String more) {
        assertThatThrownBy(() -> read(operation, settings, more))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "m.keras: layer 'x' is the operation " + operation.replace("'", "")
                                + " of keras.ops, which no layers of Hourglass compute as it is called here;"
                                + " docs/keras-files.md lists those that it reads. Build the model without it and save it again.");
    }

    /** Whatever its name, it is somebody's code. */
    @Test
    void aClassOfAnotherModuleIsNone() {
        String config = text("'Mean'", "'axis': 1", "").replace("keras.src.ops.numpy", "keras.src.opsy");
        assertThatThrownBy(() -> read(config))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("runs no code of a file");
    }

    private static ModelNode.Model read(String operation, String settings, String more) {
        return read(text(operation, settings, more));
    }

    private static ModelNode.Model read(String config) {
        Json json = JsonText.parse(config.replace('\'', '"'), new Json.Document(Path.of("m.keras"), "config.json"));
        return ConfigReader.read(PlainLayers.of(json, warning -> {}), warning -> {});
    }

    /** Of 4 steps of 2 features; of a split, its second value is read. */
    private static String text(String operation, String settings, String more) {
        String own = settings.isEmpty() ? "" : ", " + settings;
        int output = operation.equals("'Split'") ? 1 : 0;
        return """
                {'class_name': 'Functional', 'config': {'name': 'm', 'layers': [
                  {'class_name': 'InputLayer', 'name': 'in', 'config': {'name': 'in', 'batch_shape': [null, 4, 2]},
                   'inbound_nodes': []},
                  {'module': 'keras.src.ops.numpy', 'class_name': %s, 'name': 'x', 'config': {'name': 'x'%s},
                   'registered_name': %s, 'inbound_nodes': [{'args': [{'class_name': '__keras_tensor__', 'config':
                     {'shape': [null, 4, 2], 'keras_history': ['in', 0, 0]}}%s], 'kwargs': {}}]}],
                 'input_layers': [['in', 0, 0]], 'output_layers': [['x', 0, %d]]}}
                """.formatted(operation, own, operation, more, output);
    }
}
