package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What PyTorch and Keras compute in float64 with our noise; {@code interop/make_variational_goldens.py} makes it. */
class VariationalGoldenTest {
    /** @param golden whose words are loss, sizes of input, hidden layers and code, samples, seed */
    record Case(TextGolden golden) {
        @Override
        public String toString() {
            return golden.toString();
        }

        int number(int word) {
            return Integer.parseInt(golden.words().get(word));
        }

        double[] array(String name) {
            return golden.array(name);
        }

        Graph graph() {
            LayerSpec.Dense hidden = new LayerSpec.Dense("a", number(2), Activation.TANH);
            return new Graph(
                    List.of(new Graph.Input("x", Shape.of(number(1)))),
                    List.of(
                            new Graph.Node(hidden, List.of("x")),
                            new Graph.Node(new LayerSpec.Dense("m", number(3), Activation.LINEAR), List.of("a")),
                            new Graph.Node(new LayerSpec.Dense("v", number(3), Activation.LINEAR), List.of("a")),
                            new Graph.Node(new LayerSpec.Sampling("z"), List.of("m", "v")),
                            new Graph.Node(new LayerSpec.Dense("b", number(2), Activation.TANH), List.of("z")),
                            new Graph.Node(new LayerSpec.Dense("last", number(1), Activation.SIGMOID), List.of("b"))),
                    List.of("last"));
        }
    }

    static List<Case> cases() throws IOException {
        return TextGolden.read("variational.txt").stream().map(Case::new).toList();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndAllGradientsAreThoseOfPyTorchAndKeras(Case of) {
        int count = of.number(4);
        Graph graph = of.graph();
        Parameters parameters = Parameters.initialize(graph, new RandomSource(1));
        for (Parameter parameter : parameters.list()) {
            of.golden().copy(parameter.path(), parameter.values());
        }
        float[] numbers = new float[count * of.number(1)];
        of.golden().copy("samples", numbers);
        Samples samples =
                (index, into, offset) -> System.arraycopy(numbers, index * of.number(1), into, offset, of.number(1));
        Loss loss = Loss.parse(of.golden().words().getFirst().replace('~', ' '));
        TrainingSettings settings = new TrainingSettings(loss, Optimizer.Adam.DEFAULT, count, of.number(5));
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, 2)) {
            double total = session.computeGradients(
                    samples, samples, IntStream.range(0, count).toArray(), 0, count);
            double[] parts = of.array("parts");
            assertThat(total).isEqualTo(parts[0], within(1e-6 * parts[0]));
            assertThat(session.reconstructionLoss()).isEqualTo(parts[1], within(1e-6 * parts[0]));
            assertThat(session.divergence()).isEqualTo(parts[2], within(1e-6 * parts[0]));
            for (int p = 0; p < parameters.list().size(); p++) {
                String path = parameters.list().get(p).path();
                double[] expected = of.array("gradient/" + path);
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
