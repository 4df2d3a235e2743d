package dev.hourglass.interop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.Graph;
import dev.hourglass.model.KerasClass;
import dev.hourglass.model.LayerSpec;
import dev.hourglass.tensor.RandomSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RandomNetworksTest {
    /** As many as interop/run exchanges with Keras, where nothing else is asked for. */
    private static final List<ModelCase> CASES = RandomNetworks.of(new RandomSource(20261122), 30);

    @Test
    void eachClassOfLayersIsInOneOfThem() {
        assertThat(layers().map(KerasClass::of)).contains(KerasClass.values());
    }

    private static Stream<LayerSpec> layers() {
        return CASES.stream().flatMap(drawn -> drawn.spec().layers().stream());
    }

    @Test
    void someUseALayerTwiceSomeGoAroundTheWaistAndSomeGiveSeveralOutputs() {
        assertThat(CASES).anyMatch(drawn -> nodes(drawn).anyMatch(Graph.Node::isFurtherUse));
        assertThat(CASES).anyMatch(drawn -> !drawn.spec().bypass().isEmpty());
        assertThat(CASES).anyMatch(drawn -> drawn.several().outputs().size() > 1);
        assertThat(CASES)
                .anyMatch(drawn -> nodes(drawn).anyMatch(node -> node.inputs().size() > 2));
    }

    private static Stream<Graph.Node> nodes(ModelCase drawn) {
        return drawn.spec().graph().nodes().stream();
    }

    @Test
    void theSameSeedDrawsTheSameOnes() {
        assertThat(RandomNetworks.of(new RandomSource(20261122), 30)).isEqualTo(CASES);
        assertThat(RandomNetworks.of(new RandomSource(1), 30)).isNotEqualTo(CASES);
    }
}
