package dev.hourglass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.hourglass.model.LayerSpec;
import dev.hourglass.model.Parameter;
import dev.hourglass.model.Parameters;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The oracle against the real Keras, so that the two witnesses of the engine's tests cannot contradict each other. */
class ReferenceNetworkKerasTest {
    /** Both compute in float64; the files hold float32. */
    private static final double STORED_PRECISION = 1e-6;

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#layerCases")
    void outputsOfEveryLayerAreThoseOfKeras(Golden golden) {
        ReferenceNetwork network = network(golden);
        double[] input = ReferenceNetwork.toDoubles(golden.array("input").stored());

        assertThat(error(golden, "inference", network.forward(input, golden.batch(), false)))
                .isLessThan(STORED_PRECISION);
        if (golden.has("output")) {
            assertThat(error(golden, "output", network.forward(input, golden.batch(), true)))
                    .isLessThan(STORED_PRECISION);
        }
    }

    @ParameterizedTest
    @MethodSource("dev.hourglass.engine.Golden#layerCases")
    void lossMovedStatisticsAndSlopesOfEveryLayerAreThoseOfKeras(Golden golden) {
        if (golden.layers().stream().anyMatch(ReferenceNetworkKerasTest::drops)) {
            return; // what Keras drops cannot be known
        }
        ReferenceNetwork network = network(golden);
        List<Parameter> parameters = KerasGoldenTest.initial(golden).list();
        double[] input = ReferenceNetwork.toDoubles(golden.array("input").stored());
        double[] target = ReferenceNetwork.toDoubles(golden.array("target").stored());
        int samples = golden.batch();

        assertThat(network.meanSquaredError(input, target, samples, true))
                .isEqualTo(
                        golden.array("loss").stored()[0],
                        within(STORED_PRECISION * golden.array("loss").largest()));
        List<double[]> moved = network.parametersWithMovedStatistics(input, samples);
        for (int p = 0; p < parameters.size(); p++) {
            String path = parameters.get(p).path();
            if (golden.has("after/" + path)) {
                assertThat(error(golden, "after/" + path, moved.get(p)))
                        .as(path)
                        .isLessThan(STORED_PRECISION);
            }
            if (golden.has("gradient/" + path)) {
                int[] indices = someOf(parameters.get(p).shape().size());
                double[] slopes = network.gradient(p, indices, input, target, samples);
                checkSlopes(golden, "gradient/" + path, indices, slopes);
            }
        }
        int[] indices = Arrays.stream(someOf(input.length))
                .filter(index -> !isMaskValue(golden, input[index]))
                .toArray();
        checkSlopes(golden, "gradient/input", indices, network.inputGradient(indices, input, target, samples));
    }

    private static boolean drops(LayerSpec layer) {
        return layer instanceof LayerSpec.Dropout
                || (layer instanceof LayerSpec.TimeDistributed each && drops(each.layer()));
    }

    /** A step that is skipped counts as soon as it is touched: no difference tells its slope, which is 0. */
    private static boolean isMaskValue(Golden golden, double value) {
        return golden.layers().stream()
                .anyMatch(layer -> layer instanceof LayerSpec.Masking masking && masking.maskValue() == value);
    }

    private static void checkSlopes(Golden golden, String name, int[] indices, double[] slopes) {
        Golden.Array expected = golden.array(name);
        int compared = 0;
        for (int i = 0; i < indices.length; i++) {
            if (!Double.isNaN(slopes[i]) && indices[i] % expected.stride() == 0) {
                double keras = expected.stored()[indices[i] / expected.stride()];
                assertThat(slopes[i])
                        .as("%s[%d]", name, indices[i])
                        .isEqualTo(keras, within(1e-5 * expected.largest() + 1e-9));
                compared++;
            }
        }
        assertThat(compared).as("%s without a kink", name).isGreaterThanOrEqualTo((indices.length + 1) / 2);
    }

    /** At most a dozen, spread over the whole. */
    private static int[] someOf(int size) {
        int step = Math.ceilDiv(size, 12);
        return IntStream.range(0, Math.ceilDiv(size, step)).map(i -> i * step).toArray();
    }

    private static double error(Golden golden, String array, double[] actual) {
        Golden.Array expected = golden.array(array);
        double worst = 0;
        for (int i = 0; i < expected.stored().length; i++) {
            worst = Math.max(worst, Math.abs(actual[i * expected.stride()] - expected.stored()[i]));
        }
        return worst / expected.largest();
    }

    private static ReferenceNetwork network(Golden golden) {
        Parameters parameters = KerasGoldenTest.initial(golden);
        return new ReferenceNetwork(golden.input(), golden.layers(), parameters);
    }
}
