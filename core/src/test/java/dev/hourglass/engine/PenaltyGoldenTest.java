package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PyTorch and TensorFlow compute in float64; {@code interop/make_penalty_goldens.py} makes it. */
class PenaltyGoldenTest {
    /** @param golden whose words are penalties, shape of a sample, layers, samples */
    record Case(TextGolden golden) {
        @Override
        public String toString() {
            return golden.toString();
        }

        String word(int place) {
            return golden.words().get(place);
        }

        double[] array(String name) {
            return golden.array(name);
        }

        Loss loss() {
            return Loss.parse("mean_squared_error:penalties=" + word(0).replace('~', ' '));
        }

        int samples() {
            return Integer.parseInt(word(3));
        }

        /** Whose waist is the first layer. */
        AutoencoderSpec model() {
            int[] shape = Stream.of(word(1).split(",", -1))
                    .mapToInt(Integer::parseInt)
                    .toArray();
            List<LayerSpec> layers = Stream.of(word(2).split(",", -1))
                    .map(layer -> layer.split(":", -1))
                    .<LayerSpec>map(layer -> new LayerSpec.Dense(
                            layer[0],
                            Integer.parseInt(layer[1]),
                            Activation.find(layer[2]).orElseThrow()))
                    .toList();
            return new AutoencoderSpec(
                    "model", Shape.of(shape), layers.subList(0, 1), layers.subList(1, layers.size()));
        }

        Parameters parameters() {
            Parameters parameters = Parameters.initialize(model().graph(), new RandomSource(1));
            for (Parameter parameter : parameters.list()) {
                golden.copy(parameter.path(), parameter.values());
            }
            return parameters;
        }

        Samples data() {
            int size = model().input().size();
            float[] numbers = new float[samples() * size];
            golden.copy("samples", numbers);
            return (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);
        }

        TrainingSession session(Parameters parameters, int threads, Kernels kernels) {
            TrainingSettings settings = new TrainingSettings(loss(), Optimizer.Adam.DEFAULT, samples(), 1);
            return TrainingSession.of(model().graph(), parameters, settings, threads, kernels);
        }
    }

    static List<Case> cases() throws IOException {
        return TextGolden.read("penalties.txt").stream().map(Case::new).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndAllGradientsAreThoseOfPyTorchAndTensorFlow(Case of) {
        Parameters parameters = of.parameters();
        int[] order = IntStream.range(0, of.samples()).toArray();
        try (TrainingSession session = of.session(parameters, 2, Kernels.best())) {
            double loss = session.computeGradients(of.data(), of.data(), order, 0, of.samples());
            assertThat(loss).isEqualTo(of.array("loss")[0], within(1e-6 * of.array("loss")[0]));
            for (int p = 0; p < parameters.list().size(); p++) {
                String path = parameters.list().get(p).path();
                double[] expected = of.array("gradient/" + path);
                double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) session.gradient(p)[i])
                            .as("gradient of %s[%d], largest %.3g", path, i, largest)
                            .isEqualTo(expected[i], within(3e-6 * largest + 1e-7));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void measuredOverTheSameSamplesItIsTheSame(Case of) {
        Autoencoder model = new Autoencoder(of.model(), of.parameters(), Normalization.NONE);
        try (LossMeter meter = LossMeter.of(model, of.loss(), 2)) {
            Measured measured = meter.measure(of.data(), 0, of.samples());
            assertThat(measured.loss()).isEqualTo(of.array("loss")[0], within(1e-6 * of.array("loss")[0]));
            assertThat(measured.loss()).isGreaterThan(measured.mse() + 1e-3);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plainJavaAndAnyNumberOfThreadsGiveTheSameBits(Case of) {
        Parameters vectors = of.parameters();
        Parameters plain = of.parameters();
        int[] order = IntStream.range(0, of.samples()).toArray();
        try (TrainingSession one = of.session(vectors, 3, Kernels.best());
                TrainingSession other = of.session(plain, 1, Kernels.plain())) {
            for (int step = 0; step < 3; step++) {
                assertThat(other.step(of.data(), order, 0, of.samples()))
                        .isEqualTo(one.step(of.data(), order, 0, of.samples()));
            }
        }
        assertThat(plain.sha256()).isEqualTo(vectors.sha256());
    }
}
