package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Recurrence;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Variational autoencoders, held against the formulas in double, with the noise that the engine draws. */
class VariationalTest {
    private static final int SAMPLES = 5;
    private static final long SEED = 7;
    private static final int[] ORDER = IntStream.range(0, 40).toArray();
    private static final double STEP = 1e-5;

    /** @param loss as text */
    record Case(String name, AutoencoderSpec model, String loss) {
        @Override
        public String toString() {
            return name;
        }

        Loss wanted() {
            return Loss.parse(loss);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("vectors", vectors(), "binary_crossentropy:penalties=z/divergence beta 1"),
                new Case("vectors, beta", vectors(), "mean_squared_error:penalties=z/divergence beta 0.25"),
                new Case(
                        "vectors, with other penalties",
                        vectors(),
                        "binary_crossentropy:penalties=z/divergence beta 2;m/activity l2 0.1;a/kernel l2 0.05"),
                new Case("images", images(), "binary_crossentropy:penalties=z/divergence beta 1.5"),
                new Case("sequences", sequences(), "mean_squared_error:penalties=z/divergence beta 1"),
                new Case("twice", twice(), "huber:penalties=z/divergence beta 1;y/divergence beta 0.5"));
    }

    private static AutoencoderSpec vectors() {
        return spec(
                Shape.of(7),
                "z",
                node(dense("a", 6, Activation.TANH), "x"),
                node(dense("m", 3, Activation.LINEAR), "a"),
                node(dense("v", 3, Activation.LINEAR), "a"),
                node(new LayerSpec.Sampling("z"), "m", "v"),
                node(dense("b", 6, Activation.TANH), "z"),
                node(dense("last", 7, Activation.SIGMOID), "b"));
    }

    /** Three channels, which a layout pads; each pixel of the waist is a distribution. */
    private static AutoencoderSpec images() {
        return spec(
                Shape.of(6, 6, 2),
                "z",
                node(conv("a", 5, Activation.TANH), "x"),
                node(conv("m", 3, Activation.LINEAR), "a"),
                node(conv("v", 3, Activation.TANH), "a"),
                node(new LayerSpec.Sampling("z"), "m", "v"),
                node(conv("last", 2, Activation.SIGMOID), "z"));
    }

    /** The mean is read by the decoder as well. */
    private static AutoencoderSpec sequences() {
        return spec(
                Shape.of(4, 3),
                "z",
                node(new LayerSpec.Lstm("m", 5, true), "x"),
                node(new LayerSpec.Gru("v", 5, true, Recurrence.DEFAULT, true), "x"),
                node(new LayerSpec.Sampling("z"), "m", "v"),
                node(new LayerSpec.Add("both"), "z", "m"),
                node(new LayerSpec.Lstm("last", 3, true), "both"));
    }

