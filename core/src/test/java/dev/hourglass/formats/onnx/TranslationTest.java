package dev.hourglass.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.SavedModel;
import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.RandomNetworks;
import dev.hourglass.model.Activation;
import dev.hourglass.model.AutoencoderSpec;
import dev.hourglass.model.Graph;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Padding;
import dev.hourglass.model.Size2;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The graph that is written as ONNX. */
class TranslationTest {
    private static final RandomSource RANDOM = new RandomSource(20261122);

    /** ONNX Runtime refuses a file where two have; a layer that stands at several places gives each of them others. */
    @ParameterizedTest
    @MethodSource("cases")
    void eachNodeAndEachValueHasANameOfItsOwn(ModelCase modelCase) {
        OnnxModel model = ModelWriter.translate(SavedModel.of(modelCase.model(RANDOM), null, Map.of()));
        assertThat(model.nodes()).extracting(OnnxModel.Node::name).doesNotHaveDuplicates();
        assertThat(model.nodes().stream()
                        .flatMap(node -> node.outputs().stream().filter(name -> !name.isEmpty())))
                .doesNotHaveDuplicates();
        assertThat(model.weights()).extracting(OnnxModel.Weights::name).doesNotHaveDuplicates();
    }

    /** ONNX Runtime refuses a file where one reads what nobody gives. */
    @ParameterizedTest
    @MethodSource("cases")
    void eachNodeReadsTheInputAWeightOrWhatANodeBeforeItGives(ModelCase modelCase) {
        OnnxModel model = ModelWriter.translate(SavedModel.of(modelCase.model(RANDOM), null, Map.of()));
        Set<String> there = new HashSet<>(Set.of(model.inputs().getFirst().name(), ""));
        model.weights().forEach(weights -> there.add(weights.name()));
        for (OnnxModel.Node node : model.nodes()) {
            assertThat(there).as(node.name()).containsAll(node.inputs());
            there.addAll(node.outputs());
        }
        assertThat(there).contains(model.outputs().getFirst().name());
    }

    static Stream<ModelCase> cases() {
        return Stream.concat(RandomNetworks.of(RANDOM, 60).stream(), eachStepTwice())
                .filter(ModelCase::isInOnnx);
    }

    /**
     * A layer that computes in steps of its own is applied to each step, and again: as the same layer at two places, and
     * within two layers that call it the same.
     */
    static Stream<ModelCase> eachStepTwice() {
        Size2 three = Size2.square(3);
        LayerSpec row = new LayerSpec.Conv1d("inner", 2, 3, 1, Padding.SAME, Activation.TANH);
        LayerSpec image = new LayerSpec.Conv2d("inner", 2, three, Size2.square(1), Padding.SAME, Activation.TANH);
        return Stream.of(
                eachStepTwice("row", Shape.of(4, 6, 2), row),
                eachStepTwice("channels_first", Shape.of(3, 2, 5, 4), new LayerSpec.ChannelsFirst(image)),
                eachStepTwice("each_of_each", Shape.of(3, 4, 6, 2), new LayerSpec.TimeDistributed("middle", row)));
    }

    private static ModelCase eachStepTwice(String name, Shape shape, LayerSpec inner) {
        LayerSpec first = new LayerSpec.TimeDistributed("first", inner);
        LayerSpec other = new LayerSpec.TimeDistributed("other", inner);
        Graph graph = new Graph(
                List.of(new Graph.Input("x", shape)),
                List.of(
                        new Graph.Node(first, List.of("x")),
                        new Graph.Node("first_2", first, List.of("first")),
                        new Graph.Node(other, List.of("first_2"))),
                List.of("other"));
        return new ModelCase("graph", new AutoencoderSpec(name, graph, "first_2"));
    }
}
