package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.engine.cpu.ops.losses.LossFunction;
import dev.hourglass.engine.plan.Objective;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.Shape;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Losses, their gradients and ten steps of each optimizer are those of the real Keras. */
class TrainingGoldenTest {
    /** Of a loss and its gradient by one output, to its size where that is above 1: Keras's float32 has no more. */
    private static final double LOSS_TOLERANCE = 2e-6;
    /** Of weights and slots, to the largest of them. */
    private static final double STEP_TOLERANCE = 1e-5;

    private static final int STEPS = 10;
    private static final int SAMPLES = 5;

    @Test
    void everyLossAndOptimizerHasACase() {
        assertThat(TrainingGolden.losses().stream().map(golden -> golden.loss().kerasName()))
                .containsAll(Loss.NAMES);
        assertThat(TrainingGolden.trainings().stream()
                        .map(golden -> golden.loss().kerasName()))
                .containsAll(Loss.NAMES.stream()
                        .filter(name -> Loss.parse(name).isOfKeras())
                        .toList());
        assertThat(TrainingGolden.trainings().stream()
                        .map(golden -> golden.optimizer().kerasName()))
                .containsAll(Optimizer.NAMES);
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.TrainingGolden#losses")
    void aLossAndItsGradientAreThoseOfKeras(TrainingGolden golden) {
        float[] outputs = golden.line("outputs");
        float[] targets = golden.line("targets");
        float[] losses = golden.line("losses");
        int size = outputs.length / losses.length;
        Activation end = golden.end().equals("sigmoid") ? Activation.SIGMOID : Activation.LINEAR;
        Objective objective = Objective.of(
                Graph.chain(Shape.of(1), List.of(new LayerSpec.ActivationLayer("end", end))), golden.loss());
        Shape sample = golden.end().equals("image") ? Shape.of(13, 12, 2) : Shape.of(size);
        LossFunction function = LossFunction.of(objective.outputs().getFirst().loss(), sample);
        float[] gradient = new float[size];
        double sum = 0;
        for (int i = 0; i < losses.length; i++) {
            double loss = function.add(outputs, i * size, targets, i * size, gradient, 0, size, 1);

            String at = "output " + outputs[i * size] + ", target " + targets[i * size];
            assertNear("loss of " + at, loss, losses[i]);
            for (int j = 0; j < size; j++) {
                assertNear("gradient " + j + " of " + at, gradient[j], golden.line("gradients")[i * size + j]);
            }
            sum += loss;
        }
        if (objective.outputs().getFirst().loss().scope() != Loss.Scope.SAMPLE) {
            float[] gradients = new float[outputs.length];
            double together = function.add(outputs, 0, targets, 0, gradients, 0, outputs.length, 1);
            assertNear("sum", together, sum);
            assertThat(gradients[0]).isNotNaN();
        }
    }

    private static void assertNear(String what, double actual, double expected) {
        assertThat(Math.abs(actual - expected) / Math.max(1, Math.abs(expected)))
                .as("%s: %s, Keras has %s", what, actual, expected)
                .isLessThan(LOSS_TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.TrainingGolden#trainings")
    void tenStepsLeaveTheWeightsAndSlotsOfKeras(TrainingGolden golden) {
        Parameters parameters = golden.initial();
        try (TrainingSession session = session(golden, parameters)) {
            int[] order = IntStream.range(0, SAMPLES).toArray();
            for (int step = 1; step <= STEPS; step++) {
                double loss = session.step(samples(golden), order, 0, SAMPLES);
                assertNear("loss of step " + step, loss, golden.line("losses")[step - 1]);
                assertThat(error(TrainingGolden.joined(parameters), golden.line("after " + step)))
                        .as("weights after step %d", step)
                        .isLessThan(STEP_TOLERANCE);
            }
            OptimizerState state = session.optimizerState();
            assertThat(state.steps()).isEqualTo(STEPS);
            assertThat(names(golden, "slot "))
                    .containsExactlyElementsOf(state.slots().keySet());
            state.slots()
                    .forEach((name, slot) -> assertThat(error(TrainingGolden.joined(slot), golden.line("slot " + name)))
                            .as(name)
                            .isLessThan(STEP_TOLERANCE));
            assertThat(names(golden, "scalar "))
                    .containsExactlyElementsOf(state.scalars().keySet());
            state.scalars().forEach((name, value) -> assertNear(name, value, golden.line("scalar " + name)[0]));
        }
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.TrainingGolden#trainings")
    void aStateThatIsTakenUpGoesOnInTheSameBits(TrainingGolden golden) {
        Parameters whole = golden.initial();
        Parameters stopped = golden.initial();
        int[] order = IntStream.range(0, SAMPLES).toArray();
        OptimizerState state;
        try (TrainingSession session = session(golden, whole);
                TrainingSession first = session(golden, stopped)) {
            for (int step = 0; step < STEPS; step++) {
                session.step(samples(golden), order, 0, SAMPLES);
                if (step < 4) {
                    first.step(samples(golden), order, 0, SAMPLES);
                }
            }
            state = first.optimizerState();
        }
        try (TrainingSession second = session(golden, stopped)) {
            second.restore(state);
            for (int step = 4; step < STEPS; step++) {
                second.step(samples(golden), order, 0, SAMPLES);
            }
        }
        assertThat(stopped.sha256()).isEqualTo(whole.sha256());
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.TrainingGolden#trainings")
    void plainJavaAndAnyNumberOfThreadsGiveTheSameBits(TrainingGolden golden) {
        Parameters vectors = golden.initial();
        Parameters plain = golden.initial();
        int[] order = IntStream.range(0, SAMPLES).toArray();
        try (TrainingSession one = session(golden, vectors, 3, Kernels.best());
                TrainingSession other = session(golden, plain, 1, Kernels.plain())) {
            for (int step = 0; step < STEPS; step++) {
                double loss = one.step(samples(golden), order, 0, SAMPLES);
                assertThat(other.step(samples(golden), order, 0, SAMPLES)).isEqualTo(loss);
            }
        }
        assertThat(plain.sha256()).isEqualTo(vectors.sha256());
    }

    /** Told from the loss alone, which is summed in double. */
    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.TrainingGolden#trainings")
    void gradientsAreDifferencesOfTheLoss(TrainingGolden golden) {
        LossFunction function = LossFunction.of(
                Objective.of(Graph.chain(Shape.of(TrainingGolden.SIZE), golden.layers()), golden.loss())
                        .outputs()
                        .getFirst()
                        .loss(),
                Shape.of(TrainingGolden.SIZE));
        float[] targets = golden.line("inputs");
        float[] gradients = new float[targets.length];
        float[] scratch = new float[targets.length];
        float half = 1f / (1 << 12);
        for (float distance : new float[] {-0.3f, -0.11f, 0.07f, 0.4f}) {
            float[] outputs = targets.clone();
            for (int i = 0; i < outputs.length; i++) {
                outputs[i] = Math.clamp(outputs[i] + distance, 0.05f, 0.95f);
            }
            function.add(outputs, 0, targets, 0, gradients, 0, outputs.length, 1);
            for (int i = 0; i < outputs.length; i++) {
                float output = outputs[i];
                outputs[i] = output + half;
                double above = function.add(outputs, 0, targets, 0, scratch, 0, outputs.length, 1);
                outputs[i] = output - half;
                double below = function.add(outputs, 0, targets, 0, scratch, 0, outputs.length, 1);
                double slope = (above - below) / ((double) (output + half) - (output - half));
                outputs[i] = output;
                assertThat((double) gradients[i])
                        .as("at output %s, target %s", output, targets[i])
                        .isCloseTo(slope, within(1e-3 * Math.max(1, Math.abs(slope))));
            }
        }
    }

    private static TrainingSession session(TrainingGolden golden, Parameters parameters) {
        return session(golden, parameters, 2, Kernels.best());
    }

    private static TrainingSession session(TrainingGolden golden, Parameters parameters, int threads, Kernels kernels) {
        return TrainingSession.of(
                Shape.of(TrainingGolden.SIZE),
                golden.layers(),
                parameters,
                new TrainingSettings(golden.loss(), golden.optimizer(), SAMPLES, 1),
                threads,
                kernels);
    }

    private static Samples samples(TrainingGolden golden) {
        float[] inputs = golden.line("inputs");
        return (index, into, offset) ->
                System.arraycopy(inputs, index * TrainingGolden.SIZE, into, offset, TrainingGolden.SIZE);
    }

    private static List<String> names(TrainingGolden golden, String prefix) {
        return golden.lines().keySet().stream()
                .filter(name -> name.startsWith(prefix))
                .map(name -> name.substring(prefix.length()))
                .toList();
    }

    /** The largest difference, over the largest number. */
    private static double error(float[] actual, float[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        double largest = 0;
        double worst = 0;
        for (int i = 0; i < expected.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i]));
            double difference = Math.abs((double) actual[i] - expected[i]);
            worst = difference <= worst ? worst : difference; // keeps a NaN
        }
        return worst / Math.max(largest, Float.MIN_NORMAL);
    }
}
