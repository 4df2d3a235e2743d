package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.evaluate.InputScale;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Normalization layers of the real Keras; {@code interop/make_normalization_files.py} made the files. */
class NormalizationFilesTest {
    private static final Path FILES = Path.of("src/test/resources/keras/normalization");
    private static final int SAMPLES = 4;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"table.keras", "table.h5", "series.keras", "series.h5", "images.keras", "images.h5"})
    void computesWhatKerasComputed(String file) throws IOException {
        requireSame(ModelFile.read(FILES.resolve(file)), file);
    }

    @ParameterizedTest
    @ValueSource(strings = {"table.keras", "series.h5", "images.keras"})
    void whatIsWrittenIsReadAgainWithTheSameNumbers(String file) throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve(file));
        for (String extension : List.of(".keras", ".h5")) {
            Path written = folder.resolve("written" + extension);
            ModelFile.write(model, written, ModelLayout.FUNCTIONAL);
            SavedModel again = ModelFile.read(written);
            requireSame(again, file);
            assertThat(again.layers()).containsExactlyElementsOf(model.layers());
        }
        // Holds what it computes against the model itself.
        ModelFile.write(model, folder.resolve("written.onnx"));
        assertThat(folder.resolve("written.onnx")).isNotEmptyFile();
    }

    @Test
    void numbersThatALayerWasAdaptedToAreSettingsAndScaleWhatIsFed() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("table.keras"));
        LayerSpec.Normalization first = (LayerSpec.Normalization) model.layers().getFirst();
        assertThat(first.axes()).containsExactly(1);
        assertThat(first.means().get(1)).isCloseTo(-1000, within(100f));
        assertThat(first.variances().get(1)).isCloseTo(40_000, within(20_000f));
        assertThat(model.parameters().list())
                .extracting(Parameter::path)
                .containsExactly("code/kernel", "code/bias", "rebuilt/kernel", "rebuilt/bias");
        assertThat(InputScale.layer(model.layers())).contains(first);
        assertThat(((LayerSpec.Normalization) model.layers().getLast()).invert())
                .isTrue();
    }

    private static void requireSame(SavedModel model, String file) throws IOException {
        String name = file.substring(0, file.indexOf('.'));
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
        float scale = 0;
        for (float number : expected) {
            scale = Math.max(scale, Math.abs(number));
        }
        for (int i = 0; i < expected.length; i++) {
            assertThat(outputs[i]).as("%s, number %d", file, i).isCloseTo(expected[i], within(1e-5f * scale));
        }
    }
}
