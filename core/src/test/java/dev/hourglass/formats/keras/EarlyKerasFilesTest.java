package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Models in the words and layouts of Keras 1 and of Theano; {@code interop/make_keras1_files.py} made the files. */
class EarlyKerasFilesTest {
    private static final int BATCH = 3;

    /** Channels first, steps with gates that lie apart, a graph with Merge; and kernels that Theano turns round. */
    @ParameterizedTest
    @ValueSource(strings = {"images", "steps", "merged", "theano"})
    void aFileOfKeras1ComputesWhatItsModelComputes(String name) throws IOException {
        requireOutputs(name, ModelFile.read(resource(name + ".h5")));
    }

    @ParameterizedTest
    @CsvSource({"images, json", "images, yaml", "steps, json", "steps, yaml", "merged, json", "merged, yaml"})
    void anArchitectureOfKeras1TakesItsWeightsFromAnotherFile(String name, String kind) throws IOException {
        ReadOptions options = ReadOptions.defaults().withWeights(resource(name + "_weights.h5"));
        requireOutputs(name, ModelFile.read(resource(name + "." + kind), options));
    }

    @Test
    void theHardSigmoidOfEarlierKerasIsComputedAndNamed() throws IOException {
        assertThat(ModelFile.read(resource("steps.h5")).warnings())
                .containsExactly(
                        "Its hard_sigmoid is that of Keras before 3, min(max(0.2 x + 0.5, 0), 1), with which it"
                                + " was trained; Keras 3 opens such a file and computes min(max(x / 6 + 0.5, 0), 1).");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'mode': 'dot' | has mode 'dot'; Hourglass supports sum, mul, ave, max and concat",
                "'mode': 'f', 'mode_type': 'lambda' | merges by a function of its own, which is code",
                "'mode': 'sum', 'layers': [] | stands at the start of a Sequential and merges several inputs"
            })
    void aMergeThatHasNoEqualTodayIsRefusedByItsReason(String settings, String reason) {
        String merge = "{'class_name': 'Merge', 'config': {'name': 'm', " + settings + "}}";
        assertThatThrownBy(() -> translate("{'class_name': 'Sequential', 'config': [" + merge + "]}", 1))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.json: layer 'm' (Merge) " + reason);
    }

    @Test
    void regularizersAndConstraintsOfKeras1HaveTodaysForm() {
        Json translated = translate("""
                {'class_name': 'Sequential', 'config': [{'class_name': 'Dense', 'config': {
                 'W_regularizer': {'name': 'WeightRegularizer', 'l1': 0.0, 'l2': 0.5},
                 'W_constraint': {'name': 'MaxNorm', 'm': 2, 'axis': 0}, 'b_constraint': null}}]}""", 1);
        Json layer = translated.asMapping().get("config").asSequence().items().getFirst();
        Json.Mapping config = layer.asMapping().get("config").asMapping();
        assertThat(config.get("kernel_regularizer").excerpt()).isEqualTo("{class_name:'L1L2',config:{l1:0,l2:0.5}}");
        assertThat(config.get("kernel_constraint").excerpt())
                .isEqualTo("{class_name:'MaxNorm',config:{axis:0,max_value:2}}");
        assertThat(config.find("bias_constraint")).isNull();
    }

    @Test
    void whatKeras3WroteStaysAsItIs() {
        List<String> warnings = new ArrayList<>();
        String config = """
                {'class_name': 'Sequential', 'config': {'layers': [{'class_name': 'Activation', 'config':
                 {'name': 'a', 'activation': 'hard_sigmoid'}}]}}""".replace('\'', '"');
        Json json = JsonText.parse(config, new Json.Document(Path.of("m.json"), "it"));
        assertThat(EarlyConfig.inWordsOfKeras3(json, KerasOrigin.KERAS3, warnings::add))
                .isEqualTo(json);
        assertThat(warnings).isEmpty();
    }

    private static Json translate(String config, int major) {
        Json json = JsonText.parse(config.replace('\'', '"'), new Json.Document(Path.of("m.json"), "it"));
        return EarlyConfig.inWordsOfKeras3(json, new KerasOrigin(major, false), warning -> {});
    }

    private static void requireOutputs(String name, SavedModel model) throws IOException {
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(resource(name + ".bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        int size = model.input().size();
        float[] inputs = new float[BATCH * size];
        numbers.get(inputs);
        float[] outputs = new float[BATCH * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (sample, into, at) -> System.arraycopy(inputs, sample * size, into, at, size), 0, BATCH, outputs);
        }
        assertThat(numbers.remaining()).isEqualTo(outputs.length);
        for (float output : outputs) {
            assertThat(output).isCloseTo(numbers.get(), within(1e-5f));
        }
    }

    private static Path resource(String name) {
        return KerasFilesTest.resource("early/" + name);
    }
}
