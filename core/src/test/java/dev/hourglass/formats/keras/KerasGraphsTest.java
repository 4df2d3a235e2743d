package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Models with several inputs and outputs, and layers and models that are used at several places, as the real Keras saved them;
 * {@code interop/make_graph_files.py} made the files.
 */
class KerasGraphsTest {
    private static final int BATCH = 3;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "composite.keras",
        "composite.h5",
        "moments.keras",
        "moments.h5",
        "in_turn.keras",
        "in_turn.h5",
        "blocks.keras",
        "blocks.h5",
        "stacks.keras",
        "stacks.h5",
        "two_views.keras",
        "two_views.h5",
        "words.keras",
        "words.h5",
        "attentive.keras",
        "attentive.h5",
        "conditional.keras",
        "conditional.h5",
        "half_read.keras",
        "half_read.h5"
    })
    void computesEachOutputAsKerasDidAndSoDoesWhatIsWritten(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        requireKerasOutputs(model, file);
        for (String extension : List.of("keras", "h5")) {
            Path written = folder.resolve("written." + extension);
            ModelFile.write(model, written);
            SavedModel again = ModelFile.read(written);
            requireKerasOutputs(again, file);
            assertThat(again.graph().outputs()).hasSameSizeAs(model.graph().outputs());
            assertThat(again.parameters().count()).isEqualTo(model.parameters().count());
            assertThat(ModelFile.goldenDifference(written)).hasValue(0);
        }
    }

    @ParameterizedTest
    @CsvSource({"half_read.keras", "half_read.h5"})
    void aLayerOfANestedModelThatLeadsToNoOutputIsLeftOutWithAWarning(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        assertThat(model.layers()).extracting(LayerSpec::name).doesNotContain("variance");
        assertThat(model.warnings()).contains("'variance' leads to no output of the model and was left out.");
        assertThat(model.code()).isEqualTo(Shape.of(2));
    }

    private static void requireKerasOutputs(SavedModel model, String file) throws IOException {
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(resource(file.replaceAll("\\..*", ".bin"))))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        int size = model.input().size();
        float[] inputs = new float[BATCH * size];
        numbers.get(inputs);
        for (Part part : parts(model, inputs)) {
            for (float number : part.numbers()) {
                assertThat(number).as(part.output()).isCloseTo(numbers.get(), within(2e-6f));
            }
        }
        assertThat(numbers.hasRemaining()).isFalse();
    }

    /** What an output gives for all samples. */
    private record Part(String output, float[] numbers) {}

    private static List<Part> parts(SavedModel model, float[] inputs) {
        int size = model.input().size();
        ModelFacts facts = ModelFacts.of(model.graph());
        List<Part> parts = new ArrayList<>();
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            int all = inference.outputSize();
            float[] together = new float[BATCH * all];
            inference.run(
                    (sample, into, at) -> System.arraycopy(inputs, sample * size, into, at, size), 0, BATCH, together);
            int before = 0;
            for (String output : model.graph().outputs()) {
                int width = facts.shapeOf(output).size();
                float[] of = new float[BATCH * width];
                for (int sample = 0; sample < BATCH; sample++) {
                    System.arraycopy(together, sample * all + before, of, sample * width, width);
                }
                parts.add(new Part(output, of));
                before += width;
            }
        }
        return parts;
    }

    @Test
    void aModelOfSeveralInputsIsTrainedOnWhereEachIsRebuilt() throws IOException {
        SavedModel views = ModelFile.read(resource("two_views.keras"));

        assertThat(views.describeInputs()).isEqualTo("'first' [4, 4, 1] and 'second' [3]");
        assertThat(views.input().toString()).isEqualTo("[19]");
        assertThat(views.code().toString()).isEqualTo("[2]");
        assertThat(views.encoder().graph().inputs()).hasSize(2);
        assertThat(views.decoder().graph().outputs()).containsExactly("drawn", "told");
        assertThat(views.withOutput("told").output().toString()).isEqualTo("[3]");
        SavedModel told = ModelFile.read(resource("conditional.keras"), "code");
        assertThat(told.isCodeAlone()).isFalse();
        assertThatThrownBy(told::decoder).hasMessageContaining("kind");
        assertThatThrownBy(told::autoencoder)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("Model 'conditional' turns 'x' [6] and 'kind' [3] into ")
                .hasMessageEndingWith(
                        "; to be trained on or compared, it needs an output for each input, and 'kind' [3]"
                                + " has none of its shape. It can be run, encoded with and converted as it is.");
        assertThat(views.autoencoder().spec().latentSize()).isEqualTo(2);
        assertThat(views.autoencoder().spec().graph().outputs()).containsExactly("joined", "drawn", "told");
    }

    @Test
    void theReconstructionIsTheOutputWithTheInputsShapeAndAnotherIsTakenByName() throws IOException {
        SavedModel model = ModelFile.read(resource("composite.keras"));

        assertThat(model.reconstruction()).hasValue("rebuilt");
        assertThat(model.isAutoencoder()).isTrue();
        assertThat(model.whole().graph().outputs()).containsExactly("rebuilt");
        assertThat(model.whole().layers()).extracting(LayerSpec::name).doesNotContain("predict", "predicted");
        assertThat(model.withOutput("predicted").output().toString()).isEqualTo("[2, 2]");
        assertThat(model.code().toString()).isEqualTo("[3]");
        assertThat(model.encoder().layers()).extracting(LayerSpec::name).containsExactly("code");
        assertThat(model.decoder().graph().outputs()).containsExactly("rebuilt", "predicted");
        assertThat(model.autoencoder().spec().waist()).isEqualTo("code");
        assertThatThrownBy(() -> model.withOutput("predictd"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "Model 'composite' has no output 'predictd'; it gives 'rebuilt' [6, 2] and 'predicted' [2, 2]."
                                + " Did you mean 'predicted'?");
    }

    @Test
    void whichOutputIsMeantIsNeverGuessed() throws IOException {
        SavedModel encoder = ModelFile.read(resource("moments.keras"), "mean").encoder();
        assertThat(encoder.graph().outputs()).containsExactly("mean");
        SavedModel decoder = ModelFile.read(resource("composite.keras")).decoder();
        assertThatThrownBy(decoder::output)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        "Model 'composite_decoder' turns [3] into 'rebuilt' [6, 2] and 'predicted' [2, 2]. Name the one"
                                + " that is meant with --output NAME.");
    }

    @Test
    void aLayerThatIsUsedAgainHasItsVariablesOnce() throws IOException {
        SavedModel model = ModelFile.read(resource("in_turn.keras"));

        assertThat(model.layers()).extracting(LayerSpec::name).containsExactlyInAnyOrder("a", "b", "both");
        assertThat(model.graph().nodes())
                .extracting(Graph.Node::name)
                .containsExactlyInAnyOrder("a", "b", "a_use2", "both", "b_use2");
        assertThat(model.parameters().list()).hasSize(4);
    }

    /** Each file proves itself when it is written: what is read back is run. */
    @ParameterizedTest
    @CsvSource({
        "composite, rebuilt",
        "composite, predicted",
        "moments, rebuilt",
        "in_turn, b_use2",
        "blocks, last",
        "stacks, s",
        "two_views, drawn",
        "two_views, told",
        "conditional, rebuilt"
    })
    void eachOutputIsWrittenAsOnnxByItself(String name, String output) throws IOException {
        SavedModel model = ModelFile.read(resource(name + ".keras"));
        Path written = folder.resolve("written.onnx");
        ModelFile.write(model.withOutput(output), written);

        assertThat(written).exists();
    }

    private static Path resource(String name) {
        return KerasFilesTest.resource("graphs/" + name);
    }
}
