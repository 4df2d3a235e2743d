package dev.hourglass.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.hourglass.engine.ChainInference;
import dev.hourglass.formats.GoldenBatch;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.ModelCases;
import dev.hourglass.interop.RandomGraphs;
import dev.hourglass.interop.RandomModels;
import dev.hourglass.interop.RandomNetworks;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What ONNX Runtime makes of the files. */
class ModelWriterTest {
    private static final RandomSource RANDOM = new RandomSource(20261122);
    private static final double TOLERANCE = 1e-5;

    @ParameterizedTest
    @MethodSource("cases")
    void onnxRuntimeComputesWhatTheModelComputes(ModelCase modelCase) throws OrtException {
        SavedModel whole = SavedModel.of(modelCase.model(RANDOM), null, Map.of());
        for (SavedModel model : parts(whole)) {
            byte[] file = write(model);
            assertThat(ModelWriter.difference(OnnxFile.read(file), GoldenBatch.of(model)))
                    .isLessThan(2e-6);
            for (int samples : List.of(1, 3)) {
                float[] inputs = inputs(model, samples);
                float[] expected = infer(model, inputs, samples);
                float[] found = runInOnnxRuntime(file, inputs, samples, model);
                assertThat(largestDifference(expected, found))
                        .as("%s, %d samples", model.name(), samples)
                        .isLessThanOrEqualTo(TOLERANCE * Math.max(1, largest(expected)));
            }
        }
    }

    static Stream<ModelCase> cases() {
        List<ModelCase> graphs = RandomGraphs.of(RANDOM, 20)
                .map(spec -> new ModelCase("graph", spec))
                .toList();
        return Stream.of(
                        ModelCases.layers(),
                        ModelCases.presets(),
                        RandomModels.of(RANDOM, 30),
                        graphs,
                        RandomNetworks.of(RANDOM, 30),
                        TranslationTest.eachStepTwice().toList())
                .flatMap(List::stream)
                .filter(ModelCase::isInOnnx);
    }

    /** The whole and its halves, as far as it has any. */
    private static List<SavedModel> parts(SavedModel whole) {
        return whole.isCodeAlone() ? List.of(whole, whole.encoder(), whole.decoder()) : List.of(whole, whole.encoder());
    }

