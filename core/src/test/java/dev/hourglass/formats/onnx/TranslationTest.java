package dev.hourglass.formats.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.formats.SavedModel;
import dev.hourglass.interop.ModelCase;
import dev.hourglass.interop.RandomNetworks;
import dev.hourglass.tensor.RandomSource;
import java.util.Map;
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

    static Stream<ModelCase> cases() {
        return RandomNetworks.of(RANDOM, 60).stream().filter(ModelCase::isInOnnx);
    }
}
