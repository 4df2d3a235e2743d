package dev.hourglass.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.RandomGraphs;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.BypassException;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Presets;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Models that branch, in Keras's files. */
class GraphFilesTest {
    private static final RandomSource RANDOM = new RandomSource(4);

    @TempDir
    private Path folder;

    static Stream<AutoencoderSpec> specs() {
        Stream<AutoencoderSpec> presets = Stream.of("mnist-unet", "cifar10-residual", "mnist-vae")
                .map(name -> Presets.find(name, name.replace('-', '_')).orElseThrow());
        return Stream.concat(presets, RandomGraphs.of(RANDOM, 15));
    }

    @ParameterizedTest
    @MethodSource("specs")
    void whatIsWrittenIsReadAgainWithItsWaistAndItsOptimizer(AutoencoderSpec spec) throws IOException {
        Autoencoder model = new ModelCase("graph", spec).model(RANDOM);
        OptimizerState state = numbered(OptimizerState.fresh(Optimizer.Adam.DEFAULT, model.parameters()));
        SavedModel saved = SavedModel.of(model, state, Map.of("seed", "4"));
        for (String extension : List.of("keras", "h5")) {
            Path file = folder.resolve(spec.name() + "." + extension);
            ModelFile.write(saved, file);
            SavedModel read = ModelFile.read(file);

            assertThat(read.graph().nodes())
                    .containsExactlyInAnyOrderElementsOf(spec.graph().nodes());
            assertThat(read.autoencoder().spec().waist()).isEqualTo(spec.waist());
            assertThat(read.autoencoder().spec().bypass()).containsExactlyInAnyOrderElementsOf(spec.bypass());
            assertThat(read.parameters().ofLayers(spec.layers()).sha256())
                    .isEqualTo(model.parameters().sha256());
            OptimizerState after = Objects.requireNonNull(read.optimizer());
            assertThat(after.ofLayers(spec.layers()).slot("velocity").sha256())
                    .isEqualTo(state.slot("velocity").sha256());
            assertThat(ModelFile.goldenDifference(file)).hasValue(0);
        }
    }

    /** So that an exchange of two arrays shows. */
    private static OptimizerState numbered(OptimizerState state) {
        float next = 0;
        for (var slot : state.slots().values()) {
            for (var parameter : slot.list()) {
                java.util.Arrays.fill(parameter.values(), ++next);
            }
        }
        return state;
    }

    @Test
    void theHalvesOfAModelWithoutSkipsAreFilesOfTheirOwn() throws IOException {
        SavedModel whole = SavedModel.of(
                new ModelCase("graph", Presets.cifar10Residual("residual")).model(RANDOM), null, Map.of());
        for (SavedModel half : List.of(whole.encoder(), whole.decoder())) {
            Path file = folder.resolve(half.name() + ".keras");
            ModelFile.write(half, file);
            SavedModel read = ModelFile.read(file);

            assertThat(read.graph().nodes()).extracting(Graph.Node::name).hasSameElementsAs(names(half));
            assertThat(read.code()).isEqualTo(half.code());
            assertThat(read.waist().encoderLayers()).isEqualTo(half.waist().encoderLayers());
        }
    }

    private static List<String> names(SavedModel model) {
        return model.graph().nodes().stream().map(Graph.Node::name).toList();
    }

    @Test
    void aUnetHasNoDecoderOfItsOwn() {
        SavedModel unet =
                SavedModel.of(new ModelCase("graph", Presets.mnistUnet("unet")).model(RANDOM), null, Map.of());
        assertThatThrownBy(unet::decoder)
                .isInstanceOf(BypassException.class)
                .hasMessage("Model 'unet' rebuilds a sample from 784 numbers at the waist 'latent' and 18816 that go"
                        + " around it (enc_conv2, enc_conv1), so decoding a code alone is not possible. Use"
                        + " reconstruction, or a model without skips.");
    }
}
