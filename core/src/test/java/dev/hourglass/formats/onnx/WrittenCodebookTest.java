package dev.hourglass.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hourglass.formats.ModelFile;
import dev.hourglass.formats.SavedModel;
import dev.hourglass.formats.UnsupportedModelException;
import dev.hourglass.formats.onnx.OnnxModel.Attribute;
import dev.hourglass.formats.onnx.OnnxModel.Node;
import dev.hourglass.formats.onnx.OnnxModel.Weights;
import dev.hourglass.model.Activation;
import dev.hourglass.model.Autoencoder;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.Normalization;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no look for the nearest vector of a codebook, though its operators are those of one, is not read as one. */
class WrittenCodebookTest {
    /** As many steps as vectors, so that axes may be exchanged. */
    private static final int STEPS = 4;

    private static final AutoencoderSpec SPEC = new AutoencoderSpec(
            "vq",
            Shape.of(STEPS, 3),
            List.of(new LayerSpec.VectorQuantizer("code", STEPS)),
            List.of(new LayerSpec.Dense("out", 3, Activation.LINEAR)));

    private static final OnnxModel WRITTEN = ModelWriter.translate(
            SavedModel.of(Autoencoder.initialize(SPEC, Normalization.NONE, new RandomSource(3)), null, Map.of()));

    @TempDir
    private Path folder;

    @Test
    void whatWeWriteIsOne() throws IOException {
        assertThat(read(WRITTEN.nodes(), List.of()).layers())
                .hasAtLeastOneElementOfType(LayerSpec.VectorQuantizer.class);
    }

    @Test
    void anActivationBeforeTheLargestIsSoughtMayLetAnotherWin() {
        requireRefusedWith(new Node("other", "Relu", List.of("scores"), List.of("others"), Map.of()));
        requireRefusedWith(new Node("other", "Sigmoid", List.of("scores"), List.of("others"), Map.of()));
    }

    @Test
    void theLargestAlongAnotherAxisIsNoNearestVector() {
        Map<String, Attribute> exchanged = Map.of("perm", Attribute.Wholes.of(0, 2, 1));

        requireRefusedWith(new Node("other", "Transpose", List.of("scores"), List.of("others"), exchanged));
    }

    @Test
    void scoresFromTheLastToTheFirstHaveOtherNumbers() {
        requireRefusedWith(
                new Node(
                        "other",
                        "Slice",
                        List.of("scores", "minus_one", "before_first", "last_axis", "minus_one"),
                        List.of("others"),
                        Map.of()),
                new Weights.Longs("minus_one", List.of(1L), new long[] {-1}),
                new Weights.Longs("before_first", List.of(1L), new long[] {Long.MIN_VALUE}),
                new Weights.Longs("last_axis", List.of(1L), new long[] {2}));
    }

    /** With a node between the scores and the search for the largest. */
    private void requireRefusedWith(Node between, Weights... constants) {
        List<Node> nodes = new ArrayList<>();
        for (Node node : WRITTEN.nodes()) {
            if (node.operator().equals("ArgMax")) {
                List<String> inputs = new ArrayList<>(between.inputs());
                inputs.set(0, node.inputs().getFirst());
                nodes.add(
                        new Node(between.name(), between.operator(), inputs, between.outputs(), between.attributes()));
                nodes.add(new Node(node.name(), "ArgMax", between.outputs(), node.outputs(), node.attributes()));
            } else {
                nodes.add(node);
            }
        }

        assertThatThrownBy(() -> read(nodes, List.of(constants)))
                .isInstanceOf(UnsupportedModelException.class)
                .hasMessageContaining("model.onnx, node 'code/ArgMax' (ArgMax)");
    }

    private SavedModel read(List<Node> nodes, List<Weights> more) throws IOException {
        List<Weights> weights =
                Stream.concat(WRITTEN.weights().stream(), more.stream()).toList();
        OnnxModel model =
                new OnnxModel(WRITTEN.name(), WRITTEN.inputs(), WRITTEN.outputs(), nodes, weights, WRITTEN.metadata());
        return ModelFile.read(Files.write(folder.resolve("model.onnx"), OnnxFile.write(model)));
    }
}
