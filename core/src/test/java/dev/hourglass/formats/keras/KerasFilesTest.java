package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.Waist;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files that the real Keras wrote; {@code interop/make_keras_files.py}, {@code make_recurrent_files.py} and {@code
 * make_public_kinds.py} make them.
 */
class KerasFilesTest {
    private static final int BATCH = 4;
    /** Whose layers are all trained. */
    static List<String> trained() {
        return List.of(
                "sequential.keras",
                "sequential.h5",
                "functional.keras",
                "functional.h5",
                "keras2.h5",
                "nested.keras",
                "nested.h5",
                "nested_sequential.keras",
                "nested_sequential.h5",
                "recurrent.keras",
                "recurrent.h5",
                "masked.keras",
                "masked.h5",
                "each_step.keras",
                "each_step.h5",
                "public/lstm_relu.keras",
                "public/lstm_relu.h5",
                "public/lstm_linear.keras",
                "public/lstm_selu.keras",
                "public/lstm_hard_sigmoid.keras",
                "public/denoiser.keras",
                "public/wide.keras",
                "public/wider.keras",
                "public/wide_with_waist.keras",
                "public/pixels.keras");
    }

    static List<String> frozen() {
        return List.of("frozen.keras", "frozen.h5");
    }

    @ParameterizedTest
    @MethodSource({"trained", "frozen"})
    void computesWhatKerasComputes(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        Expected expected = new Expected(file, model);
        float[] outputs = new float[BATCH * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(expected::copyInput, 0, BATCH, outputs);
        }
        assertThat(largestDifference(outputs, expected.outputs)).isLessThan(1e-5);
    }

    @ParameterizedTest
    @MethodSource("trained")
    void goesOnTrainingFromKerassAdamAsKerasDoes(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        Expected expected = new Expected(file, model);
        OptimizerState optimizer = Objects.requireNonNull(model.optimizer());
        assertThat(optimizer.steps()).isEqualTo(2);
        assertThat(optimizer.optimizer().learningRate()).isEqualTo(0.01f);
        TrainingSettings settings = new TrainingSettings(model.trainedLoss(), optimizer.optimizer(), BATCH, 1);
        try (TrainingSession session = TrainingSession.of(model.graph(), model.parameters(), settings, 1)) {
            session.restore(optimizer);
            session.step(expected::copyInput, new int[] {0, 1, 2, 3}, 0, BATCH);
        }
        int at = 0;
        for (Parameter parameter : model.parameters().list()) {
            float[] after = Arrays.copyOfRange(expected.weightsAfterAStep, at, at + parameter.values().length);
            assertThat(largestDifference(parameter.values(), after))
                    .as(parameter.path())
                    .isLessThan(1e-4);
            at += after.length;
        }
        assertThat(at).isEqualTo(expected.weightsAfterAStep.length);
    }

    @ParameterizedTest
    @MethodSource("frozen")
    void leavesTheOptimizerOfAFrozenModelOutAndSaysSo(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        assertThat(model.optimizer()).isNull();
        assertThat(model.warnings())
                .containsExactly("Its optimizer was left out: Keras holds layers frozen, Hourglass trains all.");
    }

    @Test
    void givesLayersNamesThatHourglassTakesAndEachItsOwn() throws IOException {
        assertThat(ModelFile.read(resource("functional.keras")).layers())
                .extracting(LayerSpec::name)
                .startsWith("conv_1_a", "relu");
        assertThat(ModelFile.read(resource("nested_sequential.keras")).layers())
                .extracting(LayerSpec::name)
                .containsExactly("a", "b", "c", "decoder_a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sequential.keras", "functional.h5", "nested.keras", "nested_sequential.h5"})
    void findsTheWaistByRule(String file) throws IOException {
        SavedModel model = ModelFile.read(resource(file));
        assertThat(model.waist().source()).isEqualTo(Waist.Source.BY_RULE);
        String last = model.layers().get(model.waist().encoderLayers() - 1).name();
        // An activation by itself after the smallest output belongs to the code.
        List<String> expected = List.of("leaky", "squash", "code", "c");
        assertThat(expected).contains(last);
        assertThat(model.isAutoencoder()).isTrue();
        assertThat(model.encoder().output()).isEqualTo(model.decoder().input());
    }

    /** No layer but those in the middle is ever taken for the waist, however wide it is. */
    @ParameterizedTest
    @CsvSource({
        "lstm_relu, enc2",
        "lstm_hard_sigmoid, enc2",
        "denoiser, pool2",
        "wide_with_waist, hidden2",
        "pixels, code",
        "wide, ",
        "wider, "
    })
    void findsTheWaistsOfPublicModelsOrSaysThatItKnowsNone(String name, @Nullable String last) throws IOException {
        SavedModel model = ModelFile.read(resource("public/" + name + ".keras"));
        if (last == null) {
            assertThat(model.waist()).isEqualTo(Waist.UNKNOWN);
        } else {
            assertThat(model.waist().source()).isEqualTo(Waist.Source.BY_RULE);
            assertThat(model.layers().get(model.waist().encoderLayers() - 1).name())
                    .isEqualTo(last);
        }
        assertThat(model.isAutoencoder()).isEqualTo(last != null);
    }

    @Test
    void cutsWhereTheReaderNamesALayerOrANestedModel() throws IOException {
        SavedModel model = ModelFile.read(resource("nested_sequential.keras"), "inner");
        assertThat(model.waist()).isEqualTo(new Waist(2, Waist.Source.NAMED));
        assertThat(model.code().toArray()).containsExactly(4);
    }

    /** What Keras stored beside the model. */
    private static final class Expected {
        private final int inputSize;
        private final float[] inputs;
        private final float[] outputs;
        private final float[] weightsAfterAStep;

        Expected(String file, SavedModel model) throws IOException {
            FloatBuffer numbers = ByteBuffer.wrap(
                            Files.readAllBytes(resource(file.substring(0, file.indexOf('.')) + ".bin")))
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer();
            inputSize = model.input().size();
            inputs = take(numbers, BATCH * inputSize);
            outputs = take(numbers, BATCH * model.output().size());
            weightsAfterAStep = take(numbers, numbers.remaining());
        }

        private static float[] take(FloatBuffer numbers, int count) {
            float[] taken = new float[count];
            numbers.get(taken);
            return taken;
        }

        void copyInput(int index, float[] into, int offset) {
            System.arraycopy(inputs, index * inputSize, into, offset, inputSize);
        }
    }

    private static double largestDifference(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        for (int i = 0; i < actual.length; i++) {
            double difference = Math.abs((double) actual[i] - expected[i]);
            largest = difference <= largest ? largest : difference; // keeps a NaN
        }
        return largest;
    }

    static Path resource(String name) {
        URL found = Objects.requireNonNull(KerasFilesTest.class.getResource("/keras/" + name), name);
        try {
            return Path.of(found.toURI());
        } catch (URISyntaxException e) {
            throw new UncheckedIOException(new IOException(e));
        }
    }
}
