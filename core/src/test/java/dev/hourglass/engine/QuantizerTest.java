package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Codebook;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The codebook's choice held against a plain search, and its part of the loss against differences of the formula. */
class QuantizerTest {
    private static final int SAMPLES = 19;
    private static final double STEP = 1e-4;

    /** Sizes around those of a vector, one vector alone, and a codebook of one. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1", "2, 3, 2", "5, 4, 7", "3, 16, 64", "4, 17, 33", "1, 33, 129"})
    void eachVectorIsReplacedByTheNearestOfAPlainSearch(int steps, int size, int vectors) {
        Graph graph = Graph.chain(Shape.of(steps, size), List.of(new LayerSpec.VectorQuantizer("z", vectors)));
        Parameters parameters = Parameters.initialize(graph, new RandomSource(3));
        Codebook codebook = Codebook.of(parameters.get("z", "embeddings"));
        float[] inputs = random("inputs", SAMPLES * steps * size);
        float[] outputs = new float[inputs.length];
        try (ChainInference inference = ChainInference.of(graph, parameters, 3)) {
            inference.run(samples(inputs, steps * size), 0, SAMPLES, outputs);
        }
        for (int from = 0; from < inputs.length; from += size) {
            int row = codebook.nearest(inputs, from);
            for (int j = 0; j < size; j++) {
                assertThat(outputs[from + j]).isEqualTo(codebook.values()[row * size + j]);
            }
        }
    }

    @Test
    void ofVectorsThatAreAsNearTheFirstIsTaken() {
        Graph graph = Graph.chain(Shape.of(2, 1), List.of(new LayerSpec.VectorQuantizer("z", 4)));
        Parameters parameters = Parameters.of(
                List.of(new Parameter("z", "embeddings", Shape.of(4, 1), true, new float[] {5, 1, 3, 1})));
        float[] outputs = new float[2];
        try (ChainInference inference = ChainInference.of(graph, parameters, 1)) {
            inference.run(samples(new float[] {2, 4}, 2), 0, 1, outputs);
        }
        assertThat(outputs).containsExactly(1, 5);
        assertThat(new Codebook(4, 1, new float[] {5, 1, 3, 1}).nearest(new float[] {2}, 0))
                .isEqualTo(1);
    }

    /** Without reconstruction, which passes straight through, the codebook's slopes are those of its part of the loss. */
    @Test
    void theSlopesOfTheCodebookAreDifferencesOfItsPartOfTheLoss() {
        Graph graph = graph();
        Parameters parameters = Parameters.initialize(graph, new RandomSource(3));
        Samples samples = samples(random("x", SAMPLES * 12), 12);
        // The encoder's part has the same numbers, and no slope by the codebook.
        Loss loss = Loss.parse("mean_squared_error:penalties=z/quantization beta 0");
        try (TrainingSession session = session(graph, parameters, loss)) {
            session.computeGradients(
                    samples, samples, IntStream.range(0, SAMPLES).toArray(), 0, SAMPLES);
            int codebook = indexOf(parameters, "z/embeddings");
            float[] values = parameters.list().get(codebook).values();
            float[] encoded = new float[SAMPLES * 8];
            try (ChainInference encoder = ChainInference.of(graph.upTo(List.of("a")), parameters, 1)) {
                encoder.run(samples, 0, SAMPLES, encoded);
            }
            for (int i = 0; i < values.length; i++) {
                double slope = (part(encoded, values, i, STEP) - part(encoded, values, i, -STEP)) / (2 * STEP);
                assertThat((double) session.gradient(codebook)[i])
                        .as("slope %d", i)
                        .isEqualTo(slope, within(1e-5));
            }
        }
    }

