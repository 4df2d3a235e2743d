package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Penalty;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
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
import org.junit.jupiter.params.provider.MethodSource;

/** What the real Keras says in other ways than by plain layers; {@code interop/make_plain_files.py} made the files. */
class PlainLayersTest {
    private static final Path FILES = Path.of("src/test/resources/keras/plain");
    private static final int SAMPLES = 4;

    @ParameterizedTest
    @MethodSource("files")
    void computesWhatKerasComputed(Path file) throws IOException {
        SavedModel model = ModelFile.read(file);
        String name = file.getFileName().toString().replaceAll("(_keras2)?\\.(keras|h5)$", "");
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
            assertThat(outputs[i]).isCloseTo(expected[i], within(1e-5f));
        }
    }

    static Stream<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(FILES)) {
            return all.filter(file -> !file.toString().endsWith(".bin")).sorted().toList().stream();
        }
    }

    @Test
    void anActivationWithANameIsThatOfItsLayerAndAnyOtherOneALayerByTheNameOfBoth() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("activations_in_a_row.keras"));
        assertThat(model.layers())
                .extracting(LayerSpec::name)
                .containsExactly("a_first", "a", "b_first", "b", "c_first", "c", "d", "e", "f_first", "f");
        assertThat(model.layers().get(1)).isEqualTo(new LayerSpec.LeakyRelu("a", 0.1f));
        assertThat(((LayerSpec.Dense) model.layers().get(6)).activation()).isEqualTo(Activation.LEAKY_RELU);
    }

    @Test
    void operationsOfTensorflowAreLayers() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("tensorflow_keras2.h5"));
        assertThat(model.layers().stream().map(KerasClass::of))
                .containsExactly(
                        KerasClass.CONV2D,
                        KerasClass.ADD,
                        KerasClass.ACTIVATION,
                        KerasClass.RESCALING,
                        KerasClass.SUBTRACT,
                        KerasClass.RESCALING,
                        KerasClass.MAXIMUM,
                        KerasClass.MULTIPLY,
                        KerasClass.RESCALING,
                        KerasClass.CONV2D);
    }

    @Test
    void whatOnlyTrainingKnowsIsLeftOutOfItWithAWarningButForThePenalty() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("only_in_training.keras"));
        assertThat(model.warnings())
                .contains("Layer 'flip' (RandomFlip) changes images in training alone, and Hourglass trains on without"
                        + " it.");
        assertThat(model.trainedLoss().text()).contains("sparse/" + Penalty.ACTIVITY);
    }

    @Test
    void anotherPrecisionIsSaidOnce() throws IOException {
        assertThat(ModelFile.read(FILES.resolve("of_mixed_float16.keras")).warnings())
                .containsOnlyOnce("It computes in mixed_float16 in Keras; Hourglass computes in float32.");
    }
}
