package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.cpu.ops.losses.LossFunction;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights, masks and losses over whole samples, in every layout that a model can end in. */
class WeightedLossTest {
    private static final Shape SERIES = Shape.of(5, 3);
    private static final float MASK = -1;

    /** A model a layout: vector, image, sequence. */
    private static final List<AutoencoderSpec> MODELS = List.of(
            new AutoencoderSpec(
                    "vector",
                    Shape.of(37),
                    List.of(new LayerSpec.Dense("squeeze", 5, Activation.TANH)),
                    List.of(new LayerSpec.Dense("rebuild", 37, Activation.SIGMOID))),
            new AutoencoderSpec(
                    "image",
                    Shape.of(12, 13, 3),
                    List.of(new LayerSpec.Conv2d(
                            "squeeze", 2, new Size2(3, 3), new Size2(1, 1), Padding.SAME, Activation.TANH)),
                    List.of(new LayerSpec.Conv2d(
                            "rebuild", 3, new Size2(3, 3), new Size2(1, 1), Padding.SAME, Activation.SIGMOID))),
            new AutoencoderSpec(
                    "sequence",
                    Shape.of(7, 35),
                    List.of(new LayerSpec.Lstm("squeeze", 6, false)),
                    List.of(
                            new LayerSpec.RepeatVector("repeat", 7),
                            new LayerSpec.Lstm("unfold", 6, true),
                            new LayerSpec.TimeDistributed(
                                    "rebuild", new LayerSpec.Dense("rebuild_dense", 35, Activation.SIGMOID)))));

    private static final List<String> LOSSES = List.of(
            "mean_squared_error:mask_value=-1.0",
            "binary_crossentropy:channel_weights=CHANNELS,mask_value=-1.0",
            "huber:delta=0.25,channel_weights=CHANNELS",
            "categorical_crossentropy",
            "kl_divergence:mask_value=-1.0",
            "cosine_similarity",
            "mean_squared_error:step_weights=STEPS",
            "cosine_similarity:step_weights=STEPS,mask_value=-1.0",
            "ssim");

    record Case(AutoencoderSpec model, Loss loss) {
        @Override
        public String toString() {
            return model.name() + " " + loss.kerasName() + " " + loss.settings().keySet();
        }
    }

    static List<Case> cases() {
        return MODELS.stream()
                .flatMap(model -> LOSSES.stream()
                        .filter(loss -> !loss.contains("STEPS") || model.input().rank() > 1)
                        .filter(loss -> !loss.equals("ssim") || model.input().rank() == 3)
                        .map(loss -> new Case(
                                model,
                                Loss.parse(loss.replace(
                                                "CHANNELS",
                                                numbers(model.input().dimension(-1)))
                                        .replace("STEPS", numbers(model.input().dimension(0)))))))
                .toList();
    }

