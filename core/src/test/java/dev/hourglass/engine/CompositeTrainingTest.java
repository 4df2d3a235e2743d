package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.Kernels;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Models with several outputs, each with a loss and a weight of its own: held against what the real Keras computes in double
 * precision ({@code interop/make_composite_goldens.py}) and against differences of plain loops over doubles.
 */
final class CompositeTrainingTest {
    private static final double TOLERANCE = 2e-5;

    @TempDir
    private Path folder;

    /** What Keras computed of one model, by the words at the start of a line. */
    private record Golden(Map<String, float[]> lines, List<float[]> targets) {
        static Golden of(String model) throws IOException {
            Map<String, float[]> lines = new HashMap<>();
            List<float[]> targets = new ArrayList<>();
            boolean own = false;
            for (String line : Files.readAllLines(resource("golden/composite.txt"))) {
                String[] words = line.split(" ", -1);
                own = words[0].equals("case") ? words[1].equals(model) : own;
                int first = List.of("output", "gradient", "trained").contains(words[0]) ? 2 : 1;
                if (own && words[0].equals("target")) {
                    targets.add(numbers(words, first));
                } else if (own && !words[0].equals("case")) {
                    lines.put(String.join(" ", Arrays.copyOf(words, first)), numbers(words, first));
                }
            }
            return new Golden(lines, targets);
        }

        private static float[] numbers(String[] words, int first) {
            float[] numbers = new float[words.length - first];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Float.parseFloat(words[first + i]);
            }
            return numbers;
        }