    /** What the decoder learns by is an ordinary slope. */
    @Test
    void theSlopesOfTheDecoderAreDifferencesOfTheLoss() {
        Graph graph = graph();
        Parameters parameters = Parameters.initialize(graph, new RandomSource(3));
        Samples samples = samples(random("x", SAMPLES * 12), 12);
        Loss loss = new Loss.MeanSquaredError().withDivergences(graph);
        int[] order = IntStream.range(0, SAMPLES).toArray();
        int kernel = indexOf(parameters, "last/kernel");
        float[] values = parameters.list().get(kernel).values();
        for (int i = 0; i < values.length; i++) {
            float before = values[i];
            double[] losses = new double[2];
            float slope;
            try (TrainingSession session = session(graph, parameters, loss)) {
                session.computeGradients(samples, samples, order, 0, SAMPLES);
                slope = session.gradient(kernel)[i];
            }
            for (int side = 0; side < 2; side++) {
                values[i] = before + (side == 0 ? 0.01f : -0.01f);
                try (LossMeter meter = LossMeter.of(graph, parameters, loss, 1)) {
                    losses[side] = meter.measure(samples, 0, SAMPLES).loss();
                }
            }
            values[i] = before;
            assertThat((double) slope).as("slope %d", i).isEqualTo((losses[0] - losses[1]) / 0.02, within(2e-5));
        }
    }

    @Test
    void aPenaltyOfALayerWithoutACodebookIsRefused() {
        Graph graph = graph();
        Parameters parameters = Parameters.initialize(graph, new RandomSource(3));
        assertThatThrownBy(() ->
                        session(graph, parameters, Loss.parse("mean_squared_error:penalties=a/quantization beta 1")))
                .hasMessage("No layer 'a' has a codebook that its input could be kept near");
    }

    @Test
    void theLossOfAModelWithACodebookHasItsQuantization() {
        assertThat(new Loss.MeanSquaredError().withDivergences(graph()).text())
                .isEqualTo("mean_squared_error:penalties=z/quantization beta 0.25");
        assertThat(Loss.parse("mse:penalties=z/quantization beta 2")
                        .withDivergences(graph())
                        .penalties())
                .containsExactly(new Penalty.Quantization("z", 2));
        assertThatThrownBy(() -> Loss.parse("mse:penalties=z/quantization gamma 2"))
                .isInstanceOf(SettingException.class);
    }

    private static Graph graph() {
        return Graph.chain(
                Shape.of(4, 3),
                List.of(
                        new LayerSpec.Dense("a", 2, Activation.TANH),
                        new LayerSpec.VectorQuantizer("z", 5),
                        new LayerSpec.Dense("last", 3, Activation.LINEAR)));
    }

    private static TrainingSession session(Graph graph, Parameters parameters, Loss loss) {
        return TrainingSession.of(graph, parameters, new TrainingSettings(loss, Optimizer.Adam.DEFAULT, SAMPLES, 1), 2);
    }

    private static int indexOf(Parameters parameters, String path) {
        return IntStream.range(0, parameters.list().size())
                .filter(i -> parameters.list().get(i).path().equals(path))
                .findFirst()
                .orElseThrow();
    }

    /** The mean squared difference of vectors of 2 numbers and those nearest to them, with one number of the codebook moved. */
    private static double part(float[] encoded, float[] codebook, int moved, double by) {
        double sum = 0;
        for (int from = 0; from < encoded.length; from += 2) {
            double least = Double.POSITIVE_INFINITY;
            for (int row = 0; row < codebook.length; row += 2) {
                double x = encoded[from] - codebook[row] - (row == moved ? by : 0);
                double y = encoded[from + 1] - codebook[row + 1] - (row + 1 == moved ? by : 0);
                least = Math.min(least, x * x + y * y);
            }
            sum += least;
        }
        return sum / encoded.length;
    }

    private static float[] random(String name, int count) {
        RandomGenerator random = new RandomSource(11).stream(name, 0);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = 2 * random.nextFloat() - 1;
        }
        return numbers;
    }

    private static Samples samples(float[] numbers, int size) {
        return (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);
    }
}
