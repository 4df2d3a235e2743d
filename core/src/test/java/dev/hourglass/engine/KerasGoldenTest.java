package dev.hourglass.engine;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.Activation;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the real Keras computes, the engine computes too: shapes, variables, outputs, losses, gradients and moving
 * statistics of every layer, and the first steps of training the lab's models. Differences are relative to the largest
 * value of the array.
 */
class KerasGoldenTest {
    private static final double OUTPUT_TOLERANCE = 1e-5;
    private static final double ROUNDING = 1e-13;
    private static final double GRADIENT_TOLERANCE = 1e-4;
    /** Of ten steps of Adam; Keras's own float32 is off by 1.7e-4 in the CNN's. */
    private static final double LOSS_TOLERANCE = 2e-4;
    /**
     * Of what ten steps of Adam leave: it divides each gradient by its size, so that one which is 0 but for rounding (a
     * bias that a batch normalisation takes out again) moves its parameter all the same. Keras's own float32: 1.7e-3.
     */
    private static final double TRAINED_TOLERANCE = 5e-3;

    private static final int THREADS = 2;

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#layerCases")
    void outputShapeIsThatOfKeras(Golden golden) {
        assertThat(golden.output()).isEqualTo(golden.array("inference").sampleShape());
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#layerCases")
    void variablesHaveNamesShapesAndOrderOfKeras(Golden golden) {
        Map<String, Shape> expected = new LinkedHashMap<>();
        golden.arrays().forEach((name, array) -> {
            if (name.startsWith("variable/")) {
                expected.put(name.substring("variable/".length()), array.shape());
            }
        });
        Map<String, Shape> actual = new LinkedHashMap<>();
        for (Parameter parameter : fresh(golden).list()) {
            actual.put(parameter.path(), parameter.shape());
        }
        assertThat(List.copyOf(actual.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#layerCases")
    void trainableVariablesAreThoseThatKerasDerivesBy(Golden golden) {
        assertThat(fresh(golden).list()).allSatisfy(parameter -> {
            assertThat(golden.has("gradient/" + parameter.path())).isEqualTo(parameter.trainable());
            assertThat(golden.has("after/" + parameter.path())).isNotEqualTo(parameter.trainable());
        });
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#modelCases")
    void initialWeightsOfTheModelsAreThoseKerasStartedFrom(Golden golden) {
        assertThat(initial(golden).sha256()).isEqualTo(golden.initialSha256().orElseThrow());
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#modelCases")
    void trainableVariablesOfTheModelsHaveTheShapesOfKerasGradients(Golden golden) {
        List<Map.Entry<String, Shape>> expected = new ArrayList<>();
        golden.arrays().forEach((name, array) -> {
            if (name.startsWith("gradient/")) {
                expected.add(entry(name.substring("gradient/".length()), array.shape()));
            }
        });
        assertThat(initial(golden).list().stream().filter(Parameter::trainable).map(p -> entry(p.path(), p.shape())))
                .containsExactlyElementsOf(expected);
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#layerCases")
    void inferenceGivesTheOutputsOfKeras(Golden golden) {
        float[] inputs = golden.array("input").stored();

        float[] outputs = infer(golden, initial(golden), inputs);

        assertThat(golden.array("inference").error(outputs)).isLessThan(OUTPUT_TOLERANCE);
    }

    @ParameterizedTest
    @MethodSource("trainedLayerCases")
    void aStepHasTheLossGradientsAndMovingStatisticsOfKeras(Golden golden) {
        Parameters parameters = initial(golden);

        try (TrainingSession session = session(golden, golden.layers(), parameters)) {
            double loss = gradients(session, golden);

            assertThat(golden.array("loss").error(new float[] {(float) loss})).isLessThan(OUTPUT_TOLERANCE);
            assertGradients(golden, parameters, session);
        }
        assertMovingStatistics(golden, parameters, OUTPUT_TOLERANCE);
    }

    /**
     * The engine leaves no gradient of its input, which training does not need. So a dense layer that changes nothing
     * goes first: the gradient of its kernel is the sum over all pixels or steps of input times the input's gradient.
     */
    @ParameterizedTest
    @MethodSource("trainedLayerCases")
    void theGradientThatReachesTheInputIsThatOfKeras(Golden golden) {
        int features = golden.input().dimension(-1);
        List<LayerSpec> layers = new ArrayList<>(golden.layers());
        layers.addFirst(new LayerSpec.Dense("identity", features, Activation.LINEAR));
        List<Parameter> list = new ArrayList<>();
        list.add(identityKernel(features));
        list.add(new Parameter("identity", "bias", Shape.of(features), true, new float[features]));
        list.addAll(initial(golden).list());

        try (TrainingSession session = session(golden, layers, Parameters.of(list))) {
            gradients(session, golden);

            float[] inputs = golden.array("input").stored();
            float[] inputGradients = golden.array("gradient/input").stored();
            double[] expected = new double[features * features];
            double largest = 0;
            for (int pixel = 0; pixel < inputs.length; pixel += features) {
                for (int i = 0; i < expected.length; i++) {
                    expected[i] += (double) inputs[pixel + i / features] * inputGradients[pixel + i % features];
                    largest = Math.max(largest, Math.abs(expected[i]));
                }
            }
            float[] actual = session.gradient(0);
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) actual[i]).isCloseTo(expected[i], within(GRADIENT_TOLERANCE * largest));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#modelCases")
    void theModelsLearnAsInKeras(Golden golden) {
        Parameters parameters = initial(golden);
        float[] images = Golden.mnistImages();
        assertThat(golden.array("inference-before").error(infer(golden, parameters, images)))
                .isLessThan(OUTPUT_TOLERANCE);

        float[] losses = new float[golden.array("losses").stored().length];
        try (TrainingSession session = session(golden, golden.layers(), parameters)) {
            Samples samples = samples(images, golden.input());
            for (int i = 0; i < losses.length; i++) {
                losses[i] = (float) session.step(samples, inOrder(golden), 0, golden.batch());
                if (i == 0) {
                    assertGradients(golden, parameters, session);
                }
            }
        }

        assertThat(golden.array("losses").error(losses)).isLessThan(LOSS_TOLERANCE);
        assertMovingStatistics(golden, parameters, TRAINED_TOLERANCE);
        assertThat(golden.array("inference-after").error(infer(golden, parameters, images)))
                .isLessThan(TRAINED_TOLERANCE);
    }

    /** Without dropout, which leaves out at random while it trains, but where Keras was given our masks. */
    static List<Golden> trainedLayerCases() {
        return Stream.concat(
                        Golden.layerCases().stream().filter(golden -> golden.has("loss")),
                        Golden.recurrentDropoutCases().stream())
                .toList();
    }

    private static TrainingSession session(Golden golden, List<LayerSpec> layers, Parameters parameters) {
        return TrainingSession.of(
                golden.input(),
                layers,
                parameters,
                TrainingSettings.of(Optimizer.Adam.DEFAULT, golden.batch(), 0),
                THREADS);
    }

    private static double gradients(TrainingSession session, Golden golden) {
        Samples inputs = samples(golden.array("input").stored(), golden.input());
        Samples targets = samples(golden.array("target").stored(), golden.output());
        return session.computeGradients(inputs, targets, inOrder(golden), 0, golden.batch());
    }

    private static void assertGradients(Golden golden, Parameters parameters, TrainingSession session) {
        for (int i = 0; i < parameters.list().size(); i++) {
            Parameter parameter = parameters.list().get(i);
            if (parameter.trainable()) {
                Golden.Array expected = golden.array("gradient/" + parameter.path());
                // What is 0 but for rounding in float64, as by a bias that shifts all scores alike, is so in float32.
                double scale = expected.largest() < ROUNDING ? expected.largest() : 1;
                assertThat(expected.error(session.gradient(i)) * scale)
                        .as(parameter.path())
                        .isLessThan(GRADIENT_TOLERANCE * (scale < 1 ? 0.01 : 1));
            }
        }
    }

    private static void assertMovingStatistics(Golden golden, Parameters parameters, double tolerance) {
        assertThat(parameters.list())
                .filteredOn(p -> !p.trainable())
                .allSatisfy(parameter -> assertThat(
                                golden.array("after/" + parameter.path()).error(parameter.values()))
                        .as(parameter.path())
                        .isLessThan(tolerance));
    }

    /** Runs layers forward with the moving statistics. Not through Inference: a case need not end where it began. */
    private static float[] infer(Golden golden, Parameters parameters, float[] inputs) {
        float[] outputs = new float[golden.batch() * golden.output().size()];
        try (ChainInference chain = ChainInference.of(golden.input(), golden.layers(), parameters, THREADS)) {
            chain.run(samples(inputs, golden.input()), 0, golden.batch(), outputs);
        }
        return outputs;
    }

    private static Samples samples(float[] values, Shape shape) {
        return (index, into, offset) -> System.arraycopy(values, index * shape.size(), into, offset, shape.size());
    }

    private static int[] inOrder(Golden golden) {
        return IntStream.range(0, golden.batch()).toArray();
    }

    private static Parameter identityKernel(int features) {
        float[] values = new float[features * features];
        for (int i = 0; i < features; i++) {
            values[i * features + i] = 1;
        }
        return new Parameter("identity", "kernel", Shape.of(features, features), true, values);
    }

    private static Parameters fresh(Golden golden) {
        return Parameters.initialize(golden.input(), golden.layers(), new RandomSource(0));
    }

    /** The case's parameters: the stored ones, or for the models those that interop/README.md's rule gives. */
    static Parameters initial(Golden golden) {
        Parameters parameters = fresh(golden);
        int index = 0;
        for (Parameter parameter : parameters.list()) {
            float[] values = parameter.values();
            if (golden.has("variable/" + parameter.path())) {
                System.arraycopy(golden.array("variable/" + parameter.path()).stored(), 0, values, 0, values.length);
            } else {
                for (int i = 0; i < values.length; i++) {
                    values[i] = byRule(parameter, reproducible(index, i));
                }
            }
            index++;
        }
        return parameters;
    }

    private static float byRule(Parameter parameter, double number) {
        return (float)
                switch (parameter.name()) {
                    case "kernel", "recurrent_kernel" -> {
                        Shape shape = parameter.shape();
                        int area = shape.size() / (shape.dimension(-1) * shape.dimension(-2));
                        yield number * Math.sqrt(6.0 / (area * shape.dimension(-2) + area * shape.dimension(-1)));
                    }
                    case "gamma" -> 1 + 0.1 * number;
                    case "beta", "bias" -> 0.1 * number;
                    case "moving_mean" -> 0;
                    case "moving_variance" -> 1;
                    default -> throw new IllegalStateException("No rule for " + parameter.path());
                };
    }

    /** In [-1, 1): element {@code i} of variable {@code v}, as interop/README.md says. */
    private static double reproducible(int v, int i) {
        int h = (i + 1) * 0x9E3779B9 + v * 0x85EBCA6B;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        h ^= h >>> 16;
        return (h >>> 8) / (double) (1 << 23) - 1;
    }
}
