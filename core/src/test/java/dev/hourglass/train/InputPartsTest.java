package dev.hourglass.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.data.Dataset;
import dev.hourglass.data.FloatDataset;
import dev.hourglass.data.JoinedInputs;
import dev.hourglass.detect.DetectionOptions;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Loss;
import dev.hourglass.engine.Measured;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.OptimizerState;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.InputParts;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import dev.hourglass.tensor.ShapeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models of several inputs, held against what the real Keras computes in double precision (interop/make_input_goldens.py). */
class InputPartsTest {
    private static final Path RESOURCES = Path.of("src/test/resources");
    private static final double TOLERANCE = 2e-5;

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"views", "alike"})
    void aModelOfSeveralInputsBecomesNoDetector(String name) throws IOException {
        SavedModel read = ModelFile.read(RESOURCES.resolve("keras/inputs/" + name + ".keras"), "code");
        Dataset normal = FloatDataset.of("rows", Shape.of(5), new float[10]);
        assertThatThrownBy(() -> read.calibrated(
                        normal, DetectionOptions.defaults(), "rows", new RandomSource(1), 1, done -> {}))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageEndingWith("; a detector rebuilds the one input that it reads.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"views", "alike"})
    void tenStepsOfAModelOfKerasWithTwoInputsAreThoseOfKeras(String name) throws IOException {
        SavedModel read = ModelFile.read(RESOURCES.resolve("keras/inputs/" + name + ".keras"), "code");
        Golden golden = Golden.of(name);
        SavedModel joined = read.joined();
        Autoencoder model = read.autoencoder();
        assertThat(model.spec().graph()).isEqualTo(joined.graph());
        assertThat(model.spec().reconstruction()).isEqualTo(InputParts.JOINED);
        requireOutputs(model, golden);

        TrainResult result = train(model, joined.trainedLoss(), golden, 2);
        float[] steps = golden.get("steps");
        assertThat(steps).hasSize(10);
        for (int i = 0; i < steps.length; i++) {
            assertThat(result.history().epochs().get(i).training().loss())
                    .as("loss before step %d", i)
                    .isEqualTo(steps[i], within(TOLERANCE));
        }
        for (Parameter parameter : result.model().parameters().list()) {
            float[] expected = golden.get("trained " + parameter.path());
            for (int i = 0; i < expected.length; i++) {
                assertThat(parameter.values()[i]).as(parameter.path()).isEqualTo(expected[i], within(1e-4f));
            }
        }
    }

    @Test
    void trainingHasTheSameBitsAtAnyNumberOfThreads() throws IOException {
        Golden golden = Golden.of("views");
        List<String> first = List.of();
        for (int threads = 1; threads <= 4; threads++) {
            SavedModel read = ModelFile.read(RESOURCES.resolve("keras/inputs/views.keras"));
            List<String> digests = train(read.autoencoder(), read.joined().trainedLoss(), golden, threads)
                    .weightDigests();
            assertThat(first.isEmpty() || first.equals(digests)).isTrue();
            first = digests;
        }
        assertThat(first).hasSize(10);
    }

    /** The reconstruction's own error is that of all numbers; each part has its own beside it. */
    @Test
    void historyHasEachPart() throws IOException {
        SavedModel read = ModelFile.read(RESOURCES.resolve("keras/inputs/views.keras"));
        Measured last = train(read.autoencoder(), read.joined().trainedLoss(), Golden.of("views"), 1)
                .history()
                .last()
                .validation();
        assertThat(last.outputs())
                .extracting(Measured.OfOutput::output)
                .containsExactly(InputParts.JOINED, "drawn", "numbers");
        double drawn = last.outputs().get(1).mse();
        double numbers = last.outputs().get(2).mse();
        assertThat(last.mse()).isEqualTo((24 * drawn + 5 * numbers) / 29, within(1e-6));
    }

    /** As a run's files have it: the inputs by their names, with the losses and the optimizer of the model that reads a row. */
    @ParameterizedTest
    @ValueSource(strings = {".keras", ".h5"})
    void aTrainedModelIsWrittenWithItsInputsApartAndTrainsOn(String format) throws IOException {
        SavedModel read = ModelFile.read(RESOURCES.resolve("keras/inputs/views.keras"), "code");
        TrainResult result = train(read.autoencoder(), read.joined().trainedLoss(), Golden.of("views"), 1);
        SavedModel row = SavedModel.of(result.model(), result.history().loss(), result.optimizer(), Map.of());
        SavedModel apart = row.apart();
        assertThat(apart.graph().inputs()).isEqualTo(read.graph().inputs());
        assertThat(apart.graph().outputs()).isEqualTo(read.graph().outputs());
        assertThat(apart.layers()).isEqualTo(read.layers());

        Path file = folder.resolve("views" + format);
        ModelFile.write(apart, file);
        SavedModel again = ModelFile.read(file);
        assertThat(again.describeInputs()).isEqualTo(read.describeInputs());
        assertThat(again.joined().trainedLoss()).isEqualTo(row.trainedLoss());
        assertThat(again.joined().apart().graph()).isEqualTo(apart.graph());
        assertThat(again.autoencoder().spec().graph())
                .isEqualTo(result.model().spec().graph());
        OptimizerState optimizer = Objects.requireNonNull(again.joined().optimizer());
        assertThat(optimizer.steps()).isEqualTo(10);
    }

    @Test
    void aModelOfOneInputStaysAsItIs() throws IOException {
        SavedModel read = ModelFile.read(RESOURCES.resolve("keras/graphs/composite.keras"));
        assertThat(read.apart()).isSameAs(read);
        assertThat(read.joined()).isSameAs(read);
    }

    @Test
    void anInputThatNothingRebuildsIsNamed() throws IOException {
        SavedModel model = ModelFile.read(RESOURCES.resolve("keras/inputs/views.keras"));
        SavedModel half = model.withOutput("drawn");
        assertThatThrownBy(half::autoencoder)
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("it needs an output for each input, and 'row' [5] has none of its shape.");
    }

    @Test
    void anOutputOfAnotherShapeThanItsInputIsRefused() {
        Graph graph = graph(4);
        assertThatThrownBy(() -> InputParts.joined("two", graph, List.of("left", "right"), "code"))
                .isInstanceOf(ShapeException.class)
                .hasMessage(
                        "Output 'right' of model 'two' gives [4], but is to rebuild 'b' [2]. Change its last layers.");
    }

    @Test
    void aPartThatIsNotLaidInTheReconstructionIsNoTarget() {
        AutoencoderSpec spec = InputParts.joined("two", graph(2), List.of("left", "right"), "code");
        Dataset data = FloatDataset.of("rows", Shape.of(5), new float[10]);
        Loss loss = Loss.parse("per_output:outputs=joined input 0 mse;left part 1 mse;right next 1 mse");
        assertThatThrownBy(() ->
                        Trainer.train(spec, data, data, TrainOptions.defaults().withLoss(loss), event -> {}))
                .isInstanceOf(UnsuitableTrainingException.class)
                .hasMessageStartingWith(
                        "Output 'right' of model 'two', whose target is the next steps, must give steps");
        Loss whole = Loss.parse("per_output:outputs=joined input 0 mse;left part 1 mse;right part 1 mse");
        assertThat(Trainer.train(spec, data, data, TrainOptions.defaults().withLoss(whole), event -> {})
                        .history()
                        .epochs())
                .hasSize(5);
    }

    private static Graph graph(int right) {
        return new Graph(
                List.of(new Graph.Input("a", Shape.of(3)), new Graph.Input("b", Shape.of(2))),
                List.of(
                        new Graph.Node(new LayerSpec.Concatenate("both", 1), List.of("a", "b")),
                        new Graph.Node(new LayerSpec.Dense("code", 2, Activation.TANH), List.of("both")),
                        new Graph.Node(new LayerSpec.Dense("left", 3, Activation.LINEAR), List.of("code")),
                        new Graph.Node(new LayerSpec.Dense("right", right, Activation.LINEAR), List.of("code"))),
                List.of("left", "right"));
    }

    /** An epoch is a step: all samples are one batch. */
    private static TrainResult train(Autoencoder model, Loss loss, Golden golden, int threads) {
        TrainOptions options = TrainOptions.defaults()
                .withEpochs(10)
                .withOptimizer(Optimizer.Adam.DEFAULT.withLearningRate(0.01f))
                .withLoss(loss)
                .withThreads(threads);
        TrainingState fresh = TrainingState.fresh(model.spec(), Normalization.NONE, options);
        TrainingState from = new TrainingState(
                model,
                OptimizerState.fresh(options.optimizer(), model.parameters()),
                fresh.place(),
                fresh.history(),
                List.of(),
                fresh.callbacks(),
                fresh.trimming());
        Dataset data = golden.data(model.spec());
        return Trainer.train(from, data, data, options, TrainingWatch.INTERRUPTS, event -> {});
    }

    /** Those of Keras, one after the other in the reconstruction. */
    private static void requireOutputs(Autoencoder model, Golden golden) {
        Graph graph = model.spec().reconstructing();
        Parameters parameters = model.parameters().ofLayers(graph.layers());
        Dataset data = golden.data(model.spec());
        int size = data.sampleShape().size();
        float[] rebuilt = new float[data.size() * size];
        try (ChainInference inference = ChainInference.of(graph, parameters, 1)) {
            inference.run(data::copySample, 0, data.size(), rebuilt);
        }
        int offset = 0;
        for (float[] output : golden.outputs()) {
            int width = output.length / data.size();
            for (int i = 0; i < output.length; i++) {
                assertThat(rebuilt[i / width * size + offset + i % width]).isEqualTo(output[i], within(1e-5f));
            }
            offset += width;
        }
        assertThat(offset).isEqualTo(size);
    }

    /** What Keras computed of one model. */
    private record Golden(List<float[]> inputs, List<float[]> outputs, Map<String, float[]> lines) {
        static Golden of(String model) throws IOException {
            Golden golden = new Golden(new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
            boolean own = false;
            for (String line : Files.readAllLines(RESOURCES.resolve("golden/inputs.txt"))) {
                String[] words = line.split(" ", -1);
                if (words[0].equals("case")) {
                    own = words[1].equals(model);
                } else if (own) {
                    golden.add(words);
                }
            }
            return golden;
        }

        float[] get(String name) {
            return Objects.requireNonNull(lines.get(name), name);
        }

        private void add(String[] words) {
            switch (words[0]) {
                case "input" -> inputs.add(numbers(words, 1));
                case "output" -> outputs.add(numbers(words, 1));
                case "trained" -> lines.put("trained " + words[1], numbers(words, 2));
                default -> lines.put(words[0], numbers(words, 1));
            }
        }

        private static float[] numbers(String[] words, int first) {
            List<String> text = Arrays.asList(words).subList(first, words.length);
            float[] numbers = new float[text.size()];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Float.parseFloat(text.get(i));
            }
            return numbers;
        }

        Dataset data(AutoencoderSpec spec) {
            Map<String, Dataset> parts = new LinkedHashMap<>();
            for (float[] input : inputs) {
                parts.put("part" + parts.size(), FloatDataset.of("part", Shape.of(input.length / 5), input));
            }
            Dataset joined = JoinedInputs.of(parts);
            assertThat(joined.sampleShape()).isEqualTo(spec.input());
            return joined;
        }
    }

    /** The weights of layers that have some are as they were; cutting and joining has none. */
    @Test
    void joiningAddsNoWeights() {
        Graph graph = graph(2);
        AutoencoderSpec spec = InputParts.joined("two", graph, List.of("left", "right"), "code");
        Parameters parameters = Parameters.initialize(graph, new RandomSource(1));
        assertThat(parameters.ofLayers(spec.layers()).list()).hasSameSizeAs(parameters.list());
        assertThat(spec.latentSize()).isEqualTo(2);
        assertThat(InputParts.offset(spec, "right")).hasValue(3);
        assertThat(InputParts.offset(spec, "code")).isEmpty();
    }
}
