package dev.hourglass.formats.keras;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ModelLayout;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.json.Json;
import dev.hourglass.formats.json.JsonText;
import dev.hourglass.model.Graph;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.model.variables.Constraint;
import dev.hourglass.model.variables.Initializer;
import dev.hourglass.model.variables.Initializers;
import dev.hourglass.model.variables.VariableSettings;
import dev.hourglass.tensor.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What Keras's layers say of their variables; {@code interop/make_constraint_files.py} made the files. */
class LayerVariablesTest {
    private static final int SAMPLES = 4;
    private static final int STEPS = 10;
    private static final Duration SOON = Duration.ofSeconds(5);

    private static final VariableSettings OF_DENSE = VariableSettings.NONE
            .withInitializer("squeeze", "kernel", initializer("HeNormal", Map.of()))
            .withInitializer("squeeze", "bias", new Initializer.Constant(0.25f))
            .withInitializer("code", "kernel", new Initializer.RandomUniform(-0.3f, 0.4f))
            .withInitializer("slopes", "alpha", new Initializer.RandomNormal(0, 0.2f))
            .withInitializer("rebuild", "kernel", new Initializer.Orthogonal(0.5f))
            .withConstraint("squeeze", "kernel", new Constraint.MaxNorm(0.7f, List.of(0)))
            .withConstraint("squeeze", "bias", new Constraint.NonNeg())
            .withConstraint("code", "kernel", new Constraint.UnitNorm(List.of(1)))
            .withConstraint("slopes", "alpha", new Constraint.NonNeg())
            .withConstraint("rebuild", "kernel", new Constraint.MinMaxNorm(0.4f, 0.6f, 0.5f, List.of(0)))
            .withConstraint("rebuild", "bias", new Constraint.MaxNorm(0.01f, List.of(0)));

    private static final VariableSettings OF_CONVOLUTIONAL = VariableSettings.NONE
            .withInitializer("filters", "kernel", initializer("LecunUniform", Map.of()))
            .withInitializer("norm", "gamma", new Initializer.TruncatedNormal(1, 0.1f))
            .withInitializer("apart", "kernel", initializer("HeUniform", Map.of()))
            .withInitializer(
                    "mixed",
                    "depthwise_kernel",
                    initializer("VarianceScaling", Map.of("scale", 0.5, "mode", "fan_out", "distribution", "uniform")))
            .withInitializer("mixed", "pointwise_kernel", initializer("GlorotNormal", Map.of()))
            .withConstraint("filters", "kernel", new Constraint.MaxNorm(0.5f, List.of(0, 1, 2)))
            .withConstraint("norm", "gamma", new Constraint.NonNeg())
            .withConstraint("norm", "beta", new Constraint.MaxNorm(0.02f, List.of(0)))
            .withConstraint("apart", "kernel", new Constraint.UnitNorm(List.of(0, 1)))
            .withConstraint("mixed", "depthwise_kernel", new Constraint.NonNeg())
            .withConstraint("mixed", "pointwise_kernel", new Constraint.MinMaxNorm(0.2f, 0.3f, 1, List.of(-2)))
            .withConstraint("back", "kernel", new Constraint.UnitNorm(List.of(0, 1, 3)));

    private static final VariableSettings OF_RECURRENT = VariableSettings.NONE
            .withInitializer("states", "bias", new Initializer.Constant(0.1f))
            .withInitializer("states", "recurrent_kernel", initializer("LecunNormal", Map.of()))
            .withInitializer("both", "forward_recurrent_kernel", new Initializer.Orthogonal(0.7f))
            .withInitializer("both", "backward_recurrent_kernel", new Initializer.Orthogonal(0.7f))
            // Keras writes no gain of it.
            .withInitializer("simple", "recurrent_kernel", new Initializer.Identity(1))
            .withInitializer("each", "kernel", Initializers.ONES)
            .withConstraint("states", "kernel", new Constraint.MinMaxNorm(0.5f, 0.9f, 0.3f, List.of(0)))
            .withConstraint("states", "recurrent_kernel", new Constraint.MaxNorm(0.5f, List.of(1)))
            .withConstraint("states", "bias", new Constraint.NonNeg())
            .withConstraint("both", "forward_kernel", new Constraint.MaxNorm(0.6f, List.of(0)))
            .withConstraint("both", "backward_kernel", new Constraint.MaxNorm(0.6f, List.of(0)))
            .withConstraint("simple", "recurrent_kernel", new Constraint.UnitNorm(List.of(0)))
            .withConstraint("each", "kernel", new Constraint.UnitNorm(List.of(0)));