    /** A second code, drawn given the first; and the variance is that of a mean. */
    private static AutoencoderSpec twice() {
        return spec(
                Shape.of(6),
                "z",
                node(dense("m", 4, Activation.TANH), "x"),
                node(new LayerSpec.Sampling("y"), "m", "m"),
                node(dense("n", 3, Activation.LINEAR), "y"),
                node(dense("w", 3, Activation.LINEAR), "y"),
                node(new LayerSpec.Sampling("z"), "n", "w"),
                node(dense("last", 6, Activation.SIGMOID), "z"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void lossAndGradientsAreThoseOfTheFormula(Case of) {
        Parameters parameters = parameters(of);
        Reference reference = new Reference(of, parameters, SAMPLES, 1);
        try (TrainingSession session = session(of, parameters, 2, Kernels.best())) {
            double loss = session.computeGradients(samples(of), samples(of), ORDER, 0, SAMPLES);
            assertThat(loss).isEqualTo(reference.loss(), within(2e-6 * Math.abs(loss)));
            assertThat(session.divergence()).isEqualTo(reference.nats(), within(2e-6 * reference.nats()));
            assertThat(session.reconstructionLoss())
                    .isEqualTo(reference.reconstruction(), within(2e-6 * reference.reconstruction()));
            double largest = 0;
            for (int p = 0; p < parameters.list().size(); p++) {
                for (float number : session.gradient(p)) {
                    largest = Math.max(largest, Math.abs(number));
                }
            }
            for (int p = 0; p < parameters.list().size(); p++) {
                Parameter parameter = parameters.list().get(p);
                for (int i = 0; i < parameter.values().length; i += 1 + parameter.values().length / 9) {
                    assertThat((double) session.gradient(p)[i])
                            .as("%s[%d], largest %.3g", parameter.path(), i, largest)
                            .isEqualTo(reference.slope(p, i), within(1e-5 * largest));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plainJavaAndAnyNumberOfThreadsGiveTheSameBits(Case of) {
        Parameters vectors = parameters(of);
        Parameters plain = parameters(of);
        try (TrainingSession one = session(of, vectors, 3, Kernels.best());
                TrainingSession other = session(of, plain, 1, Kernels.plain())) {
            for (int step = 0; step < 3; step++) {
                assertThat(other.step(samples(of), ORDER, 0, 40)).isEqualTo(one.step(samples(of), ORDER, 0, 40));
            }
        }
        assertThat(plain.sha256()).isEqualTo(vectors.sha256());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void afterwardsTheBoundIsMeasuredWithADrawnCodeAndErrorsWithTheMean(Case of) {
        Autoencoder model = new Autoencoder(of.model(), parameters(of), Normalization.NONE);
        Measured measured = measured(model, of, 0, 40, 3);
        Reference reference = new Reference(of, model.parameters(), 40, 0, 0);
        assertThat(measured.loss()).isEqualTo(reference.loss(), within(2e-6 * Math.abs(measured.loss())));
        assertThat(measured.divergence()).isEqualTo(reference.nats(), within(2e-6 * measured.divergence()));
        assertThat(measured.reconstruction())
                .isEqualTo(reference.reconstruction(), within(2e-6 * measured.reconstruction()));
        assertThat(measured.mse()).isEqualTo(reference.squaredErrorOfMeans(), within(2e-6));
        assertThat(measured(model, of, 0, 40, 1)).isEqualTo(measured);
    }

    @Test
    void whatIsDrawnForASampleThatIsMeasuredDependsOnThatSampleAlone() {
        Case of = cases().findFirst().orElseThrow();
        Autoencoder model = new Autoencoder(of.model(), parameters(of), Normalization.NONE);
        double sum = 0;
        for (int i = 0; i < 3; i++) {
            Measured one = measured(model, of, 256 + i, 1, 2);
            sum += one.loss();
            assertThat(one.divergence()).isPositive();
        }
        assertThat(measured(model, of, 256, 1, 2)).isEqualTo(measured(model, of, 256, 1, 1));
        assertThat(sum / 3).isNotEqualTo(measured(model, of, 0, 3, 1).loss());
    }

    private static Measured measured(Autoencoder model, Case of, int from, int count, int threads) {
        try (LossMeter meter = LossMeter.of(model, of.wanted(), threads)) {
            return meter.measure(samples(of), from, count);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inUseACodeIsTheMeanAndNothingIsDrawn(Case of) {
        Parameters parameters = parameters(of);
        Graph graph = of.model().graph();
        double[] outputs = new ReferenceNetwork(graph, parameters).forward(batch(of, SAMPLES), SAMPLES, false);
        float[] rebuilt = new float[outputs.length];
        float[] codes = new float[SAMPLES * of.model().latentSize()];
        float[] decoded = new float[outputs.length];
        try (Inference inference = Inference.of(new Autoencoder(of.model(), parameters, Normalization.NONE), 2)) {
            inference.reconstruct(samples(of), 0, SAMPLES, rebuilt);
            inference.encode(samples(of), 0, SAMPLES, codes);
            if (of.model().bypass().isEmpty()) {
                inference.decode(codes, SAMPLES, decoded);
                for (int i = 0; i < rebuilt.length; i++) {
                    assertThat(decoded[i]).isEqualTo(rebuilt[i], within(1e-6f));
                }
            }
        }
        for (int i = 0; i < rebuilt.length; i++) {
            assertThat((double) rebuilt[i]).isEqualTo(outputs[i], within(1e-5));
        }
        Graph inUse = graph.inUse();
        assertThat(inUse.layers()).noneMatch(LayerSpec.Sampling.class::isInstance);
        double[] means = new ReferenceNetwork(
                        graph.upTo(List.of(of.model().waist())).inUse(),
                        parameters.ofLayers(
                                graph.upTo(List.of(of.model().waist())).inUse().layers()))
                .forward(batch(of, SAMPLES), SAMPLES, false);
        for (int i = 0; i < codes.length; i++) {
            assertThat((double) codes[i]).isEqualTo(means[i], within(1e-5));
        }
    }

    @Test
    void duringItsWarmUpADivergenceCountsForLess() {
        Case of = new Case("warm-up", vectors(), "mean_squared_error:penalties=z/divergence beta 2 warm_up 4");
        try (TrainingSession session = session(of, parameters(of), 1, Kernels.best())) {
            for (double[] each : new double[][] {{0, 0}, {1, 0.5}, {3.5, 1.75}, {4, 2}, {9, 2}}) {
                session.setEpochs(each[0]);
                double loss = session.computeGradients(samples(of), samples(of), ORDER, 0, SAMPLES);
                assertThat(loss)
                        .isEqualTo(
                                session.reconstructionLoss() + each[1] * session.divergence(),
                                within(1e-9 * Math.abs(loss)));
            }
        }
    }

    @Test
    void aLossWithADivergenceIsNamedAndReadBack() {
        Loss loss = Loss.parse("binary_crossentropy:penalties=z/divergence beta 4 warm_up 2.5;a/kernel l2 0.5");
        assertThat(loss.text())
                .isEqualTo("binary_crossentropy:penalties=z/divergence beta 4.0 warm_up 2.5;a/kernel l2 0.5");
        assertThat(Loss.parse(loss.text())).isEqualTo(loss);
        assertThat(loss.inWords())
                .isEqualTo("binary cross-entropy + 4.0 x Kullback-Leibler divergence of z (warm-up of 2.5 epochs)"
                        + " + L2 penalty of a's kernel");
        assertThat(loss.terms(Shape.of(9))).isEqualTo(1);
        assertThat(new Loss.MeanSquaredError().withDivergences(vectors().graph()))
                .isEqualTo(Loss.parse("mse:penalties=z/divergence beta 1"));
        assertThat(loss.withDivergences(vectors().graph())).isEqualTo(loss);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "z/divergence beta -1 | beta: expected a number >= 0, found -1.0",
                "z/divergence beta 1 warm_up -2 | warm_up: expected epochs >= 0, found -2.0",
                "z/divergence l1 1 | penalties: expected beta or warm_up with a number, found 'l1'",
                "z/divergence beta NaN | beta: expected a number >= 0, found NaN",
            })
    void aDivergenceThatCannotBeIsRefused(String penalty, String message) {
        assertThatThrownBy(() -> Loss.parse("mse:penalties=" + penalty))
                .isInstanceOf(SettingException.class)
                .hasMessage(message);
    }

    /** The formulas in double. */
    private static final class Reference {
        private final Case of;
        private final Parameters parameters;
        private final int samples;
        private final double[] batch;
        private final ReferenceNetwork whole;
        /** By divergence: what computes its mean and the logarithm of its variance. */
        private final List<Halves> halves;

        private record Halves(Penalty.Divergence penalty, ReferenceNetwork mean, ReferenceNetwork logVariance) {}

        Reference(Case of, Parameters parameters, int samples, long step) {
            this(of, parameters, samples, SEED, step);
        }

        Reference(Case of, Parameters parameters, int samples, long seed, long step) {
            this.of = of;
            this.parameters = parameters;
            this.samples = samples;
            batch = batch(of, samples);
            ReferenceNetwork.AddedNoise noise = (layer, index) ->
                    RandomSource.normal(RandomSource.key(seed, "sampling/" + layer.name(), step), index);
            Graph graph = of.model().graph();
            whole = new ReferenceNetwork(graph, parameters, noise);
            halves = of.wanted().penalties().stream()
                    .filter(Penalty.Divergence.class::isInstance)
                    .map(Penalty.Divergence.class::cast)
                    .map(penalty -> {
                        List<String> read = graph.nodes().stream()
                                .filter(node -> node.name().equals(penalty.layer()))
                                .findFirst()
                                .orElseThrow()
                                .inputs();
                        return new Halves(penalty, part(read.getFirst(), noise), part(read.getLast(), noise));
                    })
                    .toList();
        }

        private ReferenceNetwork part(String value, ReferenceNetwork.AddedNoise noise) {
            Graph part = of.model().graph().upTo(List.of(value));
            return new ReferenceNetwork(part, parameters.ofLayers(part.layers()), noise);
        }

        double nats() {
            return divergences(false);
        }

        private double divergences(boolean weighted) {
            double sum = 0;
            for (Halves each : halves) {
                double[] mean = each.mean().forward(batch, samples, true);
                double[] logVariance = each.logVariance().forward(batch, samples, true);
                double of = 0;
                for (int i = 0; i < mean.length; i++) {
                    of += -0.5 * (1 + logVariance[i] - mean[i] * mean[i] - Math.exp(logVariance[i]));
                }
                sum += of * (weighted ? each.penalty().beta() : 1);
            }
            return sum / samples;
        }

        double reconstruction() {
            double[] outputs = whole.forward(batch, samples, true);
            double sum = 0;
            for (int i = 0; i < outputs.length; i++) {
                double y = outputs[i];
                double t = batch[i];
                sum += switch (of.wanted().ofOutputs()) {
                    case Loss.MeanSquaredError ignored -> (y - t) * (y - t);
                    case Loss.BinaryCrossentropy ignored -> -t * Math.log(y) - (1 - t) * Math.log(1 - y);
                    case Loss.Huber ignored -> (y - t) * (y - t) / 2;
                    default -> throw new IllegalArgumentException(of.loss());
                };
            }
            return sum / samples;
        }

        double squaredErrorOfMeans() {
            double[] outputs = whole.forward(batch, samples, false);
            double sum = 0;
            for (int i = 0; i < outputs.length; i++) {
                sum += (outputs[i] - batch[i]) * (outputs[i] - batch[i]);
            }
            return sum / outputs.length;
        }

        double loss() {
            double loss = reconstruction() + divergences(true);
            for (Penalty penalty : of.wanted().penalties()) {
                loss += switch (penalty) {
                    case Penalty.Divergence ignored -> 0;
                    case Penalty.OfActivity activity ->
                        activity.regularizer().l2()
                                * squares(halves.getFirst().mean().forward(batch, samples, true))
                                / samples;
                    case Penalty.Sparsity ignored -> throw new IllegalArgumentException("has its own goldens");
                    case Penalty.Quantization ignored -> throw new IllegalArgumentException("has its own goldens");
                    case Penalty.Contraction ignored -> throw new IllegalArgumentException("has its own goldens");
                    case Penalty.OfVariable variable ->
                        variable.regularizer().l2() * squares(whole.parameters().get(0));
                };
            }
            return loss;
        }

        private static double squares(double[] numbers) {
            double sum = 0;
            for (double number : numbers) {
                sum += number * number;
            }
            return sum;
        }

        /** By a central difference. */
        double slope(int parameter, int index) {
            nudge(parameter, index, STEP);
            double above = loss();
            nudge(parameter, index, -2 * STEP);
            double below = loss();
            nudge(parameter, index, STEP);
            return (above - below) / (2 * STEP);
        }

        private void nudge(int parameter, int index, double by) {
            Parameter nudged = parameters.list().get(parameter);
            whole.parameters().get(parameter)[index] += by;
            for (Halves each : halves) {
                String sampling = each.penalty().layer();
                List<String> read = of.model().graph().nodes().stream()
                        .filter(node -> node.name().equals(sampling))
                        .findFirst()
                        .orElseThrow()
                        .inputs();
                nudge(each.mean(), read.getFirst(), nudged, index, by);
                nudge(each.logVariance(), read.getLast(), nudged, index, by);
            }
        }

        private void nudge(ReferenceNetwork part, String value, Parameter nudged, int index, double by) {
            List<Parameter> ofPart = parameters
                    .ofLayers(of.model().graph().upTo(List.of(value)).layers())
                    .list();
            for (int i = 0; i < ofPart.size(); i++) {
                if (ofPart.get(i).path().equals(nudged.path())) {
                    part.parameters().get(i)[index] += by;
                }
            }
        }
    }

    private static double[] batch(Case of, int samples) {
        int size = of.model().input().size();
        float[] batch = new float[samples * size];
        for (int i = 0; i < samples; i++) {
            samples(of).copySample(i, batch, i * size);
        }
        return ReferenceNetwork.toDoubles(batch);
    }

    private static Samples samples(Case of) {
        int size = of.model().input().size();
        return (index, into, offset) -> {
            RandomGenerator numbers = new RandomSource(index).stream("samples", 0);
            for (int i = 0; i < size; i++) {
                into[offset + i] = numbers.nextFloat();
            }
        };
    }

    private static Parameters parameters(Case of) {
        Graph graph = of.model().graph();
        assertThat(ModelFacts.of(graph).output()).isEqualTo(of.model().input());
        return Parameters.initialize(graph, new RandomSource(3));
    }

    private static TrainingSession session(Case of, Parameters parameters, int threads, Kernels kernels) {
        TrainingSettings settings = new TrainingSettings(of.wanted(), Optimizer.Adam.DEFAULT, 40, SEED);
        return TrainingSession.of(of.model().graph(), parameters, settings, threads, kernels);
    }

    private static AutoencoderSpec spec(Shape input, String waist, Graph.Node... nodes) {
        Graph graph =
                Graph.of(List.of(new Graph.Input("x", input)), List.of(nodes), List.of(nodes[nodes.length - 1].name()));
        return new AutoencoderSpec("model", graph, waist);
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    private static LayerSpec dense(String name, int units, Activation activation) {
        return new LayerSpec.Dense(name, units, activation);
    }

    private static LayerSpec conv(String name, int filters, Activation activation) {
        return new LayerSpec.Conv2d(name, filters, Size2.square(3), Size2.square(1), Padding.SAME, activation);
    }
}
