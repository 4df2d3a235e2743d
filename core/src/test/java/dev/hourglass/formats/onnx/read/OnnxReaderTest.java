package dev.hourglass.formats.onnx.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.engine.ChainInference;
import dev.hourglass.engine.Optimizer;
import dev.hourglass.engine.Samples;
import dev.hourglass.engine.TrainingSession;
import dev.hourglass.engine.TrainingSettings;
import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.ReadOptions;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.Waist;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.ModelFacts;
import dev.hourglass.tensor.CorruptFileException;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Models of PyTorch, and what ONNX Runtime makes of them; interop/onnx_models.py makes the files. */
class OnnxReaderTest {
    private static final Path FILES = Path.of("src/test/resources/onnx");

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("files")
    void aModelOfPyTorchComputesWhatOnnxRuntimeComputes(Path file) throws IOException {
        SavedModel model = ModelFile.read(file).decoding();
        Run run = Run.of(file, model);
        assertThat(difference(run.outputs(), infer(model, run.inputs()))).isLessThan(1e-5f);
    }

    @ParameterizedTest
    @MethodSource("files")
    void aModelOfPyTorchTrainsOn(Path file) throws IOException {
        SavedModel model = ModelFile.read(file).decoding();
        Run run = Run.of(file, model);
        int size = model.input().size();
        int samples = run.inputs().length / size;
        TrainingSettings settings = TrainingSettings.of(Optimizer.Sgd.DEFAULT, samples, 1);
        int[] order = IntStream.range(0, samples).toArray();
        try (TrainingSession session = TrainingSession.of(model.graph(), model.parameters(), settings, 1)) {
            double before = step(session, run, size, order);
            double after = before;
            for (int steps = 0; steps < 10; steps++) {
                after = step(session, run, size, order);
            }
            assertThat(after).isLessThan(before);
        }
        assertThat(difference(run.outputs(), infer(model, run.inputs()))).isPositive();
    }

