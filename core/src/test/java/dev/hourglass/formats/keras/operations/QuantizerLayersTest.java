package dev.hourglass.formats.keras.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.Inference;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.formats.keras.ConfigWriter;
import dev.hourglass.formats.keras.ModelTree;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A quantizer as layers of Keras, and back. */
class QuantizerLayersTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"keras, SEQUENTIAL", "keras, FUNCTIONAL", "keras, NESTED", "h5, SEQUENTIAL", "h5, NESTED"})
    void whatIsWrittenIsReadAsTheQuantizerItWasWithTheOptimizersState(String format, ModelLayout layout)
            throws IOException {
        SavedModel model = trained();
        Path file = folder.resolve("model." + format);
        ModelFile.write(model, file, layout);
        SavedModel read = ModelFile.read(file);
        assertThat(read.layers()).isEqualTo(model.layers());
        assertThat(read.trainedLoss()).isEqualTo(model.trainedLoss());
        assertThat(read.autoencoder().spec().waist()).isEqualTo("z");
        Parameters slot = Objects.requireNonNull(read.optimizer()).slot("momentum");
        assertThat(slot.get("z", "embeddings").values())
                .containsExactly(Objects.requireNonNull(model.optimizer())
                        .slot("momentum")
                        .get("z", "embeddings")
                        .values());
    }

    /** Two places of one codebook, whose names are taken already. */
    @Test
    void aSharedCodebookIsOneAgain() throws IOException {
        LayerSpec.VectorQuantizer codebook = new LayerSpec.VectorQuantizer("z", 5);
        Graph graph = new Graph(
                List.of(new Graph.Input("x", Shape.of(4))),
                List.of(
                        node(new LayerSpec.Dense("z_scores", 3, Activation.TANH), "x"),
                        node(codebook, "z_scores"),
                        node(new LayerSpec.Dense("z_choice", 3, Activation.TANH), "z"),
                        new Graph.Node("z_use2", codebook, List.of("z_choice")),
                        node(new LayerSpec.Dense("last", 4, Activation.LINEAR), "z_use2")),
                List.of("last"));
        Autoencoder autoencoder = Autoencoder.initialize(
                new AutoencoderSpec("shared", graph, "z"), Normalization.NONE, new RandomSource(3));
        Path file = folder.resolve("shared.keras");
        ModelFile.write(SavedModel.of(autoencoder, null, Map.of()), file);
        assertThat(ModelFile.read(file).graph().nodes()).containsExactlyInAnyOrderElementsOf(graph.nodes());
    }

    @Test
    void aFileHasClassesOfKerasAlone() {
        SavedModel spread = QuantizerLayers.spread(trained());
        String config = JsonText.write(ConfigWriter.write(ModelTree.of(spread, ModelLayout.FUNCTIONAL)));
        assertThat(config).doesNotContain("VectorQuantizer").contains("Rescaling", "softmax");
        assertThat(spread.layers().stream().map(LayerSpec::name))
                .containsExactly("a", "z_scores", "z_apart", "z_choice", "z", "last");
        assertThat(spread.waist().encoderLayers()).isEqualTo(5);
    }

    /** The file of somebody who changed the codebook alone still says what it computes. */
    @Test
    void layersWhoseScoresAreNotThoseOfTheCodebookStayWhatTheyAre() throws IOException {
        SavedModel spread = QuantizerLayers.spread(trained());
        spread.parameters().get("z", "kernel").values()[3] += 0.5f;
        Path file = folder.resolve("changed.keras");
        ModelFile.write(
                new SavedModel(
                        "changed",
                        spread.graph(),
                        spread.parameters(),
                        Normalization.NONE,
                        spread.waist(),
                        null,
                        null,
                        Map.of(),
                        List.of()),
                file);
        assertThat(ModelFile.read(file).layers()).isEqualTo(spread.layers());
    }

    @Test
    void bothHalvesTogetherAreTheWhole() throws IOException {
        SavedModel model = trained();
        Path encoder = folder.resolve("encoder.keras");
        Path decoder = folder.resolve("decoder.h5");
        ModelFile.write(model.encoder(), encoder);
        ModelFile.write(model.decoder(), decoder);
        assertThat(ModelFile.read(encoder).vectorCodes().codebook())
                .isEqualTo(model.vectorCodes().codebook());
        float[] input = {0.1f, -0.4f, 0.9f, 0.2f, 0.3f, -0.8f};
        float[] codes = new float[4];
        float[] rebuilt = new float[6];
        try (Inference whole = Inference.of(model.autoencoder(), 1)) {
            whole.encode((index, into, offset) -> System.arraycopy(input, 0, into, offset, 6), 0, 1, codes);
            whole.reconstruct((index, into, offset) -> System.arraycopy(input, 0, into, offset, 6), 0, 1, rebuilt);
            float[] numbers = new float[2];
            model.vectorCodes().number(codes, 0, 1, numbers);
            SavedModel ofNumbers = model.decoderOfNumbers();
            assertThat(ofNumbers.input()).isEqualTo(Shape.of(2));
            float[] decoded = new float[6];
            try (var inference = dev.hourglass.engine.ChainInference.of(ofNumbers.graph(), ofNumbers.parameters(), 1)) {
                inference.run((index, into, offset) -> System.arraycopy(numbers, 0, into, offset, 2), 0, 1, decoded);
            }
            assertThat(decoded).containsExactly(rebuilt);
        }
    }

    private static SavedModel trained() {
        AutoencoderSpec spec = new AutoencoderSpec(
                "quantized",
                Shape.of(2, 3),
                List.of(new LayerSpec.Dense("a", 2, Activation.TANH), new LayerSpec.VectorQuantizer("z", 7)),
                List.of(new LayerSpec.Dense("last", 3, Activation.LINEAR)));
        Autoencoder autoencoder = Autoencoder.initialize(spec, Normalization.NONE, new RandomSource(3));
        OptimizerState fresh = OptimizerState.fresh(Optimizer.Adam.DEFAULT, autoencoder.parameters());
        Map<String, Parameters> slots = new HashMap<>(fresh.slots());
        for (Parameters slot : slots.values()) {
            for (Parameter parameter : slot.list()) {
                for (int i = 0; i < parameter.values().length; i++) {
                    parameter.values()[i] = i + 1;
                }
            }
        }
        OptimizerState state = new OptimizerState(fresh.optimizer(), 5, slots, fresh.scalars());
        Loss loss = Loss.parse("mean_squared_error:penalties=z/quantization beta 0.5");
        return SavedModel.of(autoencoder, loss, state, Map.of());
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }
}
