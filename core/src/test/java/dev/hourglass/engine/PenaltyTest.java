package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PenaltyTest {
    private static final int BATCH = 5;
    private static final Size2 ONE = Size2.square(1);
    private static final Size2 THREE = Size2.square(3);

    record Case(AutoencoderSpec model, String penalties) {
        Loss loss() {
            return Loss.of("mean_squared_error", Map.of("penalties", penalties));
        }
    }

    /** In each layout that an activity can lie in; read by one layer, by a fused one, and as the model's output. */
    static List<Case> cases() {
        AutoencoderSpec vector = new AutoencoderSpec(
                "vector",
                Shape.of(7),
                List.of(new LayerSpec.Dense("code", 3, Activation.TANH)),
                List.of(new LayerSpec.Dense("rebuild", 7, Activation.SIGMOID)));
        AutoencoderSpec image = new AutoencoderSpec(
                "image",
                Shape.of(6, 6, 2),
                List.of(
                        new LayerSpec.Conv2d("conv", 4, THREE, ONE, Padding.SAME, Activation.TANH),
                        new LayerSpec.BatchNormalization("norm", 0.9f, 0.01f),
                        new LayerSpec.MaxPooling2d("pool", Size2.square(2), Size2.square(2), Padding.VALID)),
                List.of(
                        new LayerSpec.UpSampling2d("up", Size2.square(2)),
                        new LayerSpec.Conv2d("rebuild", 2, THREE, ONE, Padding.SAME, Activation.SIGMOID)));
        AutoencoderSpec sequence = new AutoencoderSpec(
                "sequence",
                Shape.of(4, 3),
                List.of(new LayerSpec.Lstm("states", 5, true), new LayerSpec.Lstm("code", 2, false)),
                List.of(
                        new LayerSpec.RepeatVector("repeat", 4),
                        new LayerSpec.Lstm("unfold", 5, true),
                        new LayerSpec.TimeDistributed("rebuild", new LayerSpec.Dense("each", 3, Activation.LINEAR))));
        AutoencoderSpec rates = new AutoencoderSpec(
                "rates",
                Shape.of(6, 6, 2),
                List.of(
                        new LayerSpec.Conv2d("conv", 4, THREE, ONE, Padding.SAME, Activation.LINEAR),
                        new LayerSpec.BatchNormalization("norm", 0.9f, 0.01f),
                        new LayerSpec.ActivationLayer("rates", Activation.SIGMOID),
                        new LayerSpec.MaxPooling2d("code", Size2.square(2), Size2.square(2), Padding.VALID)),
                List.of(
                        new LayerSpec.UpSampling2d("up", Size2.square(2)),
                        new LayerSpec.Conv2d("rebuild", 2, THREE, ONE, Padding.SAME, Activation.SIGMOID)));
        AutoencoderSpec branches = new AutoencoderSpec(
                "branches",
                Graph.of(
                        List.of(new Graph.Input("x", Shape.of(7))),
                        List.of(
                                node(new LayerSpec.Dense("left", 4, Activation.TANH), "x"),
                                node(new LayerSpec.Dense("right", 4, Activation.TANH), "x"),
                                node(new LayerSpec.Add("code"), "left", "right"),
                                node(new LayerSpec.Dense("rebuild", 7, Activation.SIGMOID), "code")),
                        List.of("rebuild")),
                "code");
        return List.of(
                new Case(branches, "left/activity l1 0.3;right/activity l2 0.2;code/activity l1 0.1"),
                new Case(vector, "code/activity l1 0.03"),
                new Case(vector, "code/activity l1 0.03 l2 0.1;rebuild/activity l2 0.02;code/kernel l1 0.01 l2 0.02"),
                new Case(vector, "rebuild/bias l2 0.5;code/bias l1 0.25"),
                new Case(vector, "code/contraction lambda 0.2"),
                new Case(
                        vector,
                        "rebuild/contraction lambda 0.02;code/activity l1 0.03;rebuild/sparsity rho 0.2 beta 0.1"),
                new Case(image, "rebuild/sparsity rho 0.1 beta 0.02"),
                new Case(rates, "code/sparsity rho 0.3 beta 0.2;rates/sparsity rho 0.1 beta 0.1"),
                new Case(image, "conv/activity l2 0.01;pool/activity l1 0.01;conv/kernel l2 0.05"),
                new Case(image, "norm/activity l2 0.01;norm/gamma l2 0.3"),
                new Case(sequence, "states/activity l1 0.02;code/activity l2 0.1;code/recurrent_kernel l2 0.1"),
                new Case(sequence, "unfold/activity l2 0.05;rebuild/activity l2 0.01;states/kernel l1 0.01"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsAreDifferencesOfWhatIsMadeSmall(Case of) {
        Parameters parameters = parameters(of.model());
        int[] order = IntStream.range(0, BATCH).toArray();
        float[][] gradients = new float[parameters.list().size()][];
        try (TrainingSession session = session(of, parameters, 2, Kernels.best())) {
            session.computeGradients(samples(of), samples(of), order, 0, BATCH);
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] = session.gradient(i).clone();
            }
        }
        for (int i = 0; i < gradients.length; i++) {
            Parameter parameter = parameters.list().get(i);
            if (!parameter.trainable()) {
                continue;
            }
            float[] values = parameter.values();
            int at = values.length / 2;
            float kept = values[at];
            float step = 1f / 512;
            values[at] = kept + step;
            double above = loss(of, parameters, order);
            values[at] = kept - step;
            double below = loss(of, parameters, order);
            values[at] = kept;
            double slope = (above - below) / (2 * step);
            assertThat((double) gradients[i][at])
                    .as(parameter.path())
                    .isCloseTo(slope, within(2e-4 + 1e-2 * Math.abs(slope)));
        }
    }

    private static double loss(Case of, Parameters parameters, int[] order) {
        try (TrainingSession session = session(of, parameters, 1, Kernels.best())) {
            return session.computeGradients(samples(of), samples(of), order, 0, BATCH);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plainJavaAndAnyNumberOfThreadsGiveTheSameBits(Case of) {
        Parameters vectors = parameters(of.model());
        Parameters plain = parameters(of.model());
        int[] order = IntStream.range(0, 40).toArray();
        try (TrainingSession one = session(of, vectors, 3, Kernels.best());
                TrainingSession other = session(of, plain, 1, Kernels.plain())) {
            for (int step = 0; step < 3; step++) {
                assertThat(other.step(samples(of), order, 0, 40)).isEqualTo(one.step(samples(of), order, 0, 40));
            }
        }
        assertThat(plain.sha256()).isEqualTo(vectors.sha256());
    }

    private static Graph.Node node(LayerSpec layer, String... inputs) {
        return new Graph.Node(layer, List.of(inputs));
    }

    /** Whose layers compute the same in training and in use, and whose penalty is not 0 at the start. */
    static List<Case> alike() {
        return List.of(cases().getFirst(), cases().get(2), cases().getLast());
    }

    @ParameterizedTest
    @MethodSource("alike")
    void whatIsMeasuredAfterwardsIsTheLossOfTheStepAndErrorsAreWithoutPenalties(Case of) {
        Parameters parameters = parameters(of.model());
        int[] order = IntStream.range(0, 40).toArray();
        Autoencoder model = new Autoencoder(of.model(), parameters, Normalization.NONE);
        try (LossMeter meter = LossMeter.of(model, of.loss(), 2);
                TrainingSession session = session(of, parameters, 2, Kernels.best())) {
            Measured measured = meter.measure(samples(of), 0, 40);
            double loss = session.step(samples(of), order, 0, 40);
            assertThat(loss).isCloseTo(measured.loss(), within(1e-6));
            assertThat(session.meanSquaredError()).isCloseTo(measured.mse(), within(1e-6));
            assertThat(measured.loss()).isGreaterThan(measured.mse() + 1e-3);
        }
    }

    @Test
    void aLossWithPenaltiesIsNamedAndReadBack() {
        Loss loss = Loss.of("huber", Map.of("delta", 0.5, "penalties", "code/activity l1 0.5;dec/kernel l1 1 l2 0.25"));
        assertThat(loss.text()).isEqualTo("huber:delta=0.5,penalties=code/activity l1 0.5;dec/kernel l1 1.0 l2 0.25");
        assertThat(Loss.parse(loss.text())).isEqualTo(loss);
        assertThat(loss.inWords())
                .isEqualTo("Huber loss (delta 0.5) + L1 penalty of code's activity + L1L2 penalty of dec's kernel");
        assertThat(loss.ofOutputs()).isEqualTo(new Loss.Huber(0.5f));
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code l1 0.5"))
                .hasMessageContaining("expected penalties such as");
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code/activity l3 1")).hasMessageContaining("l1 or l2");
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code/activity l1 -1"))
                .hasMessageContaining("above 0");
        String others = "mean_squared_error:penalties=code/sparsity rho 0.05 beta 0.5;code/contraction lambda 0.25";
        assertThat(Loss.parse(others).text()).isEqualTo(others);
        assertThat(Loss.parse(others).inWords())
                .isEqualTo("mean squared error + 0.5 x Kullback-Leibler divergence of code's mean activities from 0.05"
                        + " + 0.25 x squared Jacobian of code");
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code/sparsity rho 1"))
                .hasMessage("rho: expected a number above 0 and below 1, found 1.0");
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code/sparsity beta -1"))
                .hasMessageContaining("a number >= 0");
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code/contraction lambda NaN"))
                .hasMessageContaining("a number >= 0");
        assertThatThrownBy(() -> Loss.parse("mse:penalties=code/contraction l2 1"))
                .hasMessageContaining("lambda with a number");
        assertThatThrownBy(() -> Loss.parse("mse:mask_value=0,penalties=code/activity l1 1"))
                .hasMessageContaining("mask_value");
    }

    private static Parameters parameters(AutoencoderSpec model) {
        return Parameters.initialize(model.graph(), new RandomSource(3));
    }

    private static TrainingSession session(Case of, Parameters parameters, int threads, Kernels kernels) {
        AutoencoderSpec model = of.model();
        TrainingSettings settings = new TrainingSettings(of.loss(), Optimizer.Adam.DEFAULT, 40, 1);
        return TrainingSession.of(model.graph(), parameters, settings, threads, kernels);
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
}