        float[] get(String name) {
            return Objects.requireNonNull(lines.get(name), name);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "recurrent, keras, per_output:outputs=rebuilt input 1.0 mean_squared_error;predicted next 0.5"
                + " mean_absolute_error",
        "dense, keras, per_output:outputs=rebuilt input 2.0 huber;doubt next 0.25 binary_crossentropy;"
                + "aside next 0.125 cosine_similarity",
        "convolutional, keras, per_output:outputs=rebuilt input 1.0 mean_squared_error;other next 1.0"
                + " mean_squared_error",
        "recurrent, h5, per_output:outputs=rebuilt input 1.0 mean_squared_error;predicted next 0.5 mean_absolute_error",
        "dense, h5, per_output:outputs=rebuilt input 2.0 huber;doubt next 0.25 binary_crossentropy;"
                + "aside next 0.125 cosine_similarity",
        "convolutional, h5, per_output:outputs=rebuilt input 1.0 mean_squared_error;other next 1.0 mean_squared_error"
    })
    void lossesAndWeightsOfKerasFilesAreReadAndWritten(String name, String extension, String loss) throws IOException {
        SavedModel model = ModelFile.read(resource("keras/composite/" + name + "." + extension));

        assertThat(model.loss()).isEqualTo(Loss.parse(loss));
        assertThat(Objects.requireNonNull(model.loss()).text()).isEqualTo(loss);
        assertThat(model.optimizer()).isNull(); // was compiled, but not trained a step
        SavedModel trained = new SavedModel(
                model.name(),
                model.graph(),
                model.parameters(),
                model.normalization(),
                model.waist(),
                model.loss(),
                OptimizerState.fresh(Optimizer.Adam.DEFAULT, model.parameters()),
                Map.of(),
                List.of());
        Path written = folder.resolve("written." + extension);
        ModelFile.write(trained, written);
        assertThat(ModelFile.read(written).loss()).isEqualTo(model.loss());
    }

    @ParameterizedTest
    @ValueSource(strings = {"recurrent", "dense", "convolutional"})
    void lossesGradientsAndTenStepsAreThoseOfKeras(String name) throws IOException {
        SavedModel model = ModelFile.read(resource("keras/composite/" + name + ".keras"));
        Golden golden = Golden.of(name);
        List<Samples> inputs =
                List.of(samples(golden.get("inputs"), model.input().size()));
        List<Samples> targets = targets(model.graph(), golden);
        int count = golden.get("inputs").length / model.input().size();
        int[] order = IntStream.range(0, count).toArray();
        Loss loss = Objects.requireNonNull(model.loss());
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT.withLearningRate(0.01f), count, 1)
                .withLoss(loss);
        try (LossMeter meter = LossMeter.of(model.graph(), model.parameters(), loss, 2)) {
            Measured measured = meter.measure(inputs, targets, 0, count);
            assertNear("measured", measured.loss(), golden.get("total")[0]);
        }
        try (TrainingSession session = TrainingSession.of(model.graph(), model.parameters(), settings, 2)) {
            double total = session.computeGradients(inputs, targets, order, 0, count);
            assertNear("total", total, golden.get("total")[0]);
            double weighed = 0;
            for (int i = 0; i < loss.outputTerms().size(); i++) {
                weighed += loss.outputTerms().get(i).weight()
                        * session.ofOutputs().get(i).loss();
            }
            assertNear("sum of the outputs'", weighed, total);
            for (int i = 0; i < model.parameters().list().size(); i++) {
                float[] expected = golden.get(
                        "gradient " + model.parameters().list().get(i).path());
                assertNear("gradient of " + model.parameters().list().get(i).path(), session.gradient(i), expected);
            }
        }
        try (TrainingSession session = TrainingSession.of(model.graph(), model.parameters(), settings, 3)) {
            float[] steps = golden.get("steps");
            for (int i = 0; i < steps.length; i++) {
                assertNear("loss before step " + i, session.step(inputs, targets, order, 0, count), steps[i]);
            }
        }
        for (Parameter parameter : model.parameters().list()) {
            assertNear(parameter.path(), parameter.values(), golden.get("trained " + parameter.path()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"recurrent", "dense", "convolutional"})
    void outputsAreThoseOfKerasSideBySide(String name) throws IOException {
        SavedModel model = ModelFile.read(resource("keras/composite/" + name + ".h5"));
        Golden golden = Golden.of(name);
        int count = golden.get("inputs").length / model.input().size();
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 2)) {
            float[] all = new float[count * inference.outputSize()];
            inference.run(samples(golden.get("inputs"), model.input().size()), 0, count, all);
            int offset = 0;
            for (String output : model.graph().outputs()) {
                float[] expected = golden.get("output " + output);
                int size = expected.length / count;
                for (int i = 0; i < expected.length; i++) {
                    assertNear(output, all[i / size * inference.outputSize() + offset + i % size], expected[i]);
                }
                offset += size;
            }
        }
    }

    @Test
    void gradientsAreDifferencesOfTheWeighedSum() {
        Graph graph = images();
        Loss loss = Loss.parse("per_output:outputs=rebuilt input 1 mse;coarse next 0.5 mse;code next 0.25 mse");
        Parameters parameters = Parameters.initialize(graph, new RandomSource(7));
        int samples = 5;
        float[] inputs = random("inputs", samples * 6 * 5 * 2);
        List<float[]> targets = List.of(
                random("a", samples * 6 * 5 * 2), random("b", samples * 3 * 3 * 3), random("c", samples * 3 * 3 * 4));
        int[] order = IntStream.range(0, samples).toArray();
        TrainingSettings settings =
                TrainingSettings.of(Optimizer.Adam.DEFAULT, samples, 1).withLoss(loss);
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, 2)) {
            session.computeGradients(
                    List.of(samples(inputs, 60)),
                    List.of(samples(targets.get(0), 60), samples(targets.get(1), 27), samples(targets.get(2), 36)),
                    order,
                    0,
                    samples);
            for (int i = 0; i < parameters.list().size(); i++) {
                Parameter parameter = parameters.list().get(i);
                for (int index : new int[] {0, parameter.values().length / 2}) {
                    double slope = 0;
                    for (int output = 0; output < 3; output++) {
                        Graph part = graph.upTo(List.of(graph.outputs().get(output)));
                        Parameters own = parameters.ofLayers(part.layers());
                        int place = own.list().stream()
                                .map(Parameter::path)
                                .toList()
                                .indexOf(parameter.path());
                        slope += place < 0
                                ? 0
                                : loss.outputTerms().get(output).weight()
                                        * new ReferenceNetwork(part, own)
                                                .gradient(
                                                        place,
                                                        new int[] {index},
                                                        ReferenceNetwork.toDoubles(inputs),
                                                        ReferenceNetwork.toDoubles(targets.get(output)),
                                                        samples)[0];
                    }
                    assertThat((double) session.gradient(i)[index])
                            .as(parameter.path() + "[" + index + "]")
                            .isEqualTo(slope, within(3e-4 * Math.max(0.01, Math.abs(slope))));
                }
            }
        }
    }

    @Test
    void theSameBitsAtOneToFourThreadsAndInPlainJava() {
        String one = digest(1, Kernels.best());
        assertThat(List.of(digest(2, Kernels.best()), digest(3, Kernels.best()), digest(4, Kernels.best())))
                .containsOnly(one);
        assertThat(digest(2, Kernels.plain())).isEqualTo(one);
    }

    private static String digest(int threads, Kernels kernels) {
        Graph graph = images();
        Loss loss = Loss.parse("per_output:outputs=code next 0.25 mae;rebuilt input 1 mse;coarse next 0.5 huber");
        Parameters parameters = Parameters.initialize(graph, new RandomSource(7));
        int[] order = IntStream.range(0, 17).toArray();
        TrainingSettings settings =
                TrainingSettings.of(Optimizer.Adam.DEFAULT, 17, 1).withLoss(loss);
        try (TrainingSession session = TrainingSession.of(graph, parameters, settings, threads, kernels)) {
            for (int i = 0; i < 3; i++) {
                session.step(
                        List.of(samples(random("x", 17 * 60), 60)),
                        List.of(
                                samples(random("a", 17 * 60), 60),
                                samples(random("b", 17 * 27), 27),
                                samples(random("c", 17 * 36), 36)),
                        order,
                        0,
                        17);
            }
        }
        return parameters.sha256();
    }

    @Test
    void aLossOfOtherOutputsAndOneForAllAreRefused() {
        Graph graph = images();
        Parameters parameters = Parameters.initialize(graph, new RandomSource(7));
        TrainingSettings settings = TrainingSettings.of(Optimizer.Adam.DEFAULT, 4, 1);
        assertThatThrownBy(() -> TrainingSession.of(graph, parameters, settings, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The graph has 3 outputs");
        Loss other = Loss.parse("per_output:outputs=rebuilt input 1 mse;fine next 1 mse;code next 1 mse");
        assertThatThrownBy(() -> TrainingSession.of(graph, parameters, settings.withLoss(other), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("A loss for each of the outputs [rebuilt, coarse, code] is needed, got losses for"
                        + " [code, fine, rebuilt]");
        assertThatThrownBy(() -> Loss.parse("per_output:outputs=a input -1 mse"))
                .isInstanceOf(SettingException.class)
                .hasMessage("loss_weight: expected a number >= 0, found -1.0");
        assertThatThrownBy(() -> Loss.parse("per_output:outputs=a sideways 1 mse"))
                .isInstanceOf(SettingException.class)
                .hasMessage("target: expected input, reversed, next, part, found 'sideways'");
        assertThatThrownBy(() -> Loss.parse("per_output:outputs=a input 0 mse"))
                .isInstanceOf(SettingException.class)
                .hasMessage("loss_weight: expected a weight above 0, found 'zeros'");
    }

    @Test
    void stepsAreReversedWithinTheirSample() {
        float[] into = new float[7];
        Target.reversed(samples(new float[] {1, 2, 3, 4, 5, 6}, 6), Shape.of(3, 2))
                .copySample(0, into, 1);
        assertThat(into).containsExactly(0, 5, 6, 3, 4, 1, 2);
    }

    /** The code leaves the model as well, and is read; of two decoders the second is coarser. */
    private static Graph images() {
        Size2 two = Size2.square(2);
        return Graph.of(
                List.of(new Graph.Input("x", Shape.of(6, 5, 2))),
                List.of(
                        node(conv("enc", 4, Activation.TANH), "x"),
                        node(new LayerSpec.MaxPooling2d("code", two, two, Padding.SAME), "enc"),
                        node(new LayerSpec.UpSampling2d("up", two), "code"),
                        node(new LayerSpec.Cropping2d("cut", 0, 0, 0, 1), "up"),
                        node(conv("rebuilt", 2, Activation.SIGMOID), "cut"),
                        node(conv("coarse", 3, Activation.LINEAR), "code")),
                List.of("rebuilt", "coarse", "code"));
    }

    private static LayerSpec conv(String name, int filters, Activation activation) {
        return new LayerSpec.Conv2d(name, filters, Size2.square(3), Size2.square(1), Padding.SAME, activation);
    }

    private static Graph.Node node(LayerSpec layer, String input) {
        return new Graph.Node(layer, List.of(input));
    }

    private static List<Samples> targets(Graph graph, Golden golden) {
        List<Samples> targets = new ArrayList<>();
        for (int i = 0; i < golden.targets().size(); i++) {
            int size = dev.hourglass.model.ModelFacts.of(graph)
                    .shapeOf(graph.outputs().get(i))
                    .size();
            targets.add(samples(golden.targets().get(i), size));
        }
        return targets;
    }

    private static Samples samples(float[] numbers, int size) {
        return (index, into, offset) -> System.arraycopy(numbers, index * size, into, offset, size);
    }

    private static float[] random(String purpose, int count) {
        RandomGenerator random = new RandomSource(3).stream(purpose, 0);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++) {
            numbers[i] = random.nextFloat();
        }
        return numbers;
    }

    private static void assertNear(String what, float[] actual, float[] expected) {
        assertThat(actual).as(what).hasSize(expected.length);
        for (int i = 0; i < actual.length; i++) {
            assertNear(what + "[" + i + "]", actual[i], expected[i]);
        }
    }

    private static void assertNear(String what, double actual, double expected) {
        assertThat(actual).as(what).isEqualTo(expected, within(TOLERANCE * Math.max(1, Math.abs(expected))));
    }

    private static Path resource(String name) {
        try {
            return Path.of(Objects.requireNonNull(CompositeTrainingTest.class.getResource("/" + name), name)
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
