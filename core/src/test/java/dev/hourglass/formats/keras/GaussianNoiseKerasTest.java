package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.Inference;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.LayerSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A model with GaussianNoise that the real Keras wrote; {@code interop/make_noise_files.py} makes it. */
class GaussianNoiseKerasTest {
    private static final Path FOLDER = Path.of("src/test/resources/keras");
    private static final int NUMBERS = 4 * 6;

    @ParameterizedTest
    @ValueSource(strings = {"keras", "h5"})
    void isReadWrittenAndDoesNothingInUse(String format, @TempDir Path folder) throws IOException {
        SavedModel read = ModelFile.read(FOLDER.resolve("gaussian_noise." + format));
        Path copy = folder.resolve("copy." + format);
        ModelFile.write(read, copy);

        for (SavedModel model : new SavedModel[] {read, ModelFile.read(copy)}) {
            assertThat(model.layers().getFirst()).isEqualTo(new LayerSpec.GaussianNoise("noise", 0.125f));
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

    @Test
    void isRefusedWhereKerasRefusesIt() {
        assertThatThrownBy(() -> new LayerSpec.GaussianNoise("noise", 1.5f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Layer 'noise': stddev must be >= 0 and <= 1, got 1.5");
    }

    private static float[] numbers(int from) throws IOException {
        float[] numbers = new float[NUMBERS];
        ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve("gaussian_noise.bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .get(from, numbers);
        return numbers;
    }
}