    @TempDir
    private Path folder;

    private static Initializer initializer(String name, Map<String, ?> settings) {
        return Initializer.of(name, settings);
    }

    private static VariableSettings expected(String model) {
        return switch (model) {
            case "dense" -> OF_DENSE;
            case "convolutional" -> OF_CONVOLUTIONAL;
            default -> OF_RECURRENT;
        };
    }

    @ParameterizedTest
    @CsvSource({
        "dense, keras",
        "dense, h5",
        "convolutional, keras",
        "convolutional, h5",
        "recurrent, keras",
        "recurrent, h5"
    })
    void theyAreReadFromKerassLayersWhereverTheyLie(String name, String format) throws IOException {
        SavedModel model = ModelFile.read(resource(name + "." + format));
        assertThat(model.graph().variables()).isEqualTo(expected(name));
        assertThat(model.warnings()).isEmpty();
    }

    /** All weights and the loss after each of ten steps. */
    @ParameterizedTest
    @CsvSource({
        "dense, 'sgd:learning_rate=0.5,momentum=0.9'",
        "convolutional, adam:learning_rate=0.05",
        "recurrent, rmsprop:learning_rate=0.02"
    })
    void tenStepsLeaveTheWeightsOfKeras(String name, String optimizer) throws IOException {
        SavedModel model = ModelFile.read(resource(name + ".keras"));
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(resource(name + ".bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        Samples samples = samples(numbers, model.input().size());
        Parameters parameters = model.parameters();
        TrainingSettings settings = TrainingSettings.of(Optimizer.parse(optimizer), SAMPLES, 1);
        try (TrainingSession session = TrainingSession.of(model.graph(), parameters, settings, 2)) {
            for (int step = 1; step <= STEPS; step++) {
                double loss = session.step(samples, new int[] {0, 1, 2, 3}, 0, SAMPLES);
                assertThat(loss).as("loss of step " + step).isCloseTo(numbers.get(), within(1e-4));
                for (Parameter parameter : parameters.list()) {
                    for (float value : parameter.values()) {
                        assertThat(value)
                                .as(parameter.path() + " after step " + step)
                                .isCloseTo(numbers.get(), within(1e-4f));
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense", "convolutional", "recurrent"})
    void anyNumberOfThreadsGivesTheSameBits(String name) throws IOException {
        SavedModel model = ModelFile.read(resource(name + ".keras"));
        FloatBuffer numbers = ByteBuffer.wrap(Files.readAllBytes(resource(name + ".bin")))
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer();
        Samples samples = samples(numbers, model.input().size());
        List<String> weights = new ArrayList<>();
        for (int threads = 1; threads <= 4; threads++) {
            Parameters parameters = Parameters.initialize(model.graph(), new RandomSource(5));
            TrainingSettings settings = TrainingSettings.of(Optimizer.parse("adam"), SAMPLES, 1);
            try (TrainingSession session = TrainingSession.of(model.graph(), parameters, settings, threads)) {
                for (int step = 0; step < STEPS; step++) {
                    session.step(samples, new int[] {0, 1, 2, 3}, 0, SAMPLES);
                }
            }
            weights.add(parameters.sha256());
        }
        assertThat(weights).containsOnly(weights.getFirst());
    }

    private static Samples samples(FloatBuffer numbers, int size) {
        float[] inputs = new float[SAMPLES * size];
        numbers.get(inputs);
        return (sample, into, at) -> System.arraycopy(inputs, sample * size, into, at, size);
    }

    /** Without our note, as Keras reads it. */
    @ParameterizedTest
    @CsvSource({
        "dense, false",
        "dense, true",
        "convolutional, false",
        "convolutional, true",
        "recurrent, false",
        "recurrent, true"
    })
    void theyAreWrittenToTheLayersOfEitherFormat(String name, boolean legacy) throws IOException {
        SavedModel model = ModelFile.read(resource(name + ".keras"));
        ModelNode.Model tree = ModelTree.of(model, ModelLayout.SEQUENTIAL);
        Map<String, Object> config = legacy ? ConfigWriter.writeLegacy(tree) : ConfigWriter.write(tree);
        LayerVariables.write(expected(name), config, !legacy);
        Json json = JsonText.parse(JsonText.write(config), new Json.Document(Path.of(name), "it"));
        ModelNode.Model read = ConfigReader.read(json, warning -> {});
        assertThat(LayerVariables.read(json, read, warning -> {})).isEqualTo(expected(name));
        Path written = folder.resolve(name + (legacy ? ".h5" : ".keras"));
        ModelFile.write(model, written);
        assertThat(ModelFile.read(written).graph().variables()).isEqualTo(expected(name));
    }

    @Test
    void encoderAndDecoderKeepWhatIsSaidOfTheirLayers() throws IOException {
        SavedModel model = ModelFile.read(resource("dense.keras"));
        assertThat(model.encoder().graph().variables().constraints())
                .hasSizeLessThan(OF_DENSE.constraints().size());
        assertThat(model.encoder().graph().variables().initializers().keySet())
                .contains(new VariableSettings.Place("squeeze", "kernel"))
                .doesNotContain(new VariableSettings.Place("rebuild", "kernel"));
        assertThat(model.decoder().graph().variables().constraints().keySet())
                .contains(new VariableSettings.Place("rebuild", "bias"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'class_name': 'RadialConstraint', 'config': {}}",
                "{'class_name': 'MaxNorm', 'config': {'max_value': -1}}",
                "{'class_name': 'UnitNorm', 'config': {'axis': 7}}",
                "{'class_name': 'UnitNorm', 'config': {'axis': 'all'}}"
            })
    void aConstraintThatHourglassLacksIsLeftOutByName(String form) {
        List<String> warnings = new ArrayList<>();
        assertThat(settings("'kernel_constraint': " + form, warnings)).isEqualTo(VariableSettings.NONE);
        assertThat(warnings).hasSize(1);
        assertThat(warnings.getFirst())
                .startsWith("Layer 'a' has kernel_constraint {class_name:'" + form.split("'", -1)[3])
                .endsWith(", which Hourglass leaves out when it continues training; it has MaxNorm, NonNeg, UnitNorm,"
                        + " MinMaxNorm.");
    }

    /** The weights are in the file. */
    @Test
    void anInitializerThatHourglassLacksHasHadItsSay() {
        List<String> warnings = new ArrayList<>();
        assertThat(settings("'kernel_initializer': {'class_name': 'Own', 'config': {}}", warnings))
                .isEqualTo(VariableSettings.NONE);
        assertThat(settings("'kernel_initializer': 'orthogonal', 'bias_initializer': 'orthogonal'", warnings)
                        .initializers())
                .containsOnlyKeys(new VariableSettings.Place("a", "kernel"));
        assertThat(warnings).isEmpty();
    }

    @Test
    void whatKerasDoesAnywayIsNotKept() {
        assertThat(settings(
                        "'kernel_initializer': {'class_name': 'GlorotUniform', 'config': {'seed': 3}},"
                                + " 'bias_initializer': 'zeros', 'kernel_constraint': null",
                        new ArrayList<>()))
                .isEqualTo(VariableSettings.NONE);
    }

    /** What is said of each layer is found without a look at the others. */
    @Test
    void aFileThatSaysSomethingOfVeryManyLayersIsReadSoon() {
        int count = 19_000;
        String layer = "{'class_name': 'Dense', 'config': {'name': 'l%d', 'units': 1, 'kernel_initializer': 'ones',"
                + " 'kernel_constraint': 'NonNeg'}}";
        String layers = IntStream.range(0, count).mapToObj(layer::formatted).collect(Collectors.joining(","));
        String config =
                "{'class_name': 'Sequential', 'config': {'build_input_shape': [null, 1], 'layers': [" + layers + "]}}";
        Json json = JsonText.parse(config.replace('\'', '"'), new Json.Document(Path.of("m.json"), "it"));
        ModelNode.Model model = ConfigReader.read(json, warning -> {});

        VariableSettings found = assertTimeoutPreemptively(SOON, () -> LayerVariables.read(json, model, warning -> {}));
        Graph graph = assertTimeoutPreemptively(SOON, () -> model.graph().with(found));

        assertThat(graph.variables().initializers()).hasSize(count);
        assertThat(graph.variables().constraints()).hasSize(count);
    }

    private static VariableSettings settings(String said, List<String> warnings) {
        String config = """
                {'class_name': 'Sequential', 'config': {'layers': [{'class_name': 'Dense', 'config': {'name': 'a', 'units': 2,
                 'batch_input_shape': [null, 3], %s}}]}}""".formatted(said);
        Json json = JsonText.parse(config.replace('\'', '"'), new Json.Document(Path.of("m.json"), "it"));
        return LayerVariables.read(json, ConfigReader.read(json, warnings::add), warnings::add);
    }

    private static Path resource(String name) {
        return KerasFilesTest.resource("constrained/" + name);
    }
}
