package dev.hourglass.engine;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import dev.hourglass.tensor.RandomSource;
import dev.hourglass.tensor.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the real Keras computes, this computes too: shapes and variables of every layer and of the lab's models. */
class KerasGoldenTest {
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
