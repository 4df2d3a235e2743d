package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.Inference;
import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.LayerSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A variational autoencoder that the real Keras wrote; {@code interop/make_variational_files.py} makes it. */
class VariationalKerasTest {
    private static final Path FOLDER = Path.of("src/test/resources/keras");
    private static final int NUMBERS = 4 * 6;

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void theNestedModelThatDrawsIsASamplingAndTheWaist(String format, @TempDir Path folder) throws IOException {
        SavedModel read = ModelFile.read(FOLDER.resolve("variational." + format));
        Path copy = folder.resolve("copy." + format);
        ModelFile.write(read, copy);

        for (SavedModel model : new SavedModel[] {read, ModelFile.read(copy)}) {
            assertThat(model.layers()).contains(new LayerSpec.Sampling("code"));
            assertThat(model.autoencoder().spec().waist()).isEqualTo("code");
            assertThat(model.trainedLoss().penalties()).containsExactly(Penalty.Divergence.of("code"));
            float[] expected = numbers(NUMBERS);
            float[] inputs = numbers(0);
            float[] outputs = new float[NUMBERS];
            try (Inference inference = Inference.of(model.autoencoder(), 1)) {
                inference.reconstruct(
                        (index, into, offset) -> System.arraycopy(inputs, index * 6, into, offset, 6), 0, 4, outputs);
            }
            for (int i = 0; i < NUMBERS; i++) {
                assertThat(outputs[i]).as("output %d", i).isEqualTo(expected[i], within(1e-6f));
            }
        }
    }

    /** Another noise is another distribution: that is no Sampling, but the layers that it is made of. */
    @Test
    void aNestedModelThatDrawsOtherwiseIsNoSampling(@TempDir Path folder) throws IOException {
        byte[] file = Files.readAllBytes(FOLDER.resolve("variational.h5"));
        String text = new String(file, StandardCharsets.ISO_8859_1);
        assertThat(text).contains("\"stddev\": 1.0");
        Path other = Files.write(
                folder.resolve("other.h5"),
                text.replace("\"stddev\": 1.0", "\"stddev\": 0.5").getBytes(StandardCharsets.ISO_8859_1));
        assertThat(ModelFile.read(other).layers())
                .noneMatch(LayerSpec.Sampling.class::isInstance)
                .anyMatch(layer -> layer instanceof LayerSpec.GaussianNoise noise && noise.stddev() == 0.5f);
    }

    @Test
    void aNestedModelWithAPartOfSomebodysOwnIsNoSampling() throws IOException {
        SavedModel model = ModelFile.read(FOLDER.resolve("variational.keras"));
        String config = JsonText.write(ConfigWriter.write(ModelTree.of(model, ModelLayout.FUNCTIONAL)));
        String multiply = "\"module\":\"keras.layers\",\"class_name\":\"Multiply\"";
        assertThat(config).containsOnlyOnce(multiply);
        String foreign = config.replace(multiply, multiply.replace("keras.layers", "my"));
        Json json = JsonText.parse(foreign, new Json.Document(Path.of("m.keras"), "config.json"));
        assertThatThrownBy(() -> ConfigReader.read(json, warning -> {}))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageStartingWith("m.keras: layer 'scaled_noise' is a Multiply of 'my'");
    }

    private static float[] numbers(int from) throws IOException {
        float[] numbers = new float[NUMBERS];
        ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve("variational.bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(from, numbers);
        return numbers;
    }
}
