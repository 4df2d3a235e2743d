package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.model.Parameter;
import dev.hourglass.tensor.CorruptFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One model as other versions of Keras wrote it; {@code interop/make_other_files.py} made the files. */
class OtherKerasFilesTest {
    private static final int BATCH = 4;
    private static final int SIZE = 64;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"in_twos.keras", "on_windows.keras", "listed.h5", "hdf5_by_another_name.keras"})
    void computesWhatKerasComputedWhoeverWroteTheFile(String file) throws IOException {
        requireKerasOutputs(ModelFile.read(resource(file)));
    }

    @ParameterizedTest
    @CsvSource({
        "architecture.json, keras3.weights.h5",
        "architecture.json, hdf5_by_another_name.keras",
        "architecture.json, keras2_weights.h5",
        "architecture_keras2.json, keras2_weights.h5"
    })
    void anArchitectureTakesItsWeightsFromAnotherFile(String architecture, String weights) throws IOException {
        ReadOptions options = ReadOptions.defaults().withWeights(resource(weights));
        requireKerasOutputs(ModelFile.read(resource(architecture), options));
    }

    @Test
    void anArchitectureWithoutWeightsAndWeightsWithoutAnArchitectureSayWhatIsMissing() {
        Path architecture = resource("architecture.json");
        assertThatThrownBy(() -> ModelFile.read(architecture))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessage(
                        architecture + ": the file holds an architecture without weights. Name the file of its weights"
                                + " with --weights FILE.h5, or save the whole model.");
        assertThatThrownBy(() -> ModelFile.read(resource("keras2_weights.h5")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageEndingWith("A file of weights alone doesn't say what the layers are; give the JSON of"
                        + " model.to_json() as the model and this file with --weights, or save the whole model.");
        Path whole = resource("listed.h5");
        assertThatThrownBy(() -> ModelFile.read(whole, ReadOptions.defaults().withWeights(whole)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageEndingWith("Give the model without --weights.");
    }

    @Test
    void weightsOfAnotherModelAreRefused() throws IOException {
        Path other = Files.writeString(
                folder.resolve("other.json"),
                Files.readString(resource("architecture.json")).replace("\"filters\": 6", "\"filters\": 5"));
        for (String weights : new String[] {"keras3.weights.h5", "keras2_weights.h5"}) {
            assertThatThrownBy(
                            () -> ModelFile.read(other, ReadOptions.defaults().withWeights(resource(weights))))
                    .isInstanceOf(CorruptFileException.class)
                    .hasMessageContaining("an array of floats [3, 3, 1, 5]")
                    .message()
                    .doesNotContain("\n");
        }
    }

    /** Of Keras 2.12, whose slots lie variable by variable, and of 2.3, whose Adam has placeholders and calls its rate lr. */
    @ParameterizedTest
    @ValueSource(strings = {"custom_adam.h5", "vhat_adam.h5"})
    void adamsStateOfKeras2IsThatOfKeras3(String file) throws IOException {
        OptimizerState expected =
                Objects.requireNonNull(ModelFile.read(resource("trained.h5")).optimizer());
        OptimizerState found =
                Objects.requireNonNull(ModelFile.read(resource(file)).optimizer());
        assertThat(found.steps()).isEqualTo(expected.steps()).isEqualTo(2);
        assertThat(found.optimizer()).isEqualTo(expected.optimizer());
        for (Optimizer.Slot slot : expected.optimizer().slots()) {
            List<Parameter> wanted = expected.slot(slot.name()).list();
            for (int i = 0; i < wanted.size(); i++) {
                assertThat(found.slot(slot.name()).list().get(i).values())
                        .as(slot.name() + " of " + wanted.get(i).path())
                        .containsExactly(wanted.get(i).values());
            }
        }
    }

    @Test
    void aPointerOfGitLfsIsCalledByItsName() {
        assertThatThrownBy(() -> ModelFile.read(resource("pointer.h5")))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("found a pointer of Git LFS")
                .hasMessageEndingWith("Get the file itself with 'git lfs pull', or by the repository's download link.");
    }

    private static void requireKerasOutputs(SavedModel model) throws IOException {
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(resource("denoiser.bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        float[] inputs = new float[BATCH * SIZE];
        numbers.get(inputs);
        float[] outputs = new float[BATCH * SIZE];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (sample, into, at) -> System.arraycopy(inputs, sample * SIZE, into, at, SIZE), 0, BATCH, outputs);
        }
        for (float output : outputs) {
            assertThat(output).isCloseTo(numbers.get(), within(1e-6f));
        }
        assertThat(model.waist().encoderLayers()).isEqualTo(3);
    }

    private static Path resource(String name) {
        return KerasFilesTest.resource("other/" + name);
    }
}
