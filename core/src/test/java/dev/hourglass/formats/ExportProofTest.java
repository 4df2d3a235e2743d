package dev.hourglass.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.onnx.ModelWriter;
import dev.hourglass.formats.onnx.OnnxFile;
import dev.hourglass.formats.onnx.OnnxModel;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Normalization;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Files that hold almost the model. */
class ExportProofTest {
    private static final String END =
            ". This is a fault of Hourglass or of the disk; please report it. No file was written.";

    private final SavedModel model = ModelFileTest.trained(ModelFileTest.everyLayer());
    private final ExportProof proof = new ExportProof(Path.of("model.keras"), model, GoldenBatch.of(model));

    @Test
    void theModelItselfIsHeld() {
        assertThatCode(() -> proof.requireHeldBy(model)).doesNotThrowAnyException();
        assertThatCode(() -> proof.requireHeldBy(ModelWriter.translate(model))).doesNotThrowAnyException();
    }

    /** By the last bit of one number, which no output shows. */
    @Test
    void anotherNumberInAnyVariableIsFoundOut() {
        for (Parameter parameter : model.parameters().list()) {
            SavedModel other = with(changed(model.parameters(), parameter.path()), model.optimizer());
            assertThat(proof.golden().difference(other)).isLessThan(1e-5);
            assertThatThrownBy(() -> proof.requireHeldBy(other))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageStartingWith("model.keras: expected " + parameter.path() + " with ")
                    .hasMessageContaining(" at 0 when the file is read back, found ")
                    .hasMessageEndingWith(END);
        }
    }

    @Test
    void anotherNumberInAMomentIsFoundOut() {
        OptimizerState state = Objects.requireNonNull(model.optimizer());
        OptimizerState other = new OptimizerState(
                state.optimizer(),
                state.steps(),
                Map.of("momentum", state.slot("momentum"), "velocity", changed(state.slot("velocity"), "lstm/bias")),
                Map.of());
        assertThatThrownBy(() -> proof.requireHeldBy(with(model.parameters(), other)))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("expected the optimizer's velocity of lstm/bias with ");
        assertThatThrownBy(() -> proof.requireHeldBy(with(model.parameters(), null)))
                .hasMessage("model.keras: expected an optimizer: true when the file is read back, found false" + END);
    }

    @Test
    void anotherNormalizationIsFoundOut() {
        SavedModel other = new SavedModel(
                model.name(),
                model.input(),
                model.layers(),
                model.parameters(),
                Normalization.NONE,
                model.waist(),
                model.loss(),
                model.optimizer(),
                model.provenance(),
                List.of());
        assertThatThrownBy(() -> proof.requireHeldBy(other))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith(
                        "model.keras: expected the normalization Normalization[scales=[0.003921568859368563]");
    }

    @Test
    void anotherNumberInAnyArrayOfOnnxIsFoundOut() {
        OnnxModel graph = ModelWriter.translate(model);
        for (int i = 0; i < graph.weights().size(); i++) {
            if (graph.weights().get(i) instanceof OnnxModel.Weights.Floats floats) {
                OnnxModel other = OnnxFile.read(OnnxFile.write(graph));
                changeLastBit(((OnnxModel.Weights.Floats) other.weights().get(i)).values());
                assertThatThrownBy(() -> proof.requireHeldBy(other))
                        .isInstanceOf(CorruptFileException.class)
                        .hasMessageStartingWith("model.keras: expected " + floats.name() + " with ");
            }
        }
    }

    @Test
    void otherMetadataOfOnnxIsFoundOut() {
        OnnxModel graph = ModelWriter.translate(model);
        OnnxModel other =
                new OnnxModel(graph.name(), graph.inputs(), graph.outputs(), graph.nodes(), graph.weights(), Map.of());
        assertThatThrownBy(() -> proof.requireHeldBy(other))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageStartingWith("model.keras: expected metadata {")
                .hasMessageContaining("found {}");
    }

    private SavedModel with(Parameters parameters, @Nullable OptimizerState optimizer) {
        return new SavedModel(
                model.name(),
                model.input(),
                model.layers(),
                parameters,
                model.normalization(),
                model.waist(),
                model.loss(),
                optimizer,
                model.provenance(),
                List.of());
    }

    private static Parameters changed(Parameters parameters, String path) {
        Parameters copy = parameters.copy();
        Parameter one = copy.list().stream()
                .filter(parameter -> parameter.path().equals(path))
                .findFirst()
                .orElseThrow();
        float[] before = one.values().clone();
        changeLastBit(one.values());
        assertThat(Arrays.mismatch(before, one.values())).isZero();
        return copy;
    }

    private static void changeLastBit(float[] values) {
        values[0] = Float.intBitsToFloat(Float.floatToRawIntBits(values[0]) ^ 1);
    }
}