    @Test
    void inputAndOutputLieAsOursBehindAFreeBatch() throws OrtException {
        SavedModel model = mnistCnn();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(write(model))) {
            assertThat(session.getInputNames()).containsExactly("input");
            assertThat(session.getOutputNames()).containsExactly("output");
            for (var info : List.of(
                    session.getInputInfo().get("input"), session.getOutputInfo().get("output"))) {
                TensorInfo tensor = (TensorInfo) info.getInfo();
                assertThat(tensor.getShape()).containsExactly(-1, 28, 28, 1);
                assertThat(tensor.getDimensionNames()[0]).isEqualTo("batch");
            }
        }
    }

    @Test
    void metadataSaysHowToNormaliseWhereTheWaistIsAndHowTheModelCameAbout() throws OrtException {
        Autoencoder plain = ModelCases.presets().getFirst().model(RANDOM);
        Autoencoder normalized = new Autoencoder(plain.spec(), plain.parameters(), new Normalization(0.5f, -2));
        byte[] file = write(SavedModel.of(normalized, null, Map.of("seed", "42")));
        try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file)) {
            assertThat(session.getMetadata().getCustomMetadata())
                    .containsOnly(
                            Map.entry("normalization.scale", "0.5"),
                            Map.entry("normalization.offset", "-2.0"),
                            Map.entry("waist", "latent"),
                            Map.entry("provenance.seed", "42"));
        }
    }

    @Test
    void aNormalizationByChannelIsBetweenCommas() {
        SavedModel model = preset("cifar10_cnn");
        SavedModel normalized = new SavedModel(
                model.name(),
                model.input(),
                model.layers(),
                model.parameters(),
                new Normalization(List.of(0.5, 2.0, -1.0), List.of(0.0, 1.0, 0.25)),
                model.waist(),
                null,
                null,
                Map.of(),
                List.of());
        assertThat(OnnxFile.read(write(normalized)).metadata())
                .containsEntry("normalization.scale", "0.5,2.0,-1.0")
                .containsEntry("normalization.offset", "0.0,1.0,0.25");
    }

    @Test
    void imagesAreTransposedOnceAtTheStartAndOnceAtTheEnd() {
        assertThat(operators(mnistCnn()))
                .startsWith("Transpose", "Conv", "Relu", "BatchNormalization", "MaxPool")
                .endsWith("Conv", "Sigmoid", "Transpose")
                .satisfies(operators -> assertThat(operators.stream().filter("Transpose"::equals))
                        .hasSize(2));
    }

    @Test
    void sequencesAreTransposedOnceAtTheStartAndOnceAtTheEnd() {
        SavedModel model = preset("mnist_lstm");
        assertThat(operators(model).stream().filter("Transpose"::equals)).hasSize(2);
        assertThat(operators(model)).startsWith("Transpose", "LSTM").endsWith("MatMul", "Add", "Transpose");
    }

    @Test
    void aLayersValueIsNamedAsTheLayer() {
        OnnxModel graph = OnnxFile.read(write(preset("cifar10_cnn")));
        assertThat(graph.nodes().stream().map(node -> node.outputs().getLast()))
                .contains("enc_conv1/channels_first", "enc_average", "latent", "dec_dense", "dec_reshape", "output");
    }

    @Test
    void anInputIsNotNamedAsALayer() {
        var layers = List.<LayerSpec>of(new LayerSpec.Flatten("input"));
        OnnxModel graph =
                Translation.of("model", Graph.chain(Shape.of(2, 2), layers), Parameters.of(List.of()), Map.of());
        assertThat(graph.inputs().getFirst().name()).isEqualTo("input_");
        assertThat(graph.outputs().getFirst().name()).isEqualTo("input");
    }

    @Test
    void theSameModelGivesTheSameBytes() {
        assertThat(write(mnistCnn())).isEqualTo(write(mnistCnn()));
    }

    @Test
    void whatIsReadBackIsWhatWasWritten() {
        byte[] file = write(preset("sequence_lstm"));
        assertThat(OnnxFile.write(OnnxFile.read(file))).isEqualTo(file);
    }

    /** Whichever array it is; the first layer of the LSTM is seven layers away from the output. */
    @Test
    void aFileWithOneOtherArrayOfWeightsIsFoundOut() {
        for (String preset : List.of("mnist_cnn", "sequence_lstm")) {
            SavedModel model = preset(preset);
            GoldenBatch golden = GoldenBatch.of(model);
            OnnxModel graph = OnnxFile.read(write(model));
            List<String> missed = new ArrayList<>();
            for (OnnxModel.Weights weights : graph.weights()) {
                if (weights instanceof OnnxModel.Weights.Floats floats
                        && !floats.name().endsWith("/scales")) {
                    float[] right = floats.values().clone();
                    for (int i = 0; i < right.length; i++) {
                        floats.values()[i] += 0.1f;
                    }
                    byte[] wrong = OnnxFile.write(graph);
                    System.arraycopy(right, 0, floats.values(), 0, right.length);
                    if (ModelWriter.difference(OnnxFile.read(wrong), golden) < 1e-4) {
                        missed.add(floats.name());
                    }
                }
            }
            assertThat(missed).isEmpty();
        }
    }

    @Test
    void aFileWithAnotherPaddingIsFoundOut() {
        SavedModel model = SavedModel.of(
                ModelCases.layers().stream()
                        .filter(c -> c.name().equals("conv2d_2x2_same_sigmoid"))
                        .findFirst()
                        .orElseThrow()
                        .model(RANDOM),
                null,
                Map.of());
        OnnxModel graph = OnnxFile.read(write(model));
        List<OnnxModel.Node> nodes = new ArrayList<>(graph.nodes());
        OnnxModel.Node conv = nodes.get(1);
        Map<String, OnnxModel.Attribute> attributes = new HashMap<>(conv.attributes());
        assertThat(attributes.put("pads", OnnxModel.Attribute.Wholes.of(1, 1, 0, 0)))
                .isEqualTo(OnnxModel.Attribute.Wholes.of(0, 0, 1, 1));
        nodes.set(1, new OnnxModel.Node(conv.name(), conv.operator(), conv.inputs(), conv.outputs(), attributes));
        byte[] wrong = OnnxFile.write(
                new OnnxModel(graph.name(), graph.inputs(), graph.outputs(), nodes, graph.weights(), graph.metadata()));
        assertThat(ModelWriter.difference(OnnxFile.read(wrong), GoldenBatch.of(model)))
                .isGreaterThan(1e-2);
    }

    @Test
    void modelFileWritesOnnxAndReadsItWithTheSameLayers(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("model.onnx");
        ModelFile.write(mnistCnn(), file);
        assertThat(file).hasBinaryContent(write(mnistCnn()));
        List<LayerSpec> unpadded = mnistCnn().layers().stream()
                .map(layer -> layer instanceof LayerSpec.MaxPooling2d pooling ? withoutPadding(pooling) : layer)
                .toList();
        assertThat(ModelFile.read(file).layers()).isEqualTo(unpadded);
    }

    /** Padding of nothing is written as none. */
    private static LayerSpec withoutPadding(LayerSpec.MaxPooling2d pooling) {
        return new LayerSpec.MaxPooling2d(pooling.name(), pooling.pool(), pooling.stride(), Padding.VALID);
    }

    private static SavedModel mnistCnn() {
        return preset("mnist_cnn");
    }

    private static SavedModel preset(String name) {
        ModelCase preset = ModelCases.presets().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
        return SavedModel.of(preset.model(RANDOM), null, Map.of());
    }

    private static List<String> operators(SavedModel model) {
        return OnnxFile.read(write(model)).nodes().stream()
                .map(OnnxModel.Node::operator)
                .toList();
    }

    private static byte[] write(SavedModel model) {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try {
            ModelWriter.write(model, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toByteArray();
    }

    private static float[] inputs(SavedModel model, int samples) {
        var generator = RANDOM.stream("inputs", samples);
        float[] inputs = new float[samples * model.input().size()];
        for (int i = 0; i < inputs.length; i++) {
            inputs[i] = generator.nextFloat(-1, 1);
        }
        return inputs;
    }

    private static float[] infer(SavedModel model, float[] inputs, int samples) {
        int size = model.input().size();
        float[] outputs = new float[samples * model.output().size()];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (index, into, offset) -> System.arraycopy(inputs, index * size, into, offset, size),
                    0,
                    samples,
                    outputs);
        }
        return outputs;
    }

    private static float[] runInOnnxRuntime(byte[] file, float[] inputs, int samples, SavedModel model)
            throws OrtException {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (OrtSession session = environment.createSession(file);
                OnnxTensor tensor = OnnxTensor.createTensor(
                        environment, FloatBuffer.wrap(inputs), dimensions(samples, model.input()));
                OrtSession.Result result = session.run(Map.<String, OnnxTensorLike>of(
                        session.getInputNames().iterator().next(), tensor))) {
            OnnxTensor output = (OnnxTensor) result.get(0);
            assertThat(output.getInfo().getShape()).isEqualTo(dimensions(samples, model.output()));
            float[] values = new float[samples * model.output().size()];
            output.getFloatBuffer().get(values);
            return values;
        }
    }

    /** Two inputs of which the second tells a class, and two outputs. */
    @Test
    void severalInputsAndOutputsKeepTheirNames() throws IOException, OrtException {
        SavedModel model = ModelFile.read(Path.of("src/test/resources/keras/graphs/two_views.keras"));
        int samples = 3;
        float[] inputs = inputs(model, samples);
        int size = model.input().size();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        Map<String, OnnxTensorLike> fed = new HashMap<>();
        int from = 0;
        for (Graph.Input input : model.graph().inputs()) {
            float[] part = new float[samples * input.shape().size()];
            for (int i = 0; i < samples; i++) {
                int count = input.shape().size();
                System.arraycopy(inputs, i * size + from, part, i * count, count);
            }
            from += input.shape().size();
            fed.put(
                    input.name(),
                    OnnxTensor.createTensor(environment, FloatBuffer.wrap(part), dimensions(samples, input.shape())));
        }
        int all = GoldenBatch.numbers(model.graph());
        float[] expected = new float[samples * all];
        try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
            inference.run(
                    (index, into, offset) -> System.arraycopy(inputs, index * size, into, offset, size),
                    0,
                    samples,
                    expected);
        }
        try (OrtSession session = environment.createSession(write(model));
                OrtSession.Result result = session.run(fed)) {
            ModelFacts facts = ModelFacts.of(model.graph());
            int before = 0;
            for (String output : model.graph().outputs()) {
                OnnxTensor tensor = (OnnxTensor) result.get(output).orElseThrow();
                Shape shape = facts.shapeOf(output);
                assertThat(tensor.getInfo().getShape()).isEqualTo(dimensions(samples, shape));
                float[] found = new float[samples * shape.size()];
                tensor.getFloatBuffer().get(found);
                for (int i = 0; i < found.length; i++) {
                    int place = i / shape.size() * all + before + i % shape.size();
                    assertThat(found[i]).isCloseTo(expected[place], within(1e-5f));
                }
                before += shape.size();
            }
        }
    }

    private static long[] dimensions(int samples, Shape shape) {
        long[] dimensions = new long[shape.rank() + 1];
        dimensions[0] = samples;
        for (int i = 0; i < shape.rank(); i++) {
            dimensions[i + 1] = shape.dimension(i);
        }
        return dimensions;
    }

    private static double largest(float[] values) {
        double largest = 0;
        for (float value : values) {
            largest = Math.max(largest, Math.abs(value));
        }
        return largest;
    }

    private static double largestDifference(float[] expected, float[] found) {
        assertThat(found).hasSameSizeAs(expected);
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            difference = Math.max(difference, Math.abs((double) expected[i] - found[i]));
        }
        return difference;
    }
}
