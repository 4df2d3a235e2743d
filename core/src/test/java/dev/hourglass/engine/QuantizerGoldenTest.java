package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.VectorCodes;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What plain PyTorch computes in float64; {@code interop/make_quantizer_goldens.py} makes it. */
class QuantizerGoldenTest {
    /** @param golden whose words are loss, steps, features, vectors, their size, samples */
    record Case(TextGolden golden) {
        @Override
        public String toString() {
            return golden.toString();
        }

        int number(int word) {
            return Integer.parseInt(golden.words().get(word));
        }

        Graph graph() {
            return Graph.chain(
                    Shape.of(number(1), number(2)),
                    List.of(
                            new LayerSpec.Dense("a", number(4), Activation.TANH),
                            new LayerSpec.VectorQuantizer("z", number(3)),
                            new LayerSpec.Dense("last", number(2), Activation.LINEAR)));
        }

        Parameters parameters() {
            Parameters parameters = Parameters.initialize(graph(), new RandomSource(1));
            for (Parameter parameter : parameters.list()) {
                golden.copy(parameter.path(), parameter.values());
            }
            return parameters;
        }

        Samples samples() {
            int size = number(1) * number(2);
            float[] numbers = new float[number(5) * size];
            golden.copy("samples", numbers);
            return (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);
        }

        Loss loss() {
            return Loss.parse(golden.words().getFirst().replace('~', ' '));
        }
    }

    static List<Case> cases() throws IOException {
        return TextGolden.read("quantizer.txt").stream().map(Case::new).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void outputsAndNumbersOfVectorsAreThoseOfPyTorch(Case of) {
        Graph half = of.graph().upTo(List.of("z"));
        VectorCodes codes = VectorCodes.of(half, of.parameters(), "z").orElseThrow();
        int count = of.number(5);
        float[] vectors = new float[count * of.number(1) * of.number(4)];
        float[] outputs = new float[count * of.number(1) * of.number(2)];
        float[] numbers = new float[count * of.number(1)];
        try (ChainInference encoder = ChainInference.of(half, of.parameters(), 1);
                ChainInference whole = ChainInference.of(of.graph(), of.parameters(), 1)) {
            encoder.run(of.samples(), 0, count, vectors);
            whole.run(of.samples(), 0, count, outputs);
        }
        codes.number(vectors, 0, count, numbers);
        for (int i = 0; i < numbers.length; i++) {
            assertThat((double) numbers[i])
                    .as("number %d", i)
                    .isEqualTo(of.golden().array("numbers")[i]);
        }
        for (int i = 0; i < outputs.length; i++) {
            assertThat((double) outputs[i])
                    .as("output %d", i)
                    .isEqualTo(of.golden().array("outputs")[i], within(2e-6));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndAllGradientsAreThoseOfPyTorch(Case of) {
        int count = of.number(5);
        Parameters parameters = of.parameters();
        TrainingSettings settings = new TrainingSettings(of.loss(), Optimizer.Adam.DEFAULT, count, 1);
        double[] parts = of.golden().array("parts");
        try (LossMeter meter = LossMeter.of(of.graph(), parameters, of.loss(), 2)) {
            Measured measured = meter.measure(of.samples(), 0, count);
            assertThat(measured.loss()).isEqualTo(parts[0], within(1e-6 * parts[0]));
            assertThat(measured.reconstruction()).isEqualTo(parts[1], within(1e-6 * parts[0]));
        }
        try (TrainingSession session = TrainingSession.of(of.graph(), parameters, settings, 2)) {
            double total = session.computeGradients(
                    of.samples(), of.samples(), IntStream.range(0, count).toArray(), 0, count);
            assertThat(total).isEqualTo(parts[0], within(1e-6 * parts[0]));
            assertThat(session.reconstructionLoss()).isEqualTo(parts[1], within(1e-6 * parts[0]));
            for (int p = 0; p < parameters.list().size(); p++) {
                String path = parameters.list().get(p).path();
                double[] expected = of.golden().array("gradient/" + path);
                double largest = Arrays.stream(expected).map(Math::abs).max().orElseThrow();
                for (int i = 0; i < expected.length; i++) {
                    assertThat((double) session.gradient(p)[i])
                            .as("gradient of %s[%d], largest %.3g", path, i, largest)
                            .isEqualTo(expected[i], within(3e-6 * largest));
                }
            }
        }
    }
}