    private static String numbers(int count) {
        return String.join(
                " ",
                IntStream.range(0, count)
                        .mapToObj(i -> String.valueOf((i + 1) % 3 * 0.5f))
                        .toList());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void gradientsOfWeightsAreDifferencesOfTheLoss(Case of) {
        AutoencoderSpec model = of.model();
        Parameters parameters = parameters(model);
        Samples targets = targets(model.input());
        int[] order = {0, 1, 2, 3, 4};
        float[][] gradients = new float[parameters.list().size()][];
        try (TrainingSession session = session(of, parameters, 2, Kernels.best())) {
            session.computeGradients(targets, targets, order, 0, 5);
            for (int i = 0; i < gradients.length; i++) {
                gradients[i] = session.gradient(i).clone();
            }
            for (int i : new int[] {0, gradients.length - 1}) {
                float[] values = parameters.list().get(i).values();
                int at = values.length / 2;
                float kept = values[at];
                float step = 1f / 256;
                values[at] = kept + step;
                double above = lossOf(of, parameters, targets, order);
                values[at] = kept - step;
                double below = lossOf(of, parameters, targets, order);
                values[at] = kept;
                double slope = (above - below) / (2 * step);
                assertThat((double) gradients[i][at])
                        .as(parameters.list().get(i).path())
                        .isCloseTo(slope, within(2e-5 + 5e-3 * Math.abs(slope)));
            }
        }
    }

    private static double lossOf(Case of, Parameters parameters, Samples targets, int[] order) {
        try (TrainingSession session = session(of, parameters, 1, Kernels.best())) {
            return session.computeGradients(targets, targets, order, 0, 5);
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plainJavaAndAnyNumberOfThreadsGiveTheSameBits(Case of) {
        Parameters vectors = parameters(of.model());
        Parameters plain = parameters(of.model());
        Samples targets = targets(of.model().input());
        int[] order = IntStream.range(0, 40).toArray();
        try (TrainingSession one = session(of, vectors, 3, Kernels.best());
                TrainingSession other = session(of, plain, 1, Kernels.plain())) {
            for (int step = 0; step < 3; step++) {
                assertThat(other.step(targets, order, 0, 40)).isEqualTo(one.step(targets, order, 0, 40));
            }
        }
        assertThat(plain.sha256()).isEqualTo(vectors.sha256());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsMeasuredAfterwardsIsTheLossOfTheStep(Case of) {
        Parameters parameters = parameters(of.model());
        Samples targets = targets(of.model().input());
        int[] order = IntStream.range(0, 40).toArray();
        Autoencoder model = new Autoencoder(of.model(), parameters, Normalization.NONE);
        try (LossMeter meter = LossMeter.of(model, of.loss(), 2);
                TrainingSession session = session(of, parameters, 2, Kernels.best())) {
            double measured = meter.measure(targets, 0, 40).loss();
            assertThat(session.step(targets, order, 0, 40)).isCloseTo(measured, within(1e-6));
        }
    }

    @Test
    void theMeanIsOverTheTermsThatTheMaskLeaves() {
        Loss loss = Loss.parse("mse:mask_value=-1,step_weights=1 2 0 1 1,channel_weights=1 0.5 1");
        LossFunction function = LossFunction.of(loss, SERIES);
        float[] targets = new float[15];
        float[] outputs = new float[15];
        Arrays.fill(outputs, 1);
        targets[0] = MASK;
        targets[4] = MASK;
        float[] gradients = new float[15];
        double sum = function.add(outputs, 0, targets, 0, gradients, 0, 15, 1);

        assertThat(function.masked()).isEqualTo(2);
        assertThat(loss.terms(SERIES)).isEqualTo(15);
        // 1.5 of the first step, 2 * 2 of the second, 2.5 of each of the two last.
        assertThat(sum).isEqualTo(1.5 + 4 + 5);
        assertThat(gradients).containsExactly(0, 1, 2, 4, 0, 4, 0, 0, 0, 2, 1, 2, 2, 1, 2);
    }

    @Test
    void whatDoesNotFitIsSaidByName() {
        TermWeights weights = ((Loss.Weighted) Loss.parse("mse:step_weights=1 2")).weights();
        assertThat(weights.misfit(SERIES)).isEqualTo("step_weights must be 5 numbers, found 2");
        assertThat(weights.misfit(Shape.of(4))).isEqualTo("step_weights need samples with steps, found [4]");
        assertThat(Loss.of("mae", Map.of("channel_weights", List.of(1, 0.5, 2))).text())
                .isEqualTo("mean_absolute_error:channel_weights=1.0 0.5 2.0");
        assertThatThrownBy(() -> Loss.parse("mse:step_weights=1 -2"))
                .isInstanceOf(SettingException.class)
                .hasMessage("step_weights: expected a number >= 0, found -2.0");
        assertThatThrownBy(() -> Loss.parse("mse:channel_weights=0 0")).hasMessageContaining("a weight above 0");
        assertThatThrownBy(() -> Loss.parse("mse:channel_weights=a b")).hasMessageContaining("finite numbers");
        assertThatThrownBy(() -> Loss.parse("ssim:mask_value=0")).hasMessageContaining("several terms a sample");
        assertThatThrownBy(() -> Loss.parse("kld:channel_weights=1 2")).hasMessageContaining("takes channels together");
        assertThatThrownBy(() -> Loss.parse("cosine_similarity:axis=1")).hasMessageContaining("-1, the last one");
    }

    private static Parameters parameters(AutoencoderSpec model) {
        return Parameters.initialize(model.input(), model.layers(), new RandomSource(3));
    }

    private static TrainingSession session(Case of, Parameters parameters, int threads, Kernels kernels) {
        return TrainingSession.of(
                of.model().input(),
                of.model().layers(),
                parameters,
                new TrainingSettings(of.loss(), Optimizer.Adam.DEFAULT, 40, 1),
                threads,
                kernels);
    }

    /** From 0 to 1, but for every seventh row along the last axis, which is masked. */
    private static Samples targets(Shape shape) {
        return (index, into, offset) -> {
            RandomSource random = new RandomSource(index);
            RandomGenerator numbers = random.stream("targets", 0);
            int row = shape.dimension(-1);
            for (int i = 0; i < shape.size(); i++) {
                float number = numbers.nextFloat();
                boolean masked = (i / row + index) % 7 == 0 && shape.rank() > 1;
                into[offset + i] = masked ? MASK : number;
            }
        };
    }
}