    private static double step(TrainingSession session, Run run, int size, int[] order) {
        return session.step(
                (index, into, offset) -> System.arraycopy(run.inputs(), index * size, into, offset, size),
                order,
                0,
                order.length);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            two_rebuilt | 'series' [8, 2] and 'facts' [4]  | 'rebuilt' [8, 2] and 'facts_again' [4]
            conditional | 'x' [1, 8, 8] and 'label' [3]    | 'picture' [1, 8, 8] and 'classes' [3] and 'code' [6]
            composite   | [7, 3]                           | 'rebuilt' [7, 3] and 'predicted' [2]
            taught      | 'x' [7, 3] and 'before' [7, 3]   | 'steps' [7, 3]
            """)
    void severalInputsAndOutputsAreReadByTheirNames(String name, String inputs, String outputs) throws IOException {
        Path file = FILES.resolve("several/" + name + ".onnx");
        SavedModel model = ModelFile.read(file);
        assertThat(model.describeInputs()).isEqualTo(inputs);
        if (model.graph().outputs().size() > 1) {
            assertThat(model.describeOutputs()).isEqualTo(outputs);
        }
        Several run = Several.of(file, model);
        assertThat(difference(run.outputs(), run.computedBy(model))).isLessThan(1e-5f);

        Path again = folder.resolve("again.onnx");
        ModelFile.write(model, again);
        SavedModel read = ModelFile.read(again);
        assertThat(read.describeInputs()).isEqualTo(model.describeInputs());
        assertThat(read.describeOutputs()).isEqualTo(model.describeOutputs());
        assertThat(difference(run.outputs(), run.computedBy(read))).isLessThan(1e-5f);
    }

    @Test
    void anOutputThatNoLayerComputesIsLeftOutWithAWarningWhereAnotherRebuildsTheInput() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("several/unread.onnx"));
        assertThat(model.graph().outputs()).hasSize(1);
        assertThat(model.output()).isEqualTo(Shape.of(6));
        assertThat(model.warnings())
                .singleElement()
                .asString()
                .startsWith("Output 'y' alone is read, which rebuilds the input: ")
                .contains("'ReduceLogSumExp'");
    }

    /**
     * What ONNX Runtime computes of several inputs.
     *
     * @param inputs the numbers of each input in turn, of all samples
     * @param outputs those of each output in turn
     */
    record Several(int samples, float[] inputs, float[] outputs) {
        static Several of(Path file, SavedModel model) throws IOException {
            Path numbers = file.resolveSibling(file.getFileName().toString().replace(".onnx", ".bin"));
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(numbers)).order(ByteOrder.LITTLE_ENDIAN);
            float[] all = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(all);
            int samples = 3;
            int read = samples * model.input().size();
            return new Several(samples, Arrays.copyOf(all, read), Arrays.copyOfRange(all, read, all.length));
        }

        float[] computedBy(SavedModel model) {
            ModelFacts facts = ModelFacts.of(model.graph());
            List<Samples> given = new ArrayList<>();
            int before = 0;
            for (Graph.Input input : model.graph().inputs()) {
                int start = before;
                int size = input.shape().size();
                given.add((sample, into, at) -> System.arraycopy(inputs, start + sample * size, into, at, size));
                before += samples * size;
            }
            float[] computed = new float[outputs.length];
            try (ChainInference inference = ChainInference.of(model.graph(), model.parameters(), 1)) {
                float[] bySample = new float[outputs.length];
                inference.run(given, 0, samples, bySample);
                int done = 0;
                for (String output : model.graph().outputs()) {
                    int size = facts.shapeOf(output).size();
                    for (int sample = 0; sample < samples; sample++) {
                        int from = sample * inference.outputSize() + done;
                        System.arraycopy(bySample, from, computed, done * samples + sample * size, size);
                    }
                    done += size;
                }
            }
            return computed;
        }
    }

    @Test
    void weightsMayLieInAFileBesideTheModel() throws IOException {
        Path file = copyWithWeights();
        Path whole = FILES.resolve("dense.legacy.onnx");
        SavedModel model = ModelFile.read(file);
        Run run = Run.of(whole, model);
        assertThat(difference(run.outputs(), infer(model, run.inputs()))).isLessThan(1e-5f);
    }

    @Test
    void weightsInAnotherFileAreReadThroughNoLinkAndFromNoOtherFolder() throws IOException {
        Path file = copyWithWeights();
        Path elsewhere = Files.move(folder.resolve("weights.data"), folder.resolve("other"));
        requireRefused(file, "found no file 'weights.data'");
        Files.createSymbolicLink(folder.resolve("weights.data"), elsewhere);
        requireRefused(file, "reached by no link and no '..', found 'weights.data'");
        Path inner = Files.createDirectory(folder.resolve("inner"));
        byte[] bytes = replaced(Files.readAllBytes(file), "weights.data", "../ghts.data");
        Files.copy(elsewhere, folder.resolve("ghts.data"));
        requireRefused(Files.write(inner.resolve("model.onnx"), bytes), "found '../ghts.data'");
    }

    @Test
    void weightsThatAreCutShortAreRefused() throws IOException {
        Path file = copyWithWeights();
        Path weights = folder.resolve("weights.data");
        Files.write(weights, Arrays.copyOf(Files.readAllBytes(weights), 100));
        requireRefused(file, "data of tensor '");
    }

    private Path copyWithWeights() throws IOException {
        Path external = FILES.resolve("external");
        Files.copy(external.resolve("weights.data"), folder.resolve("weights.data"));
        return Files.copy(external.resolve("dense.onnx"), folder.resolve("dense.onnx"));
    }

    private static void requireRefused(Path file, String found) {
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining(found);
    }

    /** Shuffled channels last, the samples give the same outputs, shuffled likewise. */
    @Test
    void aModelOfImagesReadsThemChannelsLastWhereTheDataLieSo() throws IOException {
        Path file = FILES.resolve("unet.legacy.onnx");
        SavedModel first = ModelFile.read(file);
        SavedModel last = ModelFile.read(file, ReadOptions.defaults().withSample(Shape.of(6, 8, 2)));
        assertThat(first.input()).isEqualTo(Shape.of(2, 6, 8));
        assertThat(last.input()).isEqualTo(Shape.of(6, 8, 2));
        assertThat(last.output()).isEqualTo(Shape.of(6, 8, 2));
        assertThat(last.layers()).noneMatch(LayerSpec.Permute.class::isInstance);
        Run run = Run.of(file, first);
        float[] outputs = infer(last, channelsLast(run.inputs(), 2, 48));
        assertThat(difference(channelsLast(run.outputs(), 2, 48), outputs)).isLessThan(1e-5f);
    }

    @Test
    void activationsAreThoseOfTheLayersBeforeThem() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("dense.legacy.onnx"));
        assertThat(model.layers())
                .extracting(layer -> ((LayerSpec.Dense) layer).activation())
                .containsExactly(Activation.TANH, Activation.LINEAR, Activation.ELU, Activation.LINEAR);
        assertThat(model.waist()).isEqualTo(new Waist(2, Waist.Source.BY_RULE));
    }

    @Test
    void imagesLieChannelsLastBetweenConvolutions() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("pool_upsample.legacy.onnx"));
        List<String> classes = model.layers().stream()
                .map(layer -> KerasClass.of(layer).kerasName())
                .toList();
        assertThat(classes)
                .containsExactly(
                        "Permute",
                        "Conv2D",
                        "MaxPooling2D",
                        "Conv2D",
                        "MaxPooling2D",
                        "UpSampling2D",
                        "Conv2D",
                        "UpSampling2D",
                        "Conv2D",
                        "Permute");
    }

    @Test
    void theWaistGoesByTheNodesNameOrTheLayers() throws IOException {
        Path file = FILES.resolve("conv_reshape.legacy.onnx");
        assertThat(ModelFile.read(file, "/bottleneck/Gemm").encoder().output()).isEqualTo(Shape.of(5));
        assertThat(ModelFile.read(file, "bottleneck").encoder().output()).isEqualTo(Shape.of(5));
        assertThatThrownBy(() -> ModelFile.read(file, "bottelneck"))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("there is no layer 'bottelneck'");
    }

    @Test
    void aNodeThatNoLayerComputesIsNamed() throws IOException {
        byte[] bytes = Files.readAllBytes(FILES.resolve("dense.legacy.onnx"));
        Path file = Files.write(folder.resolve("model.onnx"), replaced(bytes, "Tanh", "Tann"));
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("model.onnx, node '/1/Tann' (Tann): expected an operator that layers of Hourglass"
                        + " compute, found 'Tann'.");
    }

    /** Nothing looks rows up any more by what is cast, so its fractions would be cut off. */
    @Test
    void aCastThatCutsFractionsOffIsRefused() throws IOException {
        byte[] bytes = Files.readAllBytes(FILES.resolve("embedding.legacy.onnx"));
        Path file = Files.write(folder.resolve("model.onnx"), replaced(bytes, "Gather", "Gatter"));
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("(Cast): expected numbers that keep their fractions, or tell a row of a table,"
                        + " found a cast to type 7");
    }

    @Test
    void aDecoderBeginsWithTheStatesOfItsEncoder() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("lstm_states.legacy.onnx"));
        assertThat(model.layers()).filteredOn(LayerSpec.State.class::isInstance).hasSize(1);
        assertThat(model.graph().nodes())
                .filteredOn(node -> node.layer() instanceof LayerSpec.Lstm)
                .extracting(node -> node.inputs().size())
                .containsExactly(1, 3);
    }

    @Test
    void attentionOfPyTorchIsOneLayerWithItsProjections() throws IOException {
        for (String name : List.of("attention", "attention_weights")) {
            SavedModel model = ModelFile.read(FILES.resolve(name + ".legacy.onnx"));
            assertThat(model.layers())
                    .extracting(layer -> KerasClass.of(layer).kerasName())
                    .containsExactly("Dense", "MultiHeadAttention", "Add", "Dense", "Dense");
            LayerSpec.MultiHeadAttention attention =
                    (LayerSpec.MultiHeadAttention) model.layers().get(1);
            assertThat(List.of(attention.heads(), attention.keySize(), attention.valueSize()))
                    .containsExactly(2, 4, 4);
        }
    }

    /** Query, key and value of one product have their columns of it; one head without projections is Keras's Attention. */
    @Test
    void attentionOfOnesOwnIsReadByItsProducts() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("attention_products.legacy.onnx"));
        assertThat(model.layers())
                .filteredOn(LayerSpec.Attending.class::isInstance)
                .extracting(layer -> KerasClass.of(layer).kerasName())
                .containsExactly("MultiHeadAttention", "Attention");
        assertThat(model.layers()).noneMatch(LayerSpec.Dense.class::isInstance);
    }

    @Test
    void scoresWithoutASoftmaxAreNoAttention() throws IOException {
        byte[] bytes = Files.readAllBytes(FILES.resolve("attention_products.legacy.onnx"));
        Path file = Files.write(folder.resolve("model.onnx"), replaced(bytes, "Softmax", "Dropout"));
        assertThatThrownBy(() -> ModelFile.read(file))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining(
                        "expected weights by a softmax and values [batch, ..., steps, features], found scores and");
    }

    @Test
    void aWaistIsNotWhatIsLaidOutToAddPositions() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("transformer.legacy.onnx"));
        assertThat(model.encoder().output()).isEqualTo(Shape.of(6, 2));
    }

    @Test
    void groupsOfATransposedConvolutionLieSideBySide() throws IOException {
        SavedModel model = ModelFile.read(FILES.resolve("groups_transposed.legacy.onnx"));
        assertThat(model.layers())
                .filteredOn(LayerSpec.Conv2dTranspose.class::isInstance)
                .extracting(layer -> ((LayerSpec.Conv2dTranspose) layer).filters())
                .containsExactly(2, 2, 1, 1, 1, 1);
    }

    /** The committed ones, and those of a folder that {@code interop/onnx_models.py} has filled. */
    static Stream<Path> files() throws IOException {
        String more = System.getenv("HOURGLASS_ONNX_MODELS");
        List<Path> files = new ArrayList<>(onnxFiles(FILES));
        files.addAll(more == null ? List.of() : onnxFiles(Path.of(more)));
        return files.stream();
    }

    private static List<Path> onnxFiles(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file -> file.toString().endsWith(".onnx"))
                    .sorted()
                    .toList();
        }
    }

    private static byte[] replaced(byte[] bytes, String word, String other) {
        return new String(bytes, StandardCharsets.ISO_8859_1)
                .replace(word, other)
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What was fed to ONNX Runtime, and what it gave. */
    record Run(float[] inputs, float[] outputs) {
        static Run of(Path file, SavedModel model) throws IOException {
            Path numbers = Path.of(file.toString().replace(".onnx", ".bin"));
            ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(numbers)).order(ByteOrder.LITTLE_ENDIAN);
            float[] all = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(all);
            int in = model.input().size();
            int samples = all.length / (in + model.output().size());
            return new Run(Arrays.copyOf(all, samples * in), Arrays.copyOfRange(all, samples * in, all.length));
        }
    }

    static float[] infer(SavedModel model, float[] inputs) {
        int size = model.input().size();
        int samples = inputs.length / size;
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

    private static float difference(float[] expected, float[] found) {
        assertThat(found).hasSameSizeAs(expected);
        float largest = 0;
        for (int i = 0; i < found.length; i++) {
            largest = Math.max(largest, Math.abs(expected[i] - found[i]));
        }
        return largest;
    }

    private static float[] channelsLast(float[] values, int channels, int pixels) {
        float[] moved = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            int sample = i / (channels * pixels);
            int channel = i / pixels % channels;
            moved[(sample * pixels + i % pixels) * channels + channel] = values[i];
        }
        return moved;
    }
}
